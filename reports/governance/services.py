"""Count, draft and read the monthly table."""
# requirements: L01

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction

from cases.services.snapshots import freeze_month, is_frozen
from reports.governance.checks import BEHIND
from reports.governance.columns import COMPUTED, COUNTY_ONLY, DISTINCT, Figure
from reports.governance.table import TABLE, Row
from salvation.domain.month import Month
from salvation.domain.workdays import Roll
from salvation.flow.clock import work_calendar
from salvation.parameters.book import Book
from salvation.periods.measures import Figures, Frame, compute
from salvation.periods.models import Submission, in_force
from salvation.periods.services import draft_submissions
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units

CODE = TABLE.code
# Counted from other figures of the same row: code → (added, subtracted) cell keys.
DERIVED = {"SL03D": (("SL01.c", "SL06A.c", "SL06B.c"), ("SL01X.c",))}


def frame_for(county: Unit, month: Month) -> Frame:
    """The month with the start of its cumulative figures (campaign start, or January of its year)."""
    book = Book(unit=county, on=month.last_day)
    start = Month.of(date.fromisoformat(str(book["campaign.cum_start"])))
    since = start if start <= month else Month(month.year, 1)
    return Frame(county, month, since, is_frozen(county, month))


def count(frame: Frame, units: Sequence[Unit]) -> tuple[dict[int, dict[str, str]], dict[str, str]]:
    """Cells of every unit, and the county's figures that count nobody twice. Numbers as text.

    A computed figure without records is a real zero; one without its source (population) stays unknown.
    """
    found = compute(frame, [*(figure.code for figure in COMPUTED), *BEHIND])
    by_unit = {unit.pk: _cells(found, unit.pk) for unit in units}
    return by_unit, _cells(found, None)


def _cells(found: Figures, unit: int | None) -> dict[str, str]:
    cells: dict[str, str] = {}
    for figure in COMPUTED:
        if unit is not None and figure.code in COUNTY_ONLY:
            continue
        for key in figure.keys:
            number = found.get(key, {}).get(unit)
            if number is None and _unknown(figure):
                continue
            cells[key] = _text(number or 0)
    cells |= {code: _text(found.get(code, {}).get(unit, 0)) for code in BEHIND}
    for key, (added, subtracted) in DERIVED.items():
        total = sum((Decimal(cells.get(part, "0")) for part in added), Decimal(0))
        cells[key] = _text(total - sum((Decimal(cells.get(part, "0")) for part in subtracted), Decimal(0)))
    return cells


def _unknown(figure: Figure) -> bool:
    """The population is entered by people, and villages sign only in a cycle: without a row unknown, not zero."""
    return figure.code in {"SA01", "SJ18D", "SJ18"}


def _text(number: Any) -> str:
    return format(Decimal(number), "f")


def draft_month(*, county: Unit, month: Month, now: datetime) -> list[Submission]:
    """Draft the table of every reporting unit (after the freeze it can be signed)."""
    units = list(reporting_units(county, on=month.last_day))
    frame = frame_for(county, month)
    figures, _ = count(frame, units)
    return draft_submissions(
        table=CODE,
        county=county,
        units=units,
        month=month,
        figures=figures,
        frozen=frame.frozen,
        due_on=due_on(county, month),
        now=now,
    )


def due_on(county: Unit, month: Month) -> date:
    """The 10th of the following month, moved off holidays as the parameter says (00 §0.4 #4)."""
    book = Book(unit=county, on=month.last_day)
    due = (month - int(book["stat.period_offset"])).day(int(book["stat.report_due_day"]))
    return work_calendar().roll(due, Roll(str(book["deadline.roll"])))


@transaction.atomic
def close_month(*, county: Unit, month: Month, now: datetime, actor: Any = None) -> list[Submission]:
    """Freeze the month and draft the table: what the job of the 1st, 02:00 does (domain/11)."""
    freeze_month(county=county, month=month, now=now, actor=actor)
    return draft_month(county=county, month=month, now=now)


def rows_for(county: Unit, month: Month, units: Sequence[Unit]) -> tuple[list[Row], bool]:
    """The rows of units: their submissions where drafted from the frozen month, else a live draft; and whether frozen."""
    frame = frame_for(county, month)
    held = {
        submission.unit_id: submission
        for submission in in_force(Submission.objects.filter(table=CODE, unit__in=units))
        .filter(county=county, period=month.first_day)
        .select_related("unit", "county")
        .order_by("version")
    }
    missing = [unit for unit in units if unit.pk not in held or not held[unit.pk].frozen]
    live = count(frame, missing)[0] if missing else {}
    rows = []
    for unit in units:
        submission = held.get(unit.pk)
        cells = dict(submission.cells) if submission else {}
        if unit.pk in live:
            cells = {
                **cells,
                **{key: {**cells.get(key, {}), "auto": number} for key, number in live[unit.pk].items()},
            }
        rows.append(Row(unit, cells, submission))
    return rows, frame.frozen


def distinct_figures(county: Unit, month: Month) -> dict[str, str]:
    """What the county has of every counted column that its units do not add up to: 县级去重数, and what it alone holds."""
    codes = [figure.code for figure in COMPUTED if figure.code in DISTINCT | COUNTY_ONLY]
    found = compute(frame_for(county, month), codes)
    return {key: _text(by_unit.get(None) or 0) for key, by_unit in found.items()}


def own_figures(county: Unit, month: Month) -> dict[str, str]:
    """What the county itself holds and no unit of it, by cell key."""
    found = compute(frame_for(county, month), sorted(COUNTY_ONLY))
    return {code: _text(found.get(code, {}).get(None, 0)) for code in COUNTY_ONLY}


def restarts(submission: Submission) -> bool:
    """Whether cumulative figures begin anew in its month."""
    return frame_for(submission.county, submission.month).since == submission.month
