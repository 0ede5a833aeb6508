"""The work desk: panels with numbers that apps register, and what waits for a person by deadline."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db.models import Count, Q

from salvation.duties.models import Duty
from salvation.duties.selectors import duties_for, light

SHOWN = 50
WEEK = 7


@dataclass(frozen=True)
class Number:
    """A figure on the desk; ``text`` is already formatted (1,234 / 12.50% / 缺数据)."""

    label: str
    text: str
    url: str = ""


@dataclass(frozen=True)
class Panel:
    """Numbers of one app, for holders of a permission. ``numbers`` gets the user and today."""

    title: str
    permission: str
    numbers: Callable[[Any, date], Sequence[Number]]
    order: int = 100


Panels = list[tuple[str, Sequence[Number]]]
PANELS: list[Panel] = []


def counted(rows: Any, **which: Q) -> dict[str, int]:
    """How many of the rows meet each condition: one statement, as every desk asks for many numbers."""
    found: dict[str, int] = rows.aggregate(**{name: Count("pk", filter=met) for name, met in which.items()})
    return found


def register(*panels: Panel) -> None:
    """Add panels to the desk."""
    PANELS.extend(panels)


def panels_for(user: Any, today: date) -> Panels:
    """Titles and numbers this person may see; panels without numbers stay away.

    Numbers of a county are dear: they are kept for DESK_SECONDS, and counted anew at once after the person's own writes.
    """
    key, posts = _key(user), tuple(post.pk for post in user.current_posts)
    held = cache.get(key)
    if held and held[0] == (today, posts):
        kept: Panels = held[1]
        return kept
    shown = list(_counted_panels(user, today))
    cache.set(key, ((today, posts), shown), settings.DESK_SECONDS)
    return shown


def forget(user: Any) -> None:
    """The person wrote something: the numbers of the own desk show it at once."""
    cache.delete(_key(user))


def _key(user: Any) -> str:
    return f"desk:{user.pk}"


def _counted_panels(user: Any, today: date) -> Iterator[tuple[str, Sequence[Number]]]:
    for panel in sorted(PANELS, key=lambda panel: panel.order):
        if user.may(panel.permission):
            numbers = panel.numbers(user, today)
            if numbers:
                yield panel.title, numbers


@dataclass(frozen=True)
class Task:
    """A duty as the desk shows it."""

    title: str
    url: str
    unit: str
    due_on: date | None
    light: str


@dataclass(frozen=True)
class Tasks:
    """What waits, in three piles."""

    now: Sequence[Task]
    week: Sequence[Task]
    later: Sequence[Task]
    more: bool

    @property
    def late(self) -> int:
        return sum(task.light == "late" for task in self.now)


def tasks_for(user: Any, today: date) -> Tasks:
    """Open duties: late and due today; within a week; the rest. Earliest first, at most ``SHOWN`` of all."""
    rows = list(duties_for(user)[: SHOWN + 1])
    tasks = [_task(row, today) for row in rows[:SHOWN]]
    until = today + timedelta(days=WEEK)
    now = [task for task in tasks if task.light in ("late", "today")]
    week = [task for task in tasks if task not in now and task.due_on and task.due_on <= until]
    later = [task for task in tasks if task not in now and task not in week]
    return Tasks(now, week, later, more=len(rows) > SHOWN)


def _task(row: Duty, today: date) -> Task:
    return Task(row.title, row.url, str(row.unit), row.due_on, light(row.due_on, today))
