"""From a recognised sheet to typed rows: the cells of each column, and what stands in for blank ones."""

from collections.abc import Sequence
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

RECALCULATE = "请在 Excel 里重新计算并保存，或直接填写数值。"


@dataclass(slots=True)
class SheetReading:
    """One sheet with a header: how it was recognised and the rows of people in it."""

    sheet: Sheet
    header: Header
    caption: Caption
    recognised: list[Recognised]
    body: Body
    rows: list[Row]
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


class _Cells:
    """The values of one row. The rows of a sheet have the same keys and hold them once between them: half the memory."""


def typed_rows(reading: SheetReading, intake: Intake, setting: Setting) -> list[Row]:
    """The rows of people with their typed values. The cells they came from are let go: call once a sheet."""
    sheet, data = reading.sheet, reading.body.data
    columns = [column for column in intake.columns if column.key in sources(reading, intake)]
    cells = {column.key: _cells(reading, column, intake) for column in columns}
    sheet.let_go(data)
    found: list[dict[int, Problem]] = []
    rows = [Row(sheet.name, position + 1, vars(_Cells())) for position in data]
    for column in columns:
        values, problems = type_column(cells.pop(column.key), column, setting)
        for row, value in zip(rows, values, strict=True):
            row.values[column.key] = value
        found.append(problems)
    for problems in found:
        for at, problem in problems.items():
            rows[at].problems.append(problem)
    _add_faults(reading, rows, intake)
    _join_merged(reading, rows, intake)
    return rows


def _join_merged(reading: SheetReading, rows: Sequence[Row], intake: Intake) -> None:
    """A serial, household number or amount merged over several rows says that they are one household."""
    grouping = intake.grouping
    if grouping is None:
        return
    keys = (grouping.serial, grouping.number, *grouping.amounts)
    telling = {reading.places[key] for key in keys if key in reading.places}
    covered = {
        number
        for span in reading.sheet.merged
        if span.top > reading.header.bottom and any(span.left <= at <= span.right for at in telling)
        for number in range(span.top + 1, span.bottom + 1)
    }
    for row in rows:
        row.joined = row.number - 1 in covered


def sources(reading: SheetReading, intake: Intake) -> set[str]:
    """Mapped columns, and the village when village headings or the sheet's name give it."""
    sources = set(reading.places)
    if reading.body.sections or reading.village:
        sources.add(intake.village)
    return sources


def _cells(reading: SheetReading, column: Column, intake: Intake) -> list[Cell]:
    rows, data = reading.sheet.rows, reading.body.data
    at = reading.places.get(column.key, -1)
    cells: list[Cell] = [rows[row][at] if 0 <= at < len(rows[row]) else "" for row in data]
    if at >= 0 and column.of_household and not _is_amount(column, intake):
        _fill_merged(reading, at, cells)
    if column.key == intake.village:
        sections = reading.body.sections
        cells = [
            cell if cell != "" else sections.get(row, reading.village)
            for cell, row in zip(cells, data, strict=True)
        ]
    return cells


def _is_amount(column: Column, intake: Intake) -> bool:
    return intake.grouping is not None and column.key in intake.grouping.amounts


def _fill_merged(reading: SheetReading, at: int, cells: list[Cell]) -> None:
    """A merged cell says the same for every row it covers; an amount it says once only."""
    where = {row: number for number, row in enumerate(reading.body.data)}
    for span in reading.sheet.merged:
        if span.left <= at <= span.right and span.bottom > span.top > reading.header.bottom:
            words = reading.sheet.rows[span.top][at]
            for row in range(span.top, span.bottom + 1):
                if row in where and cells[where[row]] == "":
                    cells[where[row]] = words


def _add_faults(reading: SheetReading, rows: Sequence[Row], intake: Intake) -> None:
    """Cells whose value the file does not hold: only those that were meant to be read matter."""
    if not reading.sheet.faults:
        return
    by_place = {item.position: item.match.key for item in reading.recognised if item.match.key}
    by_number = {row.number: row for row in rows}
    for (row, column), reason in sorted(reading.sheet.faults.items()):
        key = by_place.get(column)
        if key and row + 1 in by_number:
            expected = intake.column(key)
            harmless = expected.lenient or (expected.kind is Kind.TEXT and not expected.required)
            severity = Severity.HINT if harmless else Severity.REJECT
            by_number[row + 1].problems.append(Problem(key, expected.label, reason, RECALCULATE, severity))
