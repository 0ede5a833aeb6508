"""Guards of active discovery: the dates fit, and a conclusion that speaks of an application has one."""

from datetime import date
from typing import Any

from django.utils import timezone

from salvation.flow.marks import needs_data
from salvation.flow.table import Context

# Which programmes an application may be for when the conclusion names it; after a rejection the next one is offered.
APPLIED = {
    "DIBAO": ("DIBAO_URBAN", "DIBAO_RURAL"),
    "TEKUN": ("TEKUN_DISPERSED", "TEKUN_CENTRALIZED"),
    "MARGINAL": ("MARGINAL",),
    "RIGID": ("RIGID_EXPENSE",),
}


def day_of(context: Context, key: str) -> date | None:
    """A day as the step's form or a program gave it."""
    given: Any = context.data.get(key)
    return given if isinstance(given, date) else date.fromisoformat(str(given)) if given else None


def _not_between(day: date | None, first: date, context: Context, what: str) -> str | None:
    if day is None:
        return None
    if day > timezone.localdate(context.now):
        return f"{what}不能晚于今天"
    return f"{what}不能早于{first:%Y年%m月%d日}" if day < first else None


@needs_data
def checked_in_time(context: Context) -> str | None:
    return _not_between(day_of(context, "checked_on"), context.subject.found_on, context, "核查日期")


@needs_data
def informed_in_time(context: Context) -> str | None:
    subject = context.subject
    return _not_between(
        day_of(context, "informed_on"), subject.checked_on or subject.found_on, context, "告知日期"
    )


@needs_data
def leads_somewhere(context: Context) -> str | None:
    """Found is not taken in: whoever is to be helped applies like everybody else (L57 第28条)."""
    subject, outcome = context.subject, str(context.data.get("outcome", ""))
    if outcome in APPLIED and (
        subject.application is None or subject.application.program not in APPLIED[outcome]
    ):
        return "还没有登记这一类的申请；请先点“申请救助”登记，再登记结论（第28条：发现后仍须申请）"
    if outcome == "RELIEF" and subject.relief is None:
        return "还没有登记临时救助；请先点“申请临时救助”登记，再登记结论"
    return None
