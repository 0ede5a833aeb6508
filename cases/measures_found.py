"""Figures of discovery and of the lists of monitored households: SB01–SB03, SB08, SJ09 (04 §4.1)."""
# requirements: B16, B25, B26

from typing import Any

from django.db.models import CharField, Exists, OuterRef, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat

from cases.measures import confirmed
from cases.models import Discovery, MonitoredPerson, SpecialDeliberation
from salvation.periods.measures import Frame, Measure, Source


def monitored(frame: Frame) -> QuerySet[Any]:
    """People on a list, in the month in which they were found helped by the matching, or looked into."""
    rows = MonitoredPerson.objects.filter(county=frame.county)
    month = Coalesce("matched_month", "discovery__checked_month")
    return rows.annotate(stat_month=month).filter(stat_month__isnull=False)


def discovered(frame: Frame) -> QuerySet[Any]:
    """People found otherwise; one without papers is counted by his matter."""
    nameless = Concat(Value("D"), Cast("pk", CharField()))
    rows = Discovery.objects.filter(county=frame.county).exclude(origin=Discovery.Origin.LIST)
    return rows.annotate(who=Coalesce(Cast("id_index", CharField()), nameless))


def looked_into(frame: Frame) -> QuerySet[Any]:
    return discovered(frame).filter(checked_month__isnull=False)


def informed(frame: Frame) -> QuerySet[Any]:
    """Whoever was told of the policies, from a list or not."""
    nameless = Concat(Value("D"), Cast("pk", CharField()))
    rows = Discovery.objects.filter(county=frame.county, informed_month__isnull=False)
    return rows.annotate(who=Coalesce(Cast("id_index", CharField()), nameless))


def confirmed_from_lists(frame: Frame) -> QuerySet[Any]:
    """People first covered who stood on a list in force on the day of the decision."""
    decided = OuterRef("term__benefit__applications__decided_on")
    listed = MonitoredPerson.objects.filter(
        county=frame.county, id_index=OuterRef("person__id_index"), batch__valid_from__lte=decided,
        batch__valid_until__gte=decided,
    )  # fmt: skip
    return confirmed(frame).filter(Exists(listed))


def deliberated(frame: Frame) -> QuerySet[Any]:
    """一事一议 on which a meeting came to a conclusion."""
    return SpecialDeliberation.objects.filter(county=frame.county, stat_month__isnull=False)


SOURCES = (
    Source(
        "deliberated",
        "一事一议",
        deliberated,
        person="application__applicant_id",
        household="application__household_id",
    ),
    Source("monitored", "三类人员排查", monitored, person="id_index", household="discovery__household_id"),
    Source("discovered", "重点人群摸排", looked_into, person="who", month="checked_month"),
    Source("informed", "主动告知政策", informed, person="who", month="informed_month"),
    Source("confirmed.monitored", "来自三类人员的新纳入对象", confirmed_from_lists),
)
MEASURES = (
    Measure("SJ09", "deliberated", "events"),
    Measure("SB01", "monitored", "people"),
    Measure("SB02", "discovered", "people"),
    Measure("SB03", "informed", "people"),
    Measure("SB08", "confirmed.monitored", "people"),
)
