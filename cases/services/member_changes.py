"""Members who come and go, and corrections of data (C16): the money follows from a new means test of who is left."""
# requirements: C16

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Assessment, Benefit, ChangeOrder, Declaration, Household, Member, Person
from cases.models.choices import TEKUN, ChangeKind, Relation
from cases.rules.benefit import after_death
from cases.rules.changes import JOINS, LEAVES
from cases.rules.result import MemberShare
from cases.selectors import latest_declaration
from cases.services.applications import shares_of
from cases.services.assessments import reassess_household
from cases.services.cycle import first_month
from cases.services.judging import Kin
from cases.services.orders import award_of, details_of, draft_order, member_share, running_term
from cases.services.people import PersonInput, save_person
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.journal.services import record

STILL_JUDGED = "本户没有登记经济状况（导入的待遇未核算），请先登记申请并填写经济状况，再办理增员"


@transaction.atomic
def draft_member_add(
    *, benefit: Benefit, given: PersonInput, cause: str, on: date, note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """Take a person into the family: born, married, moved in. The means test of the whole family gives the money."""
    _of_a_family(benefit, now, on)
    if cause not in dict(JOINS):
        raise Refusal("请选择增员原因", field="cause")
    if given.relation == Relation.HEAD:
        raise Refusal("新成员不能登记为户主；换户主请办户主变更", field="relation")
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    household = benefit.household
    person = save_person(given=given, unit=benefit.unit, village=benefit.village, actor=actor)
    _free(person, household)
    made = _judged(benefit, actor, now, joined=_kin(person))
    details = {"relation": given.relation}
    return draft_order(
        benefit, ChangeKind.MEMBER_ADD, term, month, _eligible_shares(made), note, actor=actor, now=now,
        person=person, event_on=on, cause=cause, assessment=made, details=details,
    )  # fmt: skip


@transaction.atomic
def draft_member_remove(
    *, benefit: Benefit, person: Person, cause: str, on: date, note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """Let a member go: moved, married away, in prison. An unjudged (imported) family loses his share alone."""
    _of_a_family(benefit, now, on)
    if cause not in dict(LEAVES):
        raise Refusal("请选择减员原因（死亡请办死亡变更）", field="cause")
    household = benefit.household
    if person.pk == household.head_id:
        raise Refusal("户主离开家庭，请先办户主变更", field="person")
    if not household.members.filter(person=person, left_on__isnull=True).exists():
        raise Refusal(f"{person.name} 不是现有家庭成员", field="person")
    month = first_month(benefit.county, timezone.localdate(now))
    term = running_term(benefit, month)
    known = Declaration.objects.filter(household=household).exists()
    made = _judged(benefit, actor, now, without=person.pk) if known else None
    shares = _eligible_shares(made) if made else after_death(award_of(term), str(person.pk)).shares
    if not shares:
        raise Refusal("减员后没有保障成员，请办理停发")
    return draft_order(
        benefit, ChangeKind.MEMBER_REMOVE, term, month, shares, note, actor=actor, now=now, person=person,
        event_on=on, cause=cause, assessment=made,
    )  # fmt: skip


def _of_a_family(benefit: Benefit, now: datetime, on: date) -> None:
    if on > timezone.localdate(now):
        raise Refusal("发生日期不能晚于今天", field="on")
    if benefit.program in TEKUN or benefit.is_single:
        raise Refusal("特困和单人保按个人保障，没有成员增减；家庭成员变化请在“家庭”中登记")


def _free(person: Person, household: Household) -> None:
    elsewhere = Member.objects.filter(person=person, left_on__isnull=True, counted=True).select_related(
        "household__head"
    )
    for member in elsewhere:
        where = "本户" if member.household_id == household.pk else f"{member.household}"
        raise Refusal(f"{person.name} 已是{where}的成员；从外户转来的请先在原户办理减员", field="id_no")


def _kin(person: Person) -> Kin:
    return Kin(
        person.pk, person.name, person.birth_date, True, "", person.disability_kind, person.disability_level,
        person.labour, person.critical_illness, person.in_school,
    )  # fmt: skip


def _judged(benefit: Benefit, actor: Any, now: datetime, **change: Any) -> Assessment:
    declaration = latest_declaration(benefit.household)
    if declaration is None:
        raise Refusal(STILL_JUDGED)
    return reassess_household(
        household=benefit.household,
        declaration=declaration,
        program=benefit.program,
        actor=actor,
        now=now,
        **change,
    )


def _eligible_shares(made: Assessment) -> tuple[MemberShare, ...]:
    if not made.eligible:
        raise Refusal("成员变化后重新核算不符合条件：请办理停发或渐退", rule="最低生活保障审核确认办法第32条")
    return tuple(member_share(share) for share in shares_of(made))


def add_member(order: ChangeOrder) -> None:
    """Write the new member into the family."""
    relation = details_of(order).get("relation", Relation.OTHER)
    try:
        with transaction.atomic():
            Member.objects.update_or_create(
                household_id=order.benefit.household_id,
                person=order.person,
                defaults={"relation": relation, "left_on": None, "counted": True, "exclude_reason": ""},
            )
    except IntegrityError as error:
        raise Refusal(f"{order.person} 已计入另一户，请先在原户办理减员") from error


def remove_member(order: ChangeOrder) -> None:
    """The member has left the family on the day of the event."""
    Member.objects.filter(
        household_id=order.benefit.household_id, person=order.person, left_on__isnull=True
    ).update(left_on=order.event_on)


# What a correction may touch: facts that no amount rests on.
CORRECTABLE = {"name": "姓名", "phone": "电话", "address": "住址", "group_name": "组"}


@transaction.atomic
def draft_correction(
    *, benefit: Benefit, person: Person, values: Mapping[str, str], note: str, actor: Any, now: datetime
) -> ChangeOrder:
    """Correct data of a member or the household that no amount depends on. Raises Refusal when nothing differs."""
    today = timezone.localdate(now)
    term = running_term(benefit, Month.of(today))
    household = benefit.household
    if not household.members.filter(person=person).exists():
        raise Refusal("请选择家庭成员", field="person")
    present = {
        "name": person.name,
        "phone": person.phone.plain() if person.phone else "",
        "address": household.address,
        "group_name": household.group_name,
    }
    changed = {key: values[key].strip() for key in CORRECTABLE if values.get(key, "").strip()}
    changed = {key: value for key, value in changed.items() if value != present[key]}
    if not changed:
        raise Refusal("填写的内容与现有登记相同，不需要更正")
    return draft_order(
        benefit, ChangeKind.CORRECT, term, Month.of(today), award_of(term).shares, note, actor=actor, now=now,
        person=person, details={"values": changed},
    )  # fmt: skip


def correct(order: ChangeOrder, actor: Any) -> None:
    """Write the corrected facts."""
    values = details_of(order)["values"]
    household = Household.objects.select_for_update().get(pk=order.benefit.household_id)
    person = Person.objects.select_for_update().get(pk=order.person_id or 0)
    mine = [key for key in ("name", "phone") if key in values]
    for key in mine:
        setattr(person, key, values[key])
    if mine:
        person.save(update_fields=mine)
    ours = [key for key in ("address", "group_name") if key in values]
    for key in ours:
        setattr(household, key, values[key])
    if ours:
        household.save(update_fields=ours)
    facts = {"fields": "、".join(CORRECTABLE[key] for key in values), "order": order.no}
    record(actor=actor, action="person.update", subject=person, unit=person.unit, facts=facts)
