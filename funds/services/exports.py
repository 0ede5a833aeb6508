"""Give rosters out: masked to whoever may see them, in full only by the rule of 12 §12.1 #9."""

from io import BytesIO
from typing import Any

from django.db import transaction
from django.utils import timezone

from funds.models import Roster
from funds.selectors import lines_for
from funds.workbook import Made, roster_workbook, summary_workbook
from salvation.access.services import get_visible
from salvation.domain.errors import Refusal
from salvation.domain.mask import Scene
from salvation.files.whole import PERMISSION, consent_of, may_ask
from salvation.journal.services import record


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
    consent = consent_of(subject=roster, actor=actor)
    refuse_recused(roster, actor)
    made = roster_workbook(roster, by=str(actor), mark=watermark(actor), scene=Scene.PRINT)
    return _given(roster, made, actor, "roster.export_full", kind="花名表（完整版）", **consent)


@transaction.atomic
def full_roster_by_command(*, roster: Roster, actor: Any, reason: str) -> tuple[BytesIO, str]:
    """The operator's way to the full roster: a named person with the right, a reason, the journal. Raises Refusal."""
    if not may_ask(actor, roster):
        raise Refusal(f"{actor}（{actor.username}）在{roster.unit}没有导出完整版的权限（{PERMISSION}）")
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
