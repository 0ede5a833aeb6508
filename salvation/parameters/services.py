"""Two persons: one enters a parameter, another confirms it (07 §7.3 第5条)."""

from datetime import date
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.parameters.models import ParameterVersion
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
    require(actor, "param.confirm", version.unit)
    if version.state != ParameterVersion.State.PROPOSED:
        raise Refusal(f"该参数{version.get_state_display()}，不能再确认")
    if version.entered_by_id == actor.pk:
        raise Refusal("录入人不能确认自己录入的参数，请由另一人确认", rule="07 §7.3 第5条")
    version.state = ParameterVersion.State.CONFIRMED
    version.confirmed_by, version.confirmed_at = actor, timezone.now()
    try:
        with transaction.atomic():
            version.save(update_fields=["state", "confirmed_by", "confirmed_at"])
    except IntegrityError as error:
        raise Refusal("同一生效日期已有确认的取值，请改生效日期后重新录入") from error
    record(
        actor=actor, action="param.confirm", subject=version, unit=version.unit, facts={"key": version.key}
    )
    return version


@transaction.atomic
def reject_parameter(*, version_id: int, actor: Any, reason: str) -> ParameterVersion:
    """Send a proposal back with a reason."""
    version = ParameterVersion.objects.select_for_update().select_related("unit").get(pk=version_id)
    require(actor, "param.confirm", version.unit)
    if version.state != ParameterVersion.State.PROPOSED or not reason.strip():
        raise Refusal("只能退回待确认的参数，并须写明理由", field="reason")
    version.state = ParameterVersion.State.REJECTED
    version.save(update_fields=["state"])
    facts = {"key": version.key, "reason": reason}
    record(actor=actor, action="param.reject", subject=version, unit=version.unit, facts=facts)
    return version
