"""Rows to households: who belongs together, what the first row says for all, whose the amount is.

Rule for amounts in households of several rows. One filled amount is the household's. Where several rows are
filled, they are the members' own and the household's amount is their sum, unless there is evidence that one
household amount was repeated on every row: the heading speaks of the household (户, 家庭), or the totals of
the sheet add up only when each household is counted once. The user may overrule the evidence.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from salvation.intake.model import (
    Column,
    Grouping,
    Household,
    Intake,
    Layout,
    Problem,
    Row,
    Severity,
    missing,
)

FIRST_ROW_STYLE = 0.2
ONE_REMEDY = "请核对后只保留一种写法。"


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the sheet says about its amounts: headings by column key, totals by column key, user's word."""

    headings: Mapping[str, str] = field(default_factory=dict)
    totals: Mapping[str, frozenset[Decimal]] = field(default_factory=dict)
    ruling: Layout | None = None


@dataclass(frozen=True, slots=True)
class Habits:
    """How the file as a whole is written: whether serials are used, and household numbers only once a household."""

    has_serial: bool
    first_row_style: bool


class Sorter:
    """Walks the rows in order, because a blank means "as above", and says which household each belongs to."""

    def __init__(self, grouping: Grouping | None, habits: Habits) -> None:
        self.grouping, self.habits = grouping or Grouping(), habits
        self.several: set[str] = set()
        """Amounts of which some household has more than one."""
        self._alone = grouping is None
        self._ordinals: dict[str, int] = {}
        self._filled = {key: bytearray() for key in self.grouping.amounts}
        self._above: Row | None = None
        self._key = ""

    def household_of(self, row: Row) -> int:
        """Households are numbered in the order of their first rows."""
        key = f"row:{row.sheet}:{row.number}" if self._alone else self._key_of(row)
        ordinal = self._ordinals.setdefault(key, len(self._ordinals))
        self._above, self._key = row, key
        for amount, seen in self._filled.items():
            if len(seen) <= ordinal:
                seen.append(0)
            if row.values.get(amount) is not None:
                if seen[ordinal]:
                    self.several.add(amount)
                seen[ordinal] = 1
        return ordinal

    def _key_of(self, row: Row) -> str:
        number = row.values.get(self.grouping.number)
        if number is not None:
            return f"number:{number}"
        head = row.values.get(self.grouping.head)
        if head is not None:
            return f"head:{identity(head)}"
        relation = row.values.get(self.grouping.relation)
        own = f"row:{row.sheet}:{row.number}"
        return self._key if self._above and self._continues(row, self._above, relation) else own

    def _continues(self, row: Row, above: Row, relation: Any) -> bool:
        """Whether a row without a household number goes with the row above it."""
        if above.sheet != row.sheet:
            return False
        if relation is not None:
            return relation not in self.grouping.head_values
        head_name = row.values.get(self.grouping.head_name)
        if head_name is not None:
            return bool(head_name == above.values.get(self.grouping.head_name))
        if row.joined:
            return True
        if self.habits.has_serial and row.values.get(self.grouping.serial) is None and self._no_amounts(row):
            return True
        numbered = self._key.startswith("number:")
        return numbered and (self.habits.first_row_style or self._no_amounts(row))

    def _no_amounts(self, row: Row) -> bool:
        return all(row.values.get(key) is None for key in self.grouping.amounts)


def put_head_first(household: Household, grouping: Grouping) -> None:
    heads = [row for row in household.rows if row.values.get(grouping.relation) in grouping.head_values]
    if len(heads) > 1:
        places = "、".join(str(row.number) for row in heads)
        for row in heads:
            row.problems.append(
                Problem(
                    grouping.relation,
                    "户主",
                    f"第 {places} 行归在同一户，却都写着户主",
                    "请核对户编号和与户主关系。",
                )
            )
    elif heads:
        household.rows.remove(heads[0])
        household.rows.insert(0, heads[0])


def settle_values(households: Iterable[Household], columns: Sequence[Column], amounts: Sequence[str]) -> None:
    """Give each household the values its rows agree on, hand them down to every row, and ask for what is
    required. Rows that contradict each other are problems, not guesses."""
    for household in households:
        for column in columns:
            if column.of_household and column.key not in amounts:
                _settle(household, column)
            elif column.required and column.key not in amounts:
                for row in household.rows:
                    _require(row, column, row.values.get(column.key))


def _settle(household: Household, column: Column) -> None:
    found = [row for row in household.rows if row.values.get(column.key) is not None]
    value = found[0].values[column.key] if found else None
    for row in found[1:]:
        if row.values[column.key] != value:
            severity = Severity.HINT if column.lenient else Severity.REJECT
            reason = f"与同户第 {found[0].number} 行的{column.label}不一致"
            row.problems.append(Problem(column.key, column.label, reason, ONE_REMEDY, severity))
    if not any(problem.key == column.key for row in household.rows for problem in row.problems):
        _require(household.rows[0], column, value)
    household.values[column.key] = value
    for row in household.rows:
        if row.values.get(column.key) is None:
            row.values[column.key] = value


def _require(row: Row, column: Column, value: Any) -> None:
    if column.required and value is None and not any(p.key == column.key for p in row.problems):
        row.problems.append(missing(column))


def settle_amounts(
    households: Iterable[Household], columns: Sequence[Column], layouts: Mapping[str, Layout]
) -> None:
    """Set each household's amounts by the rule at the top of this file, decided for the file as `layouts`."""
    by_key = {column.key: column for column in columns}
    for household in households:
        for key, layout in layouts.items():
            filled = _filled(household, key)
            household.values[key] = _household_amount(filled, layout)
            if not any(problem.key == key for row in household.rows for problem in row.problems):
                _require(household.rows[0], by_key[key], household.values[key])


@dataclass(slots=True)
class Tally:
    """What the households of the file say under one amount: each counted once, all of them, and whether some differ."""

    several: bool = False
    differ: bool = False
    once: Decimal = Decimal("0.00")
    each: Decimal = Decimal("0.00")

    def add(self, household: Household, key: str) -> None:
        filled = _filled(household, key)
        if filled:
            self.once += filled[0]
            self.each += sum(filled, Decimal("0.00"))
        self.several = self.several or len(filled) > 1
        self.differ = self.differ or len(set(filled)) > 1


def _household_amount(filled: list[Decimal], layout: Layout) -> Decimal | None:
    if not filled:
        return None
    return filled[0] if layout is Layout.HOUSEHOLD else sum(filled, Decimal("0.00"))


def amount_layout(tally: Tally, key: str, evidence: Evidence) -> tuple[Layout, str]:
    """Decide whose the amounts under `key` are where a household has several of them, and say why."""
    if not tally.several:
        return Layout.PERSON, ""
    if evidence.ruling:
        return evidence.ruling, ""
    if tally.differ:
        return Layout.PERSON, "同户各行金额不同，按各人之和计入该户。"
    totals = evidence.totals.get(key, frozenset())
    if tally.once in totals and tally.each not in totals:
        return Layout.HOUSEHOLD, "每户计一次才与表内合计相符，按全户金额在各行重复填写处理。"
    if tally.each in totals:
        return Layout.PERSON, "逐行相加与表内合计相符，按各人之和计入该户。"
    heading = evidence.headings.get(key, "")
    if "户" in heading or "家庭" in heading:
        return Layout.HOUSEHOLD, f"列名“{heading}”指全户金额，各行重复填写的只计一次。"
    return Layout.PERSON, "同户各行都填了金额，按各人之和计入该户；如是全户金额重复填写，请改选“金额属于户”。"


def _filled(household: Household, key: str) -> list[Decimal]:
    return [row.values[key] for row in household.rows if row.values.get(key) is not None]


def separate_copies(rows: Sequence[Row], intake: Intake) -> list[Row]:
    """Mark people who stand in the file more than once; give the rows that remain.

    A later row that says exactly the same is rejected as a copy and left out. Rows that contradict each other
    are all rejected: the file does not tell which one is right.
    """
    by_person: dict[Any, list[Row]] = defaultdict(list)
    for row in rows:
        person = row.values.get(intake.person)
        if person is not None:
            by_person[identity(person)].append(row)
    copies: set[int] = set()
    for same in by_person.values():
        if len(same) > 1:
            copies.update(_mark(same, intake))
    return [row for row in rows if id(row) not in copies]


def _mark(same: list[Row], intake: Intake) -> set[int]:
    field_name = intake.column(intake.person).label
    ignored = {intake.grouping.serial if intake.grouping else ""}
    if all(_agree(same[0], row, ignored) for row in same[1:]):
        for row in same[1:]:
            reason = f"与第 {same[0].number} 行是同一人，内容相同"
            row.problems.append(Problem(intake.person, field_name, reason, "请删去这一行。"))
        return {id(row) for row in same[1:]}
    for row in same:
        others = "、".join(str(other.number) for other in same if other is not row)
        reason = f"与第 {others} 行证号相同而内容不同"
        row.problems.append(Problem(intake.person, field_name, reason, "请核对后只保留正确的一行。"))
    return set()


def _agree(first: Row, other: Row, ignored: set[str]) -> bool:
    """A blank agrees with anything: a copy may leave out what the first row of a household says for all."""
    pairs = ((first.values.get(key), value) for key, value in other.values.items() if key not in ignored)
    return all(one is None or two is None or identity(one) == identity(two) for one, two in pairs)


def identity(value: Any) -> Any:
    """What tells people apart: a 15-digit ID and its 18-digit form are one number."""
    return getattr(value, "number", value)


def settle(households: Iterable[Household]) -> None:
    """Reject whole households: a household saved without one of its members would be insured in part.

    Call once, after every other check.
    """
    for household in households:
        if not household.rejected:
            continue
        bad = [row.number for row in household.rows if row.rejected]
        places = "、".join(map(str, bad[:5]))
        for row in household.rows:
            if not row.rejected:
                reason = f"同户第 {places} 行有问题，整户没有写入"
                row.problems.append(Problem("", "", reason, "同户的问题改好后，这一行不用改。"))
