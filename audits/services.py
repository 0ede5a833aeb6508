"""Writes of audits."""
# requirements: A07 part, A08 part, N03 part

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from audits.models import RectificationItem
from salvation.access.services import must_still_see, require
from salvation.domain.errors import Refusal
from salvation.flow.engine import begin
from salvation.flow.numbers import next_number
from salvation.flow.table import Context
from salvation.units.models import Unit
from salvation.units.services import county_of

ELEMENTS = (
    "category", "source", "basis", "found_on", "description", "people", "amount", "responsible", "immediate",
    "deadline", "cause", "cause_note", "plan",
)  # fmt: skip


@transaction.atomic
def create_item(*, unit: Unit, actor: Any, now: datetime, **elements: Any) -> RectificationItem:
    """Record a problem of a unit. Raises Refusal for impossible dates."""
    require(actor, "rectify.create", unit)
    county = county_of(unit)
    if county is None:
        raise Refusal("责任单位须是县级或填报单位", field="unit")
    _check_dates(elements, timezone.localdate(now))
    item = RectificationItem(no=item_number(county, now), unit=unit, county=county, created_by=actor)
    _apply(item, elements)
    begin(item, actor=actor, now=now)
    must_still_see(actor, item)
    return item


def _apply(item: RectificationItem, elements: dict[str, Any]) -> None:
    for key in ELEMENTS:
        if key in elements:
            setattr(item, key, elements[key])
    item.due_on = item.deadline


def _check_dates(elements: dict[str, Any], today: date) -> None:
    found, deadline = elements.get("found_on"), elements.get("deadline")
    if found and found > today:
        raise Refusal("发现日期不能晚于今天", field="found_on")
    if found and deadline and deadline < found:
        raise Refusal("整改时限早于发现日期", field="deadline")


def item_number(county: Unit, now: datetime) -> str:
    """County code, year and running number."""
    return next_number(f"WT{county.code}-{timezone.localtime(now).year}-")


def on_registered(context: Context) -> None:
    context.keep(filed_month=context.transition.stat_month)


def on_dismissed(context: Context) -> None:
    context.keep(dismissed_month=context.transition.stat_month)


def on_applied(context: Context) -> None:
    context.keep(result=str(context.data["measures"]), done_on=context.data["done_on"])


def on_closed(context: Context) -> None:
    context.keep(closed_month=context.transition.stat_month, opinion=str(context.data["opinion"]))


def on_reopened(context: Context) -> None:
    context.keep(closed_month=None)


EFFECTS = {
    "register": (on_registered,),
    "dismiss": (on_dismissed,),
    "apply": (on_applied,),
    "close": (on_closed,),
    "reopen": (on_reopened,),
}
