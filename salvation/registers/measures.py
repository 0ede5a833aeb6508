"""Figures of meetings: SJ07, SJ08 (04 §4.1)."""
# requirements: A10, A11

from datetime import timedelta
from typing import Any

from django.db.models import DateField, ExpressionWrapper, OuterRef, QuerySet, Subquery, Value
from django.db.models.functions import Greatest, TruncMonth

from salvation.flow.models import StatFreeze
from salvation.periods.measures import Frame, Measure, Source
from salvation.registers.models import Meeting

# A month and a few days after the first of a month lies in the following one.
INTO_NEXT = timedelta(days=35)


def meetings(frame: Frame) -> QuerySet[Any]:
    """Meetings of a county's units. One recorded after its month was frozen counts in the next one (12 §12.1 #1)."""
    closed = StatFreeze.objects.filter(county=frame.county, frozen_at__lte=OuterRef("recorded_at"))
    after = ExpressionWrapper(
        Subquery(closed.order_by("-month").values("month")[:1]) + Value(INTO_NEXT), output_field=DateField()
    )
    own = TruncMonth("held_on", output_field=DateField())
    rows = Meeting.objects.filter(unit__path__startswith=frame.county.path)
    return rows.annotate(stat_month=Greatest(own, TruncMonth(after, output_field=DateField())))


def panels(frame: Frame) -> QuerySet[Any]:
    return meetings(frame).filter(kind=Meeting.Kind.PANEL)


def joint_of_the_year(frame: Frame) -> QuerySet[Any]:
    """The county's joint conferences from January to the month."""
    month = frame.month
    return meetings(frame).filter(
        kind=Meeting.Kind.JOINT,
        unit=frame.county,
        stat_month__gte=month.first_day.replace(month=1),
        stat_month__lte=month.first_day,
    )


SOURCES = (
    Source("meetings.panel", "领导组集体审批会议", panels, permission="register.view"),
    Source("meetings.joint", "当年联席会议", joint_of_the_year, month=None, permission="register.view"),
)
MEASURES = (
    Measure("SJ07", "meetings.joint", "events"),
    Measure("SJ08", "meetings.panel", "events"),
)
