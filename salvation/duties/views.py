"""The calendar of all deadlines (L11): what waits by day, what returns by rule, what is late, who was reminded."""

from calendar import Calendar as Weeks
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.db.models import Count, QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from salvation.access.place import own_county
from salvation.domain.errors import BadValue
from salvation.domain.month import Month
from salvation.duties.calendar import Recurring, recurring_in
from salvation.duties.models import Duty
from salvation.duties.reminders import reminders_of
from salvation.duties.selectors import duties_overseen
from salvation.flow.clock import work_calendar
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import Page

SHOWN = 200
REMINDERS = 20


@dataclass(frozen=True, slots=True)
class Day:
    """One cell of the month."""

    day: date
    inside: bool
    worked: bool
    today: bool
    duties: int
    late: bool
    recurring: Sequence[Recurring]


@dataclass(frozen=True, slots=True)
class Line:
    """A duty or a returning deadline in the list below the month."""

    due_on: date
    title: str
    url: str
    unit: str
    note: str = ""


class Calendar(Page):
    """/calendar/?month=2022-05&day=2022-05-10&late=1&unit=CODE; what cannot be read is left out."""

    title = "期限日历"
    permission = SIGNED_IN
    template_name = "duties/calendar.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        day = _day(request.GET.get("day", ""))
        month = Month.of(day) if day else _month(request.GET.get("month", ""), today)
        late, unit = request.GET.get("late") == "1", request.GET.get("unit", "")
        waiting = self._waiting(unit)
        recurring = recurring_in(month, own_county(request.user), request.user)
        shown = self._shown(waiting, month, day, late, today)
        lines = [_line(duty) for duty in shown[: SHOWN + 1]]
        if not late:
            lines += [_returning(on, one) for on, one in recurring if day in (None, on)]
        return self.show(
            {
                "month": month,
                "before": self._address(month=month - 1, unit=unit),
                "after": self._address(month=month + 1, unit=unit),
                "weeks": _weeks(month, waiting, recurring, today),
                "day": day,
                "only_late": late,
                "late": waiting.filter(due_on__lt=today).count(),
                "late_url": self._address(late=1, unit=unit),
                "whole_url": self._address(month=month, unit=unit),
                "unit": unit,
                "lines": sorted(lines[:SHOWN], key=lambda line: line.due_on),
                "more": len(lines) > SHOWN,
                "reminders": reminders_of(request.user)[:REMINDERS],
                "assumed": work_calendar().assumed(month.year),
            }
        )

    def _waiting(self, unit: str) -> QuerySet[Duty]:
        rows = duties_overseen(self.request.user).filter(due_on__isnull=False)
        return rows.filter(unit__code=unit) if unit else rows

    def _shown(
        self, waiting: QuerySet[Duty], month: Month, day: date | None, late: bool, today: date
    ) -> QuerySet[Duty]:
        if late:
            return waiting.filter(due_on__lt=today)
        if day:
            return waiting.filter(due_on=day)
        return waiting.filter(due_on__gte=month.first_day, due_on__lte=month.last_day)

    def _address(self, **query: Any) -> str:
        return "?" + urlencode({key: str(value) for key, value in query.items() if value})


def _day(words: str) -> date | None:
    try:
        return date.fromisoformat(words)
    except ValueError:
        return None


def _month(words: str, today: date) -> Month:
    try:
        return Month.parse(words)
    except (BadValue, ValueError):
        return Month.of(today)


def _weeks(
    month: Month, waiting: QuerySet[Duty], recurring: Sequence[tuple[date, Recurring]], today: date
) -> list[list[Day]]:
    weeks = Weeks().monthdatescalendar(month.year, month.month)
    counts = dict(
        waiting.filter(due_on__gte=weeks[0][0], due_on__lte=weeks[-1][-1])
        .order_by()
        .values("due_on")
        .annotate(n=Count("pk"))
        .values_list("due_on", "n")
    )
    calendar = work_calendar()
    return [
        [
            Day(
                day=day,
                inside=Month.of(day) == month,
                worked=calendar.is_workday(day),
                today=day == today,
                duties=counts.get(day, 0),
                late=day < today,
                recurring=[one for on, one in recurring if on == day],
            )
            for day in week
        ]
        for week in weeks
    ]


def _line(duty: Duty) -> Line:
    return Line(duty.due_on or date.max, duty.title, duty.url, str(duty.unit))


def _returning(on: date, one: Recurring) -> Line:
    return Line(on, one.label, one.url, "", f"每期固定（{one.basis}）")
