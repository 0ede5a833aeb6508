"""What a change that reaches back leaves overpaid, as a proposal to recover it (C08, 10.4). Funds takes it over."""
# requirements: C08

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, Q, Sum
from django.utils import timezone

from cases.models import Benefit, ChangeOrder, Person, RecoveryProposal
from cases.models.choices import ChangeKind, Standing
from cases.rules.benefit import paid_too_much
from cases.services.benefits import image_of
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.journal.actions import register
from salvation.journal.services import record

register(recovery__propose="测算多发金额，登记追缴建议", recovery__take_over="追缴建议移交追缴")

ZERO = Decimal("0.00")
# Neither taken over nor withdrawn: still to be recovered.
OPEN = Q(taken_over_at__isnull=True, withdrawn_at__isnull=True)
# Funds puts here how to ask for the last month that is signed to be paid; None where it knows of none.
SIGNED: list[Callable[[Benefit], Month | None]] = []
Image = Mapping[str, Any]
Reached = tuple[Benefit, Month, Sequence[Image]]


def propose_recovery(
    order: ChangeOrder, reached: Sequence[Reached], *, now: datetime
) -> RecoveryProposal | None:
    """Compare the ranges before an order (or its striking out) with those after it, in the months paid. None: nothing
    overpaid.

    Called by the order's effects, in their transaction. ``reached``: benefits with the first month written and their ranges
    before, as ``image_of()`` kept them.
    """
    today = timezone.localdate(now)
    told = [_compared(benefit, first, before, today) for benefit, first, before in reached]
    found = paid_too_much(
        _added(one.was for one in told).items(), (due := _added(one.due for one in told)).items()
    )
    if not found.months:
        return None
    lines = [
        {"month": str(month), "paid": str(over + due.get(month, ZERO)), "due": str(due.get(month, ZERO)), "over": str(over)}
        for month, over in found.months
    ]  # fmt: skip
    made, _ = RecoveryProposal.objects.update_or_create(
        order=order,
        defaults={
            "benefit": order.benefit, "person": order.person or order.benefit.applicant, "unit": order.benefit.unit,
            "village": order.benefit.village, "cause": _cause(order), "event_on": order.event_on or order.effective_month,
            "found_on": today, "months": len(lines), "first_month": found.months[0][0].first_day,
            "last_month": found.months[-1][0].first_day, "amount": found.total, "lines": lines, "withdrawn_at": None,
            "parts": _parts([one.by_person for one in told], found.total),
        },
    )  # fmt: skip
    facts = {"amount": found.total, "months": len(lines), "order": order.no}
    record(actor=None, action="recovery.propose", subject=made, unit=made.unit, facts=facts)
    return made


@dataclass(frozen=True, slots=True)
class Compared:
    """One benefit's paid months: what was due by month before and after, and by how much each person's part fell."""

    was: dict[Month, Decimal]
    due: dict[Month, Decimal]
    by_person: dict[int, Decimal]


def _compared(benefit: Benefit, first: Month, before: Sequence[Image], today: date) -> Compared:
    months, after = _paid_months(benefit, first, today), image_of(benefit, first)
    was, due = dict(_totals(before, months)), dict(_totals(after, months, resting=True))
    paid = [(month, term) for month, term in _covering(before, months) if month in was]
    fell: dict[int, Decimal] = defaultdict(Decimal)
    left = dict(_by_person(_covering(after, months)))
    for (person, month), amount in _by_person(paid):
        fell[person] += amount - left.get((person, month), ZERO)
    return Compared(was, due, fell)


def _added(found: Iterable[Mapping[Any, Decimal]]) -> dict[Any, Decimal]:
    sums: dict[Any, Decimal] = defaultdict(Decimal)
    for each in found:
        for key, amount in each.items():
            sums[key] += amount
    return sums


def _cause(order: ChangeOrder) -> str:
    if order.state == "REVERSED":
        return RecoveryProposal.Cause.REVERSED
    return RecoveryProposal.Cause.DEATH if order.kind == ChangeKind.DEATH else RecoveryProposal.Cause.LATE


def _paid_months(benefit: Benefit, first: Month, today: date) -> list[Month]:
    """From ``first`` on as far as rosters are signed; where no roster is kept, up to the present month."""
    known = [month for asked in SIGNED if (month := asked(benefit))]
    last = max(known, default=Month.of(today))
    return [] if first > last else list(first.until(last))


def _covering(image: Sequence[Image], months: Sequence[Month]) -> Iterator[tuple[Month, Image]]:
    for month in months:
        for term in image:
            upper = term["upper"] and date.fromisoformat(term["upper"])
            if date.fromisoformat(term["lower"]) <= month.first_day and (
                not upper or month.first_day < upper
            ):
                yield month, term


def _totals(
    image: Sequence[Image], months: Sequence[Month], *, resting: bool = False
) -> Iterator[tuple[Month, Decimal]]:
    """What each month was to be paid; suspended months were not paid, and are due once they go on (``resting``)."""
    for month, term in _covering(image, months):
        if resting or term["standing"] != Standing.SUSPENDED:
            yield month, Decimal(term["total"])


def _parts(fell: Sequence[Mapping[int, Decimal]], total: Decimal) -> list[dict[str, Any]]:
    """The sum by persons, where their shares say it all (照料护理 of several is kept in one sum)."""
    parts = {person: amount for person, amount in _added(fell).items() if amount}
    if any(amount < 0 for amount in parts.values()) or sum(parts.values()) != total:
        return []
    return [{"person": person, "amount": str(parts[person])} for person in sorted(parts)]


def _by_person(terms: Any) -> Iterator[tuple[tuple[int, Month], Decimal]]:
    for month, term in terms:
        alone = Decimal(term["care"]) if len(term["covered"]) == 1 else ZERO
        for one in term["covered"]:
            yield (one["person"], month), Decimal(one["base"]) + Decimal(one["uplift"]) + alone


def withdraw_recovery(order: ChangeOrder, *, now: datetime) -> None:
    """The order was struck out: what it left overpaid was due. Raises Refusal when the recovery is under way."""
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


def concerns(person: Person) -> Q:
    """Proposals about a person: his death, or his part of what a family was paid too much."""
    return Q(person=person) | Q(parts__contains=[{"person": person.pk}])


def sum_of(rows: Any) -> dict[str, Any]:
    """How many proposals, months and yuan these come to; withdrawn ones do not count."""
    found = rows.filter(withdrawn_at__isnull=True).aggregate(
        count=Count("pk"), months=Sum("months", default=0), amount=Sum("amount", default=ZERO)
    )
    return {**found, "amount": found["amount"] or ZERO}
