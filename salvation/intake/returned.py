"""Give the sender his own workbook back: his layout, bad cells red, a last column with reason and remedy."""

import io
import zipfile
from collections.abc import Iterable
from contextlib import suppress
from datetime import timedelta
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.worksheet import Worksheet

from salvation.intake.extract import SheetReading
from salvation.intake.model import Row
from salvation.intake.reading import Reading
from salvation.intake.sheets import Cell as Value
from salvation.intake.sheets import Sheet
from salvation.intake.workbook import read_book

HEADING = "问题与改法"
RED = PatternFill("solid", start_color="FFFF9999", end_color="FFFF9999")
YELLOW = PatternFill("solid", start_color="FFFFF2CC", end_color="FFFFF2CC")
HEAVY_STYLES = 2 * 1024 * 1024
WIDE, NARROWEST, WIDEST = 60, 8, 40
FORMULA_MARKS = ("=", "+", "-", "@")
# openpyxl gives up in these ways on files other programs wrote carelessly; values alone still serve.
UNREADABLE_LAYOUT = (InvalidFileException, ValueError, KeyError, TypeError, AttributeError, IndexError)


def returned_workbook(data: bytes, reading: Reading, flawed: Iterable[Row]) -> bytes:
    """Give an .xlsx of the file `reading` came from, with what is wrong in the `flawed` rows. .xls and text files are converted: values and merged
    cells stay. Cells of the sender stay as they are; what we add never begins like a formula."""
    book = _open(data, reading)
    rows = list(flawed)
    for sheet in reading.sheets:
        _mark(book[_title(sheet.sheet.name)], sheet, rows)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def _open(data: bytes, reading: Reading) -> Workbook:
    if reading.book.kind == "xlsx" and _styles(data) < HEAVY_STYLES:
        with suppress(*UNREADABLE_LAYOUT):
            return load_workbook(io.BytesIO(data))
    return _converted(read_book(data).sheets)


def _styles(data: bytes) -> int:
    """Bytes of the part that describes styles: openpyxl takes seconds for every hundred thousand of them."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return sum(entry.file_size for entry in archive.infolist() if entry.filename == "xl/styles.xml")


def _converted(sheets: Iterable[Sheet]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in sheets:
        target = book.create_sheet(_title(sheet.name))
        widths: dict[int, int] = {}
        for row, cells in enumerate(sheet.rows, start=1):
            for column, value in enumerate(cells, start=1):
                if value != "":
                    _write(target.cell(row, column), value)
                    widths[column] = max(widths.get(column, 0), len(str(value).encode("gb18030", "replace")))
        for span in sheet.merged:
            target.merge_cells(
                start_row=span.top + 1,
                end_row=span.bottom + 1,
                start_column=span.left + 1,
                end_column=span.right + 1,
            )
        for column, width in widths.items():
            letter = get_column_letter(column)
            target.column_dimensions[letter].width = min(max(width + 2, NARROWEST), WIDEST)
    return book


def _title(name: str) -> str:
    return name or "花名册"


def _write(cell: Any, value: Value) -> None:
    if isinstance(value, str):
        # Set as text: a cell of a text file beginning with "=" must not turn into a formula.
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", value)
        cell.data_type = "s"
    elif isinstance(value, timedelta):
        cell.value = str(value)
    else:
        cell.value = value


def _mark(target: Worksheet, reading: SheetReading, rows: Iterable[Row]) -> None:
    column = reading.sheet.width + 1
    heading = target.cell(reading.header.top + 1, column)
    _say(heading, HEADING)
    heading.font = Font(bold=True)
    target.column_dimensions[get_column_letter(column)].width = WIDE
    places = reading.places
    for row in rows:
        if row.problems and row.sheet == reading.sheet.name:
            _mark_row(target, row, column, places)


def _mark_row(target: Worksheet, row: Row, column: int, places: dict[str, int]) -> None:
    for problem in row.problems:
        if problem.key in places:
            cell = target.cell(row.number, places[problem.key] + 1)
            cell.fill = RED if problem.rejects or cell.fill == RED else YELLOW
    note = target.cell(row.number, column)
    _say(note, "\n".join(problem.text for problem in row.problems))
    note.alignment = Alignment(wrap_text=True, vertical="top")
    note.fill = RED if row.rejected else YELLOW


def _say(cell: Cell | Any, words: str) -> None:
    words = ILLEGAL_CHARACTERS_RE.sub("", words)
    cell.value = f"　{words}" if words.startswith(FORMULA_MARKS) else words
    cell.data_type = "s"
