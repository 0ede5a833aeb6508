"""Working days by the State Council's yearly calendar, with the weekend days worked in exchange (调休)."""

from collections.abc import Mapping
from datetime import date, timedelta
from enum import StrEnum
from functools import cache

from chinese_calendar import holidays, workdays

_DAY = timedelta(days=1)


class Roll(StrEnum):
    """Where a deadline goes that falls on a day off (parameter deadline.roll)."""

    NONE = "NONE"
    NEXT = "NEXT"
    PREV = "PREV"


@cache
def _published_years() -> frozenset[int]:
    return frozenset(day.year for day in holidays)


class WorkCalendar:
    """Working days; `overrides` maps a date to whether it is worked and wins over the published calendar.

    A year not yet published falls back to Monday–Friday; `assumed(year)` says so, for the page to say so too.
    """

    def __init__(self, overrides: Mapping[date, bool] | None = None) -> None:
        self._overrides = dict(overrides or {})
        self._known_years = _published_years() | {day.year for day in self._overrides}

    def assumed(self, year: int) -> bool:
        """Tell whether `year` rests on weekends alone, its holidays being neither published nor entered."""
        return year not in self._known_years

    def is_workday(self, day: date) -> bool:
        worked = self._overrides.get(day)
        if worked is not None:
            return worked
        if day in holidays:
            return False
        return day.weekday() < 5 or day in workdays

    def add(self, start: date, count: int) -> date:
        """Give the `count`-th working day after `start`, which is itself not counted; 0 gives `start`."""
        if count < 0:
            raise ValueError("count of working days must not be negative")
        day = start
        while count:
            day += _DAY
            count -= self.is_workday(day)
        return day

    def between(self, start: date, end: date) -> int:
        """Count working days after `start` up to and including `end`; negative where `end` lies before."""
        if end < start:
            return -self.between(end, start)
        days = (start + timedelta(days=step) for step in range(1, (end - start).days + 1))
        return sum(map(self.is_workday, days))

    def roll(self, day: date, how: Roll) -> date:
        """Move a day off to the working day after (NEXT) or before (PREV) it; NONE leaves it."""
        if how is Roll.NONE:
            return day
        step = _DAY if how is Roll.NEXT else -_DAY
        while not self.is_workday(day):
            day += step
        return day
