"""Means tests of registered households: facts from the register and the declaration, parameters of the unit."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.models import Application, Assessment, Declaration, Household
from cases.models.choices import TEKUN, Program
from cases.parameters import NULLABLE
from cases.rules import result as verdict
from cases.rules.compare import assess, compare
from cases.rules.facts import HouseholdFacts
from cases.rules.household_file import read_case
from cases.rules.policy import PolicyParameters
from cases.rules.result import Assessment as Verdict
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.money import CENT
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import Book
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts

register(assessment__make="核算家庭经济状况")

# Lists of the declaration whose rows may name a member.
LISTS = ("incomes", "properties", "expenses", "duty_bearers")
STANDARD_KEY = {"URBAN": "dibao.std.urban", "RURAL": "dibao.std.rural"}


def household_document(
    household: Household, declared: Mapping[str, Any], on: date
) -> tuple[dict[str, Any], dict[str, int]]:
    """The household in the shape of docs/assess.md, and the person id behind each member's name in it.

    The register speaks for name, birth, disability and illness; the declaration for everything economic.
    """
    members: list[dict[str, Any]] = []
    ids: dict[str, int] = {}
    for member in household.members.filter(left_on__isnull=True).select_related("person"):
        person = member.person
        if person.birth_date is None:
            raise Refusal(f"{person.name} 没有出生日期，请先补录")
        name = _unique(person.name, ids)
        ids[name] = person.pk
        entry: dict[str, Any] = {"name": name, "birth": person.birth_date.isoformat()}
        if not member.counted:
            entry["not_counted_because"] = member.exclude_reason
        if person.disability_kind and person.disability_level:
            entry["disability"] = {"kind": person.disability_kind, "level": person.disability_level}
        entry |= {
            "labour": person.labour,
            "critical_illness": person.critical_illness,
            "in_school": person.in_school,
        }
        entry |= dict(declared.get("members", {}).get(str(person.pk), {}))
        members.append(entry)
    names = {str(pk): name for name, pk in ids.items()}
    document: dict[str, Any] = {"on": on.isoformat(), "area": household.standard_area, "members": members}
    for key in LISTS:
        document[key] = [_named(row, names) for row in declared.get(key, [])]
    if declared.get("tekun_mode"):
        document["tekun_mode"] = declared["tekun_mode"]
    return {key: value for key, value in document.items() if value}, ids


def _unique(name: str, taken: Mapping[str, int]) -> str:
    if name not in taken:
        return name
    return next(f"{name}{number}" for number in range(2, 99) if f"{name}{number}" not in taken)


def _named(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    copy = {key: value for key, value in row.items() if value not in (None, "")}
    if "member" in copy:
        copy["member"] = names.get(str(copy["member"]), str(copy["member"]))
    return copy


def policy(unit: Unit, on: date) -> tuple[PolicyParameters, Book]:
    """Parameters in force for a unit on a day, as the rules read them."""
    book = Book(unit=unit, on=on)
    values = {**dict.fromkeys(NULLABLE), **book.values()}
    return PolicyParameters(values, book.versions()), book


def facts_of(
    household: Household, declared: Mapping[str, Any], on: date
) -> tuple[HouseholdFacts, dict[str, Any], dict[str, int]]:
    """Frozen facts, the document they were read from, and person ids by member name. Raises Refusal."""
    document, ids = household_document(household, declared, on)
    case = read_case(sealed_facts.dump(document))
    return case.facts, document, ids


def compare_programmes(*, household: Household, declared: Mapping[str, Any], on: date) -> list[Verdict]:
    """Every programme side by side; nothing is written. Raises Refusal naming what is missing."""
    facts, _, _ = facts_of(household, declared, on)
    parameters, _ = policy(household.handling_unit, on)
    return compare(facts, parameters, on)


def preview(*, household: Household, declared: Mapping[str, Any], program: str, on: date) -> Verdict:
    """The running result beside the form; nothing is written."""
    facts, _, _ = facts_of(household, declared, on)
    parameters, _ = policy(household.handling_unit, on)
    return assess(Program(program), facts, parameters, on)


@transaction.atomic
def assess_application(*, application: Application, actor: Any, now: datetime) -> Assessment:
    """Judge the application on its day of acceptance and keep the working with all it rests on."""
    require(actor, "case.edit", application.unit)
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if locked.state not in {"ACCEPTED", "SURVEYING"}:
        raise Refusal(f"该件现在是“{locked.get_state_display()}”，受理之后、初审之前才能核算")
    declaration = Declaration.objects.filter(application=locked).first()
    if declaration is None:
        raise Refusal("还没有登记家庭经济状况，请先填写收入、财产和支出")
    on = locked.accepted_on or timezone.localdate(now)
    single = str(locked.applicant_id) if locked.is_single else ""
    made = _store(
        locked.household,
        declaration,
        locked.program,
        on,
        application=locked,
        single_for=single,
        actor=actor,
        now=now,
    )
    locked.assessment = made
    locked.save(update_fields=["assessment"])
    application.refresh_from_db()
    return made


@transaction.atomic
def reassess_household(
    *, household: Household, declaration: Declaration, program: str, actor: Any, now: datetime
) -> Assessment:
    """Judge a household again without an application (for a change order)."""
    require(actor, "case.edit", household.handling_unit)
    return _store(household, declaration, program, timezone.localdate(now), actor=actor, now=now)


def _store(
    household: Household,
    declaration: Declaration,
    program: str,
    on: date,
    *,
    actor: Any,
    now: datetime,
    application: Application | None = None,
    single_for: str = "",
) -> Assessment:
    facts, document, ids = facts_of(household, sealed_facts.load(declaration.facts), on)
    if single_for:
        name = next(name for name, pk in ids.items() if str(pk) == single_for)
        document["single_for"] = name
        facts = read_case(sealed_facts.dump(document)).facts
    parameters, book = policy(household.handling_unit, on)
    found = assess(Program(program), facts, parameters, on)
    used = frozenset(found.parameters_used or {})
    is_tekun = program in TEKUN
    made = Assessment.objects.create(
        application=application,
        household=household,
        program=program,
        on=on,
        eligible=found.eligible,
        base=found.base,
        uplift=Decimal(0) if is_tekun else found.uplift,
        care=found.uplift if is_tekun else Decimal(0),
        total=found.total,
        standard=book.values().get(STANDARD_KEY[household.standard_area]),
        annual_income=_cents(found.annual_income),
        per_capita=_cents(found.per_capita),
        people=len(facts.counted),
        care_level="",
        result=sealed_facts.dump(_with_ids(found, ids)),
        facts=sealed_facts.dump(document),
        parameters=dict(found.parameters_used or {}),
        unconfirmed=book.unconfirmed(used),
        made_by=actor,
        made_at=now,
    )
    summary = {"program": program, "eligible": found.eligible, "total": found.total}
    record(actor=actor, action="assessment.make", subject=made, unit=household.handling_unit, facts=summary)
    return made


def _cents(value: Decimal | None) -> Decimal:
    return verdict.NOTHING if value is None else value.quantize(CENT, ROUND_HALF_UP)


def _with_ids(found: Verdict, ids: Mapping[str, int]) -> dict[str, Any]:
    """The verdict with person ids for member names: names may repeat, ids do not."""
    plain = found.as_dict()
    plain["members"] = [{**share, "member": str(ids[share["member"]])} for share in plain["members"]]
    plain["covered"] = [str(ids[name]) for name in plain["covered"]]
    return plain
