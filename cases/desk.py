"""What cases shows on the desk."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db.models import Q
from django.urls import reverse

from cases.models import Application, Benefit, ChangeOrder, Discovery, ReviewTask, VillageAttestation
from cases.services.cycle import closes_on
from cases.services.reviews import events_ahead
from cases.visits import reviews_for, waiting_for
from salvation.domain.month import Month
from salvation.web.desk import Number, counted


def desk_numbers(user: Any, today: date) -> Sequence[Number]:
    """Households helped now, applications on their way, and those past their total time limit."""
    helped = Benefit.objects.visible_to(user).filter(Q(stop_month__isnull=True) | Q(stop_month__gt=today))
    underway = Application.objects.visible_to(user).exclude(state__in=Application.flow.ended)
    n = counted(underway, all=Q(), late=Q(total_due_on__lt=today))
    return [
        Number("在保户数", f"{helped.count():,}", reverse("cases:benefits") + "?standing=open"),
        Number("在办申请", f"{n['all']:,}", reverse("cases:applications")),
        Number("超总期限", f"{n['late']:,}", reverse("cases:applications") + "?late=1"),
    ]


def visit_numbers(user: Any, today: date) -> Sequence[Number]:
    """What waits for a visit by this person, and how much of it is late."""
    waiting = waiting_for(user).filter(visited=False)
    n = counted(waiting, all=Q(), late=Q(due_on__lt=today))
    address = reverse("cases:visits")
    return [
        Number("等待入户", f"{n['all']:,}", address),
        Number("其中已逾期", f"{n['late']:,}", address),
        Number("待核查入户", f"{reviews_for(user).filter(visited=False).count():,}", address),
    ]


def found_numbers(user: Any, today: date) -> Sequence[Number]:
    """People found in difficulty: to be looked into, to be settled, late."""
    underway = Discovery.objects.visible_to(user).exclude(state__in=Discovery.flow.ended)
    states, address = ("FOUND", "CHECKED", "INFORMED"), reverse("cases:discoveries")
    n = counted(underway, late=Q(due_on__lt=today), **{state: Q(state=state) for state in states})
    return [
        Number("待核查", f"{n['FOUND']:,}", f"{address}?state=FOUND"),
        Number("待告知", f"{n['CHECKED']:,}", f"{address}?state=CHECKED"),
        Number("待登记结论", f"{n['INFORMED']:,}", f"{address}?state=INFORMED"),
        Number("已逾期", f"{n['late']:,}", f"{address}?late=1"),
    ]


def cycle_numbers(user: Any, today: date) -> Sequence[Number]:
    """The month's cycle: until when changes are taken, villages that have not signed, orders on their way."""
    month = Month.of(today)
    sheets = VillageAttestation.objects.visible_to(user).filter(cycle__month=month.first_day)
    first = sheets.select_related("cycle__county").first()
    if not first:
        return []
    cycle = first.cycle
    last = closes_on(cycle.county, month)
    n = counted(sheets, all=Q(), open=Q(signed_on__isnull=True))
    ahead = events_ahead(user, today).filter(on__lte=today + timedelta(days=30))
    late = ReviewTask.objects.visible_to(user).filter(done_on__isnull=True, due_on__lt=today)
    underway = ChangeOrder.objects.visible_to(user).exclude(state__in=ChangeOrder.settled)
    address = reverse("cases:attestations")
    return [
        Number("变更截止", "已关闭" if cycle.closed_at else f"{last:%-m月%-d日}", f"{address}?month={month}"),
        Number("未签字的村", f"{n['open']:,}/{n['all']:,}", f"{address}?month={month}&state=open"),
        Number("逾期未核查", f"{late.count():,}", reverse("cases:reviews") + "?state=late"),
        Number("到期提醒", f"{ahead.count():,}", reverse("cases:life_events")),
        Number("在办变更单", f"{underway.count():,}", reverse("cases:changes")),
    ]
