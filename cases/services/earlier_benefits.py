"""A death before a move or a change of programme: the months of the earlier benefit are without the dead too (C08).

One order where the family is now reaches all of them: the town before has no family any more to register a death in.
"""
# requirements: C08

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange

from cases.models import Benefit, BenefitTerm, ChangeOrder
from cases.rules.benefit import Award, PayCycle, death_stop_month
from cases.services.benefits import cut_terms, image_of, open_again, restore_image
from cases.services.deaths import care_after_death, keeps_base, left_after_death
from cases.services.orders import open_range
from cases.services.recoveries import Reached
from cases.services.struck_out import keep, kept
from salvation.domain.month import Month
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import at

register(benefit__without_dead="死亡变更一并调整接续前的待遇")

Left = tuple[BenefitTerm, Award, Decimal]


def chain_before(benefit: Benefit) -> Iterator[Benefit]:
    """The benefits that this one goes on for, the latest first."""
    earlier = benefit.predecessor
    while earlier is not None:
        yield earlier
        earlier = earlier.predecessor


def leave_earlier(order: ChangeOrder, actor: Any) -> None:
    """Take the dead out of earlier benefits from the month after his death on; the order keeps their ranges."""
    if order.event_on is None or order.person_id is None:
        return
    cycle = PayCycle(str(at("funds.pay_cycle", on=order.event_on, unit=order.unit).value))
    stop, kept_ranges = death_stop_month(order.event_on, cycle), []
    for old in chain_before(order.benefit):
        month = max(stop, Month.of(old.first_month))
        ranges = image_of(old, month)
        if not go_on_without(order, old, month, order.person_id):
            continue
        kept_ranges.append({"benefit": old.pk, "month": month.first_day.isoformat(), "ranges": ranges})
        facts = {"person": str(order.person), "month": str(month), "order": order.no}
        record(actor=actor, action="benefit.without_dead", subject=old, unit=old.unit, facts=facts)
    if kept_ranges:
        keep(order, earlier=kept_ranges)


def go_on_without(
    order: ChangeOrder, benefit: Benefit, month: Month, person: int, *, dead: bool = True
) -> bool:
    """Write a benefit's ranges from a month on once more without one person; False where he is in none of them.

    Ranges that never had him stay as they are. ``dead``: the rules of a death say whether tapering keeps its base.
    """
    Benefit.objects.select_for_update().get(pk=benefit.pk)
    before = image_of(benefit, month)
    terms = benefit.terms.filter(covered__person=person).order_by("months")
    left = [_left(term, person, keep=dead and keeps_base(term)) for term in terms if _reaches(term, month)]
    if left:
        _write(order, benefit, month, left)
        for term in before:
            if all(one["person"] != person for one in term["covered"]):
                open_again(benefit, term, month)
    return bool(left)


def _reaches(term: BenefitTerm, month: Month) -> bool:
    return term.months.upper is None or term.months.upper > month.first_day


def _left(term: BenefitTerm, gone: int, *, keep: bool) -> Left:
    return term, left_after_death(term, gone, keep=keep), care_after_death(term, gone)


def _write(order: ChangeOrder, old: Benefit, month: Month, left: Sequence[Left]) -> None:
    """The ranges from the month on once more, with the others; where he was alone, nothing is due."""
    whole = [
        (term, DateRange(max(term.months.lower, month.first_day), term.months.upper), award, care)
        for term, award, care in left
    ]
    cut_terms(old, month)
    for term, months, award, care in whole:
        if award.shares:
            open_range(order, term, months, award, term.standing, care=care)


def reached_by(order: ChangeOrder) -> list[Reached]:
    """Earlier benefits an order wrote, from which month on, and their ranges before."""
    found = kept(order, "earlier") or []
    benefits = Benefit.objects.in_bulk([one["benefit"] for one in found])
    return [
        (benefits[one["benefit"]], Month.of(date.fromisoformat(one["month"])), one["ranges"]) for one in found
    ]


def give_earlier_back(order: ChangeOrder) -> None:
    """The order is struck out: earlier benefits are again as they were."""
    for benefit, month, ranges in reached_by(order):
        Benefit.objects.select_for_update().get(pk=benefit.pk)
        restore_image(benefit, month, ranges)
