"""Until when each stage of a roster must be done: days of the pay month, rolled off days off (12 §12.1 #17)."""

from collections.abc import Mapping
from datetime import date

from salvation.domain.month import Month
from salvation.domain.workdays import Roll
from salvation.flow.clock import work_calendar
from salvation.parameters.book import Book
from salvation.units.models import Unit

TOWN_STATES = frozenset({"DRAFT", "TOWN_CHECK"})
COUNTY_DAYS = {"TOWN_SIGNED": "funds.county_check_day", "COUNTY_CHECK": "funds.approve_day"}


def book_for(unit: Unit, month: Month) -> Book:
    return Book(unit=unit, on=month.first_day)


def due_on(values: Book | Mapping[str, object], month: Month, state: str) -> date | None:
    """The last day of a state of ``month``'s roster; None for a state nobody must act in."""
    made_in = month - int(str(values["funds.roster_month_offset"]))
    if state in TOWN_STATES:
        day = made_in.day(int(str(values["funds.roster_due_day"])))
    elif state in COUNTY_DAYS:
        day = month.day(int(str(values[COUNTY_DAYS[state]])))
    else:
        return None
    return work_calendar().roll(day, Roll(str(values["deadline.roll"])))


def pay_by(values: Book, month: Month) -> date:
    """每月 10 日前到位 (000 L55)."""
    return month.day(int(str(values["funds.pay_by_day"])))
