"""单人保 beside 低保边缘 (02 §2.8): whoever gets 低保 alone is left out of the family's recognition, the rest stay in it.

Called where somebody's own 低保 begins or ends, inside that transaction; what a family's recognition covers when it is
opened or changed itself is seen to by ``benefits.open_term``.
"""
# requirements: B22

from collections.abc import Callable
from typing import Any

from django.utils import timezone

from cases.models import Benefit, ChangeOrder, Member, Person, TermMember
from cases.models.choices import ChangeKind, Program, StopReason
from cases.services.benefits import cut_terms, image_of, open_again, stop_benefit
from cases.services.orders import draft_order, name_others, running_term
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.journal.actions import register
from salvation.journal.services import record

register(
    benefit__leave_family="单人保成员不再计入低保边缘", benefit__rejoin_family="单人保停发后重新计入低保边缘"
)

LEFT, BACK = "按单人保享受低保，不再计入低保边缘", "单人保停发，重新计入低保边缘"
Covered = list[dict[str, Any]]


def leave_family(person: Person, first: Month, actor: Any) -> None:
    """From ``first`` on the person is no longer covered as one of a 边缘 family; the last one takes it with him."""
    rows = TermMember.objects.filter(
        person=person, term__benefit__program=Program.MARGINAL, months__overlap=(first.first_day, None)
    )
    for benefit in _locked(rows.values("term__benefit")):
        month = max(first, Month.of(benefit.first_month))
        order = _order(benefit, person, month, leaves=True)
        _rewrite(benefit, month, lambda covered: [one for one in covered if one["person"] != person.pk])
        _take_effect(order, "benefit.leave_family", benefit, person, month, actor)


def rejoin_family(alone: Benefit, month: Month, actor: Any) -> None:
    """Somebody's own 低保 ends with ``month``: who still lives in a 边缘 family is covered with it again."""
    person = alone.applicant
    stays = Member.objects.filter(
        household=alone.household_id,
        person=person,
        counted=True,
        left_on__isnull=True,
        person__died_on__isnull=True,
    )
    if not alone.is_single or not stays.exists():
        return
    running = alone.household.benefits.filter(
        program=Program.MARGINAL, terms__months__contains=month.first_day
    )
    again = {"person": person.pk, "base": "0", "uplift": "0", "kinds": []}
    for benefit in _locked(running.values("pk")):
        order = _order(benefit, person, month, leaves=False)
        _rewrite(benefit, month, lambda covered: [*covered, again])
        _take_effect(order, "benefit.rejoin_family", benefit, person, month, actor)


def _locked(benefits: Any) -> list[Benefit]:
    return list(
        Benefit.objects.select_for_update(of=("self",)).filter(pk__in=benefits).select_related("unit")
    )


def _rewrite(benefit: Benefit, month: Month, change: Callable[[Covered], Covered]) -> None:
    """The ranges from ``month`` on once more, with other people; where nobody is left, the recognition ends."""
    image = image_of(benefit, month)
    for term in image:
        term["covered"] = change(term["covered"])
    if not all(term["covered"] for term in image):
        stop_benefit(benefit, month, StopReason.CATEGORY_CHANGE)
        return
    cut_terms(benefit, month)
    for term in image:
        open_again(benefit, term, month)


def _order(benefit: Benefit, person: Person, month: Month, *, leaves: bool) -> ChangeOrder | None:
    """The move as the tables count it (退出, 成员增减); none in the recognition's own first month, which never had him."""
    if month <= Month.of(benefit.first_month):
        return None
    order = draft_order(
        benefit, ChangeKind.CATEGORY, running_term(benefit, month), month, (), LEFT if leaves else BACK, actor=None,
        now=timezone.now(), person=person, household_out=False,
    )  # fmt: skip
    name_others(order, {person.pk} if leaves else set(), set() if leaves else {person.pk})
    return order


def _take_effect(
    order: ChangeOrder | None, action: str, benefit: Benefit, person: Person, month: Month, actor: Any
) -> None:
    if order is not None:
        done = perform(subject=order, step="follow", actor=None, now=timezone.now())
        order.stat_month = done.stat_month
        order.save(update_fields=["stat_month"])
    facts = {"person": person.name, "month": str(month)}
    record(actor=actor, action=action, subject=benefit, unit=benefit.unit, facts=facts)
