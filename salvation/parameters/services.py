"""Two persons: one enters a parameter, another confirms it (07 §7.3 第5条)."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.parameters.models import ParameterVersion, TwoPersons
from salvation.parameters.registry import PARAMETERS
from salvation.parameters.values import check_value
from salvation.units.models import Unit


@transaction.atomic
def propose_parameter(
    *, key: str, unit: Unit, value: Any, valid_from: date, basis: str, actor: Any
) -> ParameterVersion:
    """Enter a value; it has no effect before it is confirmed. Raises Refusal."""
    require(actor, "param.edit", unit)
    if key not in PARAMETERS:
        raise Refusal(f"没有参数 {key}")
    if not basis.strip():
        raise Refusal("请填写依据文号", field="basis")
    version = ParameterVersion.objects.create(
        key=key,
        unit=unit,
        value=check_value(PARAMETERS[key], value),
        valid_from=valid_from,
        basis=basis,
        entered_by=actor,
    )
    record(
        actor=actor, action="param.propose", subject=version, unit=unit, facts={"key": key, "value": value}
    )
    return version


@transaction.atomic
def confirm_parameter(*, version_id: int, actor: Any) -> ParameterVersion:
    """Confirm another person's entry. Raises Refusal for one's own entry or one already decided."""
    version = ParameterVersion.objects.select_for_update().select_related("unit").get(pk=version_id)
    confirm_entry(version, actor=actor, what="参数")
    record(
        actor=actor, action="param.confirm", subject=version, unit=version.unit, facts={"key": version.key}
    )
    return version


def confirm_entry(entry: TwoPersons, *, actor: Any, what: str) -> None:
    """The second person agrees to a locked entry. Raises Refusal for one's own entry or one already decided."""
    require(actor, "param.confirm", entry.unit)
    if entry.state != TwoPersons.State.PROPOSED:
        raise Refusal(f"该{what}{entry.get_state_display()}，不能再确认")
    if entry.entered_by_id == actor.pk:
        raise Refusal(f"录入人不能确认自己录入的{what}，请由另一人确认", rule="07 §7.3 第5条")
    entry.state = TwoPersons.State.CONFIRMED
    entry.confirmed_by, entry.confirmed_at = actor, timezone.now()
    try:
        with transaction.atomic():
            entry.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    except IntegrityError as error:
        raise Refusal(f"同一生效日期已有确认的{what}，请改生效日期后重新录入") from error


def reject_entry(entry: TwoPersons, *, actor: Any, reason: str, what: str) -> None:
    """The second person sends a locked entry back. Raises Refusal without a reason, or once decided."""
    require(actor, "param.confirm", entry.unit)
    if entry.state != TwoPersons.State.PROPOSED or not reason.strip():
        raise Refusal(f"只能退回待确认的{what}，并须写明理由", field="reason")
    entry.state = TwoPersons.State.REJECTED
    entry.save(update_fields=["state"])


@transaction.atomic
def reject_parameter(*, version_id: int, actor: Any, reason: str) -> ParameterVersion:
    """Send a proposal back with a reason."""
    version = ParameterVersion.objects.select_for_update().select_related("unit").get(pk=version_id)
    reject_entry(version, actor=actor, reason=reason, what="参数")
    facts = {"key": version.key, "reason": reason}
    record(actor=actor, action="param.reject", subject=version, unit=version.unit, facts=facts)
    return version
