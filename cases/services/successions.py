"""One benefit follows another without a gap and without a double month: another support mode, care level or township.

The old one stops and the new one starts in the same month, in one transaction; the exclusion constraints of the database
would refuse a day of both.
"""
# requirements: C06

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone

from cases.models import Benefit, BenefitTerm, ChangeOrder, Household, Person
from cases.models.choices import TEKUN, ChangeKind, Program, Source, StopReason
from cases.rules.codes import Area, CareIndicator, CareLevel
from cases.rules.result import MemberShare
from cases.rules.tekun import MODE_OF, care_level, support_amount
from cases.services.benefits import open_again, open_term, stop_benefit
from cases.services.cycle import first_month
from cases.services.deaths import care_after_death
from cases.services.earlier_benefits import go_on_without
from cases.services.judging import Policy
from cases.services.orders import award_of, draft_order, name_others, running_term, shares_kept
from cases.services.reviews import take_reviews_along
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.journal.services import record
from salvation.parameters.book import at
from salvation.units.models import Unit

# What one of several people on one 特困 benefit may do alone.
APART = (ChangeKind.MODE, ChangeKind.CARE_LEVEL)
OTHER_MODE = {
    Program.TEKUN_DISPERSED: Program.TEKUN_CENTRALIZED,
    Program.TEKUN_CENTRALIZED: Program.TEKUN_DISPERSED,
}


@dataclass(frozen=True, slots=True)
class Support:
    """The shares and 照料护理 of a 特困 person under a mode and a level, yuan a month."""

    shares: tuple[MemberShare, ...]
    care: Decimal


def support_of(
    benefit: Benefit, term: BenefitTerm, program: str, level: str, on: date, *, of: Collection[int]
) -> Support:
    """What the county's standards give these people on a day; each has his own. Raises Refusal."""
    reading = Policy(benefit.unit, on).parameters.reading()
    found = support_amount(
        reading, Area(benefit.standard_area), MODE_OF[Program(program)], CareLevel(level or CareLevel.SELF)
    )
    shares = tuple(
        MemberShare(share.key, found.base) for share in award_of(term).shares if int(share.key) in of
    )
    return Support(shares, found.care * len(shares))


def _concerned(term: BenefitTerm, person: Person | None, field: str) -> set[int]:
    """Whom of a 特困 benefit a change is about; older rosters named several people in one. Raises Refusal."""
    covered = set(term.covered.values_list("person_id", flat=True))
    if person is None and len(covered) > 1:
        raise Refusal(f"该待遇保障{len(covered)}人，请选择{field}改变的人员", field="person")
    if person is not None and person.pk not in covered:
        raise Refusal(f"{person.name} 不是该待遇的保障人员", field="person")
    return covered if person is None else {person.pk}


def _set_apart(order: ChangeOrder, term: BenefitTerm, person: Person | None) -> None:
    """One of several goes on with a benefit of his own: the order is about his part, and he alone leaves this one."""
    if person is None or term.covered.count() == 1:
        return
    own = term.covered.get(person=person)
    order.person, order.household_out = person, False
    order.old_total = own.base + own.uplift + term.care - care_after_death(term, person.pk)
    order.new_program = order.new_program or order.benefit.program
    order.save(update_fields=["person", "household_out", "old_total", "new_program"])
    name_others(order, {person.pk}, ())


@transaction.atomic
def draft_mode(
    *, benefit: Benefit, on: date, note: str, actor: Any, now: datetime, person: Person | None = None
) -> ChangeOrder:
    """Into an institution, or home from one. The parameter says whether the month of moving counts already.

    ``person``: who moves, where a benefit covers several. Raises Refusal.
    """
    if benefit.program not in TEKUN:
        raise Refusal("只有特困人员有供养形式")
    today = timezone.localdate(now)
    if on > today:
        raise Refusal("入住（退住）日期不能晚于今天", field="on")
    program = OTHER_MODE[Program(benefit.program)]
    same = str(at("tekun.mode_effective", on=on, unit=benefit.unit).value) == "THIS"
    month = max(Month.of(on) + (0 if same else 1), Month.of(today), Month.of(benefit.first_month))
    if same and Month.of(on) < Month.of(today):
        month = Month.of(today)
    term = running_term(benefit, month)
    of = _concerned(term, person, "供养形式")
    found = support_of(benefit, term, program, term.care_level, month.first_day, of=of)
    order = draft_order(
        benefit, ChangeKind.MODE, term, month, found.shares, note, actor=actor, now=now, care=found.care,
        new_program=program, event_on=on, stop_reason=StopReason.CATEGORY_CHANGE, household_out=False,
    )  # fmt: skip
    _set_apart(order, term, person)
    return order


@transaction.atomic
def draft_care_level(
    *,
    benefit: Benefit,
    lost: Sequence[str],
    assessed_on: date,
    note: str,
    actor: Any,
    now: datetime,
    person: Person | None = None,
) -> ChangeOrder:
    """Another care level by the six things a person can or cannot do alone (L43 第22条). Raises Refusal.

    ``person``: who was assessed, where a benefit covers several.
    """
    if benefit.program not in TEKUN:
        raise Refusal("只有特困人员评定自理等级")
    if assessed_on > timezone.localdate(now):
        raise Refusal("评定日期不能晚于今天", field="assessed_on")
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    level = care_level({CareIndicator(code) for code in lost})
    of = _concerned(term, person, "自理等级")
    found = support_of(benefit, term, benefit.program, level, month.first_day, of=of)
    if level == (term.care_level or CareLevel.SELF) and found.care == term.care:
        raise Refusal(f"评定结果仍为{level.label}，不需要变更", field="lost")
    details = {"care_level": level.value, "lost": list(lost), "assessed_on": assessed_on.isoformat()}
    order = draft_order(
        benefit, ChangeKind.CARE_LEVEL, term, month, found.shares, note, actor=actor, now=now, care=found.care,
        event_on=assessed_on, details=details,
    )  # fmt: skip
    _set_apart(order, term, person)
    return order


@transaction.atomic
def draft_transfer(*, benefit: Benefit, village: Unit, note: str, actor: Any, now: datetime) -> ChangeOrder:
    """To another township of the county; it goes on there from the next month, by the same amounts. Raises Refusal."""
    to_unit = village.parent
    if to_unit is None or village.kind != Unit.Kind.VILLAGE:
        raise Refusal("请选择接收的村（社区）", field="village")
    if to_unit == benefit.unit:
        raise Refusal("仍在本单位，不需要迁移变更；换村请在家庭中更正", field="village")
    if to_unit.county_id != benefit.county_id:
        raise Refusal("迁往外县：请在本县停发（户籍迁出），由迁入地受理申请", field="village")
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    return draft_order(
        benefit, ChangeKind.TRANSFER, term, month, award_of(term).shares, note, actor=actor, now=now,
        to_unit=to_unit, to_village=village, stop_reason=StopReason.HUKOU_OUT, household_out=False,
    )  # fmt: skip


def succeed(order: ChangeOrder, month: Month, actor: Any) -> None:
    """Stop the old benefit and open the new one in the same month."""
    old = order.benefit
    running = running_term(old, month)
    # The end that was set already (刚性支出 of a year) stays; 特困 in another way has none.
    stop = None if order.new_program else old.stop_month
    apart = order.person_id if order.kind in APART else None
    if apart is None:
        stop_benefit(old, month, order.stop_reason)
    else:
        go_on_without(order, old, month, apart)
        name_another(old, apart)
    new = Benefit.objects.create(
        program=order.new_program or old.program, household=old.household, applicant=_applicant(order), county=old.county,
        unit=order.to_unit or old.unit, village=order.to_village or old.village,
        standard_area=old.standard_area, is_single=old.is_single, single_reason=old.single_reason, source=Source.CHANGE,
        first_month=month.first_day, stop_month=stop,
        stop_reason=StopReason.EXPIRED if stop else "", predecessor=old, no="" if order.new_program else old.no,
        demo=old.demo,
    )  # fmt: skip
    if order.new_program:
        open_term(
            new, DateRange(month.first_day, new.stop_month), shares_kept(order), base=order.new_base,
            uplift=order.new_uplift, care=order.new_care, total=order.new_total, assessment=order.assessment,
            order=order, like=running,
        )  # fmt: skip
    else:
        # Only the town is another one: every range goes on as it was, tapering and its steps too.
        for term in order.before or []:
            open_again(new, {**term, "order": order.pk}, month)
    order.successor = new
    order.save(update_fields=["successor"])
    if apart is None:
        take_reviews_along(old, new)
    if order.kind == ChangeKind.TRANSFER:
        _move(order, month, actor)


def name_another(benefit: Benefit, gone: int) -> None:
    """A benefit whose first person goes on with one of his own stands in the name of the next."""
    if benefit.applicant_id != gone:
        return
    left = Person.objects.filter(coverage__term__benefit=benefit).exclude(pk=gone).order_by("pk").first()
    if left is not None:
        benefit.applicant = left
        benefit.save(update_fields=["applicant"])


def _staying(order: ChangeOrder, month: Month) -> list[str]:
    """Benefits of the household that run on in the old town, without an agreed order to the new one."""
    running = Benefit.objects.filter(household=order.benefit.household_id, unit=order.benefit.unit).filter(
        Q(stop_month__isnull=True) | Q(stop_month__gt=month.first_day)
    )
    agreed = ChangeOrder.objects.filter(kind=ChangeKind.TRANSFER, state="DECIDED", to_unit=order.to_unit)
    left = running.exclude(pk=order.benefit_id).exclude(pk__in=agreed.values("benefit"))
    return [str(benefit) for benefit in left.select_related("applicant").order_by("pk")]


def _applicant(order: ChangeOrder) -> Person:
    """特困 is the covered person's own; else whoever applied."""
    covered = [share.person_id for share in shares_kept(order)]
    old = order.benefit.applicant
    return old if old.pk in covered or not covered else Person.objects.get(pk=covered[0])


def _move(order: ChangeOrder, month: Month, actor: Any) -> None:
    """The household and its people belong to the receiving town; the old one keeps reading (12 §12.2).

    A household with several benefits moves with the first, once both towns agreed to all of them. Raises Refusal.
    """
    household = Household.objects.select_for_update(of=("self",)).get(pk=order.benefit.household_id)
    if order.to_unit is None or order.to_village is None:
        raise Refusal("本单没有接收单位，请作废后重新登记")
    if household.handling_unit_id == order.to_unit_id:
        return
    if names := _staying(order, month):
        raise Refusal(
            f"本户在原单位还有其他在保待遇（{'、'.join(names)}），请为它们也登记迁移到{order.to_unit}，双方乡镇都同意后再逐份生效；"
            "不再符合的先办理停发"
        )
    household.left_unit = household.handling_unit
    household.handling_unit, household.village = order.to_unit, order.to_village
    household.residence_unit = order.to_unit
    household.save(update_fields=["left_unit", "handling_unit", "village", "residence_unit"])
    Person.objects.filter(memberships__household=household, memberships__left_on__isnull=True).update(
        unit=order.to_unit, village=order.to_village
    )
    facts = {"from": str(household.left_unit), "to": str(order.to_unit), "order": order.no}
    record(
        actor=actor,
        action="household.update",
        subject=household,
        unit=household.handling_unit,
        facts=facts,
    )
