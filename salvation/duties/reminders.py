"""Reminders and escalation: before a deadline to whoever must act, after it to the head of the unit, then to the county.

What is late is always asked of the dates; only that somebody was reminded is written (12 §12.1 #12). One row a unit, level
and day; on days off nothing is sent, the next working day sends it once (domain/11).
"""
# requirements: L11

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from salvation.duties.models import Duty, Reminder
from salvation.duties.services import ESCALATIONS, close_duty, open_duty
from salvation.flow.clock import work_calendar
from salvation.parameters.book import Book
from salvation.units.models import Unit

UNIT_DUTY, COUNTY_DUTY = "duty.late", "duty.late.county"
ESCALATIONS.update((UNIT_DUTY, COUNTY_DUTY))


@dataclass(frozen=True, slots=True)
class Pile:
    """Open duties of a unit that one level is told of."""

    unit: Unit
    duties: Sequence[Duty]

    @property
    def oldest(self) -> date:
        return min(duty.due_on for duty in self.duties if duty.due_on)


@transaction.atomic
def remind(*, county: Unit, on: date, now: datetime) -> int:
    """Send the day's reminders of a county; returns how many rows were written. Doing it twice writes nothing more."""
    calendar = work_calendar()
    if not calendar.is_workday(on):
        return 0
    book = Book(unit=county, on=on)
    ahead = on + timedelta(days=int(book["remind.ahead_days"]))
    patience = int(book["remind.county_days"])
    waiting = list(_waiting(county, ahead))
    late = [duty for duty in waiting if duty.due_on and duty.due_on < on]
    soon = [duty for duty in waiting if duty.due_on and duty.due_on >= on]
    very_late = [duty for duty in late if duty.due_on and calendar.between(duty.due_on, on) > patience]
    written = _note(Reminder.Level.AHEAD, _by_unit(soon), on, now)
    written += _tell_heads(_by_unit(late), county, on, now)
    return written + _tell_county(_by_unit(very_late), county, patience, on, now)


def _waiting(county: Unit, until: date) -> Any:
    """Open duties of a county's units with a deadline up to ``until``; escalations are no duties of their own."""
    return (
        Duty.objects.filter(unit__path__startswith=county.path, done_at__isnull=True, due_on__lte=until)
        .exclude(kind__in=ESCALATIONS)
        .select_related("unit")
        .order_by("unit__sort", "unit__code", "due_on", "id")
    )


def _by_unit(duties: Iterable[Duty]) -> list[Pile]:
    piles: dict[Unit, list[Duty]] = defaultdict(list)
    for duty in duties:
        piles[duty.unit].append(duty)
    return [Pile(unit, held) for unit, held in piles.items()]


def _note(level: str, piles: Sequence[Pile], on: date, now: datetime) -> int:
    known = set(
        Reminder.objects.filter(level=level, on=on, unit__in=[pile.unit for pile in piles]).values_list(
            "unit", flat=True
        )
    )
    rows = [
        Reminder(unit=pile.unit, level=level, on=on, at=now, duties=len(pile.duties), oldest=pile.oldest)
        for pile in piles
        if pile.unit.pk not in known
    ]
    Reminder.objects.bulk_create(rows)
    return len(rows)


def _tell_heads(piles: Sequence[Pile], county: Unit, on: date, now: datetime) -> int:
    """One line on the desk of each unit's head, renewed daily; it goes when nothing is late any more."""
    late = {pile.unit.pk for pile in piles}
    for duty in Duty.objects.filter(kind=UNIT_DUTY, unit__path__startswith=county.path, done_at__isnull=True):
        if duty.subject_id not in late:
            close_duty(kind=UNIT_DUTY, subject_id=duty.subject_id, now=now, actor=None)
    for pile in piles:
        title = f"本单位有{len(pile.duties)}件逾期未办，最早的应于{pile.oldest:%Y年%m月%d日}办结"
        # The county has no head of its own here: its delays are seen by those who oversee it.
        told = "duty.oversee.county" if pile.unit == county else "duty.head"
        _open(UNIT_DUTY, pile.unit, told, title, pile.oldest, now)
    return _note(Reminder.Level.UNIT, piles, on, now)


def _tell_county(piles: Sequence[Pile], county: Unit, patience: int, on: date, now: datetime) -> int:
    """One line for the county, whatever the number of units that do not move."""
    if not piles:
        close_duty(kind=COUNTY_DUTY, subject_id=county.pk, now=now, actor=None)
        return 0
    count = sum(len(pile.duties) for pile in piles)
    title = f"{len(piles)}个单位共{count}件逾期超过{patience}个工作日"
    _open(COUNTY_DUTY, county, "duty.oversee.county", title, min(pile.oldest for pile in piles), now)
    return _note(Reminder.Level.COUNTY, piles, on, now)


def _open(kind: str, unit: Unit, permission: str, title: str, due_on: date, now: datetime) -> None:
    # A job that was stopped halfway tells nobody twice.
    told = {"kind": kind, "subject_id": unit.pk, "permission": permission, "title": title, "due_on": due_on}
    if Duty.objects.filter(**told, done_at__isnull=True).exists():
        return
    open_duty(
        kind=kind,
        subject_id=unit.pk,
        unit=unit,
        permission=permission,
        title=title,
        url=f"{reverse('duties:calendar')}?late=1",
        now=now,
        due_on=due_on,
    )


def reminders_of(user: Any, *, days: int = 30) -> Any:
    """Reminders of the last days that this person may see, newest first."""
    since = timezone.localdate() - timedelta(days=days)
    return Reminder.objects.visible_to(user).filter(on__gte=since).select_related("unit")
