"""Until when each stage of a roster must be done: days of the pay month, rolled off days off (12 §12.1 #17)."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date

from salvation.domain.month import Month
from salvation.domain.workdays import Roll
from salvation.duties.calendar import Recurring
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


def recurring() -> tuple[Recurring, ...]:
    """The days of the roster's way that return every month, for the calendar (L11)."""

    def of(state: str, offset: int) -> Callable[[Month, Unit], Iterable[date]]:
        def days(month: Month, county: Unit) -> list[date]:
            # Rolled days may fall into the neighbouring month.
            found = (due_on(book_for(county, m), m, state) for m in (month + offset - 1, month + offset))
            return [day for day in found if day and Month.of(day) == month]

        return days

    def paid(month: Month, county: Unit) -> list[date]:
        return [pay_by(book_for(county, month), month)]

    where = "funds:rosters"
    return (
        Recurring("花名表签章上报", "002 第31条", "roster.view", where, of("DRAFT", 1)),
        Recurring("花名表县局审核", "发放批次流程", "roster.county_check", where, of("TOWN_SIGNED", 0)),
        Recurring("局务会审批花名表", "发放批次流程", "roster.approve", where, of("COUNTY_CHECK", 0)),
        Recurring("救助金发放到位", "000 第55条", "roster.view", where, paid),
    )


def pay_by(values: Book, month: Month) -> date:
    """每月 10 日前到位 (000 L55)."""
    return month.day(int(str(values["funds.pay_by_day"])))
