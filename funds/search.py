"""What the search in the top bar finds of payment lists: by month (2022-06, 2022年6月) or by unit, newest first."""

import re
from collections.abc import Sequence
from typing import Any

from django.urls import reverse

from funds.models import Roster
from salvation.web.search import Hit, Provider

MONTH = re.compile(r"(20[0-9]{2})[-年./]?(1[0-2]|0?[1-9])月?")


def find_rosters(user: Any, words: str, limit: int) -> Sequence[Hit]:
    """Books of the month, or of the unit whose name begins so."""
    rows = Roster.objects.visible_to(user).select_related("unit")
    if found := MONTH.fullmatch(words):
        rows = rows.filter(month__year=int(found[1]), month__month=int(found[2]))
    elif any(char.isdigit() for char in words):
        return []
    else:
        rows = rows.filter(unit__name__startswith=words)
    return [
        Hit(
            str(roster),
            f"{roster.lines:,} 笔，{roster.amount:,.2f} 元",
            reverse("funds:roster", args=[roster.pk]),
        )
        for roster in rows.order_by("-month", "unit__sort", "program")[:limit]
    ]


PROVIDERS = (Provider("发放花名表", "roster.view", find_rosters, 60),)
