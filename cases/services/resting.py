"""What rested or was stopped by mistake goes on as it would have run: each month at its own amount, and until its own end."""
# requirements: C06, C07

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import F

from cases.models import Benefit, BenefitTerm, ChangeOrder
from cases.models.choices import ChangeKind, Standing, StopReason
from cases.services.benefits import Share, cut_terms, image_of, open_again
from salvation.domain.month import Month

Image = dict[str, Any]


def as_it_would_run(benefit: Benefit, first: Month) -> list[Image]:
    """The ranges from ``first`` on as if the payment had not rested, or the benefit had not been stopped."""
    if _stopped(benefit, first):
        return [_awake(term, Standing.ACTIVE) for term in _before_stop(benefit) if _reaches(term, first)]
    found = image_of(benefit, first)
    # Only tapering ends without a month of stopping; it keeps its end, and its name, through a rest.
    tapering = bool(found) and found[-1]["upper"] is not None and benefit.stop_month is None
    return [_awake(term, Standing.GRACE if tapering else Standing.ACTIVE) for term in found]


def _stopped(benefit: Benefit, first: Month) -> bool:
    """Whether it is a stop that is taken back: nothing runs in that month."""
    return not benefit.terms.filter(months__contains=first.first_day).exists()


def _before_stop(benefit: Benefit) -> Sequence[Mapping[str, Any]]:
    """The ranges that the stop took back; of a stop without an order (imported) the last one, without an end."""
    stops = benefit.orders.filter(
        kind__in=(ChangeKind.STOP, ChangeKind.DEATH), state__in=("EFFECTIVE", "MERGED")
    ).filter(effective_month=F("benefit__stop_month"))
    order = stops.order_by("-state_since").first()
    if order is not None and order.before:
        kept: Sequence[Mapping[str, Any]] = order.before
        return kept
    last = benefit.terms.order_by("-months").first()
    return [] if last is None else [{**image_of(benefit, Month.of(last.months.lower))[-1], "upper": None}]


def _reaches(term: Mapping[str, Any], first: Month) -> bool:
    return term["upper"] is None or date.fromisoformat(term["upper"]) > first.first_day


def _awake(term: Mapping[str, Any], standing: str) -> Image:
    return {**term, "standing": standing if term["standing"] == Standing.SUSPENDED else term["standing"]}


def term_like(benefit: Benefit) -> BenefitTerm | None:
    """The last range there was: who was covered."""
    found: BenefitTerm | None = benefit.terms.order_by("-months").first()
    return found


def rested_since(resting: BenefitTerm) -> date:
    """The first day of the rest, whatever was changed in its amounts meanwhile."""
    since: date = resting.months.lower
    earlier = resting.benefit.terms.filter(standing=Standing.SUSPENDED, months__startswith__lt=since)
    for term in earlier.order_by("-months"):
        if term.months.upper != since:
            break
        since = term.months.lower
    return since


def shares_in(term: Mapping[str, Any]) -> list[Share]:
    """Who is covered in a kept range, and with which parts."""
    return [
        Share(one["person"], Decimal(one["base"]), Decimal(one["uplift"]), tuple(one["kinds"]))
        for one in term["covered"]
    ]


def in_month(ranges: Sequence[Image], month: Month) -> Image:
    """The range that holds in a month, else the last one (it ended meanwhile)."""
    for term in ranges:
        if date.fromisoformat(term["lower"]) <= month.first_day and _reaches(term, month):
            return term
    return ranges[-1]


def end_of(ranges: Sequence[Mapping[str, Any]]) -> tuple[date | None, str]:
    """When the benefit ends by itself, and why; tapering is ended by its own order."""
    last = ranges[-1] if ranges else None
    if last is None or last["upper"] is None or last["standing"] == Standing.GRACE:
        return None, ""
    return date.fromisoformat(last["upper"]), StopReason.EXPIRED


def take_stop_back(benefit: Benefit, ranges: Sequence[Mapping[str, Any]]) -> None:
    """The benefit is not stopped; what ends by itself (认定有效期) still does."""
    benefit.stop_month, benefit.stop_reason = end_of(ranges)
    benefit.save(update_fields=["stop_month", "stop_reason"])


def run_again(order: ChangeOrder, first: Month) -> None:
    """Write the ranges from ``first`` on as they would have run."""
    benefit = order.benefit
    ranges = as_it_would_run(benefit, first)
    if _stopped(benefit, first):
        take_stop_back(benefit, ranges)
    else:
        cut_terms(benefit, first)
    for term in ranges:
        open_again(benefit, {**term, "order": order.pk}, first)
