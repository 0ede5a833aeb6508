"""Due dates: working days by the State Council's calendar, overridable by rows (domain/02 §2.9)."""

from datetime import date

from django.core.cache import cache

from salvation.domain.workdays import WorkCalendar
from salvation.duties.models import CalendarDay
from salvation.flow.table import Deadline
from salvation.parameters.book import at
from salvation.units.models import Unit

CACHE_KEY = "work-calendar-overrides"


def work_calendar() -> WorkCalendar:
    """The calendar with the bureau's own rows on top."""
    overrides = cache.get(CACHE_KEY)
    if overrides is None:
        overrides = dict(CalendarDay.objects.values_list("day", "is_workday"))
        cache.set(CACHE_KEY, overrides, 300)
    return WorkCalendar(overrides)


def due_date(deadline: Deadline, *, start: date, unit: Unit, spent: int = 0) -> date:
    """Last day on which the act is in time; the starting day does not count.

    ``spent`` days were used in earlier stays; whoever comes back has at least one day left.
    """
    days = int(at(deadline.parameter, on=start, unit=unit).value)
    if spent:
        days = max(days - spent, 1)
    if deadline.workdays:
        return work_calendar().add(start, days)
    return date.fromordinal(start.toordinal() + days)
