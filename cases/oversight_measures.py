"""Figures of filed relatives and of what villages sign: SC08, SJ16–SJ18 (04 §4.1)."""
# requirements: B20, B21, C02

from typing import Any

from django.db.models import Case, DateField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import TruncMonth

from cases.care_measures import household_of
from cases.models import KinshipFiling, VillageAttestation
from salvation.flow.models import StatFreeze, Transition
from salvation.periods.measures import Frame, Measure, Source


def filings(frame: Frame) -> QuerySet[Any]:
    """Filings once made; the day is that of the entry, so that none comes late."""
    rows = KinshipFiling.objects.filter(county=frame.county, filed_on__isnull=False)
    month = TruncMonth("filed_on", output_field=DateField())
    return rows.annotate(household_id=household_of("person"), filed_month=month)


def filings_in_force(frame: Frame) -> QuerySet[Any]:
    """Filings that stood on the last day of the month."""
    last = frame.month.last_day
    return filings(frame).filter(Q(ended_on__isnull=True) | Q(ended_on__gt=last), filed_on__lte=last)


def inspected(frame: Frame) -> QuerySet[Any]:
    """Inspections of filed people, each as the recorded step: it keeps the statistical month."""
    of_county = KinshipFiling.objects.filter(county=frame.county)
    mine = KinshipFiling.objects.filter(pk=OuterRef("subject_id"))
    rows = Transition.objects.filter(flow="kinship", step="inspect", subject_id__in=of_county.values("pk"))
    return rows.annotate(
        person_id=Subquery(mine.values("person_id")[:1]),
        household_id=household_of("subject_id", by="person__filings"),
    )


def attested(frame: Frame) -> QuerySet[Any]:
    """The villages that are to sign for the month; ``in_time``: signed by its last day, registered before its freeze."""
    rows = VillageAttestation.objects.filter(cycle__county=frame.county, cycle__month=frame.month.first_day)
    in_time = Q(signed_on__lte=frame.month.last_day)
    if frame.frozen:
        freeze = StatFreeze.objects.filter(county=frame.county, month=frame.month.first_day)
        in_time &= Q(registered_at__lte=Subquery(freeze.values("frozen_at")[:1]))
    return rows.annotate(in_time=Case(When(in_time, then=Value(value=True)), default=Value(value=False)))


SOURCES = (
    Source("filings", "近亲属备案", filings, month="filed_month", permission="kinship.view"),
    Source("filings.in_force", "有效的近亲属备案", filings_in_force, month=None, permission="kinship.view"),
    Source("filings.inspected", "备案对象排查", inspected, permission="kinship.view"),
    Source("attested", "签字报表", attested, month=None),
)
MEASURES = (
    Measure("SC08", "filings.inspected", "people"),
    Measure("SJ16", "filings.in_force", "people"),
    Measure("SJ17", "filings", "people"),
    Measure("SJ18D", "attested", "events"),
    Measure("SJ18", "attested", "events", Q(in_time=True)),
)
