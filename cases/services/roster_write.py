"""Write the new households of a plan with COPY: seven tables, ids drawn beforehand, values sealed on the way."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import ROUND_DOWN, Decimal
from itertools import islice
from typing import Any

from django.utils import timezone

from cases.models import Benefit, BenefitTerm, Household, Member, PayAccount, Person, TermMember
from cases.models.choices import (
    AccountKind,
    Area,
    CareLevel,
    IdStatus,
    Labour,
    PayeeKind,
    Program,
    Relation,
    Source,
    Standing,
)
from cases.services.roster_plan import Plan, Planned, holder_place, index_of
from salvation.domain import bank
from salvation.domain.money import CENT, ZERO
from salvation.intake.copying import analyse, copy_rows, new_ids
from salvation.intake.model import Progress, Row, quiet
from salvation.intake.models import Batch
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index, seal

MANY = 1000
TOWN_WORDS = ("居委会", "居民委员会", "社区")
PERSON = (
    "id", "name", "id_no", "id_index", "id_status", "sex", "birth_date", "phone", "labour", "disability_kind",
    "critical_illness", "in_school", "unit", "village", "batch", "demo",
)  # fmt: skip
HOUSEHOLD = (
    "id", "no", "head", "county", "handling_unit", "hukou_unit", "residence_unit", "village", "group_name", "address",
    "standard_area", "poverty_cause", "batch", "demo", "created_at",
)  # fmt: skip
MEMBER = ("id", "household", "person", "relation", "counted", "exclude_reason")
BENEFIT = (
    "id", "no", "program", "household", "applicant", "county", "unit", "village", "standard_area", "is_single",
    "single_reason", "source", "first_month", "stop_reason", "batch", "demo",
)  # fmt: skip
TERM = (
    "id", "benefit", "months", "standing", "base", "uplift", "care", "total", "standard", "per_capita_income",
    "care_level",
)  # fmt: skip
COVERED = ("id", "term", "person", "months", "base", "uplift", "uplift_kinds")
ACCOUNT = (
    "id", "household", "holder", "holder_name", "payee_kind", "filing_no", "kind", "bank", "number", "number_index",
    "valid_from", "batch",
)  # fmt: skip


@dataclass(slots=True)
class Writing:
    """A household on its way into the tables."""

    planned: Planned
    village: Unit
    household: int
    head: int
    benefit: int
    term: int
    people: list[int] = field(default_factory=list)

    @property
    def rows(self) -> Sequence[Row]:
        return self.planned.source.rows

    @property
    def values(self) -> dict[str, Any]:
        return self.planned.source.values

    @property
    def unit(self) -> int:
        return self.village.parent_id or 0


@dataclass(slots=True)
class Numbers:
    """Household numbers given out in this import, by unit: the last one."""

    stamp: datetime
    running: dict[int, int] = field(default_factory=dict)


def write_households(plan: Plan, batch: Batch, progress: Progress = quiet) -> list[int]:
    """Insert everything the plan's new households need, block by block; give the ids of members added to households
    that were in the register before. Raises IntegrityError when somebody else registered the same meanwhile."""
    total, done, joined = len(plan.new), 0, []
    numbers, now = Numbers(timezone.localtime()), timezone.now()
    waiting = iter(plan.new)
    progress(0, total, f"正在写入 {total} 户")
    while block := list(islice(waiting, MANY)):
        joined += _write_block(_numbered(block), batch, plan, numbers, now)
        done += len(block)
        progress(done, total, f"已写入 {done} 户，共 {total} 户")
    if total > MANY:
        analyse(Person, Household, Member, Benefit, BenefitTerm, TermMember, PayAccount)
    progress(total, total, "正在收尾")
    return joined


def _write_block(
    writings: Sequence[Writing], batch: Batch, plan: Plan, numbers: Numbers, now: datetime
) -> list[int]:
    given = _household_numbers(writings, plan, numbers)
    copy_rows(Person, PERSON, _people(writings, batch))
    copy_rows(Household, HOUSEHOLD, _households(writings, given, batch, plan, now))
    joined = _write_members(writings)
    copy_rows(Benefit, BENEFIT, _benefits(writings, batch, plan))
    copy_rows(BenefitTerm, TERM, _terms(writings, plan))
    _write_covered(writings, plan)
    _write_accounts(writings, batch, plan)
    return joined


def _numbered(new: Sequence[Planned]) -> list[Writing]:
    people = iter(new_ids(Person, sum(person is None for planned in new for person in planned.people)))
    households = iter(new_ids(Household, sum(planned.known is None for planned in new)))
    benefits = iter(new_ids(Benefit, len(new)))
    terms = iter(new_ids(BenefitTerm, len(new)))
    writings = []
    for planned in new:
        ids = [person.pk if person else next(people) for person in planned.people]
        household = planned.known.pk if planned.known else next(households)
        if planned.village is None:
            raise ValueError("a planned household has no village")
        writings.append(
            Writing(planned, planned.village, household, ids[0], next(benefits), next(terms), ids)
        )
    return writings


def _household_numbers(writings: Sequence[Writing], plan: Plan, given: Numbers) -> dict[int, str]:
    """The number in the file, else the unit's code, the day and a running number."""
    numbers: dict[int, str] = {}
    running = given.running
    for writing in writings:
        number = writing.values.get("household_no")
        if not number:
            unit = writing.village.parent or plan.unit
            prefix = f"H{unit.code}{given.stamp:%y%m%d}"
            if unit.pk not in running:
                taken = Household.objects.filter(handling_unit=unit, no__startswith=prefix)
                running[unit.pk] = max(
                    (int(no[len(prefix) :]) for no in taken.values_list("no", flat=True)), default=0
                )
            running[unit.pk] += 1
            number = f"{prefix}{running[unit.pk]:05d}"
        numbers[writing.household] = number
    return numbers


def _people(writings: Sequence[Writing], batch: Batch) -> Iterator[tuple[Any, ...]]:
    for writing in writings:
        for row, known, pk in zip(writing.rows, writing.planned.people, writing.people, strict=True):
            if known:
                continue
            identity, phone = row.values["citizen_id"], row.values.get("phone")
            yield (
                pk, row.values["name"], seal(identity.number, "citizen_id"), index_of(row), IdStatus.VALID.value,
                identity.sex.value, identity.birth_date, seal(phone, "phone") if phone else None, str(Labour.FULL), "",
                False, False, writing.unit, writing.village.pk, batch.pk, False,
            )  # fmt: skip


def _area(writing: Writing, plan: Plan) -> str:
    """The programme says it for 低保; elsewhere the kind of village is the best that a roster knows."""
    if plan.program in (Program.DIBAO_URBAN, Program.DIBAO_RURAL):
        return str(Area.URBAN if plan.program == Program.DIBAO_URBAN else Area.RURAL)
    return str(Area.URBAN if writing.village.name.endswith(TOWN_WORDS) else Area.RURAL)


def _households(
    writings: Sequence[Writing], numbers: dict[int, str], batch: Batch, plan: Plan, now: datetime
) -> Iterator[tuple[Any, ...]]:
    for writing in writings:
        if writing.planned.known:
            continue
        values = writing.values
        yield (
            writing.household, numbers[writing.household], writing.head, writing.village.county_id, writing.unit,
            writing.unit, writing.unit, writing.village.pk, values.get("group") or "", values.get("address") or "",
            _area(writing, plan), "", batch.pk, False, now,
        )  # fmt: skip


def _write_members(writings: Sequence[Writing]) -> list[int]:
    """Memberships of everybody who is not a member yet; ids of those that join a household known before."""
    wanted = []
    for writing in writings:
        known = writing.planned.known
        present = known.members if known else set()
        for place, (row, pk) in enumerate(zip(writing.rows, writing.people, strict=True)):
            if pk not in present:
                head = place == 0 and known is None
                relation = Relation.HEAD if head else row.values.get("relation") or Relation.OTHER
                if relation is Relation.HEAD and not head:
                    relation = Relation.OTHER
                wanted.append((writing.household, pk, relation.value, known is not None))
    ids = new_ids(Member, len(wanted))
    copy_rows(
        Member,
        MEMBER,
        ((pk, household, person, relation, True, "") for pk, (household, person, relation, _) in zip(ids, wanted, strict=True)),
    )  # fmt: skip
    return [pk for pk, (*_, joined) in zip(ids, wanted, strict=True) if joined]


def _benefits(writings: Sequence[Writing], batch: Batch, plan: Plan) -> Iterator[tuple[Any, ...]]:
    for writing in writings:
        applicant = writing.planned.known.head if writing.planned.known else writing.head
        applicant = applicant if applicant in writing.people else writing.head
        yield (
            writing.benefit, "", plan.program, writing.household, applicant, writing.village.county_id, writing.unit,
            writing.village.pk, _area(writing, plan), False, "", Source.IMPORT.value, plan.month.first_day, "",
            batch.pk, False,
        )  # fmt: skip


def _months(plan: Plan) -> str:
    return f"[{plan.month.first_day},)"


def _terms(writings: Sequence[Writing], plan: Plan) -> Iterator[tuple[Any, ...]]:
    for writing in writings:
        amounts = writing.planned.amounts
        if amounts is None:
            raise ValueError("a planned household has no amounts")
        level: CareLevel | None = writing.rows[0].values.get("care_level")
        yield (
            writing.term, writing.benefit, _months(plan), Standing.ACTIVE.value, amounts.base, amounts.uplift,
            amounts.care, amounts.total, writing.values.get("standard"), writing.values.get("income"),
            str(level or ""),
        )  # fmt: skip


def _write_covered(writings: Sequence[Writing], plan: Plan) -> None:
    ids = iter(new_ids(TermMember, sum(len(writing.people) for writing in writings)))
    months = _months(plan)
    rows = (
        (next(ids), writing.term, person, months, base, uplift, "{}")
        for writing in writings
        for person, base, uplift in _shares(writing)
    )
    copy_rows(TermMember, COVERED, rows)


def _shares(writing: Writing) -> Iterator[tuple[int, Decimal, Decimal]]:
    """Equal parts of the base, the odd cents to the head. Uplift goes to whom the file gives it, else the head."""
    amounts = writing.planned.amounts
    base, uplift = (amounts.base, amounts.uplift) if amounts else (ZERO, ZERO)
    part = (base / len(writing.people)).quantize(CENT, ROUND_DOWN)
    own = [row.values.get("uplift") or ZERO for row in writing.rows]
    told = sum(own, ZERO) == uplift
    for place, person in enumerate(writing.people):
        mine = base - part * (len(writing.people) - 1) if place == 0 else part
        yield person, mine, own[place] if told else (uplift if place == 0 else ZERO)


def _write_accounts(writings: Sequence[Writing], batch: Batch, plan: Plan) -> None:
    wanted = [writing for writing in writings if _takes_account(writing)]
    ids = iter(new_ids(PayAccount, len(wanted)))
    copy_rows(PayAccount, ACCOUNT, (_account(next(ids), writing, batch, plan) for writing in wanted))


def _takes_account(writing: Writing) -> bool:
    """An open account is never replaced by an import; an outsider needs his filing number (05 §5.2)."""
    known = writing.planned.known
    if not writing.values.get("account") or (known and known.has_account):
        return False
    return holder_place(writing.planned.source) is not None or bool(writing.values.get("filing_no"))


def _account(pk: int, writing: Writing, batch: Batch, plan: Plan) -> tuple[Any, ...]:
    number, values, place = writing.values["account"], writing.values, holder_place(writing.planned.source)
    kind = AccountKind.DEBIT if 16 <= len(number) <= 19 and bank.luhn_ok(number) else AccountKind.PASSBOOK
    payee = PayeeKind.CUSTODIAN if place is None else PayeeKind.FAMILY if place else PayeeKind.SELF
    holder = None if place is None else writing.people[place]
    holder_name = values.get("payee") or writing.rows[0].values["name"]
    return (
        pk, writing.household, holder, holder_name, payee.value, values.get("filing_no") or "", kind.value,
        values.get("bank") or "", seal(number, "account"), blind_index(number, "account"), plan.month.first_day,
        batch.pk,
    )  # fmt: skip
