"""What a change that reaches back leaves overpaid, as a proposal to recover it (C08, 10.4). Funds takes it over."""
# requirements: C08

from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from cases.models import ChangeOrder, RecoveryProposal
from cases.models.choices import ChangeKind, Standing
from cases.rules.benefit import paid_too_much
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.journal.actions import register
from salvation.journal.services import record

register(recovery__propose="测算多发金额，登记追缴建议", recovery__take_over="追缴建议移交追缴")

ZERO = Decimal("0.00")
# Neither taken over nor withdrawn: still to be recovered.
OPEN = Q(taken_over_at__isnull=True, withdrawn_at__isnull=True)


def propose_recovery(order: ChangeOrder, *, now: datetime) -> RecoveryProposal | None:
    """Compare the ranges before a death's order with those after it, up to the present month. None: nothing overpaid.

    Called by the order's effect, in its transaction; the order keeps the ranges as they were.
    """
    today = timezone.localdate(now)
    if order.kind != ChangeKind.DEATH or order.person is None or order.event_on is None:
        return None
    first, last = Month.of(order.effective_month), Month.of(today)
    months = [] if first > last else list(first.until(last))
    before = dict(_before(order.before or [], months))
    after = dict(_after(order, months))
    found = paid_too_much(before.items(), after.items())
    if not found.months:
        return None
    lines = [
        {
            "month": str(month),
            "paid": str(before[month]),
            "due": str(after.get(month, ZERO)),
            "over": str(over),
        }
        for month, over in found.months
    ]
    made: RecoveryProposal = RecoveryProposal.objects.create(
        order=order, benefit=order.benefit, person=order.person, unit=order.unit, village=order.village,
        cause=RecoveryProposal.Cause.DEATH, event_on=order.event_on, found_on=today, months=len(lines),
        first_month=found.months[0][0].first_day, last_month=found.months[-1][0].first_day, amount=found.total,
        lines=lines,
    )  # fmt: skip
    facts = {"amount": found.total, "months": len(lines), "order": order.no}
    record(actor=None, action="recovery.propose", subject=made, unit=order.unit, facts=facts)
    return made


def _before(image: Sequence[Mapping[str, Any]], months: Sequence[Month]) -> Iterator[tuple[Month, Decimal]]:
    """What each month was to be paid, by the ranges the order keeps; suspended months were not paid."""
    for month in months:
        for term in image:
            upper = term["upper"] and date.fromisoformat(term["upper"])
            inside = date.fromisoformat(term["lower"]) <= month.first_day and (
                not upper or month.first_day < upper
            )
            if inside and term["standing"] != Standing.SUSPENDED:
                yield month, Decimal(term["total"])


def _after(order: ChangeOrder, months: Sequence[Month]) -> Iterator[tuple[Month, Decimal]]:
    for months_of, total in order.benefit.terms.values_list("months", "total"):
        for month in months:
            if months_of.lower <= month.first_day and (
                months_of.upper is None or month.first_day < months_of.upper
            ):
                yield month, total


def withdraw_recovery(order: ChangeOrder, *, now: datetime) -> None:
    """The order was struck out: nothing was paid too much. Raises Refusal when the recovery is under way."""
    found = RecoveryProposal.objects.select_for_update().filter(order=order).first()
    if found is None:
        return
    if found.taken_over_at:
        raise Refusal("本单的多发金额已移交追缴，不能红冲；请先在追缴中撤销")
    found.withdrawn_at = now
    found.save(update_fields=["withdrawn_at"])


@transaction.atomic
def take_over(*, proposal: RecoveryProposal, actor: Any, now: datetime) -> RecoveryProposal:
    """Mark that the recovery is under way; called when a recovery case is opened for it. Raises Refusal if it is not open."""
    locked: RecoveryProposal = (
        RecoveryProposal.objects.select_for_update(of=("self",)).select_related("unit").get(pk=proposal.pk)
    )
    require(actor, "change.review", locked.unit)
    if locked.taken_over_at or locked.withdrawn_at:
        raise Refusal("该追缴建议已移交或已撤销")
    locked.taken_over_at, locked.taken_over_by = now, actor
    locked.save(update_fields=["taken_over_at", "taken_over_by"])
    facts = {"amount": locked.amount}
    record(actor=actor, action="recovery.take_over", subject=locked, unit=locked.unit, facts=facts)
    return locked


def sum_of(rows: Any) -> dict[str, Any]:
    """How many proposals, months and yuan these come to; withdrawn ones do not count."""
    found = rows.filter(withdrawn_at__isnull=True).aggregate(
        count=Count("pk"), months=Sum("months", default=0), amount=Sum("amount", default=ZERO)
    )
    return {**found, "amount": found["amount"] or ZERO}
