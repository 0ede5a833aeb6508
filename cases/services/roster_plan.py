"""What committing a roster would do: read it, weigh it against the register, write nothing (12 §12.4).

A row is a person's row. Households already in receipt are kept as they are; what differs is listed and never
changes a benefit. A household with a rejected member is not written at all.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings

from cases.intake import other_program, roster_intake
from cases.models.choices import PAID, TEKUN
from cases.services.roster_family import LABELS, refuse_second
from cases.services.roster_known import (
    Known,
    KnownHousehold,
    KnownPerson,
    KnownTerm,
    known_to_register,
    terms_in_force,
)
from salvation.domain import names
from salvation.domain.money import ZERO
from salvation.domain.month import Month
from salvation.intake import grouping
from salvation.intake.mapping import SavedMapping
from salvation.intake.model import Household, Problem, Progress, Row, Setting, Severity, quiet
from salvation.intake.packed import Packed, Shared
from salvation.intake.places import same_unit, village_finder
from salvation.intake.reading import Reading, in_file_order, read_table
from salvation.intake.workbook import read_book
from salvation.units.models import Unit
from salvation.units.selectors import villages_of
from salvation.vault.crypto import blind_index

ASK = "请核对证号和姓名；确属同一人而登记有误的，请先在系统中更正。"


class Fate(StrEnum):
    NEW = "new"
    KEPT = "kept"
    REJECTED = "rejected"


@dataclass(frozen=True, slots=True)
class Difference:
    """The file and the register do not say the same of a household in receipt; a person has to decide."""

    place: str
    household_no: str
    name: str
    what: str


@dataclass(frozen=True, slots=True)
class Amounts:
    """Monthly amounts of a household, yuan; `total` is the sum of the other three."""

    base: Decimal
    uplift: Decimal
    care: Decimal
    total: Decimal

    def __reduce__(self) -> tuple[type["Amounts"], tuple[Decimal, ...]]:
        """Packed with the household: what a frozen dataclass does by itself takes three times as long."""
        return Amounts, (self.base, self.uplift, self.care, self.total)


@dataclass(slots=True)
class Planned:
    """A household of the file and what becomes of it."""

    source: Household
    fate: Fate = Fate.NEW
    village: Unit | None = None
    known: KnownHousehold | None = None
    people: list[KnownPerson | None] = field(default_factory=list)
    amounts: Amounts | None = None
    same: bool = False

    def __reduce__(self) -> tuple[type["Planned"], tuple[Any, ...]]:
        """Households to be written are packed by the ten thousand."""
        values = (self.source, self.fate, self.village, self.known, self.people, self.amounts, self.same)
        return Planned, values


@dataclass(slots=True)
class Plan:
    """The preview of an import; `refused` says why the file as a whole may not be written.

    `new`: the households to be written, packed. `flawed`: the rows with problems, in file order; all other rows are
    only counted.
    """

    unit: Unit
    program: str
    month: Month
    reading: Reading
    new: Sequence[Planned] = ()
    flawed: list[Row] = field(default_factory=list)
    differences: list[Difference] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    refused: str = ""
    households: int = 0
    """Households taken: new ones and those in receipt already."""
    accepted: int = 0
    unchanged: int = 0
    short: int = 0
    """New households of which the file names fewer people than it says are covered."""
    opened: set[int] = field(default_factory=set)
    """Households of the register for which this file opens a benefit of the whole family."""

    @property
    def rows(self) -> int:
        return self.reading.count

    @property
    def rejected(self) -> int:
        return self.rows - self.accepted

    @property
    def summary(self) -> str:
        """The machine-readable last line of `import_roster`."""
        return (
            f"rows={self.rows} accepted={self.accepted} rejected={self.rejected} "
            f"households={self.households} unchanged={self.unchanged}"
        )


def plan_roster(
    *,
    content: bytes,
    unit: Unit,
    program: str,
    month: Month,
    today: date,
    mapping: SavedMapping | None = None,
    progress: Progress = quiet,
) -> Plan:
    """Read `content` and compare it with the register. Raises Unreadable when it is no roster."""
    progress(0, 0, "正在打开文件")
    reading = read_roster(
        content=content,
        unit=unit,
        program=program,
        month=month,
        today=today,
        mapping=mapping,
        progress=progress,
    )
    plan = Plan(unit, program, month, reading, notes=list(reading.notes))
    if reading.missing:
        labels = "、".join(column.label for column in reading.missing)
        plan.refused = f"没有认出这些列：{labels}。请在列对应中指定，或在表头补上列名。"
        return plan
    _check_unit(plan)
    _weigh(plan, progress)
    return plan


def read_roster(
    *,
    content: bytes,
    unit: Unit,
    program: str,
    month: Month,
    today: date,
    mapping: SavedMapping | None,
    progress: Progress = quiet,
) -> Reading:
    villages = (
        (village.code, village.name, village) for village in villages_of(unit).select_related("parent")
    )
    setting = Setting(
        today=today,
        allow_test=settings.ALLOW_TEST_ID,
        resolvers={"village": village_finder(villages, unit.name)},
        shared=(Unit,),
    )
    return read_table(
        read_book(content), roster_intake(program), setting, mapping=mapping, month=month, progress=progress
    )


def _check_unit(plan: Plan) -> None:
    """填报单位 written in the file must be the unit asked for; the month and programme in the title only warn."""
    written = plan.reading.unit
    if written and not same_unit(written, plan.unit.name):
        plan.refused = f"表内填报单位是“{written}”，与所选单位“{plan.unit.name}”不符，整个文件没有写入。"
    title = " ".join(sheet.caption.title for sheet in plan.reading.sheets)
    other = other_program(title, plan.program)
    if other:
        plan.notes.append(f"表题写的是{other}，导入的类别是{LABELS[plan.program]}，请核对。")
    if plan.reading.month and plan.reading.month != plan.month:
        plan.notes.append(f"表题写的是{plan.reading.month.label}，导入月份是{plan.month.label}，请核对。")


def _weigh(plan: Plan, progress: Progress) -> None:
    terms = terms_in_force(plan.unit, plan.program, plan.month)
    named: set[int] = set()
    plan.new = Packed(_new_ones(plan, terms, named, progress), shared=Shared(Unit))
    for copy in plan.reading.gathered.copies():
        _refuse_with_file(copy, plan)
        _keep_flaws([copy], plan)
    plan.flawed = in_file_order(plan.flawed, plan.reading)
    _note_missing(plan, terms.values(), named)
    if plan.short:
        plan.notes.append(f"{plan.short} 户的保障人数多于表内人数，写入后请补录其余成员。")


def _new_ones(
    plan: Plan, terms: dict[int, KnownTerm], named: set[int], progress: Progress
) -> Iterator[Planned]:
    """The households to be written; the others are counted, and what is wrong or differs is kept."""
    total, done = plan.reading.gathered.households, 0
    for block in plan.reading.gathered.blocks():
        progress(done, total, f"正在与登记簿核对，共 {total} 户")
        known = _known(plan, block, terms)
        named |= {person.pk for person in known.people.values()}
        for source in block:
            planned = _planned(source, known, plan)
            _count(planned, plan)
            if planned.fate is Fate.NEW:
                plan.short += _is_short(planned)
                yield planned
        done += len(block)


def _count(planned: Planned, plan: Plan) -> None:
    rows = planned.source.rows
    if planned.fate is Fate.REJECTED:
        grouping.settle([planned.source])
    else:
        # Kept households stay as they are in the register, so their known members count as accepted.
        plan.households += 1
        plan.accepted += sum(not row.rejected for row in rows)
        plan.unchanged += len(rows) if planned.same else 0
    _keep_flaws(rows, plan)


def _keep_flaws(rows: Iterable[Row], plan: Plan) -> None:
    plan.flawed += [
        Row(row.sheet, row.number, {"name": row.values.get("name")}, row.problems)
        for row in rows
        if row.problems
    ]


def _refuse_with_file(row: Row, plan: Plan) -> None:
    if plan.refused:
        row.problems.append(Problem("", "填报单位", plan.refused.rstrip("。"), "请核对文件和单位。"))


def _known(plan: Plan, block: Sequence[Household], terms: dict[int, KnownTerm]) -> Known:
    rows = [row for household in block for row in household.rows]
    indexes = [index_of(row) for row in rows if row.values.get("citizen_id")]
    numbers = {row.values["household_no"] for row in rows if row.values.get("household_no")}
    return known_to_register(indexes, numbers, plan.unit, plan.month, terms)


def index_of(row: Row) -> UUID:
    """The blind index of the row's person; computed once a row."""
    index: UUID | None = row.values.get("id_index")
    if index is None:
        index = row.values["id_index"] = blind_index(row.values["citizen_id"].number, "citizen_id")
    return index


def _planned(source: Household, known: Known, plan: Plan) -> Planned:
    planned = Planned(source)
    for row in source.rows:
        _refuse_with_file(row, plan)
    planned.people = [
        known.people.get(index_of(row)) if row.values.get("citizen_id") else None for row in source.rows
    ]
    for row, person in zip(source.rows, planned.people, strict=True):
        if person:
            _check_person(row, person, plan)
    planned.amounts = _amounts(source, plan.program)
    if source.rejected:
        planned.fate = Fate.REJECTED
        return planned
    planned.known = _register_household(planned, known)
    term = _term_in_force(planned, known, plan)
    if term:
        _compare(planned, term, plan)
    else:
        _check_new(planned, known, plan)
    if source.rejected and planned.fate is Fate.NEW:
        planned.fate = Fate.REJECTED
    return planned


def _reject(row: Row, reason: str, remedy: str, key: str = "citizen_id", label: str = "身份证号") -> None:
    row.problems.append(Problem(key, label, reason, remedy))


def _check_person(row: Row, person: KnownPerson, plan: Plan) -> None:
    """Somebody of another unit is not named: the sender may not look other units' people up this way."""
    if not person.unit_path.startswith(plan.unit.path):
        _reject(row, "该证号已由其他单位登记", "请核对证号；确已迁入的，请先由原单位办理迁移。")
    elif not names.same_name(person.name, row.values["name"] or ""):
        _reject(row, f"该证号在登记簿中的姓名是“{person.name}”", ASK, "name", "姓名")
    elif person.died_on:
        _reject(row, f"登记簿中该人已于 {person.died_on:%Y-%m-%d} 死亡", "请核对；登记有误的请先更正。")
    for cover in person.covers:
        if cover.program != plan.program:
            reason = f"该人已享受{LABELS[cover.program]}，不能重复享受"
            _reject(row, reason, "请先办理停发或转类。")
        elif not cover.holds_in(plan.month):
            since = Month.of(cover.from_month).label
            _reject(row, f"该人自{since}起已在保，不能再从{plan.month.label}补开", "请核对导入月份。")


def _amounts(source: Household, program: str) -> Amounts | None:
    """Total and parts must add up; whichever is missing follows from the others. Problems go to the first row."""
    values, row = source.values, source.rows[0]
    uplift, care = values.get("uplift") or ZERO, values.get("care") or ZERO
    total, base = values.get("amount"), values.get("base")
    if any(
        problem.key in ("amount", "base", "uplift", "care") for r in source.rows for problem in r.problems
    ):
        return None
    if total is None and base is None and program in PAID:
        _reject(row, "没有填", "请填写补助金额。", "amount", "补助金额")
        return None
    if total is None:
        total = (base or ZERO) + uplift + care
    if base is None:
        base = total - uplift - care
    if base < 0 or base + uplift + care != total:
        reason = f"补差 {base}、分类施保 {uplift}、照料护理 {care} 相加不等于补助金额 {total}"
        _reject(row, reason, "请核对各项金额。", "amount", "补助金额")
    elif not total and program in PAID:
        _reject(row, "金额是 0", "请填写每月应发金额；已停发的请删去这一户。", "amount", "补助金额")
    return Amounts(base, uplift, care, total)


def _register_household(planned: Planned, known: Known) -> KnownHousehold | None:
    found = {person.household for person in planned.people if person and person.household}
    if len(found) > 1:
        numbers = "、".join(sorted(known.households[pk].no for pk in found))
        for row in planned.source.rows:
            _reject(row, f"表内同户的人在登记簿中分属不同的户（户编号 {numbers}）", "请核对户编号。")
        return None
    return known.households[found.pop()] if found else None


def _term_in_force(planned: Planned, known: Known, plan: Plan) -> KnownTerm | None:
    terms = {
        cover.term
        for person in planned.people
        if person
        for cover in person.covers
        if cover.program == plan.program and cover.holds_in(plan.month)
    }
    return next((known.terms[term] for term in terms if term in known.terms), None)


def _compare(planned: Planned, term: KnownTerm, plan: Plan) -> None:
    """A household in receipt: list what differs, change nothing; people the register does not know stay out."""
    planned.fate = Fate.KEPT
    rows, source = planned.source.rows, planned.source
    found = len(plan.differences)
    if planned.amounts and planned.amounts.total != term.total:
        _differ(plan, rows[0], term, f"金额：登记簿 {term.total}，表内 {planned.amounts.total}")
    for row, person in zip(rows, planned.people, strict=True):
        if person is None or planned.known is None or person.pk not in planned.known.members:
            _differ(plan, row, term, "人口：表内多出此人")
            _reject(row, "该户已在保，登记簿里没有此人", "请为该户办理增加成员。")
        elif person.pk not in term.covered:
            _differ(plan, row, term, "人口：此人在户内，但没有纳入保障")
    people = {person.pk for person in planned.people if person}
    if len(rows) > 1 and term.covered - people:
        _differ(
            plan,
            rows[0],
            term,
            f"人口：登记簿保障 {len(term.covered)} 人，表内少 {len(term.covered - people)} 人",
        )
    covered = source.values.get("covered")
    if len(rows) == 1 and covered and len(term.covered) > 1 and covered != len(term.covered):
        _differ(plan, rows[0], term, f"人口：登记簿保障 {len(term.covered)} 人，表内保障 {covered} 人")
    planned.same = len(plan.differences) == found


def _differ(plan: Plan, row: Row, term: KnownTerm, what: str) -> None:
    plan.differences.append(Difference(row.place, term.household_no, row.values["name"], what))


def _check_new(planned: Planned, known: Known, plan: Plan) -> None:
    source, row = planned.source, planned.source.rows[0]
    _hint_at_outsider(source)
    planned.village = source.values.get("village") or _known_village(planned, plan)
    if planned.village is None:
        _reject(
            row, "没有村（社区）", "登记簿里没有这一户，请填写所在村（社区）。", "village", "行政村（社区）"
        )
        return
    number = source.values.get("household_no")
    owner = known.by_number.get((planned.village.parent_id or 0, number)) if number else None
    if owner and (planned.known is None or planned.known.pk != owner):
        reason = f"户编号 {number} 在登记簿中是另一户"
        _reject(row, reason, "请核对户编号。", "household_no", "户编号")
    elif planned.known and plan.program not in TEKUN:
        refuse_second(row, planned.known, plan.opened)


def holder_place(source: Household) -> int | None:
    """Which row's person holds the account; the head when no payee is named, None for an outsider."""
    payee = source.values.get("payee")
    if not payee:
        return 0
    same = (
        place for place, row in enumerate(source.rows) if names.same_name(row.values["name"] or "", payee)
    )
    return next(same, None)


def _hint_at_outsider(source: Household) -> None:
    values = source.values
    if values.get("account") and holder_place(source) is None and not values.get("filing_no"):
        reason = f"收款人“{values['payee']}”不是家庭成员，也没有备案号，账号没有写入（第25条）"
        remedy = "请先办理代管或监护备案，再登记账号。"
        source.rows[0].problems.append(Problem("payee", "收款人", reason, remedy, Severity.HINT))


def _known_village(planned: Planned, plan: Plan) -> Unit | None:
    """The smallest rosters have no village column: people already registered bring theirs (12 §12.4)."""
    pk = next((person.village for person in planned.people if person), None)
    return Unit.objects.filter(pk=pk).select_related("parent").first() if pk else None


def _note_missing(plan: Plan, terms: Iterable[KnownTerm], named: set[int]) -> None:
    """Benefits in force whose people the file does not name; nothing is stopped because of it."""
    for term in terms:
        if not term.covered & named and not plan.refused:
            plan.differences.append(Difference("", term.household_no, term.head_name, "文件中缺少这一户"))


def _is_short(planned: Planned) -> bool:
    """A roster of one row a household names the head only; the other members are still to be entered."""
    return (planned.source.values.get("covered") or 0) > len(planned.source.rows)
