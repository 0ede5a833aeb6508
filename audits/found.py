"""Problems the system finds by itself, filed once each as problems of the unit: to be looked at by a person (A12, B17).

A finder reads what a lower room knows; the lower room knows nothing of problems.
"""
# requirements: A12, B17

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction

from audits.models import RectificationItem
from audits.services import item_number
from cases.models.choices import DIBAO, TEKUN
from cases.sync_checks import late_decisions
from salvation.flow.engine import begin
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.registers.conferences import breaches_in
from salvation.units.models import Unit

register(rectification__found="系统发现问题")

Category = RectificationItem.Category


@dataclass(frozen=True, slots=True)
class Found:
    """``origin``: by what it was found, the same each night; ``basis``: the rule or document."""

    origin: str
    unit: Unit
    category: str
    found_on: date
    description: str
    basis: str = ""


Finder = Callable[[Unit, date], Iterable[Found]]


def meetings(county: Unit, on: date) -> Iterator[Found]:
    """Meetings against their rules, and bodies that met too seldom (九类⑦)."""
    for one in breaches_in(county, on):
        yield Found(one.key, one.unit, Category.COUNCIL, one.found_on, one.words, one.basis)


def confirmations(county: Unit, on: date) -> Iterator[Found]:
    """Cases confirmed in the system too long after the meeting that decided them (B17)."""
    for decision, limit in late_decisions(county, on):
        application = decision.application
        category = Category.DIBAO if application.program in DIBAO else Category.MARGINAL
        category = Category.TEKUN if application.program in TEKUN else category
        words = (
            f"受理号{application.no}：会议日期{decision.meeting.held_on:%Y-%m-%d}，系统确认晚了{decision.lag}个工作日，"
            f"超过{limit}个工作日，未做到系统同步审批"
        )
        yield Found(f"B17:{decision.pk}", application.unit, category, on, words, "002 第29条")


FINDERS: tuple[Finder, ...] = (meetings, confirmations)


@transaction.atomic
def file_found(*, county: Unit, on: date, now: datetime) -> int:
    """File what was not filed yet, as found by the system; a person files or dismisses it. Returns how many."""
    found = {one.origin: one for finder in FINDERS for one in finder(county, on)}
    known = RectificationItem.objects.filter(origin__in=list(found)).values_list("origin", flat=True)
    fresh = [found[origin] for origin in sorted(set(found) - set(known))]
    for one in fresh:
        item = RectificationItem(
            no=item_number(county, now), unit=one.unit, county=county, category=one.category, source="SELF",
            basis=one.basis[:100], found_on=one.found_on, description=one.description, origin=one.origin,
        )  # fmt: skip
        begin(item, actor=None, now=now)
    if fresh:
        record(actor=None, action="rectification.found", unit=county, facts={"problems": len(fresh)})
    return len(fresh)
