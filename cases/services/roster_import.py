"""Take a roster in: upload, map, commit the good households as one batch (domain/12 §12.4)."""

import hashlib
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models.choices import PROGRAMS
from cases.services.roster_findings import findings, keep_findings, load_findings, refuse_while_checked
from cases.services.roster_plan import Plan, plan_roster
from cases.services.roster_write import write_households
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.checks import safe_name
from salvation.files.services import load, store
from salvation.intake.errors import NoHeader, Unreadable
from salvation.intake.mapping import SavedMapping
from salvation.intake.memory import forget, pointed_headers, recall, remember
from salvation.intake.model import Progress, quiet
from salvation.intake.models import Batch
from salvation.intake.reading import may_be_a_table
from salvation.intake.returned import returned_workbook
from salvation.intake.workbook import read_book
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit

register(
    roster__upload="上传花名册", roster__commit="花名册入库", roster__return="下载退回工作簿",
    roster__forget="不再沿用列对应", roster__columns="确认花名册的列对应",
)  # fmt: skip

INTAKE = "roster"
UNIT_KINDS = (Unit.Kind.TOWN, Unit.Kind.COUNTY)
OPEN = (Batch.State.UPLOADED, Batch.State.PREVIEWED)


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
    """Keep the file sealed and open a batch for it, with the columns remembered for this sender and head.

    A table whose header nobody found stays UPLOADED, for its sender to point at it. Raises Unreadable when it is
    no table.
    """
    require(actor, "intake.roster", order.unit)
    look = first_look(content=content, order=order, sender=actor)
    batch = _new_batch(content, file_name, order, actor)
    _settle(batch, look)
    batch.save()
    _record_upload(batch, actor)
    return batch


@transaction.atomic
def receive_roster(*, content: bytes, file_name: str, order: Order, actor: Any) -> Batch:
    """Keep a large file and open its batch; `check_batch` reads it afterwards, in a job."""
    require(actor, "intake.roster", order.unit)
    batch = _new_batch(content, file_name, order, actor)
    batch.save()
    _record_upload(batch, actor)
    return batch


def check_batch(*, batch: Batch, progress: Progress = quiet) -> Batch:
    """Read a received file and keep what was found. Writes nothing to the register.

    A batch corrected meanwhile is looked at again; one written or taken back meanwhile stays as it is.
    Raises Unreadable, and says so in the batch.
    """
    while True:
        look = _look_as_settled(batch, progress)
        if _keep_look(batch, look):
            break
    if isinstance(look, Unreadable) and batch.state in (*OPEN, Batch.State.REFUSED):
        raise look
    return batch


def _look_as_settled(batch: Batch, progress: Progress) -> "Look | Unreadable":
    content, order = load(batch.stored_as), order_of(batch)
    progress(0, 0, "正在打开文件")
    try:
        if not batch.options.get("settled"):
            return first_look(content=content, order=order, sender=batch.added_by, progress=progress)
        mapping = SavedMapping.from_dict(batch.mapping)
        return Look(preview(content=content, order=order, mapping=mapping, progress=progress), mapping)
    except Unreadable as refusal:
        return refusal


@transaction.atomic
def _keep_look(batch: Batch, look: "Look | Unreadable") -> bool:
    """Whether the look still answers the batch, which is as it stands now afterwards. It took minutes without a lock."""
    locked = Batch.objects.select_for_update().get(pk=batch.pk)
    as_read = (locked.mapping, locked.options) == (batch.mapping, batch.options)
    if locked.state in OPEN and as_read:
        if isinstance(look, Look):
            _settle(locked, look)
        elif not locked.options.get("settled"):
            locked.state, locked.report = Batch.State.REFUSED, {"refused": look.message}
        locked.save(update_fields=["mapping", "options", "report", "state"])
    batch.refresh_from_db(fields=["mapping", "options", "report", "state"])
    return as_read or locked.state not in OPEN


def _record_upload(batch: Batch, actor: Any) -> None:
    facts = {"file": batch.file_name}
    record(actor=actor, action="roster.upload", subject=batch, unit=batch.unit, facts=facts)


@dataclass(frozen=True, slots=True)
class Look:
    """A file looked at: no plan when its header must be pointed at; since when its mapping is remembered."""

    plan: Plan | None
    mapping: SavedMapping = field(default_factory=SavedMapping)
    remembered_at: datetime | None = None


def first_look(*, content: bytes, order: Order, sender: Any, progress: Progress = quiet) -> Look:
    """Read a file with what this sender settled on for the same head. Raises Unreadable."""
    try:
        plan = preview(content=content, order=order, progress=progress)
    except NoHeader:
        return _look_where_pointed(content, order, sender)
    remembered = recall(unit=order.unit, sender=sender, reading=plan.reading)
    if remembered is None:
        return Look(plan)
    if not remembered.mapping.says_the_same(plan.reading.sheets[0].recognised):
        plan = preview(content=content, order=order, mapping=remembered.mapping, progress=progress)
    return Look(plan, remembered.mapping, remembered.at)


def _look_where_pointed(content: bytes, order: Order, sender: Any) -> Look:
    """The header nobody finds may stand where this sender pointed at it before."""
    for mapping in pointed_headers(unit=order.unit, sender=sender, intake=INTAKE):
        plan = preview(content=content, order=order, mapping=mapping)
        remembered = recall(unit=order.unit, sender=sender, reading=plan.reading)
        if remembered:
            return Look(plan, mapping, remembered.at)
    if not may_be_a_table(read_book(content)):
        preview(content=content, order=order)
    return Look(None)


def _settle(batch: Batch, look: Look) -> None:
    batch.mapping = look.mapping.to_dict() if look.mapping != SavedMapping() else {}
    batch.options = {
        **batch.options,
        "remembered": look.remembered_at.date().isoformat() if look.remembered_at else "",
    }
    if look.plan is None:
        batch.state, batch.report = Batch.State.UPLOADED, {}
        return
    batch.state, batch.report = Batch.State.PREVIEWED, report_of(look.plan)
    batch.options["findings"] = keep_findings(look.plan)


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


def preview(
    *, content: bytes, order: Order, mapping: SavedMapping | None = None, progress: Progress = quiet
) -> Plan:
    """What a commit would do. Writes nothing. Raises Unreadable."""
    return plan_roster(
        content=content,
        unit=order.unit,
        program=order.program,
        month=order.month,
        today=timezone.localdate(),
        mapping=mapping,
        progress=progress,
    )


def preview_batch(batch: Batch, progress: Progress = quiet) -> Plan:
    """The preview of an uploaded file with the mapping its user settled on."""
    return preview(
        content=load(batch.stored_as),
        order=order_of(batch),
        mapping=SavedMapping.from_dict(batch.mapping),
        progress=progress,
    )


@transaction.atomic
def keep_mapping(*, batch: Batch, mapping: SavedMapping, actor: Any, stage: str = "columns") -> Batch:
    """Take the user's word on columns, header and sheets; `check_batch` looks again. Raises Refusal once committed.

    `stage` says what was settled: "sheets" leaves the columns to be confirmed.
    """
    require(actor, "intake.roster", batch.unit)
    locked = Batch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
    if locked.state not in OPEN:
        raise Refusal(f"该批次{locked.get_state_display()}，不能再改列对应")
    locked.mapping = mapping.to_dict()
    locked.options = {**locked.options, "settled": stage}
    locked.save(update_fields=["mapping", "options"])
    facts = {"file": locked.file_name, "stage": stage}
    record(actor=actor, action="roster.columns", subject=locked, unit=locked.unit, facts=facts)
    return locked


@transaction.atomic
def settle_mapping(*, batch: Batch, mapping: SavedMapping, actor: Any, stage: str = "columns") -> Plan:
    """Take the user's correction of the columns and look again. Raises Refusal once committed, Unreadable."""
    locked = keep_mapping(batch=batch, mapping=mapping, actor=actor, stage=stage)
    plan = preview_batch(locked)
    _settle(locked, Look(plan, mapping))
    locked.save(update_fields=["mapping", "options", "report", "state"])
    return plan


@transaction.atomic
def forget_mapping(*, batch: Batch, actor: Any) -> Batch:
    """Drop what this sender settled on for this head, and recognise the columns anew. Raises Refusal."""
    locked = keep_mapping(batch=batch, mapping=SavedMapping(), actor=actor, stage="")
    head = findings_of(locked)["head"]
    forget(unit=locked.unit, sender=actor, intake=INTAKE, head=head)
    _settle(locked, first_look(content=load(locked.stored_as), order=order_of(locked), sender=actor))
    locked.save(update_fields=["mapping", "options", "report", "state"])
    record(
        actor=actor,
        action="roster.forget",
        subject=locked,
        unit=locked.unit,
        facts={"file": locked.file_name},
    )
    return locked


def findings_of(batch: Batch) -> dict[str, Any]:
    """What the last look at the file found."""
    kept = batch.options.get("findings")
    return load_findings(kept) if kept else findings(preview_batch(batch))


@transaction.atomic
def commit_batch(*, batch: Batch, actor: Any, progress: Progress = quiet) -> Plan:
    """Write the good households of an uploaded file. Raises Refusal when it may not be written any more."""
    require(actor, "intake.roster", batch.unit)
    locked = Batch.objects.select_for_update(of=("self",)).select_related("unit").get(pk=batch.pk)
    if locked.state != Batch.State.PREVIEWED:
        raise Refusal(f"该批次{locked.get_state_display()}，不能再入库")
    refuse_while_checked(locked)
    _one_at_a_time(locked.unit)
    plan = preview_batch(locked, progress)
    if plan.refused:
        raise Refusal(plan.refused)
    if not plan.new:
        raise Refusal("没有可以入库的新家庭：全部已在登记簿中，或都有问题。请看差异和问题清单")
    _write(plan, locked, actor, progress)
    if locked.mapping and actor is not None:
        mapping = SavedMapping.from_dict(locked.mapping)
        remember(unit=locked.unit, sender=actor, reading=plan.reading, mapping=mapping)
    return plan


@transaction.atomic
def import_file(
    *, content: bytes, file_name: str, order: Order, actor: Any, mapping: SavedMapping | None = None
) -> Plan:
    """Preview and commit in one step, for the command line. A file that brings nothing new leaves no batch.

    Raises Unreadable.
    """
    _one_at_a_time(order.unit)
    plan = preview(content=content, order=order, mapping=mapping)
    if plan.new and not plan.refused:
        batch = _new_batch(content, file_name, order, actor)
        batch.save()
        _write(plan, batch, actor)
    return plan


def _one_at_a_time(unit: Unit) -> None:
    """Two imports of a county wait for each other; ordinary work on its rows does not wait."""
    county = unit.county_id or unit.pk
    Unit.objects.select_for_update(no_key=True).get(pk=county)


def _write(plan: Plan, batch: Batch, actor: Any, progress: Progress = quiet) -> None:
    try:
        with transaction.atomic():
            extra = write_households(plan, batch, progress)
    except IntegrityError as error:
        raise Refusal("导入期间有人登记了同样的人或户编号，请重新预览后再入库") from error
    batch.state, batch.committed_at = Batch.State.COMMITTED, timezone.now()
    batch.report = {**report_of(plan), "joined_members": extra, "written": len(plan.new)}
    batch.save()
    facts = {"file": batch.file_name, "accepted": plan.accepted, "households": len(plan.new)}
    record(actor=actor, action="roster.commit", subject=batch, unit=batch.unit, facts=facts)


def report_of(plan: Plan) -> dict[str, Any]:
    """Counts only: reasons quote cells, and a batch's row is not sealed."""
    return {
        "rows": plan.rows,
        "accepted": plan.accepted,
        "rejected": plan.rejected,
        "households": plan.households,
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
    return returned_workbook(load(batch.stored_as), plan.reading, plan.flawed)
