"""Deadlines that return (L11): every app declares its own, the calendar page shows them beside the open duties.

register(Recurring("花名表上报", "000 第31条", "roster.view", "funds:rosters", monthly=lambda month, unit: …))
"""
# requirements: L11

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse

from salvation.domain.month import Month
from salvation.units.models import Unit


@dataclass(frozen=True, slots=True)
class Recurring:
    """A deadline by rule. ``on`` gives its days within a month for a county; ``permission``: whom it concerns."""

    label: str
    basis: str
    permission: str
    url_name: str
    on: Callable[[Month, Unit], Iterable[date]]
    kwargs: tuple[tuple[str, str], ...] = ()

    @property
    def url(self) -> str:
        return reverse(self.url_name, kwargs=dict(self.kwargs) or None)


RECURRING: list[Recurring] = []


def register(*deadlines: Recurring) -> None:
    RECURRING.extend(one for one in deadlines if one not in RECURRING)


def recurring_in(month: Month, county: Unit | None, user: Any) -> list[tuple[date, Recurring]]:
    """The returning deadlines of a month that concern a person, in order of days."""
    if county is None:
        return []
    found = [(day, one) for one in RECURRING if user.may(one.permission) for day in one.on(month, county)]
    return sorted(found, key=lambda pair: (pair[0], pair[1].label))
