"""Give rosters out: masked to whoever may see them, in full only by the rule of 12 §12.1 #9."""

from datetime import datetime
from io import BytesIO
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from funds.models import Roster
from funds.selectors import lines_for
from funds.workbook import Made, roster_workbook, summary_workbook
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.domain.mask import Scene
from salvation.duties.services import close_duty, open_duty
from salvation.files.models import ExportRequest
from salvation.files.services import approved_export, decide_export, request_export
from salvation.journal.services import record

DUTY = "export"


@transaction.atomic
def ask_full(*, roster: Roster, reason: str, actor: Any, now: datetime) -> ExportRequest:
    """Ask for the unmasked roster; a second person is told. Raises Refusal, also for a second request at once."""
    waiting = ExportRequest.objects.filter(
        subject_type=roster._meta.label_lower,
        subject_id=roster.pk,
        requested_by=actor,
        state=ExportRequest.State.WAITING,
    )
    if waiting.exists():
        raise Refusal("您已申请导出这份花名表的完整版，正等待批准，不用重复申请")
    made = request_export(subject=roster, unit=roster.unit, reason=reason, actor=actor)
    open_duty(
        kind=DUTY,
        subject_id=made.pk,
        unit=roster.unit,
        permission="export.approve",
        title=f"批准导出完整版：{roster}（{actor}）",
        url=reverse("funds:decide_export", args=[made.pk]),
        now=now,
        due_on=None,
    )
    return made


@transaction.atomic
def decide_full(*, request_id: int, approve: bool, actor: Any, now: datetime) -> ExportRequest:
    """Approve or refuse. Raises Refusal for one's own request or one already decided."""
    found = decide_export(request_id=request_id, approve=approve, actor=actor)
    close_duty(kind=DUTY, subject_id=request_id, now=now, actor=actor)
    return found


@transaction.atomic
def masked_roster(*, roster_id: int, actor: Any) -> tuple[BytesIO, str]:
    """4.2 as a workbook, masked; journalled. Gives the content and the file's name."""
    roster = get_visible(_rows(), actor, pk=roster_id)
    refuse_recused(roster, actor)
    made = roster_workbook(roster, by=str(actor), mark=watermark(actor), scene=Scene.LIST)
    return _given(roster, made, actor, "roster.export", kind="花名表（脱敏）")


@transaction.atomic
def summary_table(*, roster_id: int, actor: Any) -> tuple[BytesIO, str]:
    """4.3 as a workbook; journalled."""
    roster = get_visible(_rows(), actor, pk=roster_id)
    made = summary_workbook(roster, by=str(actor))
    return _given(roster, made, actor, "roster.export", kind="汇总表")


@transaction.atomic
def full_roster(*, roster_id: int, actor: Any) -> tuple[BytesIO, str]:
    """4.2 with full numbers for a person whose request a second one approved. Raises Refusal without it."""
    roster = get_visible(_rows(), actor, pk=roster_id)
    require(actor, "export.sensitive", roster.unit)
    refuse_recused(roster, actor)
    approval = approved_export(subject=roster, actor=actor)
    made = roster_workbook(roster, by=str(actor), mark=watermark(actor), scene=Scene.PRINT)
    facts = {"reason": approval.reason, "approved_by": str(approval.decided_by)}
    return _given(roster, made, actor, "roster.export_full", kind="花名表（完整版）", **facts)


@transaction.atomic
def full_roster_by_command(*, roster: Roster, actor: Any, reason: str) -> tuple[BytesIO, str]:
    """The operator's way to the full roster: a named person with the right, a reason, the journal. Raises Refusal."""
    if not actor.may("export.sensitive", roster.unit):
        raise Refusal(f"{actor}（{actor.username}）在{roster.unit}没有导出完整版的权限（export.sensitive）")
    if len(reason.strip()) < 4:
        raise Refusal("导出完整版须写明用途（--reason，不少于4个字）")
    refuse_recused(roster, actor)
    made = roster_workbook(roster, by=str(actor), mark=watermark(actor), scene=Scene.PRINT)
    facts = {"reason": reason.strip(), "command": True}
    return _given(roster, made, actor, "roster.export_full", kind="花名表（完整版）", **facts)


@transaction.atomic
def masked_roster_by_command(*, roster: Roster) -> tuple[BytesIO, str]:
    """The masked roster for an operator at the machine; journalled as the system's."""
    made = roster_workbook(roster, by="系统", mark="脱敏版", scene=Scene.LIST)
    return _given(roster, made, None, "roster.export", kind="花名表（脱敏）")


@transaction.atomic
def summary_by_command(*, roster: Roster) -> tuple[BytesIO, str]:
    """4.3 for an operator at the machine; journalled as the system's."""
    return _given(roster, summary_workbook(roster, by="系统"), None, "roster.export", kind="汇总表")


def watermark(actor: Any) -> str:
    """Who took it, when, for which unit (07 §7.3, 05 §5.8)."""
    return f"{actor} {timezone.localtime():%Y-%m-%d %H:%M} {actor.unit_label}"


def refuse_recused(roster: Roster, actor: Any) -> None:
    """A book is given out whole or not at all: whoever must stand back from one family leaves it to others."""
    if lines_for(roster, actor).count() != roster.pay_lines.count():
        raise Refusal("这一册有您须回避的家庭，请由他人导出", rule="07 §7.2")


def _rows() -> Any:
    return Roster.objects.select_related("unit", "county", "previous", "meeting")


def _given(roster: Roster, made: Made, actor: Any, action: str, **facts: Any) -> tuple[BytesIO, str]:
    kept = {"rows": made.rows, "digest": roster.content_hash, "file": made.sha256, **facts}
    record(actor=actor, action=action, subject=roster, unit=roster.unit, facts=kept)
    return made.content, made.name
