"""The old binary .xls. Read by xlrd, which is plain Python: a broken file raises, where a compiled reader may
ask for a terabyte and take the whole process down."""

import io
import struct
from datetime import datetime

import xlrd
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR, XL_CELL_NUMBER, XL_CELL_TEXT
from xlrd.compdoc import CompDocError

from salvation.intake.errors import Unreadable
from salvation.intake.sheets import DAMAGED, ERROR_VALUE, LOCKED, Book, Cell, Limits, Sheet, Span

VISIBLE = 0
# What xlrd raises on files cut short or overwritten: it trusts lengths and offsets found in the file.
BROKEN = (
    CompDocError,
    struct.error,
    LookupError,
    ValueError,
    TypeError,
    AttributeError,
    AssertionError,
    OverflowError,
    ZeroDivisionError,
    NameError,
    MemoryError,
    RecursionError,
)


def read_xls(data: bytes, limits: Limits) -> Book:
    """Raises Unreadable for damaged, encrypted and oversized workbooks."""
    try:
        book = xlrd.open_workbook(file_contents=data, formatting_info=True, logfile=io.StringIO())
        sheets = [
            _sheet(sheet, book.datemode, limits) for sheet in book.sheets() if sheet.visibility == VISIBLE
        ]
        hidden = [sheet.name for sheet in book.sheets() if sheet.visibility != VISIBLE]
    except xlrd.XLRDError as error:
        locked = "encrypted" in str(error).lower()
        raise Unreadable(LOCKED if locked else DAMAGED) from None
    except BROKEN:
        raise Unreadable(DAMAGED) from None
    return Book("xls", tuple(sheets), tuple(f"隐藏的工作表“{name}”没有读取。" for name in hidden))


def _sheet(sheet: xlrd.sheet.Sheet, datemode: int, limits: Limits) -> Sheet:
    if sheet.nrows > limits.rows or sheet.nrows * sheet.ncols > limits.cells:
        raise Unreadable(f"工作表“{sheet.name}”超过 {limits.rows} 行，请分成几个文件上传。")
    rows: list[list[Cell]] = []
    faults: dict[tuple[int, int], str] = {}
    for number in range(sheet.nrows):
        kinds, values = sheet.row_types(number), sheet.row_values(number)
        if XL_CELL_ERROR in kinds:
            faults.update(
                {(number, at): ERROR_VALUE for at, kind in enumerate(kinds) if kind == XL_CELL_ERROR}
            )
        rows.append([_cell(kind, value, datemode) for kind, value in zip(kinds, values, strict=True)])
    merged = tuple(Span(top, left, bottom - 1, right - 1) for top, bottom, left, right in sheet.merged_cells)
    return Sheet(sheet.name, rows, merged, faults)


def _cell(kind: int, value: object, datemode: int) -> Cell:
    if kind == XL_CELL_TEXT:
        return str(value)
    if kind == XL_CELL_NUMBER:
        return float(str(value))
    if kind == XL_CELL_DATE:
        return _date(float(str(value)), datemode)
    return bool(value) if kind == XL_CELL_BOOLEAN else ""


def _date(value: float, datemode: int) -> Cell:
    try:
        found: datetime = xlrd.xldate.xldate_as_datetime(value, datemode)
    except (ValueError, OverflowError):
        return value
    return found
