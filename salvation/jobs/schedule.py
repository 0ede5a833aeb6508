"""When jobs are due, by business date: a missed night is caught up, for its own day (domain/11).

schedule(Monthly("roster.generate", day=26, hour=2))
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from salvation.domain.month import Month
from salvation.jobs.models import Run
from salvation.units.models import Unit


@dataclass(frozen=True, slots=True)
class Monthly:
    """Due on a day of each month (31 = the last) for every county that works with the system."""

    code: str
    day: int
    hour: int
    minute: int = 0
    # Which month the run is for, counted from the month in which it is due (-1 = the month before).
    offset: int = 0

    def periods(self, now: datetime) -> Iterator[str]:
        """The latest due period; older ones are caught up too, at most three months back."""
        for back in range(3, -1, -1):
            due_month = Month.of(now.date()) - back
            if self.due_at(due_month) <= now:
                yield str(due_month + self.offset)

    def due_at(self, month: Month) -> datetime:
        day = min(self.day, month.last_day.day)
        moment = datetime(month.year, month.month, day, self.hour, self.minute)  # noqa: DTZ001 - made aware below
        return timezone.make_aware(moment)


@dataclass(frozen=True, slots=True)
class Daily:
    """Due every day; a missed day is caught up for its own date, at most a week back."""

    code: str
    hour: int
    minute: int = 0

    def periods(self, now: datetime) -> Iterator[str]:
        for back in range(7, -1, -1):
            day = now - timedelta(days=back)
            if day.replace(hour=self.hour, minute=self.minute, second=0, microsecond=0) <= now:
                yield day.date().isoformat()


SCHEDULE: list[Monthly | Daily] = []
# Which counties work with the system: set by the app that knows (cases), so that 2,000 loaded divisions stay idle.
COUNTIES: list[Callable[[], list[Unit]]] = []


def schedule(*entries: Monthly | Daily) -> None:
    SCHEDULE.extend(entry for entry in entries if entry not in SCHEDULE)


def due_runs() -> list[tuple[str, Unit, str]]:
    """(job, county, period) that are due and were never started."""
    now = timezone.localtime()
    counties = [unit for source in COUNTIES for unit in source()]
    wanted = [
        (entry.code, unit, period) for entry in SCHEDULE for period in entry.periods(now) for unit in counties
    ]
    started = set(Run.objects.filter(unit__in=counties).values_list("job", "unit_id", "period"))
    return [(code, unit, period) for code, unit, period in wanted if (code, unit.pk, period) not in started]
