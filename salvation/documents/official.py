"""The shape of an official document (公文), apart from how it is written.

    Paper(title="…报告", addressee="信丰县民政局：", body=(Line("一、基本情况", Level.H1), Line("…")), signer=…, dated=…)

``docx.write_official`` and ``pdf.write_official_pdf`` lay the same declaration out by GB/T 9704-2012.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import Enum
from typing import NamedTuple


class Level(Enum):
    """Rank of a paragraph: 一、 / （一） / 1. / running text."""

    H1 = 1
    H2 = 2
    H3 = 3
    BODY = 4


@dataclass(frozen=True, slots=True)
class Line:
    """A paragraph. ``align``: justify, left, center or right; only justified ones are indented by two characters."""

    text: str
    level: Level = Level.BODY
    align: str = "justify"


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell over ``span`` columns and ``down`` rows. ``align``: empty for the column's own."""

    text: str
    span: int = 1
    down: int = 1
    align: str = ""
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Grid:
    """A table in the text. Without ``head`` it is a form: cells side by side, merged where they say so.

    ``widths``: relative; ``aligns``: left, center or right by column (default center); ``size``: points;
    ``height``: least height of a row in millimetres, for what is filled in by hand.
    """

    head: tuple[str | Cell, ...]
    rows: tuple[tuple[str | Cell, ...], ...]
    widths: tuple[int, ...] = ()
    aligns: tuple[str, ...] = ()
    size: float = 12
    height: int = 0
    caption: str = ""


@dataclass(frozen=True, slots=True)
class Figure:
    """A picture: ``svg`` on the page and in PDF, ``png`` in Word."""

    svg: str
    png: bytes
    caption: str = ""
    width: int = 150


@dataclass(frozen=True, slots=True)
class Break:
    """A new page begins here."""


Part = Line | Grid | Figure | Break


@dataclass(frozen=True, slots=True)
class Annex:
    """附件, on pages of its own after the date."""

    label: str
    title: str
    body: tuple[Part, ...]


@dataclass(frozen=True, slots=True)
class Imprint:
    """版记: whom it is copied to, who printed it and when."""

    copies: str = ""
    office: str = ""
    printed_on: date | None = None


@dataclass(frozen=True, slots=True)
class Paper:
    """One document. ``signer``: name after 签发人 (upward papers must have one).

    ``masthead``: the red name on top (发文机关标志); ``mark``: written large across every page (草稿);
    ``trace``: small at the foot of every page (who printed it, when, checksum); ``sealed``: leave room for the seal;
    ``plain``: a form: narrow margins, no closing with issuer and date; ``tail``: below the date (送达回证);
    ``signatures``: who signed electronically and when, one a line, with the place of the electronic seal.
    """

    title: str
    addressee: str
    body: tuple[Part, ...]
    issuer: str
    dated: date
    number: str = ""
    signer: str = ""
    contact: str = ""
    attachments: tuple[str, ...] = ()
    draft: bool = False
    notes: tuple[str, ...] = field(default=())
    masthead: str = ""
    mark: str = ""
    trace: str = ""
    sealed: bool = False
    plain: bool = False
    tail: tuple[Part, ...] = ()
    annexes: tuple[Annex, ...] = ()
    imprint: Imprint | None = None
    signatures: tuple[str, ...] = ()


# Where a seal in ink would stand.
SEAL_PLACE = "（电子签章处）"
UNFROZEN = "（草稿：统计数字未冻结，不得报送）"


class Placed(NamedTuple):
    """A cell at its place in the grid, counted from 0."""

    row: int
    column: int
    cell: Cell
    head: bool


def placed(grid: Grid) -> Iterator[Placed]:
    """Every cell where it stands, those below merged ones moved aside. Raises ValueError for a ragged grid."""
    lines = [*((grid.head,) if grid.head else ()), *grid.rows]
    wide, taken = columns_of(grid), set[tuple[int, int]]()
    for row, line in enumerate(lines):
        column = 0
        for given in line:
            cell = given if isinstance(given, Cell) else Cell(given)
            while (row, column) in taken:
                column += 1
            if column + cell.span > wide or row + cell.down > len(lines):
                raise ValueError(f"row {row} of the grid is longer than its first")
            taken |= {(row + y, column + x) for y in range(cell.down) for x in range(cell.span)}
            yield Placed(row, column, cell, bool(grid.head) and row == 0)
            column += cell.span
        if any((row, column) not in taken for column in range(wide)):
            raise ValueError(f"row {row} of the grid is shorter than its first")


def columns_of(grid: Grid) -> int:
    """How many columns the grid has."""
    first = grid.head or (grid.rows[0] if grid.rows else ())
    return sum(cell.span if isinstance(cell, Cell) else 1 for cell in first)


def shares_of(grid: Grid) -> tuple[float, ...]:
    """The columns' parts of the width, together 1. Without widths, the first column holds words, the others figures."""
    count = columns_of(grid)
    given: Sequence[float] = grid.widths or ((60, *[96 / max(1, count - 1)] * (count - 1)) if count else ())
    return tuple(width / sum(given) for width in given)


def align_of(grid: Grid, place: Placed) -> str:
    """How a cell is set: its own, the column's, or centred."""
    if place.head or place.cell.align:
        return place.cell.align or "center"
    return grid.aligns[place.column] if grid.aligns else "center"


def chinese_date(day: date) -> str:
    """成文日期: Arabic figures, no leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"
