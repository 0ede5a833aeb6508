"""Take a roster in: upload, map, commit the good households as one batch, undo (domain/12 §12.4)."""

import hashlib
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from cases.models import Benefit, BenefitTerm, Household, Member, PayAccount, Person, TermMember
from cases.models.choices import PROGRAMS
from cases.services.roster_plan import Plan, plan_roster
from cases.services.roster_write import write_households
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.checks import safe_name
from salvation.files.models import Attachment
from salvation.files.services import load, store
from salvation.intake.mapping import SavedMapping
from salvation.intake.memory import recall, remember
from salvation.intake.models import Batch
from salvation.intake.returned import returned_workbook
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit

register(
    roster__upload="上传花名册", roster__commit="花名册入库", roster__undo="撤销花名册入库", roster__return="下载退回工作簿"
)  # fmt: skip

INTAKE = "roster"
UNIT_KINDS = (Unit.Kind.TOWN, Unit.Kind.COUNTY)


@dataclass(frozen=True, slots=True)
class Order:
    """Whose roster, of which programme and month."""

    unit: Unit
    program: str
    month: Month


def checked_order(*, unit: Unit, program: str, month: Month) -> Order:
    """Raises Refusal for a unit that keeps no rosters or an unknown programme."""
    if unit.kind not in UNIT_KINDS:
        raise Refusal(f"{unit.name} 不是填报单位，请选择乡镇、管委会或园区", field="unit")
    if program not in dict(PROGRAMS):
        codes = "、".join(code for code, _ in PROGRAMS)
        raise Refusal(f"没有“{program}”这个类别，可用：{codes}", field="program")
    return Order(unit, program, month)


@transaction.atomic
def upload_roster(*, content: bytes, file_name: str, order: Order, actor: Any) -> Batch:
    """Keep the file sealed and open a batch for it, with the columns remembered for this head.

    Raises Unreadable when it is no roster.
    """
    require(actor, "intake.roster", order.unit)
    plan = preview(content=content, order=order)
    batch = _new_batch(content, file_name, order, actor)
    remembered = recall(unit=order.unit, reading=plan.reading)
    if remembered:
        batch.mapping = remembered.to_dict()
        plan = preview(content=content, order=order, mapping=remembered)
    batch.state, batch.report = Batch.State.PREVIEWED, report_of(plan)
    batch.save()
    record(
        actor=actor, action="roster.upload", subject=batch, unit=order.unit, facts={"file": batch.file_name}
    )
    return batch


def _new_batch(content: bytes, file_name: str, order: Order, actor: Any) -> Batch:
    return Batch(
        intake=INTAKE,
        unit=order.unit,
        options={"program": order.program, "month": str(order.month)},
        file_name=safe_name(file_name),
        stored_as=store(content),
        sha256=hashlib.sha256(content).hexdigest(),
        added_by=actor,
    )


def order_of(batch: Batch) -> Order:
    return Order(batch.unit, batch.options["program"], Month.parse(batch.options["month"]))


def preview(*, content: bytes, order: Order, mapping: SavedMapping | None = None) -> Plan:
    """What a commit would do. Writes nothing. Raises Unreadable."""
    return plan_roster(
        content=content,
        unit=order.unit,
        program=order.program,
        month=order.month,
        today=timezone.localdate(),
        mapping=mapping,
    )


def preview_batch(batch: Batch) -> Plan:
    """The preview of an uploaded file with the mapping its user settled on."""
    return preview(
        content=load(batch.stored_as), order=order_of(batch), mapping=SavedMapping.from_dict(batch.mapping)
    )


@transaction.atomic
def settle_mapping(*, batch: Batch, mapping: SavedMapping, actor: Any) -> Plan:
    """Take the user's correction of the columns and look again. Raises Refusal once committed."""
    require(actor, "intake.roster", batch.unit)
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    if locked.state != Batch.State.PREVIEWED:
        raise Refusal(f"该批次{locked.get_state_display()}，不能再改列对应")
    locked.mapping = mapping.to_dict()
    plan = preview_batch(locked)
    locked.report = report_of(plan)
    locked.save(update_fields=["mapping", "report"])
    return plan


@transaction.atomic
def commit_batch(*, batch: Batch, actor: Any) -> Plan:
    """Write the good households of an uploaded file. Raises Refusal when it may not be written any more."""
    require(actor, "intake.roster", batch.unit)
    locked = Batch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
    if locked.state != Batch.State.PREVIEWED:
        raise Refusal(f"该批次{locked.get_state_display()}，不能再入库")
    _one_at_a_time(locked.unit)
    plan = preview_batch(locked)
    if plan.refused:
        raise Refusal(plan.refused)
    if not plan.new:
        raise Refusal("没有可以入库的新家庭：全部已在登记簿中，或都有问题。请看差异和问题清单")
    _write(plan, locked, actor)
    if locked.mapping:
        remember(unit=locked.unit, reading=plan.reading, mapping=SavedMapping.from_dict(locked.mapping))
    return plan


@transaction.atomic
def import_file(*, content: bytes, file_name: str, order: Order, actor: Any) -> Plan:
    """Preview and commit in one step, for the command line. A file that brings nothing new leaves no batch.

    Raises Unreadable.
    """
    _one_at_a_time(order.unit)
    plan = preview(content=content, order=order)
    if plan.new and not plan.refused:
        batch = _new_batch(content, file_name, order, actor)
        batch.save()
        _write(plan, batch, actor)
    return plan


def _one_at_a_time(unit: Unit) -> None:
    """Two imports of a county wait for each other; ordinary work on its rows does not wait."""
    county = unit.county_id or unit.pk
    Unit.objects.select_for_update(no_key=True).get(pk=county)


def _write(plan: Plan, batch: Batch, actor: Any) -> None:
    try:
        with transaction.atomic():
            extra = write_households(plan, batch)
    except IntegrityError as error:
        raise Refusal("导入期间有人登记了同样的人或户编号，请重新预览后再入库") from error
    batch.state, batch.committed_at = Batch.State.COMMITTED, timezone.now()
    batch.report = {**report_of(plan), "joined_members": extra}
    batch.save()
    facts = {"file": batch.file_name, "accepted": plan.accepted, "households": len(plan.new)}
    record(actor=actor, action="roster.commit", subject=batch, unit=batch.unit, facts=facts)


def report_of(plan: Plan) -> dict[str, Any]:
    """Counts only: reasons quote cells, and a batch's row is not sealed."""
    return {
        "rows": plan.rows,
        "accepted": plan.accepted,
        "rejected": plan.rejected,
        "households": len(plan.taken),
        "unchanged": plan.unchanged,
        "differences": len(plan.differences),
    }


def returned_of(*, batch: Batch, actor: Any) -> bytes:
    """The sender's own workbook with red cells and reasons, journalled: it holds full numbers."""
    require(actor, "intake.roster", batch.unit)
    plan = preview_batch(batch)
    record(
        actor=actor, action="roster.return", subject=batch, unit=batch.unit, facts={"file": batch.file_name}
    )
    return returned_workbook(load(batch.stored_as), plan.reading)


BUILT = (Benefit, PayAccount, Household, Person)


@transaction.atomic
def undo_batch(*, batch: Batch, actor: Any) -> Batch:
    """Take a committed batch back. Raises Refusal when anything was built on what it wrote.

    The database itself is asked: rows of any table, also of rooms above this one, hold on to ours by their
    foreign keys.
    """
    if actor is not None:
        require(actor, "intake.undo", batch.unit)
    locked = Batch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
    if locked.state != Batch.State.COMMITTED:
        raise Refusal(f"该批次{locked.get_state_display()}，不能撤销")
    _refuse_changed(locked)
    try:
        with transaction.atomic():
            _delete(locked)
    except IntegrityError as error:
        raise Refusal(f"该批次的家庭已有{_built(error)}，不能撤销；个别有误的请办理变更") from error
    locked.state, locked.undone_at = Batch.State.UNDONE, timezone.now()
    locked.save(update_fields=["state", "undone_at"])
    record(
        actor=actor, action="roster.undo", subject=locked, unit=locked.unit, facts={"file": locked.file_name}
    )
    return locked


def _refuse_changed(batch: Batch) -> None:
    """Rows changed or papers attached since the import mean that somebody has worked on them."""
    for model in BUILT:
        keys: Any = model._default_manager.filter(batch=batch).values("pk")
        history = apps.get_model("cases", f"{model.__name__}Event")
        if history._default_manager.filter(pgh_obj__in=keys).exists():
            raise Refusal(f"该批次的{model._meta.verbose_name}已有修改，不能撤销；个别有误的请办理变更")
        if Attachment.objects.filter(subject_type=model._meta.label_lower, subject_id__in=keys).exists():
            raise Refusal(f"该批次的{model._meta.verbose_name}已有附件，不能撤销；个别有误的请办理变更")
    terms = BenefitTerm.objects.filter(benefit__batch=batch).values("pk")
    if apps.get_model("cases", "BenefitTermEvent")._default_manager.filter(pgh_obj__in=terms).exists():
        raise Refusal("该批次的待遇已有变更，不能撤销；个别有误的请办理变更")


def _delete(batch: Batch) -> None:
    """Bottom up, set by set. Foreign keys are checked at once, not at the end of the transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    terms = BenefitTerm.objects.filter(benefit__batch=batch)
    _drop(TermMember.objects.filter(term__in=terms))
    _drop(terms)
    _drop(Benefit.objects.filter(batch=batch))
    _drop(PayAccount.objects.filter(batch=batch))
    _drop(Member.objects.filter(household__batch=batch))
    _drop(Member.objects.filter(pk__in=batch.report.get("joined_members", [])))
    _drop(Household.objects.filter(batch=batch))
    _drop(Person.objects.filter(batch=batch))


def _drop(rows: models.QuerySet[Any]) -> None:
    rows._raw_delete(rows.db)


def _built(error: IntegrityError) -> str:
    """The Chinese name of the table whose rows stand in the way."""
    table = getattr(getattr(error.__cause__, "diag", None), "table_name", None)
    named = (model._meta.verbose_name for model in apps.get_models() if model._meta.db_table == table)
    return str(next(named, "后续业务"))
