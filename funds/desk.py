"""What funds shows on the desk."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.urls import reverse

from funds.models import Roster
from funds.selectors import newest_totals
from salvation.domain.month import Month
from salvation.web.desk import Number


def desk_numbers(user: Any, today: date) -> Sequence[Number]:
    """The newest month's rosters: money, households, and how many are not signed yet."""
    newest, sums = newest_totals(Roster.objects.visible_to(user))
    if newest is None:
        return []
    month = Month.of(newest)
    address = f"{reverse('funds:rosters')}?month={month}"
    unsigned = sum(count for state, count in sums["states"].items() if state in ("DRAFT", "TOWN_CHECK"))
    return [
        Number(f"{month.label}应发（元）", f"{sums['amount']:,.2f}", address),
        Number("发放户数", f"{sums['households']:,}", address),
        Number("未签章（册）", f"{unsigned:,}", address),
    ]
