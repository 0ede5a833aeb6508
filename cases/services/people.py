"""Register people, households and accounts."""
# requirements: B27

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.models import Household, Member, PayAccount, Person
from cases.models.choices import Area, IdStatus, PayeeKind, Relation, Sex
from salvation.access.services import must_still_see, require
from salvation.domain import bank, citizen_id, mask, names
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.mask import Scene
from salvation.flow.numbers import next_number
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.vault.crypto import blind_index

register(
    household__create="登记家庭",
    household__update="修改家庭",
    person__update="修改人员",
    account__change="登记账户",
)


@dataclass(frozen=True, slots=True)
class PersonInput:
    """What a form knows of a member. ``id_no`` may fail its checks; then ``id_status`` says why it is kept."""

    name: str
    id_no: str
    relation: str
    phone: str = ""
    id_status: str = IdStatus.VALID
    birth_date: date | None = None
    sex: str = ""
    counted: bool = True
    exclude_reason: str = ""
    facts: dict[str, Any] = field(default_factory=dict)


PERSON_FACTS = ("labour", "disability_kind", "disability_level", "critical_illness", "in_school")


def read_id(text: str) -> citizen_id.CitizenId:
    """Check an ID number as this installation accepts them. Raises Refusal."""
    try:
        return citizen_id.parse(text, today=timezone.localdate(), allow_test=settings.ALLOW_TEST_ID)
    except BadValue as error:
        raise Refusal(error.message, field="id_no") from error


@transaction.atomic
def save_person(*, given: PersonInput, unit: Unit, village: Unit, actor: Any) -> Person:
    """The person with this ID number, brought up to date, or a new one. Raises Refusal."""
    name = _name(given.name)
    if given.id_status != IdStatus.VALID:
        return _unnumbered(given, name, unit, village)
    parsed = read_id(given.id_no)
    index = blind_index(parsed.number, "citizen_id")
    person = Person.objects.select_for_update().filter(id_index=index).first()
    if person is not None and not names.same_name(person.name, name):
        raise Refusal(
            f"证号 {citizen_mask(parsed.number)} 已登记为“{person.name}”，与填写的“{name}”不符，请核对姓名或证号",
            field="name",
        )
    if person is not None and person.unit_id != unit.pk and not given.counted:
        # Named here, but living and handled elsewhere: his own unit keeps his file.
        return person
    if person is None:
        person = Person(id_no=parsed.number, id_index=index, id_status=IdStatus.VALID)
    person.name, person.sex, person.birth_date = name, parsed.sex.value, parsed.birth_date
    person.unit, person.village = unit, village
    _apply(person, given)
    person.save()
    return person


def citizen_mask(number: str) -> str:
    """The number as a message or the journal may show it."""
    return mask.id_number(number, Scene.LOG)


def _name(text: str) -> str:
    try:
        return names.check(text)
    except BadValue as error:
        raise Refusal(error.message, field="name") from error


def _unnumbered(given: PersonInput, name: str, unit: Unit, village: Unit) -> Person:
    """Somebody without a valid number: kept, but never paid (12 §12.1 #6)."""
    if given.birth_date is None or not given.sex:
        raise Refusal("没有有效证号的人员须填写出生日期和性别", field="birth_date")
    person = Person(
        name=name,
        id_status=given.id_status,
        birth_date=given.birth_date,
        sex=Sex(given.sex),
        unit=unit,
        village=village,
    )
    _apply(person, given)
    person.save()
    return person


def _apply(person: Person, given: PersonInput) -> None:
    if given.phone:
        person.phone = given.phone
    for key in PERSON_FACTS:
        if key in given.facts:
            setattr(person, key, given.facts[key])


@transaction.atomic
def register_household(
    *,
    unit: Unit,
    village: Unit,
    members: Sequence[PersonInput],
    standard_area: str,
    actor: Any,
    group_name: str = "",
    address: str = "",
    poverty_cause: str = "",
    residence_unit: Unit | None = None,
) -> Household:
    """Open a household with its members; exactly one is the head. Raises Refusal; nothing is half-saved."""
    require(actor, "case.create", village)
    if not village.path.startswith(unit.path):
        raise Refusal(f"{village} 不属于 {unit}，请选择本单位的村（社区）", field="village")
    county = county_of(unit)
    if county is None:
        raise Refusal(f"{unit}不是填报单位，不能登记家庭", field="village")
    heads = [member for member in members if member.relation == Relation.HEAD]
    if len(heads) != 1:
        raise Refusal(f"一户须有且只有一名户主（现有{len(heads)}名）", field="members")
    people = [save_person(given=member, unit=unit, village=village, actor=actor) for member in members]
    if len({person.pk for person in people}) != len(people):
        raise Refusal("同一人在家庭成员中出现了两次，请删去一行", field="members")
    household = Household.objects.create(
        no=household_number(unit),
        head=people[members.index(heads[0])],
        county=county,
        handling_unit=unit,
        hukou_unit=unit,
        residence_unit=residence_unit or unit,
        village=village,
        group_name=group_name,
        address=address,
        standard_area=Area(standard_area),
        poverty_cause=poverty_cause,
    )
    _add_members(household, members, people)
    must_still_see(actor, household)
    record(
        actor=actor, action="household.create", subject=household, unit=unit, facts={"members": len(people)}
    )
    return household


def _add_members(household: Household, members: Sequence[PersonInput], people: Sequence[Person]) -> None:
    rows = [
        Member(
            household=household,
            person=person,
            relation=given.relation,
            counted=given.counted,
            exclude_reason="" if given.counted else given.exclude_reason,
        )
        for given, person in zip(members, people, strict=True)
    ]
    try:
        with transaction.atomic():
            Member.objects.bulk_create(rows)
    except IntegrityError as error:
        counted = [person.pk for given, person in zip(members, people, strict=True) if given.counted]
        taken = Member.objects.filter(person__in=counted, counted=True, left_on__isnull=True).exclude(
            household=household
        )
        named = "、".join(member.person.name for member in taken.select_related("person"))
        raise Refusal(
            f"{named or '有成员'}已计入另一户的家庭人口，请先在原户办理减员，或在本户标为不计入",
            field="members",
        ) from error


def household_number(unit: Unit) -> str:
    """Unit code, year and running number; imported lists keep their own numbers."""
    return next_number(f"J{unit.code}{timezone.localdate():%y}")


@transaction.atomic
def set_account(
    *, household: Household, number: str, kind: str, bank_name: str, holder_name: str, start: date, actor: Any
) -> PayAccount:
    """Where the household's money goes; the holder must be a member (05 §5.2). Raises Refusal."""
    require(actor, "case.edit", household.handling_unit)
    try:
        clean = bank.parse(number, bank.AccountKind(kind))
    except (BadValue, ValueError) as error:
        raise Refusal(str(error), field="number") from error
    member = next(
        (
            m
            for m in household.members.select_related("person")
            if names.same_name(m.person.name, holder_name)
        ),
        None,
    )
    if member is None:
        raise Refusal(
            f"户名“{holder_name}”不是家庭成员；由他人代管须先备案",
            rule="最低生活保障审核确认办法第25条",
            field="holder_name",
        )
    PayAccount.objects.filter(household=household, valid_to__isnull=True).update(valid_to=start)
    account = PayAccount.objects.create(
        household=household,
        holder=member.person,
        holder_name=member.person.name,
        payee_kind=PayeeKind.SELF if member.person_id == household.head_id else PayeeKind.FAMILY,
        kind=kind,
        bank=bank_name,
        number=clean,
        number_index=blind_index(clean, "account"),
        valid_from=start,
    )
    facts = {"account": mask.account(clean, Scene.LOG)}
    record(actor=actor, action="account.change", subject=household, unit=household.handling_unit, facts=facts)
    return account
