"""How one value reads as text or enters a workbook, and the fingerprint of a table's content."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, cast, runtime_checkable
from zoneinfo import ZoneInfo

from salvation.domain import mask
from salvation.domain.mask import Scene
from salvation.tables.model import SENSITIVE, Column, Kind, Labelled, Mark, Row, State, Table

LOCAL = ZoneInfo("Asia/Shanghai")
CENT = Decimal("0.01")
MASKS = {Kind.ID: mask.id_number, Kind.ACCOUNT: mask.account, Kind.PHONE: mask.phone}


@runtime_checkable
class Opens(Protocol):
    """A sealed value: ``str()`` gives its mask, ``plain()`` the clear text."""

    def plain(self) -> str: ...


def text(column: Column, value: object, scene: Scene = Scene.LIST) -> str:
    """The value as people read it. IDs, accounts and phones are masked for ``scene`` (05 §5.7)."""
    if value is None:
        return ""
    if isinstance(value, Mark):
        return str(value)
    if column.kind in SENSITIVE:
        return _masked(column.kind, value, scene)
    if column.numeric and isinstance(value, int | float | Decimal):
        return figure(column.kind, value)
    if column.kind is Kind.STATE:
        return state(column, value).label
    return _plain(column.kind, value)


def figure(kind: Kind, value: int | float | Decimal) -> str:
    """1,234.50 for money, 1,234 for counts, 12.34% for percentages (given in percentage points)."""
    if kind is Kind.COUNT:
        return f"{value:,}"
    rounded = Decimal(str(value)).quantize(CENT, ROUND_HALF_UP)
    return f"{rounded:,}" if kind is Kind.MONEY else f"{rounded}%"


def state(column: Column, value: object) -> Labelled:
    """Wording and tone of a state; a code without a declared wording shows as it is."""
    if isinstance(value, State):
        return value
    return column.states.get(str(value), State(str(value)))


def grouped(masked: str, kind: Kind) -> str:
    """Set an ID or account in groups for the eye: 360722 ****** 0019, 6222 **** 1234."""
    if kind is Kind.ID and len(masked) == 18:
        return f"{masked[:6]} {masked[6:14]} {masked[14:]}"
    if kind is Kind.ACCOUNT:
        head = len(masked) % 4
        return " ".join(part for part in (masked[:head], *_fours(masked[head:])) if part)
    return masked


Entry = str | int | float | date | None


def entry(column: Column, value: object, scene: Scene = Scene.LIST) -> Entry:
    """The value as a workbook cell: numbers stay numbers, dates dates, everything else text."""
    if value is None:
        return None
    if column.numeric and isinstance(value, int | float | Decimal):
        return int(value) if column.kind is Kind.COUNT else float(value)
    if column.kind is Kind.DATE and isinstance(value, date):
        return local_date(value)
    if column.kind is Kind.TEXT and isinstance(value, str):
        return value
    return text(column, value, scene)


def entries(columns: Sequence[Column], row: Row, scene: Scene = Scene.LIST) -> list[Entry]:
    """One row as workbook cells."""
    return [entry(column, column.read(row), scene) for column in columns]


def local_date(value: date) -> date:
    """The calendar day of a date or moment in the county's time."""
    if not isinstance(value, datetime):
        return value
    return (value.astimezone(LOCAL) if value.tzinfo else value).date()


class Digest:
    """SHA-256 over the rows a file shows: the hash is of the content, not of the file (12 §12.1).

    Every format feeds the same entries, so xlsx, PDF and Word of one table carry one hash.
    """

    def __init__(self, columns: Sequence[Column]) -> None:
        self._hash = hashlib.sha256("\t".join(column.code for column in columns).encode())
        self.rows = 0

    def add(self, cells: Sequence[Entry]) -> None:
        """Count one row and take it into the hash."""
        line = "\t".join("" if cell is None else str(cell) for cell in cells)
        self._hash.update(b"\n" + line.encode())
        self.rows += 1

    def add_columns(self, columns: Sequence[Sequence[Entry]]) -> None:
        """The same for a portion of rows given column by column."""
        texts = [_texts(column) for column in columns]
        lines = "\n".join(map("\t".join, zip(*texts, strict=True)))
        self._hash.update(b"\n" + lines.encode())
        self.rows += len(texts[0])

    @property
    def value(self) -> str:
        return self._hash.hexdigest()


def _texts(cells: Sequence[Entry]) -> Sequence[str]:
    if {str}.issuperset(map(type, cells)):
        return cast(Sequence[str], cells)
    return ["" if cell is None else str(cell) for cell in cells]


def digest(table: Table, rows: Iterable[Row], scene: Scene = Scene.LIST) -> str:
    """SHA-256 of the table's content as hexadecimal text."""
    columns = table.leaves()
    counting = Digest(columns)
    for row in rows:
        counting.add(entries(columns, row, scene))
    return counting.value


def _masked(kind: Kind, value: object, scene: Scene) -> str:
    clear = value.plain() if isinstance(value, Opens) else str(value)
    return MASKS[kind](clear, scene) if clear else ""


def _plain(kind: Kind, value: object) -> str:
    if isinstance(value, datetime):
        value = value.astimezone(LOCAL) if value.tzinfo else value
        return f"{value:%Y-%m-%d}" if kind is Kind.DATE else f"{value:%Y-%m-%d %H:%M}"
    if isinstance(value, date):
        return f"{value:%Y-%m}" if kind is Kind.MONTH else f"{value:%Y-%m-%d}"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, list | tuple):
        return "、".join(str(part) for part in value)
    return str(value)


def _fours(digits: str) -> list[str]:
    return [digits[start : start + 4] for start in range(0, len(digits), 4)]
