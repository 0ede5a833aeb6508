"""A table declared once: columns, headings, totals. Pure: HTML, xlsx, PDF and Word are made elsewhere."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from enum import Enum, StrEnum
from typing import Any, Protocol

Row = Any
PERCENT_PLACES = Decimal("0.01")


class Kind(StrEnum):
    """What a column holds; decides alignment, masking, number format and totals."""

    TEXT = "text"
    NAME = "name"
    ID = "id"
    ACCOUNT = "account"
    PHONE = "phone"
    MONEY = "money"
    COUNT = "count"
    PERCENT = "percent"
    DATE = "date"
    MONTH = "month"
    STATE = "state"


NUMERIC = frozenset({Kind.MONEY, Kind.COUNT, Kind.PERCENT})
SENSITIVE = frozenset({Kind.ID, Kind.ACCOUNT, Kind.PHONE})
DEFAULT_WIDTHS = {
    Kind.TEXT: 16,
    Kind.NAME: 10,
    Kind.ID: 22,
    Kind.ACCOUNT: 24,
    Kind.PHONE: 14,
    Kind.MONEY: 14,
    Kind.COUNT: 9,
    Kind.PERCENT: 10,
    Kind.DATE: 12,
    Kind.MONTH: 10,
    Kind.STATE: 12,
}


class Mark(Enum):
    """A cell that holds no number. Unknown is not zero, and a rate without a denominator is not zero."""

    MISSING = "缺数据"
    NOTHING = "—"

    def __str__(self) -> str:
        return str(self.value)


class Source(StrEnum):
    """Where a figure comes from: the system, a person, or the system adjusted by a person."""

    AUTO = "auto"
    MANUAL = "manual"
    ADJUSTED = "adjusted"
    MISSING = "missing"


class Total(StrEnum):
    """How a column behaves in the 合计 row."""

    BY_KIND = "by_kind"
    SUM = "sum"
    RATIO = "ratio"
    NOT = "not"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value that remembers its source, for statistics that mix automatic and filled-in figures."""

    value: object
    source: Source = Source.AUTO
    note: str = ""


class Labelled(Protocol):
    """A state's wording and tone: draft, wait, good, bad, ended or plain. States of a flow fit."""

    @property
    def label(self) -> str: ...

    @property
    def tone(self) -> str: ...


@dataclass(frozen=True, slots=True)
class State:
    """A state declared for a table that shows no flow."""

    label: str
    tone: str = "plain"


class Totals(dict[str, object]):
    """A finished 合计 row: read by column code, whatever the columns' own way of reading a row is."""


@dataclass(frozen=True)
class Column:
    """One column.

    ``value`` is a dotted path or a function of the row; without it the code is the path. ``definition``
    says what is counted (shown on hover and in the notes sheet), ``origin`` who gives it (自动, 人工, 计算),
    ``counted_in`` the unit of count and ``period`` what time it covers: the notes sheet has them all. ``priority`` 1–3 marks the facts a phone
    card shows. ``optional`` columns are hidden until chosen. ``sort`` is the ordering field of a list.
    ``ratio`` names numerator and denominator columns of a percentage, so that a total divides totals.
    """

    code: str
    label: str
    kind: Kind = Kind.TEXT
    value: Callable[[Row], object] | str = ""
    definition: str = ""
    origin: str = ""
    counted_in: str = ""
    period: str = ""
    width: int = 0
    total: Total = Total.BY_KIND
    ratio: tuple[str, str] | None = None
    measure: str = ""
    priority: int = 0
    sort: str = ""
    optional: bool = False
    link: bool = False
    permission: str = ""
    states: Mapping[str, Labelled] = field(default_factory=dict)
    source: Source = Source.AUTO

    @property
    def numeric(self) -> bool:
        return self.kind in NUMERIC

    @property
    def align(self) -> str:
        if self.numeric:
            return "right"
        return "center" if self.kind in (Kind.DATE, Kind.MONTH, Kind.STATE) else "left"

    @property
    def chars(self) -> int:
        """Width in Latin characters; a Chinese heading needs two a sign."""
        return self.width or max(DEFAULT_WIDTHS[self.kind], min(len(self.label) * 2 + 2, 24))

    @property
    def totalling(self) -> Total:
        if self.total is not Total.BY_KIND:
            return self.total
        if self.ratio:
            return Total.RATIO
        return Total.SUM if self.kind in (Kind.MONEY, Kind.COUNT) else Total.NOT

    def read(self, row: Row) -> object:
        """The raw value in ``row``; a Cell is unwrapped."""
        found = self._find(row)
        return found.value if isinstance(found, Cell) else found

    def cell(self, row: Row) -> Cell:
        """The value with its source; a bare value takes the column's source."""
        found = self._find(row)
        if isinstance(found, Cell):
            return found
        return Cell(found, Source.MISSING if found is Mark.MISSING else self.source)

    def _find(self, row: Row) -> object:
        if isinstance(row, Totals):
            return row.get(self.code)
        return self.value(row) if callable(self.value) else dig(row, self.value or self.code)


@dataclass(frozen=True)
class Group:
    """A heading above several columns or further groups."""

    label: str
    children: tuple["Group | Column", ...]
    code: str = ""


@dataclass(frozen=True)
class Sheet:
    """One worksheet of a wide table: the lead columns plus the named groups (all groups when empty)."""

    title: str
    groups: tuple[str, ...] = ()


@dataclass(frozen=True)
class HeaderCell:
    """A cell of the multi-row header; ``column`` is set on the lowest level only."""

    label: str
    row: int
    first: int
    colspan: int
    rowspan: int
    column: Column | None


@dataclass(frozen=True)
class Heading:
    """What stands around a table on paper. ``mark`` is the watermark (草稿, or who exported it and when)."""

    title: str
    made_at: datetime
    lines: tuple[str, ...] = ()
    foot: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    made_by: str = ""
    mark: str = ""


@dataclass(frozen=True)
class Table:
    """A list, ledger or statistic. ``lead`` counts the leftmost columns that stay in view when scrolling."""

    code: str
    title: str
    columns: tuple[Group | Column, ...]
    notes: tuple[str, ...] = ()
    sheets: tuple[Sheet, ...] = ()
    lead: int = 1
    totals: str = "bottom"
    total_label: str = "合计"
    whole: "Table | None" = field(default=None, repr=False, compare=False)

    def __post_init__(self) -> None:
        codes = [column.code for column in self.leaves()]
        doubles = sorted({code for code in codes if codes.count(code) > 1})
        if doubles:
            raise ValueError(f"table {self.code} declares {', '.join(doubles)} more than once")
        for column in self.leaves():
            absent = [part for part in column.ratio or () if part not in codes]
            if absent and self.whole is None:
                raise ValueError(f"{self.code}.{column.code} divides by unknown {', '.join(absent)}")

    def leaves(self) -> tuple[Column, ...]:
        """The columns from left to right."""
        return tuple(column for node in self.columns for column in _leaves(node))

    def column(self, code: str) -> Column:
        """The column with this code. Raises KeyError."""
        for column in self.leaves():
            if column.code == code:
                return column
        raise KeyError(code)

    @property
    def depth(self) -> int:
        return max(_depth(node) for node in self.columns)

    def select(self, keep: Callable[[Column], bool]) -> "Table":
        """The same table with only the columns that pass ``keep``; groups left empty disappear."""
        nodes = tuple(node for node in (_prune(node, keep) for node in self.columns) if node is not None)
        return replace(self, columns=nodes, whole=self.whole or self)

    def sheet(self, sheet: Sheet) -> "Table":
        """The part of the table printed on ``sheet``: lead columns first, then its groups."""
        lead = {column.code for column in self.leaves()[: self.lead]}
        if not sheet.groups:
            return self
        inside = {
            column.code
            for node in self.columns
            if isinstance(node, Group) and (node.code or node.label) in sheet.groups
            for column in _leaves(node)
        }
        return self.select(lambda column: column.code in lead or column.code in inside)

    def header(self) -> list[list[HeaderCell]]:
        """The header, row by row, each cell with its place and span."""
        rows: list[list[HeaderCell]] = [[] for _ in range(self.depth)]
        first = 0
        for node in self.columns:
            first = _place(node, rows, 0, first)
        return rows

    def total_row(self, rows: Iterable[Row]) -> Totals:
        """The 合计 row by column code.

        Sums add up; a percentage divides summed numerators by summed denominators and is never itself
        summed (04 §4.0). One cell without data leaves the sum without data. The first column says 合计.
        """
        materialised = list(rows)
        # A selection may lack the denominators of its percentages: sum what the whole table declares.
        sums = {
            column.code: add(column.read(row) for row in materialised)
            for column in (self.whole or self).leaves()
            if column.numeric
        }
        columns = self.leaves()
        result = Totals()
        for column in columns:
            if column.totalling is Total.SUM:
                result[column.code] = sums[column.code]
            elif column.totalling is Total.RATIO and column.ratio:
                numerator, denominator = (sums.get(part) for part in column.ratio)
                result[column.code] = ratio(numerator, denominator)
            else:
                result[column.code] = None
        result[columns[0].code] = self.total_label
        return result


def dig(row: Row, path: str) -> object:
    """Follow a dotted path through attributes, mappings and methods without arguments; None stops it."""
    found: Any = row
    for part in path.split("."):
        if found is None:
            return None
        found = found.get(part) if isinstance(found, Mapping) else getattr(found, part)
        if callable(found):
            found = found()
    return found


def add(values: Iterable[object]) -> object:
    """Sum of numbers. Missing data makes the sum missing; blanks are left out; all blank stays blank."""
    total: Decimal | int | None = None
    for value in values:
        if value is Mark.MISSING:
            return Mark.MISSING
        if isinstance(value, int | Decimal):
            total = value if total is None else total + value
    return total


def ratio(numerator: object, denominator: object) -> object:
    """Percentage with two places, rounded half up; — without a denominator, 缺数据 with unknown parts."""
    if numerator is Mark.MISSING or denominator is Mark.MISSING:
        return Mark.MISSING
    if not isinstance(numerator, int | Decimal) or not isinstance(denominator, int | Decimal):
        return Mark.NOTHING
    if not numerator or not denominator:
        return Mark.NOTHING
    return (Decimal(numerator) * 100 / Decimal(denominator)).quantize(PERCENT_PLACES, ROUND_HALF_UP)


def _leaves(node: Group | Column) -> Sequence[Column]:
    if isinstance(node, Column):
        return (node,)
    return tuple(column for child in node.children for column in _leaves(child))


def _depth(node: Group | Column) -> int:
    return 1 if isinstance(node, Column) else 1 + max(_depth(child) for child in node.children)


def _prune(node: Group | Column, keep: Callable[[Column], bool]) -> Group | Column | None:
    if isinstance(node, Column):
        return node if keep(node) else None
    children = tuple(child for child in (_prune(child, keep) for child in node.children) if child is not None)
    return replace(node, children=children) if children else None


def _place(node: Group | Column, rows: list[list[HeaderCell]], level: int, first: int) -> int:
    """Put a node's header cells into ``rows``; returns the first free position to its right."""
    if isinstance(node, Column):
        rows[level].append(HeaderCell(node.label, level, first, 1, len(rows) - level, node))
        return first + 1
    span = len(_leaves(node))
    rows[level].append(HeaderCell(node.label, level, first, span, 1, None))
    for child in node.children:
        first = _place(child, rows, level + 1, first)
    return first
