"""Change orders: drafted with the amounts the rules give, decided in the flow, applied to the month ranges."""
# requirements: C04 part, C05 part, C06 part, C07 part, C08 part

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from cases.guards import not_overtaken
from cases.models import (
    Assessment,
    Benefit,
    BenefitTerm,
    ChangeOrder,
    ChangePerson,
    Member,
    Person,
    TermMember,
)
from cases.models.choices import ChangeKind, Standing, StopReason
from cases.rules.benefit import (
    Award,
    Grace,
    PayCycle,
    after_death,
    death_stop_month,
    effective_month,
    grace_period,
)
from cases.rules.codes import UpliftKind
from cases.rules.result import MemberShare
from cases.services.applications import shares_of
from cases.services.benefits import Share, cut_terms, open_term, stop_benefit
from cases.services.tapering import tapering
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import begin, perform
from salvation.flow.models import Transition
from salvation.flow.numbers import next_number
from salvation.flow.table import Context
from salvation.parameters.book import at
from salvation.vault import facts as sealed_facts

ZERO = Decimal("0.00")
# Reasons after which no tapering period is given (02 §2.4).
AMOUNT_KINDS = frozenset({ChangeKind.INCREASE, ChangeKind.DECREASE})


@transaction.atomic
def draft_stop(*, benefit: Benefit, reason: str, note: str, actor: Any, now: datetime) -> ChangeOrder:
    """Stop the whole benefit from the month after the decision. Raises Refusal."""
    if reason not in StopReason.values or reason in {StopReason.DEATH, StopReason.GRACE_END}:
        raise Refusal("请选择停发原因（死亡、渐退期满另有专门的变更）", field="stop_reason")
    term = _running(benefit, Month.of(timezone.localdate(now)) + 1)
    return _draft(
        benefit, ChangeKind.STOP, term, effective_month(timezone.localdate(now)), (), note,
        actor=actor, now=now, stop_reason=reason,
    )  # fmt: skip


@transaction.atomic
def draft_death(
    *, benefit: Benefit, person: Person, died_on: date, note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """Take a dead member out from the period after the death (002, 001 L41). The others' uplift stays.

    A death found late reaches back to its own month: what was paid since is overpaid, and for recovery (10.4).
    """
    today = timezone.localdate(now)
    if died_on > today:
        raise Refusal("死亡日期不能晚于今天", field="event_on")
    if person.birth_date and died_on < person.birth_date:
        raise Refusal("死亡日期早于出生日期，请核对", field="event_on")
    cycle = PayCycle(str(at("funds.pay_cycle", on=died_on, unit=benefit.unit).value))
    month = max(death_stop_month(died_on, cycle), Month.of(benefit.first_month))
    term = _running(benefit, month)
    award = award_of(term)
    if str(person.pk) not in {share.key for share in award.shares}:
        raise Refusal(f"{person.name} 在{month.label}不是该待遇的保障成员，请核对", field="person")
    left = _left_after_death(term, person.pk, keep=_keeps_base(term))
    return _draft(
        benefit, ChangeKind.DEATH, term, month, left.shares, note,
        actor=actor, now=now, care=_care_after_death(term, person.pk),
        person=person, event_on=died_on, stop_reason=StopReason.DEATH,
    )  # fmt: skip


@transaction.atomic
def draft_amount(
    *, benefit: Benefit, assessment: Assessment, note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """Increase or decrease to what a new means test gives, from the next month (02 §2.4). Raises Refusal."""
    month = effective_month(timezone.localdate(now))
    term = _running(benefit, month)
    if assessment.household_id != benefit.household_id or assessment.program != benefit.program:
        raise Refusal("核算不是本户本类别的，请重新核算")
    if not assessment.eligible:
        raise Refusal("重新核算不符合条件：请办理停发或渐退", rule="最低生活保障审核确认办法第32条")
    if assessment.total == term.total:
        raise Refusal(f"重新核算的金额仍为{term.total}元，不需要变更")
    kind = ChangeKind.INCREASE if assessment.total > term.total else ChangeKind.DECREASE
    shares = tuple(_share_of(share) for share in shares_of(assessment))
    order = _draft(benefit, kind, term, month, shares, note, actor=actor, now=now, assessment=assessment)
    order.new_base, order.new_uplift, order.new_care = assessment.base, assessment.uplift, assessment.care
    order.new_total = assessment.total
    order.save(update_fields=["new_base", "new_uplift", "new_care", "new_total"])
    return order


@transaction.atomic
def draft_grace(
    *, benefit: Benefit, reason: str, months: int, note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """A tapering period: at most six months, only for the allowed reasons, never twice (L83 一(三))."""
    today = timezone.localdate(now)
    allowed = str(at("grace.allowed_reasons", on=today, unit=benefit.unit).value).split(",")
    if reason not in allowed:
        raise Refusal("该原因不给渐退期；死亡、虚报、财产不符的直接停发", rule="L83 一（三）", field="reason")
    if benefit.terms.filter(standing=Standing.GRACE).exists():
        raise Refusal("该户同一原因已给过渐退期，不得连续第二次", rule="L83 一（三）")
    longest = int(at("grace.max_months", on=today, unit=benefit.unit).value)
    grace = grace_period(today, months, longest=longest)
    term = _running(benefit, grace.first)
    _, _, begins_with = next(tapering(award_of(term), grace, benefit.unit))
    order = _draft(
        benefit, ChangeKind.GRACE, term, grace.first, begins_with.shares, note, actor=actor, now=now
    )
    order.grace_until = grace.stop.first_day
    order.save(update_fields=["grace_until"])
    return order


def award_of(term: BenefitTerm) -> Award:
    """A term's amounts by covered persons, as the rules take them."""
    return Award(tuple(_share_of_row(row) for row in term.covered.all()))


def _left_after_death(term: BenefitTerm, dead: int, *, keep: bool) -> Award:
    """What a term gives without the dead; ``keep``: the household keeps its base in full."""
    return after_death(award_of(term), str(dead), keep_base=keep)


def _keeps_base(running: BenefitTerm) -> bool:
    """Whether a death now leaves the base: only while tapering, by the grace.rule the tapering began under."""
    if running.standing != Standing.GRACE:
        return False
    first = running.benefit.terms.filter(standing=Standing.GRACE).order_by("months")[0].months.lower
    return str(at("grace.rule", on=first, unit=running.benefit.unit).value) == "KEEP_ORIGINAL"


def _care_after_death(term: BenefitTerm, dead: int) -> Decimal:
    """照料护理 belongs to persons: the dead's part leaves with him. Raises Refusal where the parts are not known."""
    others = term.covered.exclude(person_id=dead)
    if not term.care or not others.exists():
        return ZERO
    parts = sealed_facts.load(term.assessment.result)["members"] if term.assessment else []
    known = {part["member"]: Decimal(part.get("care", 0)) for part in parts}
    if str(dead) not in known or sum(known.values()) != term.care:
        raise Refusal("该户多人享受照料护理，没有逐人的标准，请先重新核算并办理增减，再办理死亡变更")
    return term.care - known[str(dead)]


def _share_of_row(row: TermMember) -> MemberShare:
    return _share_of(Share(row.person_id, row.base, row.uplift, tuple(row.uplift_kinds)))


def _share_of(share: Share) -> MemberShare:
    """The uplift of a person as one amount under its first kind: the order keeps kinds and sum."""
    kinds = [UpliftKind(kind) for kind in share.kinds]
    uplifts = tuple((kind, share.uplift if i == 0 else ZERO) for i, kind in enumerate(kinds))
    return MemberShare(str(share.person_id), share.base, uplifts, unnamed=ZERO if kinds else share.uplift)


def _running(benefit: Benefit, month: Month) -> BenefitTerm:
    term = benefit.terms.filter(months__contains=month.first_day).first()
    if term is None:
        raise Refusal(f"该待遇在{month.label}已不在保，不能变更")
    return term


def _draft(
    benefit: Benefit,
    kind: str,
    term: BenefitTerm,
    month: Month,
    shares: tuple[MemberShare, ...],
    note: str,
    *,
    actor: Any,
    now: datetime,
    care: Decimal | None = None,
    **fields: Any,
) -> ChangeOrder:
    if actor is not None:
        require(actor, "change.create", benefit.unit)
    if not note.strip():
        raise Refusal("请写明变更事由", field="reason")
    award = Award(shares)
    ends = not shares
    care = ZERO if ends else term.care if care is None else care
    order = ChangeOrder(
        no=change_number(benefit, now),
        kind=kind,
        benefit=benefit,
        county=benefit.county,
        unit=benefit.unit,
        village=benefit.village,
        effective_month=month.first_day,
        old_total=term.total,
        new_base=award.base,
        new_uplift=award.uplift,
        new_care=care,
        new_total=award.total + care,
        shares=[
            {
                "person": int(s.key),
                "base": str(s.base),
                "uplift": str(s.uplift),
                "kinds": [k.value for k in s.uplift_kinds],
            }
            for s in shares
        ],
        household_out=ends and not _other_benefits(benefit, month),
        reason=note.strip(),
        created_by=actor,
        **fields,
    )
    begin(order, actor=actor, now=now)
    stay = {int(share.key) for share in shares}
    out = [pk for pk in term.covered.values_list("person_id", flat=True) if pk not in stay]
    ChangePerson.objects.bulk_create(ChangePerson(order=order, person_id=pk, leaves=True) for pk in out)
    return order


def _other_benefits(benefit: Benefit, month: Month) -> bool:
    return (
        BenefitTerm.objects.filter(benefit__household=benefit.household_id, months__contains=month.first_day)
        .exclude(benefit=benefit)
        .exists()
    )


def change_number(benefit: Benefit, now: datetime) -> str:
    """Unit code, year and running number within the unit's year."""
    return next_number(f"B{benefit.unit.code}-{timezone.localtime(now).year}-")


def on_effective(context: Context) -> None:
    """Apply the order: close the running range and open the next one, or stop."""
    order = context.subject
    _hold_still(context)
    _settle_month(order)
    month = Month.of(order.effective_month)
    order.notified_on = context.data.get("notified_on") or None
    order.stat_month = context.transition.stat_month
    order.save(update_fields=["notified_on", "stat_month", "effective_month", "grace_until"])
    if order.kind == ChangeKind.DEATH:
        _mark_dead(order)
    if not order.shares:
        stop_benefit(order.benefit, month, order.stop_reason or StopReason.OTHER)
        return
    if order.kind == ChangeKind.GRACE:
        _open_tapering(order, month)
        return
    later = _later_terms(order) if order.kind == ChangeKind.DEATH else []
    running = cut_terms(order.benefit, month)
    open_term(
        order.benefit,
        DateRange(month.first_day, running.months.upper),
        [
            Share(s["person"], Decimal(s["base"]), Decimal(s["uplift"]), tuple(s["kinds"]))
            for s in order.shares
        ],
        base=order.new_base,
        uplift=order.new_uplift,
        care=order.new_care,
        total=order.new_total,
        assessment=order.assessment,
        order=order,
        standing=running.standing,
        like=running,
    )
    for term, left, care in later:
        _open_range(order, term, term.months, left, term.standing, care=care)


def _settle_month(order: ChangeOrder) -> None:
    """The month after the decision, however long it took since the draft (03 §3.2); a death keeps its own month."""
    decided = Transition.objects.filter(flow=order.flow.code, subject_id=order.pk, to_state="DECIDED").last()
    if order.kind == ChangeKind.DEATH or decided is None:
        return
    late = effective_month(timezone.localdate(decided.at)) - Month.of(order.effective_month)
    if late > 0:
        order.effective_month = (Month.of(order.effective_month) + late).first_day
        if order.grace_until:
            order.grace_until = (Month.of(order.grace_until) + late).first_day


def _hold_still(context: Context) -> None:
    """Two orders of one benefit at the same moment: the second waits here and is refused."""
    Benefit.objects.select_for_update().get(pk=context.subject.benefit_id)
    if reason := not_overtaken(context):
        raise Refusal(reason)


def _later_terms(order: ChangeOrder) -> list[tuple[BenefitTerm, Award, Decimal]]:
    """Ranges that begin after a death found late: they go on, without the dead."""
    later = order.benefit.terms.filter(months__startswith__gt=order.effective_month).order_by("months")
    dead = order.person_id or 0
    keep = _keeps_base(_running(order.benefit, Month.of(order.effective_month)))
    found = [
        (term, _left_after_death(term, dead, keep=keep), _care_after_death(term, dead)) for term in later
    ]
    if any(not left.shares for _, left, _ in found):
        raise Refusal("死亡之后的某一期只保障死者一人，请先办理停发")
    return found


def _open_tapering(order: ChangeOrder, month: Month) -> None:
    """Tapering ranges end by themselves: without a stop order nothing may be paid after them (02 §2.4)."""
    award = award_of(_running(order.benefit, month))
    running = cut_terms(order.benefit, month)
    grace = Grace(month, Month.of(order.grace_until or month.first_day) - 1)
    for first, stop, given in tapering(award, grace, order.unit):
        months = DateRange(first.first_day, stop.first_day)
        _open_range(order, running, months, given, Standing.GRACE, care=running.care)


def _open_range(
    order: ChangeOrder,
    like: BenefitTerm,
    months: DateRange,
    award: Award,
    standing: str,
    *,
    care: Decimal,
) -> None:
    open_term(
        order.benefit,
        months,
        [
            Share(int(share.key), share.base, share.uplift, tuple(kind.value for kind in share.uplift_kinds))
            for share in award.shares
        ],
        base=award.base,
        uplift=award.uplift,
        care=care,
        total=award.total + care,
        assessment=like.assessment,
        order=order,
        standing=standing,
        like=like,
    )


def _mark_dead(order: ChangeOrder) -> None:
    if order.person is None:
        return
    person = Person.objects.select_for_update().get(pk=order.person.pk)
    person.died_on = order.event_on
    person.save(update_fields=["died_on"])
    Member.objects.filter(person=person, left_on__isnull=True).update(left_on=order.event_on)


@transaction.atomic
def end_grace_periods(*, county_id: int, on: date, now: datetime) -> int:
    """Write GRACE_END orders for tapering ranges that ended by ``on``; returns how many (domain/11 grace.expiry)."""
    month = Month.of(on)
    ended = BenefitTerm.objects.select_related("benefit", "benefit__unit").filter(
        benefit__county=county_id,
        benefit__stop_month__isnull=True,
        standing=Standing.GRACE,
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
    benefit = term.benefit
    month = Month.of(term.months.upper)
    order = _draft(
        benefit, ChangeKind.GRACE_END, term, month, (), "渐退期满，自动停发", actor=None, now=now,
        stop_reason=StopReason.GRACE_END,
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


EFFECTS = {"take_effect": (on_effective,), "run": (on_grace_end,)}


def visible_benefit(actor: Any, pk: int) -> Benefit:
    benefit: Benefit = get_visible(Benefit.objects.select_related("unit", "county", "village"), actor, pk=pk)
    return benefit
