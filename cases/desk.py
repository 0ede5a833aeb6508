"""What cases shows on the desk and in the search."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from cases.models import Application, Benefit, Person
from salvation.domain import citizen_id
from salvation.domain.errors import BadValue
from salvation.vault.crypto import blind_index
from salvation.web.desk import Number
from salvation.web.search import Hit


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


def find_people(user: Any, words: str, limit: int) -> Sequence[Hit]:
    """By exact ID number through the blind index, else by the beginning of the name."""
    rows = Person.objects.visible_to(user).select_related("village")
    number = _as_id(words)
    if number:
        rows = rows.filter(id_index=blind_index(number, "citizen_id"))
    elif any(char.isdigit() for char in words):
        return []
    else:
        rows = rows.filter(name__startswith=words)
    return [
        Hit(
            person.name,
            f"{person.id_no or '无有效证号'}，{person.village}",
            reverse("cases:person", args=[person.pk]),
        )
        for person in rows.order_by("name", "pk")[:limit]
    ]


def _as_id(words: str) -> str:
    try:
        return citizen_id.parse(words, today=timezone.localdate(), allow_test=settings.ALLOW_TEST_ID).number
    except BadValue:
        return ""


def find_applications(user: Any, words: str, limit: int) -> Sequence[Hit]:
    """By the beginning of the number."""
    rows = Application.objects.visible_to(user).filter(no__startswith=words).select_related("applicant")
    return [
        Hit(
            f"{row.no} {row.applicant.name}",
            row.get_program_display(),
            reverse("cases:application", args=[row.pk]),
        )
        for row in rows.order_by("-pk")[:limit]
    ]
