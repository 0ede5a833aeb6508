"""Group 12 of the statistics: problems filed, closed, open, late (04 §4.1, as ruled in 12 §12.1 #3)."""

from typing import Any

from django.db.models import Q, QuerySet

from audits.models import RectificationItem
from salvation.flow.models import Transition
from salvation.periods.measures import Frame, Measure, Source


def items(frame: Frame) -> QuerySet[Any]:
    return RectificationItem.objects.filter(county=frame.county, filed_month__isnull=False)


def transitions(frame: Frame) -> QuerySet[Any]:
    """Each closing counts, also the one after a reopening."""
    units = RectificationItem.objects.filter(county=frame.county).values("unit")
    return Transition.objects.filter(flow="rectification", unit__in=units)


def open_at_month_end(frame: Frame) -> QuerySet[Any]:
    """Filed by the month's end, and neither closed nor dismissed by then."""
    end = frame.month.first_day
    return items(frame).filter(
        Q(closed_month__isnull=True) | Q(closed_month__gt=end),
        Q(dismissed_month__isnull=True) | Q(dismissed_month__gt=end),
        filed_month__lte=end,
    )


def late_at_month_end(frame: Frame) -> QuerySet[Any]:
    return open_at_month_end(frame).filter(deadline__lt=frame.month.last_day)


SOURCES = (
    Source("rectification.filed", "立案的问题", items, month="filed_month", permission="rectify.view"),
    Source(
        "rectification.steps", "问题的销号记录", transitions, month="stat_month", permission="rectify.view"
    ),
    Source(
        "rectification.dismissed", "不属实的问题", items, month="dismissed_month", permission="rectify.view"
    ),
    Source("rectification.open", "在改的问题", open_at_month_end, month=None, permission="rectify.view"),
    Source("rectification.late", "逾期未改的问题", late_at_month_end, month=None, permission="rectify.view"),
)
MEASURES = (
    Measure("SL01", "rectification.filed", "events"),
    Measure("SL01X", "rectification.dismissed", "events"),
    Measure("SL02", "rectification.steps", "events", Q(to_state="CLOSED")),
    Measure("SL06A", "rectification.steps", "events", Q(step="reopen", data__tag="RECURRENCE")),
    Measure("SL06B", "rectification.steps", "events", Q(step="reopen", data__tag="FAKE")),
    Measure("SL04", "rectification.open", "events"),
    Measure("SL05", "rectification.late", "events"),
)
