"""Tapering periods that have run out: the stop is written down and the family told (domain/11 grace.expiry)."""
# requirements: C07

from datetime import date, datetime

from django.db import transaction

from cases.models import BenefitTerm
from cases.models.choices import ChangeKind, Standing, StopReason
from cases.services.orders import draft_order
from cases.services.single_cover import rejoin_family
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.flow.table import Context


@transaction.atomic
def end_grace_periods(*, county_id: int, on: date, now: datetime) -> int:
    """Write GRACE_END orders for tapering ranges that ended by ``on``; returns how many (domain/11 grace.expiry)."""
    month = Month.of(on)
    ended = BenefitTerm.objects.select_related("benefit", "benefit__unit").filter(
        benefit__county=county_id,
        benefit__stop_month__isnull=True,
        # A payment that rests to the end of its tapering ends with it.
        standing__in=(Standing.GRACE, Standing.SUSPENDED),
        months__endswith__lte=month.first_day,
    )
    # A death while tapering cuts the range in two: the benefit ends once, with the last of them.
    last = ended.order_by("benefit", "-months").distinct("benefit")
    count = 0
    for term in last.exclude(benefit__terms__months__contains=month.first_day):
        _end_grace(term, now)
        count += 1
    return count


def _end_grace(term: BenefitTerm, now: datetime) -> None:
    order = draft_order(
        term.benefit, ChangeKind.GRACE_END, term, Month.of(term.months.upper), (), "渐退期满，自动停发",
        actor=None, now=now, stop_reason=StopReason.GRACE_END,
    )  # fmt: skip
    perform(subject=order, step="run", actor=None, now=now)


def on_grace_end(context: Context) -> None:
    """Nothing runs after the tapering range any more: only the stop is written down."""
    order = context.subject
    order.stat_month = context.transition.stat_month
    order.save(update_fields=["stat_month"])
    benefit = order.benefit
    benefit.stop_month, benefit.stop_reason = order.effective_month, StopReason.GRACE_END
    benefit.save(update_fields=["stop_month", "stop_reason"])
    rejoin_family(benefit, Month.of(order.effective_month), context.actor)
