"""Find the header of a sheet under titles, over any number of rows, and read the lines above it."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from unicodedata import normalize

from salvation.domain.errors import BadValue
from salvation.domain.month import Month
from salvation.intake.mapping import NO_MATCH, Vocabulary
from salvation.intake.sheets import Cell, Sheet
from salvation.intake.text import clean, is_blank

SEARCH_ROWS = 60
DEEPEST = 8
LONGEST_HEADING = 60
FEWEST_MATCHES = 2
DIGITS = re.compile(r"\d{5,}|^[\d.,\-]+$")
UNIT = re.compile(
    r"(?:填报单位|填制单位|编制单位|上报单位|报送单位|制表单位|申报单位|发放单位|单位名称|单位)"
    r"(?:[(（][^)）]*[)）])?\s*[:：]\s*(.*)"
)
UNIT_END = re.compile(
    r"[(（【\[].*$|\s{2,}.*$|_{2,}|\s*(?:填报|制表|报送|上报)?(?:日期|时间|单位).*$|\s*\d{4}\s*[年.\-/].*$"
)
CAPTION = re.compile(r"[:：]|单位|\d{4}\s*年")
MEASURES = re.compile(r"^(?:万?元|人|户|万|件|[、,，/和\s])+$")
MONTH = re.compile(
    r"((?:19|20)\d{2}|[一二〇零○]{2}[一二三四五六七八九〇零○]{2})年"
    r"(\d{1,2}|十[一二]?|[一二三四五六七八九])月(?!\d*日)"
)
MONTH_NAMES = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
CHINESE_DIGITS = str.maketrans("〇零○一二三四五六七八九", "000123456789")


@dataclass(frozen=True, slots=True)
class Header:
    """Rows `top`…`bottom` (from 0) of a sheet hold the headings; `paths` gives one path per column."""

    top: int
    bottom: int
    paths: tuple[tuple[str, ...], ...]
    score: float


@dataclass(frozen=True, slots=True)
class Caption:
    """What the lines above the header say: title, reporting unit, month, unit of money."""

    title: str = ""
    unit: str = ""
    month: Month | None = None
    in_ten_thousands: bool = False


class Grid:
    """A sheet whose merged cells show their text in every cell they cover (top rows only: headings)."""

    def __init__(self, sheet: Sheet, rows: int) -> None:
        top = sheet.rows[:rows]
        self.width = max((len(row) for row in top), default=0)
        self.cells = [[clean(cell) for cell in row] + [""] * (self.width - len(row)) for row in top]
        self.covered: set[tuple[int, int]] = set()
        for span in sheet.merged:
            if span.top >= rows:
                continue
            words = self._at(span.top, span.left)
            for row in range(span.top, min(span.bottom, len(self.cells) - 1) + 1):
                for column in range(span.left, min(span.right, self.width - 1) + 1):
                    self.cells[row][column] = words
                    self.covered.add((row, column))

    def _at(self, row: int, column: int) -> str:
        return self.cells[row][column] if row < len(self.cells) and column < self.width else ""

    def paths(self, top: int, bottom: int) -> tuple[tuple[str, ...], ...]:
        """The heading path of every column; a blank beside a parent heading belongs to that parent."""
        return tuple(self._path(top, bottom, column) for column in range(self.width))

    def _path(self, top: int, bottom: int, column: int) -> tuple[str, ...]:
        path: list[str] = []
        for row in range(top, bottom + 1):
            words = self.cells[row][column] or self._parent(row, bottom, column)
            if words and (not path or path[-1] != words):
                path.append(words)
        return tuple(path)

    def _parent(self, row: int, bottom: int, column: int) -> str:
        """In a text file, or with cells only centred, the parent stands over its first child alone."""
        if row == bottom or (row, column) in self.covered or not self._child(row, bottom, column):
            return ""
        for left in range(column - 1, -1, -1):
            if not self._child(row, bottom, left) or (row, left) in self.covered:
                return ""
            if self.cells[row][left]:
                return self.cells[row][left]
        return ""

    def _child(self, row: int, bottom: int, column: int) -> bool:
        return any(self.cells[below][column] for below in range(row + 1, bottom + 1))

    def could_be_heading(self, row: int) -> bool:
        """Headings are short words; IDs, amounts and long sentences are not."""
        words = [cell for cell in self.cells[row] if cell]
        return bool(words) and not any(len(cell) > LONGEST_HEADING or DIGITS.search(cell) for cell in words)

    def is_parent_row(self, row: int) -> bool:
        """A row of group headings, as opposed to the title or the line with 填报单位：."""
        words = {cell for cell in self.cells[row] if cell}
        return (
            len(words) > 1 and self.could_be_heading(row) and not any(CAPTION.search(cell) for cell in words)
        )

    def subdivides(self, row: int) -> bool:
        """Whether every word of `row` stands under a heading of the row above that spans several columns."""
        above, below = self.cells[row - 1], self.cells[row]
        filled = [column for column in range(self.width) if below[column] and below[column] != above[column]]
        return len(filled) > 1 and all(self._shares_parent(above, column) for column in filled)

    def _shares_parent(self, above: list[str], column: int) -> bool:
        beside = above[column + 1] if column + 1 < self.width else above[column] + "."
        before = above[column - 1] if column else ""
        return not above[column] or not beside or above[column] in (before, beside)

    def distinct(self, row: int) -> int:
        return len({cell for cell in self.cells[row] if cell})


def find_header(sheet: Sheet, vocabulary: Vocabulary) -> Header | None:
    """The block of rows whose headings name the most expected columns; None when fewer than two are named."""
    rows = min(len(sheet.rows), SEARCH_ROWS + DEEPEST)
    grid = Grid(sheet, rows)
    fixed = vocabulary.saved.header
    if fixed and fixed[1] <= rows:
        return _header(grid, fixed[0] - 1, fixed[1] - 1, vocabulary)
    best: Header | None = None
    for top in range(min(rows, SEARCH_ROWS)):
        if grid.distinct(top) < FEWEST_MATCHES:
            continue
        for bottom in range(top, min(top + DEEPEST, rows)):
            if not grid.could_be_heading(bottom):
                break
            found = _header(grid, top, bottom, vocabulary)
            if best is None or found.score > best.score + 1e-9:
                best = found
    if best is None or best.score < FEWEST_MATCHES - 0.5:
        return None
    return _with_subdivision(grid, best, rows, vocabulary)


def _with_subdivision(grid: Grid, header: Header, rows: int, vocabulary: Vocabulary) -> Header:
    """Sub-headings nobody expected still belong to the header, not to the people; so do the headings that
    stand over several columns (户主｜家庭成员) and tell two equal headings apart."""
    top, bottom = header.top, header.bottom
    if bottom + 1 < rows and grid.could_be_heading(bottom + 1) and grid.subdivides(bottom + 1):
        bottom += 1
    if top and grid.is_parent_row(top - 1) and grid.subdivides(top):
        top -= 1
    return header if (top, bottom) == (header.top, header.bottom) else _header(grid, top, bottom, vocabulary)


def _header(grid: Grid, top: int, bottom: int, vocabulary: Vocabulary) -> Header:
    """Deeper blocks pay a little, so that a title or a data row never joins the header for nothing."""
    paths = grid.paths(top, bottom)
    found: dict[str, float] = {}
    for path in paths:
        match = vocabulary.match(path) if path else NO_MATCH
        if match.key:
            found[match.key] = max(found.get(match.key, 0.0), match.confidence)
    return Header(top, bottom, paths, sum(found.values()) - 0.05 * (bottom - top))


def read_caption(sheet: Sheet, header: Header) -> Caption:
    """Read title, 填报单位, month and 单位：万元 from the lines above the header."""
    title, unit, month, ten_thousands = "", "", None, False
    for row in sheet.rows[: header.top]:
        words = [clean(cell) for cell in row if not is_blank(cell)]
        for position, cell in enumerate(words):
            following = words[position + 1] if position + 1 < len(words) else ""
            named = unit_named(cell, following)
            unit = unit or named
            ten_thousands = ten_thousands or ("单位" in cell and "万元" in cell)
            if not title and not named and len(cell) > 3:
                title = cell
            month = month or month_named(cell)
    return Caption(title, unit, month, ten_thousands)


def unit_named(cell: str, following: str = "") -> str:
    """The unit in 填报单位：…; the name may stand in the next cell. "单位：元" names no unit."""
    found = UNIT.search(normalize("NFKC", cell))
    if not found:
        return ""
    name = UNIT_END.sub("", found[1].strip()).strip()
    if not name and not found[1].strip():
        name = UNIT_END.sub("", normalize("NFKC", following).strip()).strip()
    name = "".join(name.split())
    return "" if not name or MEASURES.match(name) or "日期" in name else name


def month_named(cell: str) -> Month | None:
    """A month written in a title, in figures or in Chinese numerals; a full date is not one."""
    found = MONTH.search("".join(normalize("NFKC", cell).split()))
    if not found:
        return None
    try:
        return Month(int(found[1].translate(CHINESE_DIGITS)), _month_number(found[2]))
    except (ValueError, BadValue):
        return None


def _month_number(words: str) -> int:
    return int(words) if words.isdigit() else MONTH_NAMES.index(words) + 1


def label_cells(sheet: Sheet, header: Header) -> list[frozenset[str]]:
    """The words of every header row, to know the header again where a printed page repeats it."""
    return [frozenset(words_of(row)) for row in sheet.rows[header.top : header.bottom + 1]]


def words_of(row: Sequence[Cell]) -> list[str]:
    return [clean(cell) for cell in row if not is_blank(cell)]
