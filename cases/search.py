"""What the search in the top bar finds of people, households, applications, benefits and change orders.

ID numbers only whole, through the blind index. Names from their beginning, or from the second or third sign (桂英 finds
谢桂英, 建国 finds 欧阳建国): each served by an index. Numbers from their beginning.
"""

from collections.abc import Callable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet
from django.db.models.functions import Substr
from django.urls import reverse
from django.utils import timezone

from cases.models import Application, Benefit, ChangeOrder, Household, Person
from salvation.domain import citizen_id
from salvation.domain.errors import BadValue
from salvation.vault.crypto import blind_index
from salvation.web.search import Hit, Provider

# 受理号 and the like begin with letters or digits; a word of Chinese signs is a name.
SHORTEST_NUMBER = 3


def find_people(user: Any, words: str, limit: int) -> Sequence[Hit]:
    """By the exact ID number, else by a part of the name."""
    number = _as_id(words)
    visible = Person.objects.visible_to(user).select_related("village")
    if number:
        rows = visible.filter(id_index=blind_index(number, "citizen_id"))
    elif any(char.isdigit() for char in words):
        return []
    else:
        rows = visible.filter(pk__in=_named(words).values("pk"))
    return [
        Hit(
            person.name,
            f"{person.id_no or '无有效证号'}，{person.village}",
            reverse("cases:person", args=[person.pk]),
        )
        for person in rows.order_by("name", "pk")[:limit]
    ]


def _named(words: str) -> QuerySet[Person]:
    """Everybody with this part in the name, before scope: one index for each place where it may begin."""
    rows = Person._base_manager.annotate(from_2=Substr("name", 2), from_3=Substr("name", 3))
    return rows.filter(Q(name__startswith=words) | Q(from_2__startswith=words) | Q(from_3__startswith=words))


def _as_id(words: str) -> str:
    try:
        return citizen_id.parse(words, today=timezone.localdate(), allow_test=settings.ALLOW_TEST_ID).number
    except BadValue:
        return ""


def _is_number(words: str) -> bool:
    return len(words) >= SHORTEST_NUMBER and words[0].isascii() and any(char.isdigit() for char in words)


def by_number(
    model: Any,
    url_name: str,
    related: Sequence[str],
    title: Callable[[Any], str],
    detail: Callable[[Any], str],
) -> Callable[[Any, str, int], Sequence[Hit]]:
    """A search by the beginning of ``no``."""

    def find(user: Any, words: str, limit: int) -> Sequence[Hit]:
        if not _is_number(words):
            return []
        rows = model.objects.visible_to(user).filter(no__startswith=words).select_related(*related)
        return [
            Hit(f"{row.no} {title(row)}", detail(row), reverse(url_name, args=[row.pk]))
            for row in rows.order_by("no", "pk")[:limit]
        ]

    return find


PROVIDERS = (
    Provider("人员", "case.view", find_people, 10),
    Provider(
        "家庭",
        "case.view",
        by_number(
            Household, "cases:household", ("head", "village"), lambda h: h.head.name, lambda h: str(h.village)
        ),
        20,
    ),
    Provider(
        "救助申请",
        "case.view",
        by_number(
            Application,
            "cases:application",
            ("applicant",),
            lambda row: row.applicant.name,
            lambda row: row.get_program_display(),
        ),
        30,
    ),
    Provider(
        "在保待遇",
        "case.view",
        by_number(
            Benefit,
            "cases:benefit",
            ("applicant",),
            lambda row: row.applicant.name,
            lambda row: row.get_program_display(),
        ),
        40,
    ),
    Provider(
        "变更单",
        "case.view",
        by_number(
            ChangeOrder,
            "cases:change",
            ("benefit__applicant",),
            lambda row: row.benefit.applicant.name,
            lambda row: row.get_kind_display(),
        ),
        50,
    ),
)
