"""Draft the ledgers of a month (domain/11 ledger.monthly, due on the 5th)."""
# requirements: L04, L05 part

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from reports.governance.services import rows_for
from reports.ledger.table import CODE, TASKS, LedgerRow, key
from salvation.domain.month import Month
from salvation.domain.workdays import Roll
from salvation.flow.clock import work_calendar
from salvation.parameters.book import Book
from salvation.periods.checks import number
from salvation.periods.models import Submission
from salvation.periods.services import draft_submissions
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units


def draft_ledgers(*, county: Unit, month: Month, now: datetime) -> list[Submission]:
    """Draft or refresh every unit's ledger from the figures of the month's table; what people wrote stays."""
    units = list(reporting_units(county, on=month.last_day))
    rows, frozen = rows_for(county, month, units)
    return draft_submissions(
        table=CODE,
        county=county,
        units=units,
        month=month,
        figures={row.unit.pk: _figures(row.cells) for row in rows},
        frozen=frozen,
        due_on=due_on(county, month),
        now=now,
    )


def _figures(cells: Mapping[str, Any]) -> dict[str, str]:
    """Figures of the tasks, added up from the governance table; one with an unknown part stays unknown."""
    found = {}
    for task in TASKS:
        for field, parts in task.figures.items():
            values = [number(cells, part) for part in parts]
            if all(value is not None for value in values):
                found[key(task, field)] = format(
                    sum((value or Decimal(0) for value in values), Decimal(0)), "f"
                )
    return found


def due_on(county: Unit, month: Month) -> date:
    """The 5th of the following month, moved off holidays as the parameter says."""
    book = Book(unit=county, on=month.last_day)
    due = (month + 1).day(int(book["ledger.monthly_due"]))
    return work_calendar().roll(due, Roll(str(book["deadline.roll"])))


def ledger_rows(submission: Submission) -> list[LedgerRow]:
    """A unit's ledger, one line a task."""
    return [LedgerRow(task, submission.unit.name, submission.cells) for task in TASKS]
