"""Draft and fill submissions."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django.db import transaction
from django.utils import timezone

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import begin_all, perform
from salvation.journal.services import record
from salvation.periods.models import PERIODICALS, Submission
from salvation.units.models import Unit

EDITABLE = frozenset({"DRAFT_READY", "FILLING", "RETURNED"})
HIGHEST = Decimal("1e12")
LONGEST = 500


@transaction.atomic
def draft_submissions(
    *,
    table: str,
    county: Unit,
    units: Sequence[Unit],
    month: Month,
    figures: Mapping[int, Mapping[str, str]],
    frozen: bool,
    due_on: date | None,
    now: datetime,
) -> list[Submission]:
    """Write or refresh the automatic figures of every unit; what people filled stays. Submitted ones are left alone.

    ``figures``: unit id → cell key → number as text.
    """
    held = {
        submission.unit_id: submission
        for submission in Submission.objects.select_for_update().filter(
            table=table, county=county, period=month.first_day, version=1
        )
    }
    drafted, new, changed = [], [], []
    for unit in units:
        submission = held.get(unit.pk)
        if submission is None:
            submission = Submission(
                table=table, unit=unit, county=county, period=month.first_day, due_on=due_on
            )
            new.append(submission)
        elif submission.frozen or submission.state not in EDITABLE | {"PENDING"}:
            continue
        else:
            changed.append(submission)
        submission.cells = _merged(submission.cells, figures.get(unit.pk, {}))
        submission.frozen, submission.generated_at = frozen, now
        drafted.append(submission)
    begin_all(new, step="generate", now=now)
    Submission.objects.bulk_update(changed, ["cells", "frozen", "generated_at"])
    for submission in changed:
        if submission.state == "PENDING":
            perform(subject=submission, step="generate", actor=None, now=now)
    return drafted


def _merged(cells: Mapping[str, Any], figures: Mapping[str, str]) -> dict[str, Any]:
    """What the system counts now takes the place of what people filled in while it did not."""
    kept = {key: {k: v for k, v in cell.items() if k != "auto"} for key, cell in cells.items()}
    kept |= {key: {"auto": value} for key, value in figures.items()}
    return {key: cell for key, cell in kept.items() if cell}


@transaction.atomic
def fill_cells(*, submission: Submission, values: Mapping[str, str], actor: Any, now: datetime) -> Submission:
    """Fill in what the system cannot count; each figure keeps who filled it and when. '' takes one back. Raises Refusal."""
    require(actor, "table.fill", submission.unit)
    locked = Submission.objects.select_for_update().select_related("unit", "county").get(pk=submission.pk)
    if locked.state not in EDITABLE:
        raise Refusal(f"该表{locked.get_state_display()}，不能再填；需要修改请先退回")
    if locked.is_correction:
        raise Refusal("更正版请在表上逐项更正，每项写明原因")
    fillable = PERIODICALS[locked.table].fillable
    cells, changed = dict(locked.cells), {}
    if completes := PERIODICALS[locked.table].completes:
        values = completes(locked.cells, locked.before(), dict(values))
    for key, raw in values.items():
        if key not in fillable:
            raise Refusal(f"{key} 由系统计算，不能填写；数据有误请在业务中更正", field=key)
        value = read_words(raw, key) if key in PERIODICALS[locked.table].texts else read_number(raw, key)
        if (cells.get(key) or {}).get("manual") != value:
            changed[key] = value or ""
            cells[key] = {"manual": value, "by": str(actor), "at": moment(now)} if value is not None else {}
    if not changed:
        return locked
    locked.cells = {key: cell for key, cell in cells.items() if cell}
    locked.filled_by = actor
    locked.save(update_fields=["cells", "filled_by"])
    perform(subject=locked, step="fill", actor=actor, now=now)
    record(actor=actor, action="submission.cell", subject=locked, unit=locked.unit, facts=changed)
    return locked


def moment(now: datetime) -> str:
    """When something was filled in, as people read it."""
    return f"{timezone.localtime(now):%Y-%m-%d %H:%M}"


def read_words(raw: str, key: str) -> str | None:
    """What stands in a cell of words, '' as None. Raises Refusal naming the cell."""
    text = str(raw).strip()
    if len(text) > LONGEST:
        raise Refusal(f"{key} 超过{LONGEST}字，请精简", field=key)
    return text or None


def read_number(raw: str, key: str) -> str | None:
    """A figure as text, '' as None. Raises Refusal naming the cell."""
    text = str(raw).replace(",", "").strip()
    if not text:
        return None
    try:
        number = Decimal(text)
    except InvalidOperation as error:
        raise Refusal(f"{key} 的“{raw}”不是数字", field=key) from error
    if not number.is_finite() or number < 0 or number > HIGHEST or number != round(number, 2):
        raise Refusal(f"{key} 的“{raw}”不对：应为不小于0、最多两位小数的数字", field=key)
    return format(number, "f")
