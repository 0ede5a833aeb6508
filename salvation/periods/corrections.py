"""Correct an accepted table: a new version with both figures, the reason and the person; signed again (L12)."""
# requirements: L12

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.flow.engine import begin_all, perform
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.periods.models import Submission
from salvation.periods.services import EDITABLE, moment, read_number, read_words

register(submission__correct="开立更正版", submission__corrected="更正数据")

CORRECTABLE = frozenset({"ACCEPTED", "FROZEN"})
LONGEST = 500


@transaction.atomic
def open_correction(*, submission: Submission, reason: str, actor: Any, now: datetime) -> Submission:
    """Begin the next version of an accepted table. Raises Refusal while one is open, or without a reason."""
    require(actor, "table.fill", submission.unit)
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("unit", "county")
        .get(pk=submission.pk)
    )
    if not reason.strip() or len(reason) > LONGEST:
        raise Refusal(f"请写明更正原因，不超过{LONGEST}字", field="reason")
    if locked.state not in CORRECTABLE:
        raise Refusal(
            f"该表{locked.get_state_display()}，县局接收以后发现错误才用更正版；现在可以直接修改或请县局退回"
        )
    if locked.corrections.exclude(state="CORRECTED").exists():
        raise Refusal("该表已有正在办理的更正版，请在那一版上更正")
    new = Submission(
        table=locked.table,
        unit=locked.unit,
        county=locked.county,
        period=locked.period,
        version=locked.version + 1,
        cells={key: _carried(cell) for key, cell in locked.cells.items()},
        frozen=locked.frozen,
        generated_at=now,
        explanations=locked.explanations,
        zero=locked.zero,
        corrects=locked,
        correction_reason=reason.strip(),
    )
    begin_all([new], step="generate", now=now)
    facts = {"version": new.version, "reason": reason.strip()}
    record(actor=actor, action="submission.correct", subject=new, unit=new.unit, facts=facts)
    return new


def _carried(cell: Mapping[str, Any]) -> dict[str, Any]:
    """A cell as the new version begins with it: an earlier correction is now simply its figure."""
    return {key: value for key, value in cell.items() if key not in ("was", "why")}


@transaction.atomic
def correct_cell(
    *, submission: Submission, key: str, value: str, reason: str, actor: Any, now: datetime
) -> Submission:
    """Change one figure of a correction; the figure before, the reason and the person stay beside it."""
    require(actor, "table.fill", submission.unit)
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("unit", "county")
        .get(pk=submission.pk)
    )
    if not locked.is_correction or locked.state not in EDITABLE:
        raise Refusal(f"该表{locked.get_state_display()}，只有办理中的更正版可以更正")
    if key not in locked.periodical.fillable | locked.periodical.counted:
        raise Refusal(f"{key} 是比例，由分子、分母算出，不能更正", field="value")
    words = key in locked.periodical.texts
    number = read_words(value, key) if words else read_number(value, key)
    if number is None:
        raise Refusal(f"请填写更正后的{'内容' if words else '数字'}", field="value")
    if not reason.strip() or len(reason) > LONGEST:
        raise Refusal(f"请写明更正原因，不超过{LONGEST}字", field="reason")
    cell = dict(locked.cells.get(key) or {})
    before = cell.get("was", cell.get("manual", cell.get("auto", "")))
    if number == before:
        raise Refusal(f"更正后的{'内容' if words else '数字'}与原来相同", field="value")
    cell |= {"manual": number, "was": before, "why": reason.strip(), "by": str(actor), "at": moment(now)}
    locked.cells = {**locked.cells, key: cell}
    locked.filled_by = actor
    locked.save(update_fields=["cells", "filled_by"])
    perform(subject=locked, step="fill", actor=actor, now=now)
    facts = {"cell": key, "was": before, "now": number, "reason": reason.strip()}
    record(actor=actor, action="submission.corrected", subject=locked, unit=locked.unit, facts=facts)
    return locked
