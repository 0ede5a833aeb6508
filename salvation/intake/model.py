"""What an import expects (declared once per table) and what is found wrong with a row. Pure values."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any

from salvation.domain.errors import BadValue


class Kind(StrEnum):
    TEXT = "text"
    NAME = "name"
    CITIZEN_ID = "citizen_id"
    DATE = "date"
    MONTH = "month"
    AMOUNT = "amount"
    COUNT = "count"
    ACCOUNT = "account"
    PHONE = "phone"
    CHOICE = "choice"
    VILLAGE = "village"


class Severity(StrEnum):
    REJECT = "reject"
    HINT = "hint"


class Layout(StrEnum):
    """Whose amount an amount cell holds."""

    HOUSEHOLD = "household"
    PERSON = "person"


@dataclass(frozen=True, slots=True)
class Problem:
    """One thing wrong in one cell (or in the row, when `key` is empty), with the way to mend it."""

    key: str
    field: str
    reason: str
    remedy: str
    severity: Severity = Severity.REJECT

    @property
    def rejects(self) -> bool:
        return self.severity is Severity.REJECT

    @property
    def text(self) -> str:
        return (
            f"{self.field}：{self.reason}。{self.remedy}" if self.field else f"{self.reason}。{self.remedy}"
        )


@dataclass(frozen=True, slots=True)
class Column:
    """One expected column.

    `aliases` may hold paths of a multi-row head (`"补助金额/分类施保"`). `of_household`: the value belongs to
    the household and may stand in its first row only. `lenient`: a bad value is left out with a hint instead
    of rejecting the row. `maximum` bounds amounts (yuan) and counts. `rule` checks or converts the typed
    value and raises BadValue.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    aliases: tuple[str, ...] = ()
    required: bool = False
    of_household: bool = False
    lenient: bool = False
    choices: Mapping[str, Any] = field(default_factory=dict)
    maximum: Decimal | None = None
    max_length: int = 200
    rule: Callable[[Any], Any] | None = None


@dataclass(frozen=True, slots=True)
class Grouping:
    """Which columns tell households apart, and which hold amounts (keys of columns).

    Evidence is used in this order: household number, identity of the head, relation to the head, name of the
    head, merged cells, serial.
    """

    number: str = ""
    head: str = ""
    head_name: str = ""
    relation: str = ""
    head_values: frozenset[Any] = frozenset()
    serial: str = ""
    amounts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Intake:
    """The declaration of one import: its columns and, where persons form households, the grouping.

    `person` is the key of the identity column, `person_name` that of the name column; they carry the recognition
    of data rows. `any_of` lists sets of columns of which the sheet must have at least one. Several rows may speak of
    one person where he does not stand `alone` in his (an answer of each department).
    """

    name: str
    title: str
    columns: tuple[Column, ...]
    person: str = "citizen_id"
    person_name: str = "name"
    village: str = "village"
    grouping: Grouping | None = None
    any_of: tuple[tuple[str, ...], ...] = ()
    alone: bool = True

    def column(self, key: str) -> Column:
        return next(column for column in self.columns if column.key == key)


Resolver = Callable[[str], Any]
Progress = Callable[[int, int, str], None]
"""Told how far a long reading is: done, of how many, and what is being done. It may raise to stop the reading."""


def quiet(done: int, total: int, message: str) -> None:
    """Nobody waits for this reading."""


@dataclass(frozen=True, slots=True)
class Setting:
    """What typing needs from outside: the day, whether test IDs (99…) pass, and look-ups by column key.

    A resolver takes the cleaned text of a cell and gives the value, or raises BadValue. `shared` are the kinds of
    objects that many rows point at (villages) and that must stay the same objects.
    """

    today: date
    allow_test: bool = False
    resolvers: Mapping[str, Resolver] = field(default_factory=dict)
    shared: tuple[type, ...] = ()


@dataclass(slots=True)
class Row:
    """One person's row: where it stands in the file, its typed values and what is wrong with it.

    `joined`: a merged cell ties the row to the one above it.
    """

    sheet: str
    number: int
    values: dict[str, Any]
    problems: list[Problem] = field(default_factory=list)
    joined: bool = False

    def __reduce__(self) -> tuple[type["Row"], tuple[Any, ...]]:
        """Rows are packed by the ten thousand."""
        return Row, (self.sheet, self.number, self.values, self.problems, self.joined)

    @property
    def rejected(self) -> bool:
        return any(problem.rejects for problem in self.problems)

    @property
    def place(self) -> str:
        return f"“{self.sheet}”第 {self.number} 行" if self.sheet else f"第 {self.number} 行"


@dataclass(slots=True)
class Household:
    """The rows of one household, with its household-level values and amounts."""

    rows: list[Row]
    values: dict[str, Any] = field(default_factory=dict)

    def __reduce__(self) -> tuple[type["Household"], tuple[Any, ...]]:
        return Household, (self.rows, self.values)

    @property
    def rejected(self) -> bool:
        return any(row.rejected for row in self.rows)


def problem_of(column: Column, error: BadValue, severity: Severity = Severity.REJECT) -> Problem:
    """Split a domain message ("what is wrong，请…") into reason and remedy."""
    text = error.message.rstrip("。")
    for cut in ("。请", "，请", "；请"):
        reason, found, remedy = text.partition(cut)
        if found:
            return Problem(column.key, column.label, reason, f"请{remedy}。", severity)
    return Problem(column.key, column.label, text, "请核对后重新填写。", severity)


def missing(column: Column) -> Problem:
    return Problem(column.key, column.label, "没有填", f"请填写{column.label}。")
