"""因疫、因灾救助 counted by event, and temporary relief of people at risk of falling back (A18, E11)."""
# requirements: A18, E11

from collections import defaultdict
from typing import Any

from django.db.models import Count, Q, Sum
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from cases.models import Application, Relief
from cases.selectors import with_risk
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Kind, Table
from salvation.web.pages.base import Page
from salvation.web.years import year_asked

EVENTS = Table(
    "event-figures",
    "因疫因灾救助",
    (
        Column("event", "事件", priority=1),
        Column("applications", "申请件数", Kind.COUNT),
        Column("confirmed", "其中已确认", Kind.COUNT, priority=2),
        Column("reliefs", "临时救助户次", Kind.COUNT, definition="已到账的"),
        Column("persons", "临时救助人次", Kind.COUNT, priority=3),
        Column("amount", "临时救助金额（元）", Kind.MONEY),
    ),
)
RISKS = Table(
    "risk-figures",
    "返贫致贫风险人口临时救助",
    (
        Column("unit", "单位", priority=1),
        Column("reliefs", "临时救助户次", Kind.COUNT),
        Column("persons", "临时救助人次", Kind.COUNT),
        Column("amount", "金额（元）", Kind.MONEY),
        Column(
            "risk_reliefs",
            "其中：三类人员户次",
            Kind.COUNT,
            priority=2,
            definition="申请时在有效的三类人员名单上的家庭",
        ),
        Column("risk_persons", "其中：三类人员人次", Kind.COUNT),
        Column("risk_amount", "其中：三类人员金额（元）", Kind.MONEY, priority=3),
    ),
)


def by_event(user: Any, year: int) -> list[dict[str, Any]]:
    """Figures of a year by event, of what this person sees."""
    found: dict[str, dict[str, Any]] = defaultdict(
        lambda: {"applications": 0, "confirmed": 0, "reliefs": 0, "persons": 0, "amount": 0}
    )
    applied = Application.objects.visible_to(user).exclude(event="").filter(applied_on__year=year)
    counts = applied.values("event").annotate(n=Count("pk"), good=Count("pk", filter=Q(state="CONFIRMED")))
    for row in counts.order_by("event"):
        found[row["event"]] |= {"applications": row["n"], "confirmed": row["good"]}
    paid = Relief.objects.visible_to(user).exclude(event="").filter(paid_on__year=year)
    sums = paid.values("event").annotate(n=Count("pk"), people=Sum("persons"), money=Sum("amount"))
    for one in sums.order_by("event"):
        found[one["event"]] |= {"reliefs": one["n"], "persons": one["people"], "amount": one["money"]}
    return [{"event": event, **figures} for event, figures in sorted(found.items())]


def by_risk(user: Any, year: int) -> list[dict[str, Any]]:
    """Relief paid in a year by unit, and how much of it went to monitored households (三类人员)."""
    paid = with_risk(Relief.objects.visible_to(user).filter(paid_on__year=year))
    at_risk = Q(at_risk=True)
    rows = paid.values("unit__name", "unit__sort", "unit__code").annotate(
        reliefs=Count("pk"), people=Sum("persons"), money=Sum("amount"), risk_reliefs=Count("pk", filter=at_risk),
        risk_people=Sum("persons", filter=at_risk), risk_money=Sum("amount", filter=at_risk),
    )  # fmt: skip
    return [
        {
            "unit": row["unit__name"], "reliefs": row["reliefs"], "persons": row["people"], "amount": row["money"],
            "risk_reliefs": row["risk_reliefs"], "risk_persons": row["risk_people"] or 0, "risk_amount": row["risk_money"] or 0,
        }
        for row in rows.order_by("unit__sort", "unit__code")
    ]  # fmt: skip


class EventFigures(Page):
    title = "因疫因灾和返贫风险救助"
    permission = "relief.view"
    template_name = "cases/event_figures.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        year = year_asked(request)
        events, risks = by_event(request.user, year), by_risk(request.user, year)
        return self.show(
            {
                "year": year,
                "years": range(today.year, today.year - 3, -1),
                "events": _markup(EVENTS, events),
                "risks": _markup(RISKS, risks),
            }
        )


def _markup(table: Table, rows: list[dict[str, Any]]) -> str:
    total = table.total_row(rows) if len(rows) > 1 else None
    return html_table(table, rows, look=Look(css="cards"), total=total) if rows else ""
