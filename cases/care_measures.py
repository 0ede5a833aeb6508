"""Group SF of the statistics: 特困服务 (04 §4.2)."""

from typing import Any

from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery

from cases.models import (
    CareAgreement,
    CareAssessment,
    CareVisit,
    CareWish,
    MedicalContract,
    Member,
    OrphanTag,
    Person,
)
from cases.models.choices import TEKUN, CareLevel, Program
from salvation.periods.measures import Frame, Measure, Source

MIND = ("INTELLECT", "MENTAL")
LOST = (CareLevel.HALF.value, CareLevel.FULL.value)


def supported(frame: Frame, covered: QuerySet[Any]) -> QuerySet[Any]:
    """People on 特困 at the month's end with what was valid on its last day."""
    last = frame.month.last_day
    mine = Q(person=OuterRef("person_id"))
    during = Q(from_on__lte=last, until_on__gte=last)
    assessed = CareAssessment.objects.filter(mine, assessed_on__lte=last).order_by("-assessed_on", "-pk")
    wished = CareWish.objects.filter(mine, registered_on__lte=last).filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=last)
    )
    seen = CareVisit.objects.filter(mine, stat_month=frame.month.first_day, way=CareVisit.Way.ONSITE)
    return covered.filter(program__in=TEKUN).annotate(
        contracted=Exists(MedicalContract.objects.filter(mine, during, kind="ORDINARY")),
        agreed=Exists(CareAgreement.objects.filter(mine, during)),
        visited=Exists(seen),
        # Only an assessment that is still valid counts.
        graded=Subquery(assessed.filter(next_on__gt=last).values("level")[:1]),
        wishes=Exists(wished.filter(wish=CareWish.Wish.CENTRALIZED)),
    )


def household_of(person: str, by: str = "person") -> Subquery:
    """The household now of the ``person`` of a row, or the last one he had: the list behind a figure names it.

    ``by``: the way from a member to what the row names him with.
    """
    members = Member.objects.filter(**{by: OuterRef(person)})
    return Subquery(members.order_by(F("left_on").desc(nulls_first=True), "-pk").values("household")[:1])


def special(frame: Frame, covered: QuerySet[Any]) -> QuerySet[Any]:
    """People on 特困 and orphans with a mental or intellectual disability."""
    last = frame.month.last_day
    mine = Q(person=OuterRef("pk"))
    orphans = OrphanTag.objects.filter(recognised_on__lte=last).filter(
        Q(ended_on__isnull=True) | Q(ended_on__gt=last)
    )
    signed = MedicalContract.objects.filter(mine, kind="SPECIAL", from_on__lte=last, until_on__gte=last)
    people = Person.objects.filter(unit__county=frame.county).annotate(signed=Exists(signed))
    # One list of both: asked by halves, the planner reads everybody of every county.
    either = (
        covered.filter(program__in=TEKUN).order_by().values("person_id").union(orphans.values("person_id"))
    )
    return people.filter(Q(disability_kind__in=MIND) | Q(signed=True), pk__in=either).annotate(
        person_id=F("pk"), household_id=household_of("pk")
    )


def visits(frame: Frame) -> QuerySet[Any]:
    """Every visit, whatever way."""
    rows = CareVisit.objects.filter(unit__county=frame.county).select_related("person", "unit")
    return rows.annotate(household_id=household_of("person"))


def sources(covered: Any) -> tuple[Source, ...]:
    """``covered`` gives everybody helped at the month's end."""
    return (
        Source("care", "特困供养人员", lambda frame: supported(frame, covered(frame)), month=None),
        Source("care.special", "特殊病种人员", lambda frame: special(frame, covered(frame)), month=None, person="pk"),
        Source("care.visits", "探视巡访", visits),
    )  # fmt: skip


DISPERSED = Q(program=Program.TEKUN_DISPERSED)
WISHING = Q(wishes=True, graded__in=LOST)
MEASURES = (
    Measure("SF01", "care", "people", Q(contracted=True)),
    Measure("SF02D", "care", "people"),
    Measure("SF03", "care.special", "people"),
    Measure("SF04", "care.special", "people", Q(signed=True)),
    Measure("SF07", "care", "people", DISPERSED & Q(agreed=True)),
    Measure("SF09", "care", "people", DISPERSED),
    Measure("SF10", "care", "people", DISPERSED & Q(visited=True)),
    Measure("SF12", "care.visits", "events"),
    Measure("SF13", "care.visits", "events", Q(org=CareVisit.Org.NPO)),
    Measure("SF14", "care", "people", Q(graded__isnull=False)),
    Measure("SF16", "care", "people", Q(graded=CareLevel.SELF.value)),
    Measure("SF17", "care", "people", Q(graded=CareLevel.HALF.value)),
    Measure("SF18", "care", "people", Q(graded=CareLevel.FULL.value)),
    Measure("SF19", "care", "people", WISHING),
    Measure("SF20", "care", "people", WISHING & Q(program=Program.TEKUN_CENTRALIZED)),
)
