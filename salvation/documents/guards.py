"""Guards of the documents' flow. They ask the document itself and import no models."""

from datetime import date

from django.utils import timezone

from salvation.flow.marks import needs_data
from salvation.flow.table import Context


def issuer_is_mine(context: Context) -> str | None:
    """A county's paper is issued by the county, a town's by the town (or for it by the county)."""
    document = context.subject
    if context.actor is None or context.actor.may("document.issue", document.issuer):
        return None
    return f"本文书由{document.issuer}签发"


def may_be_issued(context: Context) -> str | None:
    """Whether what the document rests on still holds."""
    document = context.subject
    reason: str | None = document.kind.may(document.subject)
    return reason


def nothing_missing(context: Context) -> str | None:
    missing = context.subject.composed().missing
    if not missing:
        return None
    return "还缺：" + "；".join(
        f"{gap.label}（{gap.remedy}）" if gap.remedy else gap.label for gap in missing
    )


@needs_data
def delivered_after_issue(context: Context) -> str | None:
    """Nobody receives a paper before it is dated, nor tomorrow."""
    try:
        day = date.fromisoformat(str(context.data.get("delivered_on", "")))
    except ValueError:
        return "送达日期不是有效的日期"
    if day > timezone.localdate(context.now):
        return "送达日期不能晚于今天"
    if day < context.subject.dated:
        return f"送达日期早于文书日期 {context.subject.dated:%Y-%m-%d}，请核对"
    return None
