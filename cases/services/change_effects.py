"""What a decided change order does when it takes effect, and what striking one out brings back."""
# requirements: C04, C05, C06, C08

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from cases.change_guards import month_of_effect, not_overtaken
from cases.models import Benefit, BenefitTerm, ChangeOrder, ChangePerson, Member, Person, ReviewTask
from cases.models.choices import ChangeKind, Standing, StopReason
from cases.rules.benefit import Grace
from cases.rules.changes import Begin, rule_of
from cases.rules.codes import NotCounted
from cases.services.ahead import go_on
from cases.services.benefits import (
    cut_terms,
    image_of,
    open_again,
    open_term,
    restore_image,
    stop_benefit,
)
from cases.services.cycle import first_month
from cases.services.deaths import close_account_of, later_terms
from cases.services.earlier_benefits import give_earlier_back, go_on_without, leave_earlier, reached_by
from cases.services.grace import on_grace_end
from cases.services.heads import make_head
from cases.services.member_changes import add_member, correct, remove_member
from cases.services.orders import award_of, details_of, open_range, running_term, shares_kept
from cases.services.recoveries import propose_recovery, withdraw_recovery
from cases.services.resting import run_again, take_stop_back
from cases.services.reviews import ask_after_death, ask_again
from cases.services.single_cover import leave_family, rejoin_family
from cases.services.struck_out import family_image, give_back_death, keep
from cases.services.successions import name_another, succeed
from cases.services.tapering import tapering
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.services import attachments_of
from salvation.flow.engine import perform
from salvation.flow.table import Context
from salvation.parameters.book import at

WRITTEN = ["notified_on", "stat_month", "effective_month", "grace_until", "before", "old_total"]


def on_effective(context: Context) -> None:
    """Apply the order by its kind: close the running range and open the next one, or stop."""
    order = context.subject
    _hold_still(context)
    _settle_month(order, timezone.localdate(context.now))
    month = Month.of(order.effective_month)
    order.notified_on = context.data.get("notified_on") or None
    order.stat_month = context.transition.stat_month
    _merge(order, context)
    order.before = image_of(order.benefit, month)
    order.save(update_fields=WRITTEN)
    APPLY.get(order.kind, _amounts)(order, month, context.actor)
    propose_recovery(
        order, [(order.benefit, _first(order), order.before), *reached_by(order)], now=context.now
    )


def _first(order: ChangeOrder) -> Month:
    """The first month whose money the order touches."""
    return Month.of(min(order.effective_month, order.pay_from or order.effective_month))


def _hold_still(context: Context) -> None:
    """Two orders of one benefit at the same moment: the second waits here and is refused."""
    Benefit.objects.select_for_update().get(pk=context.subject.benefit_id)
    if reason := not_overtaken(context):
        raise Refusal(reason)


def _settle_month(order: ChangeOrder, today: date) -> None:
    begins = month_of_effect(order)
    if rule_of(order.kind).begins is Begin.AHEAD:
        begins = max(begins, first_month(order.county, today))
    late = begins - Month.of(order.effective_month)
    if late > 0:
        order.effective_month = (Month.of(order.effective_month) + late).first_day
        if order.grace_until:
            order.grace_until = (Month.of(order.grace_until) + late).first_day


def _merge(order: ChangeOrder, context: Context) -> None:
    """One effective order a benefit and month: an earlier one of the same month goes into this one (03 §3.2)."""
    if not rule_of(order.kind).merges:
        return
    earlier = (
        ChangeOrder.objects.filter(
            benefit=order.benefit_id, effective_month=order.effective_month, state="EFFECTIVE"
        )
        .filter(kind__in=[kind for kind in ChangeKind.values if rule_of(kind).merges])
        .exclude(pk=order.pk)
        .first()
    )
    if earlier is None:
        return
    perform(subject=earlier, step="merge", actor=None, now=context.now, comment=f"并入变更单{order.no}")
    order.absorbed.add(earlier)
    order.old_total = earlier.old_total
    mine = {(row.person_id, row.leaves) for row in order.people.all()}
    for row in earlier.people.all():
        if (row.person_id, not row.leaves) in mine:
            order.people.filter(person=row.person_id).delete()
        elif (row.person_id, row.leaves) not in mine:
            ChangePerson.objects.create(order=order, person_id=row.person_id, leaves=row.leaves)


def _give_absorbed_back(order: ChangeOrder, context: Context) -> None:
    """The order that went into this one has taken effect again: the ranges are those that it left."""
    for earlier in order.absorbed.all():
        comment = f"变更单{order.no}已红冲"
        perform(subject=earlier, step="split", actor=None, now=context.now, comment=comment)
    order.absorbed.clear()


def _amounts(order: ChangeOrder, month: Month, actor: Any) -> None:
    """The running range ends, the next one has the order's amounts; what begins later changes by as much.

    Who tapers off and is judged to meet the standard again is a family like any other from then on.
    """
    running = running_term(order.benefit, month)
    again = running.standing == Standing.GRACE and order.assessment is not None
    if again:
        running.standing = Standing.ACTIVE
        running.months = DateRange(running.months.lower, order.benefit.stop_month)
    _next_range(order, month, running)
    if not again:
        go_on(order, month)
    if level := details_of(order).get("care_level"):
        order.benefit.terms.filter(months__startswith__gte=month.first_day).update(care_level=level)


def _care_level(order: ChangeOrder, month: Month, actor: Any) -> None:
    """One of several people on a benefit gets one of his own: a range has one level."""
    if not order.new_program:
        _amounts(order, month, actor)
        return
    succeed(order, month, actor)
    if order.successor is not None:
        order.successor.terms.update(care_level=details_of(order)["care_level"])


def _next_range(order: ChangeOrder, month: Month, like: BenefitTerm) -> None:
    """The range with the order's amounts, as long and of the standing of the one it follows."""
    cut_terms(order.benefit, month)
    open_term(
        order.benefit, DateRange(month.first_day, like.months.upper), shares_kept(order),
        base=order.new_base, uplift=order.new_uplift, care=order.new_care, total=order.new_total,
        assessment=order.assessment, order=order, standing=like.standing, like=like,
    )  # fmt: skip


def _stop(order: ChangeOrder, month: Month, actor: Any) -> None:
    stop_benefit(order.benefit, month, order.stop_reason or StopReason.OTHER)
    rejoin_family(order.benefit, month, actor)


def _death(order: ChangeOrder, month: Month, actor: Any) -> None:
    later = later_terms(order) if order.shares else []
    keep(order, before=family_image(order))
    _mark_dead(order)
    if order.shares:
        close_account_of(order)
        _next_range(order, month, running_term(order.benefit, month))
        for term, left, care in later:
            open_range(order, term, term.months, left, term.standing, care=care)
        make_head(order, actor)
        months = at("death.recheck_months", on=order.event_on or order.effective_month, unit=order.unit)
        keep(order, review=ask_after_death(order=order, months=int(months.value)))
    else:
        _stop(order, month, actor)
    leave_earlier(order, actor)
    keep(order, after=family_image(order))


def _mark_dead(order: ChangeOrder) -> None:
    if order.person is None:
        return
    person = Person.objects.select_for_update().get(pk=order.person.pk)
    person.died_on = order.event_on
    person.save(update_fields=["died_on"])
    Member.objects.filter(person=person, left_on__isnull=True).update(left_on=order.event_on)


def _grace(order: ChangeOrder, month: Month, actor: Any) -> None:
    """Tapering ranges end by themselves: without a stop order nothing may be paid after them (02 §2.4)."""
    award = award_of(running_term(order.benefit, month))
    running = cut_terms(order.benefit, month)
    grace = Grace(month, Month.of(order.grace_until or month.first_day) - 1)
    for first, stop, given in tapering(award, grace, order.unit):
        months = DateRange(first.first_day, stop.first_day)
        open_range(order, running, months, given, Standing.GRACE, care=running.care)


def _member_add(order: ChangeOrder, month: Month, actor: Any) -> None:
    add_member(order)
    _amounts(order, month, actor)


def _member_remove(order: ChangeOrder, month: Month, actor: Any) -> None:
    remove_member(order)
    _amounts(order, month, actor)


def _suspend(order: ChangeOrder, month: Month, actor: Any) -> None:
    """Nothing is paid from now on; amounts and ends stay, of later ranges too."""
    cut_terms(order.benefit, month)
    for number, term in enumerate(order.before or []):
        made_by = term["order"] if number else order.pk
        open_again(order.benefit, {**term, "standing": Standing.SUSPENDED, "order": made_by}, month)


def _resume(order: ChangeOrder, month: Month, actor: Any) -> None:
    """Paid again from ``pay_from``: funds finds the months it did not pay by itself, as back pay."""
    if order.assessment is not None:
        _amounts(order, month, actor)
        return
    run_again(order, Month.of(order.pay_from or order.effective_month))


def _convert(order: ChangeOrder, month: Month, actor: Any) -> None:
    """Whoever is helped otherwise from now on leaves; the benefit of the others goes on."""
    going = set(order.people.filter(leaves=True).values_list("person_id", flat=True))
    staying = running_term(order.benefit, month).covered.exclude(person__in=going).exists()
    if not staying:
        stop_benefit(order.benefit, month, order.stop_reason)
        return
    for person in going:
        go_on_without(order, order.benefit, month, person, dead=False)
        name_another(order.benefit, person)
    # On 特困 of his own he is none of the family that 低保 is worked out for.
    Member.objects.filter(household=order.benefit.household_id, person__in=going).update(
        counted=False, exclude_reason=NotCounted.PROVINCE.value
    )
    ask_again(benefit=order.benefit, since=month.first_day, source=ReviewTask.Source.LEFT)


def _head(order: ChangeOrder, month: Month, actor: Any) -> None:
    make_head(order, actor)


def _correct(order: ChangeOrder, month: Month, actor: Any) -> None:
    correct(order, actor)


APPLY: Mapping[str, Callable[[ChangeOrder, Month, Any], None]] = {
    ChangeKind.STOP: _stop,
    ChangeKind.DEATH: _death,
    ChangeKind.GRACE: _grace,
    ChangeKind.MEMBER_ADD: _member_add,
    ChangeKind.MEMBER_REMOVE: _member_remove,
    ChangeKind.HEAD_CHANGE: _head,
    ChangeKind.CATEGORY: _convert,
    ChangeKind.MODE: succeed,
    ChangeKind.TRANSFER: succeed,
    ChangeKind.CARE_LEVEL: _care_level,
    ChangeKind.SUSPEND: _suspend,
    ChangeKind.RESUME: _resume,
    ChangeKind.CORRECT: _correct,
}


def on_agreed_out(context: Context) -> None:
    """The old town's leader has agreed: from here on the order lies with the receiving town."""
    order = context.subject
    order.from_unit = order.unit
    order.unit, order.village = order.to_unit, order.to_village
    order.save(update_fields=["unit", "village", "from_unit"])
    attachments_of(order).update(unit=order.unit, village=order.village)


def on_refused_in(context: Context) -> None:
    """The order goes back to the town of the benefit: the receiving one refused it, or it is not carried out."""
    order = context.subject
    if order.from_unit is None:
        return
    order.unit, order.village, order.from_unit = order.benefit.unit, order.benefit.village, None
    order.save(update_fields=["unit", "village", "from_unit"])
    attachments_of(order).update(unit=order.unit, village=order.village)


def on_reversed(context: Context) -> None:
    """红冲: the ranges are again as they were before; what was paid stays paid, differences become lines of their own."""
    order = context.subject
    benefit = Benefit.objects.select_for_update().get(pk=order.benefit_id)
    month = _first(order)
    if benefit.stop_month == order.effective_month and not order.shares:
        take_stop_back(benefit, order.before or [])
    if benefit.is_single:
        leave_family(benefit.applicant, month, context.actor)
    present = image_of(benefit, month)
    restore_image(benefit, month, order.before or [])
    withdraw_recovery(order, now=context.now)
    propose_recovery(order, [(benefit, month, present)], now=context.now)
    _give_absorbed_back(order, context)
    if order.kind == ChangeKind.DEATH:
        give_earlier_back(order)
        give_back_death(order, actor=context.actor, now=context.now)
    if order.kind == ChangeKind.MEMBER_REMOVE:
        _back_in_family(order)
    if order.kind == ChangeKind.MEMBER_ADD:
        Member.objects.filter(household=benefit.household_id, person=order.person).update(
            left_on=order.event_on
        )


def _back_in_family(order: ChangeOrder) -> None:
    Member.objects.filter(
        household=order.benefit.household_id, person=order.person_id, left_on=order.event_on
    ).update(left_on=None)


EFFECTS = {
    "take_effect": (on_effective,),
    "carry_out": (on_effective,),
    "convert": (on_effective,),
    "run": (on_grace_end,),
    "agree_out": (on_agreed_out,),
    "refuse_in": (on_refused_in,),
    "overtaken": (on_refused_in,),
    "revoke_town": (on_refused_in,),
    "revoke_county": (on_refused_in,),
    "reverse_town": (on_reversed,),
    "reverse_county": (on_reversed,),
}
