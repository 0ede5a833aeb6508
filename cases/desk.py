"""What cases shows on the desk."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Q
from django.urls import reverse

from cases.models import Application, Benefit
from salvation.web.desk import Number


def desk_numbers(user: Any, today: date) -> Sequence[Number]:
    """Households helped now, applications on their way, and those past their total time limit."""
    helped = Benefit.objects.visible_to(user).filter(Q(stop_month__isnull=True) | Q(stop_month__gt=today))
    underway = Application.objects.visible_to(user).exclude(state__in=Application.flow.ended)
    late = underway.filter(total_due_on__lt=today)
    return [
        Number("在保户数", f"{helped.count():,}", reverse("cases:benefits") + "?standing=open"),
        Number("在办申请", f"{underway.count():,}", reverse("cases:applications")),
        Number("超总期限", f"{late.count():,}", reverse("cases:applications") + "?late=1"),
    ]
