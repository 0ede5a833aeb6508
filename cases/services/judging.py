"""One household judged: the document the rules read, and the columns of the Assessment that keeps the verdict."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from itertools import takewhile
from typing import Any, NamedTuple

from django.db.models import Exists, OuterRef
from django.utils import timezone

from cases.models import CareAssessment, Member, OrphanTag, TermMember, WorkOffer
from cases.models.choices import TEKUN, Program
from cases.parameters import NULLABLE
from cases.rules import result as verdict
from cases.rules.compare import assess
from cases.rules.dibao import assess_household
from cases.rules.facts import HouseholdFacts
from cases.rules.household_file import read_document
from cases.rules.policy import PolicyParameters
from cases.rules.result import Assessment as Verdict
from cases.rules.standards import is_standard
from cases.rules.tekun import MODE_OF
from salvation.domain.errors import Refusal
from salvation.domain.money import CENT
from salvation.domain.month import Month
from salvation.parameters.book import Book
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts

# Facts of the household as a whole, and lists of the declaration whose rows may name a member.
SINGLE = ("tekun_mode", "relief")
LISTS = ("incomes", "properties", "expenses", "duty_bearers")
STANDARD_KEY = {"URBAN": "dibao.std.urban", "RURAL": "dibao.std.rural"}


class Kin(NamedTuple):
    """A present member of a household with what the register says of the person."""

    person: int
    name: str
    birth_date: date | None
    counted: bool
    exclude_reason: str
    disability_kind: str
    disability_level: int | None
    labour: str
    critical_illness: bool
    in_school: bool
    # On the orphans' allowance, by the tag of the register (D15).
    orphan: bool = False
    # On 特困 now: a minor stays on it until 18, or as long as he is at school (L43 第24条).
    on_tekun: bool = False
    # Work refused without good reason in a row (B29): the reduction of his own share lasts as long as they do.
    refused: int = 0
    # Of the six things, those he was last found unable to do alone; None where nobody assessed him (L43 第21条).
    lost: tuple[str, ...] | None = None


def kin_of(households: Iterable[int]) -> dict[int, list[Kin]]:
    """Present members by household, in the order they were entered: four queries for any number."""
    tags = OrphanTag.objects.filter(person=OuterRef("person"), ended_on__isnull=True)
    rows = Member.objects.filter(household__in=households, left_on__isnull=True)
    # Asked row by row with EXISTS, the planner reads the benefits of all counties for every batch.
    held = TermMember.objects.filter(
        person__in=rows.values("person"), term__benefit__program__in=TEKUN,
        months__contains=Month.of(timezone.localdate()).first_day,
    )  # fmt: skip
    on_tekun = set(held.values_list("person_id", flat=True))
    refused = refusals_of(households)
    assessed = CareAssessment.objects.filter(person__in=rows.values("person")).order_by("assessed_on", "pk")
    lost = {person: tuple(things) for person, things in assessed.values_list("person_id", "lost")}
    found: dict[int, list[Kin]] = defaultdict(list)
    for household, *kin in rows.order_by("pk").values_list(
        "household_id",
        "person_id",
        "person__name",
        "person__birth_date",
        "counted",
        "exclude_reason",
        "person__disability_kind",
        "person__disability_level",
        "person__labour",
        "person__critical_illness",
        "person__in_school",
        Exists(tags),
    ):
        person = kin[0]
        found[household].append(
            Kin._make((*kin, person in on_tekun, refused.get(person, 0), lost.get(person)))
        )
    return found


def refusals_of(households: Iterable[int]) -> dict[int, int]:
    """By person: refusals of work without good reason since the last other answer. One query for any number."""
    offers = WorkOffer.objects.filter(
        person__memberships__household__in=list(households), person__memberships__left_on__isnull=True
    )
    answers: dict[int, list[str]] = defaultdict(list)
    rows = offers.order_by("-offered_on", "-pk").distinct()
    for person, answer, *_ in rows.values_list("person", "answer", "offered_on", "pk"):
        answers[person].append(answer)
    refused = WorkOffer.Answer.REFUSED
    return {person: len(list(takewhile(refused.__eq__, said))) for person, said in answers.items()}


class Policy:
    """Parameters in force for a unit on a day, as the rules read them; one for any number of households.

    ``also``: a proposed version taken as confirmed, to see what would follow. ``before``: a confirmed version taken back,
    to see what it changed. ``pays``: the first day paid for; the standards are those of that day (02 §2.4).
    """

    def __init__(
        self,
        unit: Unit,
        on: date,
        also: ParameterVersion | None = None,
        before: ParameterVersion | None = None,
        pays: date | None = None,
    ) -> None:
        self._book = Book(unit=unit, on=on, also=also)
        self._ahead = self._book if pays is None else Book(unit=unit, on=max(pays, on), also=also)
        self._values: dict[str, Any] = {
            **dict.fromkeys(NULLABLE), **self._book.values(), **_standards(self._ahead.values())
        }  # fmt: skip
        if before is not None and self._book.versions().get(before.key) == before.pk:
            earlier = Book(unit=unit, on=before.valid_from - timedelta(days=1)).values()
            self._values[before.key] = earlier.get(before.key)
        versions = {**self._book.versions(), **_standards(self._ahead.versions())}
        self.parameters = PolicyParameters(self._values, versions)
        self._unconfirmed: dict[frozenset[str], list[str]] = {}

    def value(self, key: str) -> Any:
        """One value as it was entered; None where the county has none."""
        return self._values.get(key)

    def standard(self, area: str) -> Any:
        return self._values.get(STANDARD_KEY[area])

    def unconfirmed(self, used: frozenset[str]) -> list[str]:
        """Labels of used parameters that still stand on an unconfirmed default."""
        if used not in self._unconfirmed:
            standards = frozenset(key for key in used if is_standard(key))
            self._unconfirmed[used] = self._book.unconfirmed(used - standards) + self._ahead.unconfirmed(
                standards
            )
        return self._unconfirmed[used]


def _standards(values: Mapping[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in values.items() if is_standard(key)}


@dataclass(frozen=True, slots=True)
class Case:
    """A household ready to be judged: frozen facts, the document they were read from, person ids by name in it."""

    facts: HouseholdFacts
    document: dict[str, Any]
    ids: Mapping[str, int]
    area: str


@dataclass(slots=True)
class Judged:
    """The verdict, and the columns that keep it; ``result`` and ``facts`` are clear text, to be sealed."""

    verdict: Verdict
    columns: dict[str, Any] = field(default_factory=dict)


def case_of(
    kin: Sequence[Kin], area: str, declared: Mapping[str, Any], on: date, *, single_for: int | None = None
) -> Case:
    """The household in the shape of docs/assess.md, read by the rules. Raises Refusal naming what is wrong.

    The register speaks for who belongs to the household, name, birth, disability and illness; the declaration for
    everything economic. What it says of people who have left since counts no more.
    """
    members, ids = _members(kin, declared.get("members", {}))
    names = {str(pk): name for name, pk in ids.items()}
    document: dict[str, Any] = {"on": on.isoformat(), "area": area, "members": members}
    for key in LISTS:
        document[key] = [_named(row, names) for row in declared.get(key, []) if _is_present(row, names)]
    for key in SINGLE:
        if declared.get(key):
            document[key] = declared[key]
    if single_for is not None:
        if str(single_for) not in names:
            raise Refusal("单人保的对象已不是本户成员，请先办理变更")
        document["single_for"] = names[str(single_for)]
    document = {key: value for key, value in document.items() if value}
    return Case(read_document(document).facts, document, ids, area)


def _members(
    kin: Sequence[Kin], declared: Mapping[str, Mapping[str, Any]]
) -> tuple[list[dict[str, Any]], dict[str, int]]:
    members: list[dict[str, Any]] = []
    ids: dict[str, int] = {}
    for person in kin:
        if person.birth_date is None:
            raise Refusal(f"{person.name} 没有出生日期，请先补录")
        name = _unique(person.name, ids)
        ids[name] = person.person
        entry: dict[str, Any] = {"name": name, "birth": person.birth_date.isoformat()}
        if not person.counted:
            entry["not_counted_because"] = person.exclude_reason
        if person.disability_kind and person.disability_level:
            entry["disability"] = {"kind": person.disability_kind, "level": person.disability_level}
        entry["labour"] = person.labour
        entry["critical_illness"] = person.critical_illness
        entry["in_school"] = person.in_school
        if person.orphan:
            entry["orphan_benefit"] = True
        if person.on_tekun:
            entry["held_tekun"] = True
        if person.refused:
            entry["refused_jobs"] = person.refused
        entry |= declared.get(str(person.person), {})
        if person.lost is not None:
            entry["care_lost"] = list(person.lost)
        members.append(entry)
    return members, ids


def _unique(name: str, taken: Mapping[str, int]) -> str:
    if name not in taken:
        return name
    return next(f"{name}{number}" for number in range(2, 99) if f"{name}{number}" not in taken)


def _is_present(row: Mapping[str, Any], names: Mapping[str, str]) -> bool:
    return row.get("member") in (None, "") or str(row["member"]) in names


def _named(row: Mapping[str, Any], names: Mapping[str, str]) -> dict[str, Any]:
    copy = {key: value for key, value in row.items() if value not in (None, "")}
    if "member" in copy:
        copy["member"] = names[str(copy["member"])]
    return copy


def verdict_of(program: str, case: Case, parameters: PolicyParameters, on: date) -> Verdict:
    """What the rules say of a case, a family as a family: nobody gets 单人保 who did not apply alone (L57 第8条).

    低保边缘 names the whole family; who of it gets 低保 alone is left out when its range is opened (02 §2.8).
    """
    facts = fitted(case.facts, Program(program))
    found = assess(Program(program), facts, parameters, on)
    if found.is_single and facts.single_for is None:
        found = assess_household(facts, parameters, on)
    if found.eligible and program == Program.MARGINAL:
        found = replace(found, covered=tuple(member.key for member in facts.counted))
    return found


def fitted(facts: HouseholdFacts, program: Program) -> HouseholdFacts:
    """The facts as the programme takes them: of 特困, applying for dispersed or centralised support says which it is."""
    mode = MODE_OF.get(program)
    return facts if mode is None or facts.tekun_mode is mode else replace(facts, tekun_mode=mode)


def judge(case: Case, program: str, policy: Policy, on: date) -> Judged:
    """Judge one programme on a day. Raises Refusal naming a parameter that is missing."""
    found = verdict_of(program, case, policy.parameters, on)
    used = dict(found.parameters_used or {})
    columns = {
        "program": program,
        "on": on,
        "eligible": found.eligible,
        "base": found.base,
        "uplift": found.uplift - found.care,
        "care": found.care,
        "total": found.total,
        "standard": policy.standard(case.area),
        "annual_income": _cents(found.annual_income),
        "per_capita": _cents(found.per_capita),
        "people": len(case.facts.counted),
        "care_level": found.care_level or "",
        "result": sealed_facts.dump(_with_ids(found, case.ids)),
        "facts": sealed_facts.dump(case.document),
        "parameters": used,
        "unconfirmed": policy.unconfirmed(frozenset(used)),
    }
    return Judged(found, columns)


def _cents(value: Decimal | None) -> Decimal:
    return verdict.NOTHING if value is None else value.quantize(CENT, ROUND_HALF_UP)


def _with_ids(found: Verdict, ids: Mapping[str, int]) -> dict[str, Any]:
    """The verdict with person ids for member names: names may repeat, ids do not."""
    plain = found.as_dict()
    plain["members"] = [{**share, "member": str(ids[share["member"]])} for share in plain["members"]]
    plain["covered"] = [str(ids[name]) for name in plain["covered"]]
    return plain
