"""From a recognised sheet to typed rows: the cells of each column, and what stands in for blank ones."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from salvation.domain.errors import BadValue
from salvation.intake.columns import places
from salvation.intake.convert import type_column
from salvation.intake.header import Caption, Header
from salvation.intake.mapping import Recognised
from salvation.intake.model import Column, Intake, Kind, Problem, Row, Setting, Severity
from salvation.intake.rows import Body, section_named, without_number
from salvation.intake.sheets import Cell, Sheet
from salvation.intake.text import clean

PORTION = 1000
RECALCULATE = "请在 Excel 里重新计算并保存，或直接填写数值。"


@dataclass(slots=True)
class SheetReading:
    """One sheet with a header: how it was recognised and the rows of people in it."""

    sheet: Sheet
    header: Header
    caption: Caption
    recognised: list[Recognised]
    body: Body
    village: str = ""
    """The village the sheet's name gives, for one sheet a village."""

    @property
    def places(self) -> dict[str, int]:
        return places(self.recognised)


def village_of_sheet(name: str, intake: Intake, setting: Setting) -> str:
    """石背村, 01石背 or a village's bare name where the register knows it; "" for Sheet1 and 5月."""
    named = section_named(name)
    resolve = setting.resolvers.get(intake.village)
    for words in (clean(name), without_number(clean(name))):
        if not named and resolve and words:
            try:
                resolve(words)
            except BadValue:
                continue
            return words
    return named


def typed_rows(reading: SheetReading, intake: Intake, setting: Setting) -> Iterator[Row]:
    """The rows of people with their typed values, made a portion at a time."""
    columns = [column for column in intake.columns if column.key in sources(reading, intake)]
    joined, faults = _joined(reading, intake), _faults(reading, intake)
    data = reading.body.data
    for start in range(0, len(data), PORTION):
        for row in _typed(reading, data[start : start + PORTION], columns, intake, setting):
            row.joined = row.number - 1 in joined
            row.problems += faults.get(row.number, ())
            yield row


def _typed(
    reading: SheetReading,
    positions: Sequence[int],
    columns: Sequence[Column],
    intake: Intake,
    setting: Setting,
) -> list[Row]:
    taken = [reading.sheet.rows[position] for position in positions]
    rows = [Row(reading.sheet.name, position + 1, {}) for position in positions]
    for column in columns:
        cells = _cells(reading, column, positions, taken, intake)
        values, problems = type_column(cells, column, setting)
        for row, value in zip(rows, values, strict=True):
            row.values[column.key] = value
        for at, problem in problems.items():
            rows[at].problems.append(problem)
    return rows


def _joined(reading: SheetReading, intake: Intake) -> set[int]:
    """Rows that a serial, household number or amount merged over several rows ties to the row above."""
    grouping = intake.grouping
    if grouping is None:
        return set()
    keys = (grouping.serial, grouping.number, *grouping.amounts)
    telling = {reading.places[key] for key in keys if key in reading.places}
    return {
        number
        for span in reading.sheet.merged
        if span.top > reading.header.bottom and any(span.left <= at <= span.right for at in telling)
        for number in range(span.top + 1, span.bottom + 1)
    }


def sources(reading: SheetReading, intake: Intake) -> set[str]:
    """Mapped columns, and the village when village headings or the sheet's name give it."""
    sources = set(reading.places)
    if reading.body.sections or reading.village:
        sources.add(intake.village)
    return sources


def _cells(
    reading: SheetReading,
    column: Column,
    positions: Sequence[int],
    taken: Sequence[Sequence[Cell]],
    intake: Intake,
) -> list[Cell]:
    at = reading.places.get(column.key, -1)
    cells = [_cell(row, at) for row in taken]
    if at >= 0 and column.of_household and not _is_amount(column, intake):
        _fill_merged(reading, at, positions, cells)
    if column.key == intake.village:
        sections = reading.body.sections
        cells = [
            cell if cell != "" else sections.get(row, reading.village)
            for cell, row in zip(cells, positions, strict=True)
        ]
    return cells


def _cell(row: Sequence[Cell], at: int) -> Cell:
    return row[at] if 0 <= at < len(row) else ""


def _is_amount(column: Column, intake: Intake) -> bool:
    return intake.grouping is not None and column.key in intake.grouping.amounts


def _fill_merged(reading: SheetReading, at: int, positions: Sequence[int], cells: list[Cell]) -> None:
    """A merged cell says the same for every row it covers; an amount it says once only."""
    first, last = positions[0], positions[-1]
    where = {row: number for number, row in enumerate(positions)}
    for span in reading.sheet.merged:
        if span.left <= at <= span.right and span.bottom > span.top > reading.header.bottom:
            if span.bottom < first or span.top > last:
                continue
            words = _cell(reading.sheet.rows[span.top], at)
            for row in range(span.top, span.bottom + 1):
                if row in where and cells[where[row]] == "":
                    cells[where[row]] = words


def _faults(reading: SheetReading, intake: Intake) -> dict[int, list[Problem]]:
    """By row number, cells whose value the file does not hold: only those that were meant to be read matter."""
    by_place = {item.position: item.match.key for item in reading.recognised if item.match.key}
    found: dict[int, list[Problem]] = {}
    for (row, column), reason in sorted(reading.sheet.faults.items()):
        key = by_place.get(column)
        if key:
            expected = intake.column(key)
            harmless = expected.lenient or (expected.kind is Kind.TEXT and not expected.required)
            severity = Severity.HINT if harmless else Severity.REJECT
            problem = Problem(key, expected.label, reason, RECALCULATE, severity)
            found.setdefault(row + 1, []).append(problem)
    return found
