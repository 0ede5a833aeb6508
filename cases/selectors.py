"""Reads of cases."""
# requirements: E11

from datetime import date
from typing import Any

from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Round

from cases.models import (
    Application,
    Declaration,
    Household,
    MonitoredPerson,
    RecoveryProposal,
    Relief,
    TermMember,
)
from salvation.domain.month import Month
from salvation.units.models import Unit


def with_own_part(covered: QuerySet[TermMember]) -> Any:
    """Add ``own``: what of a month's payment is this person's, with 照料护理 of 特困 (of several, in equal parts)."""
    together = TermMember.objects.filter(term=OuterRef("term")).order_by().values("term")
    heads = Subquery(together.annotate(n=Count("pk")).values("n"), output_field=IntegerField())
    return covered.annotate(own=F("base") + F("uplift") + Round(F("term__care") / heads, 2))


def coverage_in(month: Month, people: list[int]) -> QuerySet[TermMember]:
    """Who of these people is covered in a month, and by which programme."""
    return TermMember.objects.filter(person__in=people, months__contains=month.first_day).select_related(
        "term__benefit", "person"
    )


def open_applications(person_ids: list[int]) -> QuerySet[Application]:
    """Applications of these people that are not finished (B02: repeat applications)."""
    ended = Application.flow.ended
    return Application.objects.filter(applicant__in=person_ids).exclude(state__in=ended)


def recoveries_seen(user: Any, *about: Q, **of: Any) -> QuerySet[RecoveryProposal]:
    """What is to be recovered ``of`` a benefit, an order, … as far as ``user`` may see it."""
    rows = RecoveryProposal.objects.visible_to(user).filter(*about, **of, withdrawn_at__isnull=True)
    return rows.select_related("person")


def counties_at_work() -> list[Unit]:
    """Counties that hold households: the ones for which jobs run."""
    return list(Unit.objects.filter(pk__in=Household.objects.values("county").distinct()))


def first_of(day: date) -> date:
    return day.replace(day=1)


def with_risk(reliefs: QuerySet[Relief]) -> QuerySet[Relief]:
    """Relief with ``at_risk``: a member of the family stood on a list of 三类人员 valid on the day of application (E11)."""
    listed = MonitoredPerson.objects.filter(
        person__memberships__household=OuterRef("household"), batch__valid_from__lte=OuterRef("applied_on"),
        batch__valid_until__gte=OuterRef("applied_on"),
    )  # fmt: skip
    return reliefs.annotate(at_risk=Exists(listed))


# Nothing was given in the end: refused, called off before it was paid, or an advance that goes back.
NOT_HELPED = ("REJECTED", "RECOVER", "REFUNDED", "WITHDRAWN")


def earlier_reliefs(relief: Relief) -> QuerySet[Relief]:
    """Grants decided before this one, to its household or to a member of it in whatever household (E08).

    Unscoped: whether a cause was helped already must not depend on who looks; callers scope what they show.
    """
    people = relief.household.members.values("person")
    same = Q(household=relief.household_id) | Q(applicant__in=people)
    granted = Relief.objects.filter(same, amount__isnull=False).exclude(state__in=NOT_HELPED)
    return granted.exclude(pk=relief.pk).filter(decided_on__isnull=False)


def year_before(day: date) -> date:
    """The same day a year earlier, or the last one of a shorter February."""
    return (Month.of(day) - 12).day(day.day)


def reliefs_of_the_year(relief: Relief) -> QuerySet[Relief]:
    """Whatever this household or a member of it asked for in the twelve months before, in hand and refused too (E08).

    The township's reserve is among it. Unscoped as ``earlier_reliefs``: callers scope what they show.
    """
    people = relief.household.members.values("person")
    same = Q(household=relief.household_id) | Q(applicant__in=people)
    asked = Relief.objects.filter(same, applied_on__gt=year_before(relief.applied_on))
    return asked.exclude(pk=relief.pk).exclude(state__in=["DRAFT", "WITHDRAWN"])


def latest_declaration(household: Household) -> Declaration | None:
    """What the household last said of its economy."""
    return Declaration.objects.filter(household=household).order_by("-pk").first()
