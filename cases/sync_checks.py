"""系统同步审批 (B17): how long after its meeting a case was confirmed in the system. Nobody can confirm for an earlier day:
the day of a decision is that of the system's own clock."""
# requirements: B17

from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import F, IntegerField, Max, OuterRef, Q, Subquery, Value

from cases.models import CollectiveDecision
from salvation.parameters.book import at
from salvation.units.models import Unit

CONFIRMING = "确认"


def limit_of(unit: Unit, on: date) -> int:
    """Working days within which a meeting's decision must stand in the system."""
    return int(at("sync.max_lag", on=on, unit=unit).value)


def late_decisions(county: Unit, on: date) -> Iterator[tuple[CollectiveDecision, int]]:
    """Final decisions of this year that came later than allowed, with the limit."""
    limit = limit_of(county, on)
    rows = CollectiveDecision.objects.filter(
        application__county=county, stage=CONFIRMING, lag__gt=limit, made_at__year=on.year
    )
    for decision in rows.select_related("application__unit", "meeting").order_by("pk"):
        yield decision, limit


def with_lag(applications: Any, limit: int) -> Any:
    """Decided applications with ``lag``, ``limit``, ``meeting_on`` and ``recorded_at`` of the meeting that decided them."""
    last = CollectiveDecision.objects.filter(application=OuterRef("pk"), stage=CONFIRMING).order_by("-pk")
    return applications.filter(decided_on__isnull=False, decisions__stage=CONFIRMING).annotate(
        lag=Max("decisions__lag", filter=Q(decisions__stage=CONFIRMING)),
        meeting_on=Subquery(last.values("meeting__held_on")[:1]),
        recorded_at=Subquery(last.values("meeting__recorded_at")[:1]),
        confirmed_on=F("decided_on"),
        limit=Value(limit, IntegerField()),
    )
