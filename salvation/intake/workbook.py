"""Read any table file into a Book. The kind is told by the content, never by the file's name."""

import io
from collections.abc import Mapping, Sequence

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from salvation.intake.errors import Unreadable
from salvation.intake.markup import is_markup, read_markup
from salvation.intake.sheets import DAMAGED, LOCKED, Book, Cell, Limits, Sheet, Span
from salvation.intake.textfile import read_text
from salvation.intake.xls import read_xls
from salvation.intake.xlsx import faults_by_sheet

OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
FOREIGN = (
    (b"%PDF", "这是 PDF 文件"),
    (b"\xff\xd8\xff", "这是图片"),
    (b"\x89PNG", "这是图片"),
    (b"GIF8", "这是图片"),
    (b"Rar!", "这是压缩包"),
    (b"7z\xbc\xaf", "这是压缩包"),
    (b"\x1f\x8b", "这是压缩包"),
)
FaultMap = Mapping[str, Mapping[tuple[int, int], str]]


def read_book(data: bytes, *, limits: Limits | None = None) -> Book:
    """Read .xlsx, .xlsm, .xls, .csv or .tsv bytes, also web pages and XML spreadsheets named .xls; macros are never run, only values are read.

    Raises Unreadable with a Chinese message: encrypted, damaged, empty, too large, not a table.
    """
    limits = limits or Limits()
    if not data.strip(b"\x00 \r\n\t"):
        raise Unreadable("文件是空的，没有任何内容。请核对是否选错了文件。")
    if len(data) > limits.file_bytes:
        raise Unreadable(f"文件超过 {limits.file_bytes // 1024 // 1024} MB，请分成几个文件上传。")
    for mark, what in FOREIGN:
        if data.startswith(mark):
            raise Unreadable(f"{what}，不是表格。请上传 .xlsx、.xls 或 .csv 文件。")
    if data.startswith(b"PK"):
        return _filled(_read_xlsx(data, faults_by_sheet(data, limits), limits))
    if data.startswith(OLE):
        if ENCRYPTED_STREAM in data:
            raise Unreadable(LOCKED)
        return _filled(read_xls(data, limits))
    if is_markup(data):
        return _filled(read_markup(data, limits))
    return read_text(data, limits)


def _read_xlsx(data: bytes, faults: FaultMap, limits: Limits) -> Book:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(data)) as book:
            return _sheets(book, faults, limits)
    except PasswordError:
        raise Unreadable(LOCKED) from None
    except CalamineError:
        raise Unreadable(DAMAGED) from None
    except BaseException as error:
        # calamine is Rust: on a broken file it may panic, which arrives as a BaseException of this name.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(DAMAGED) from None


def _sheets(book: CalamineWorkbook, faults: FaultMap, limits: Limits) -> Book:
    sheets, hidden = [], []
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet:
            continue
        if about.visible != SheetVisibleEnum.Visible:
            hidden.append(about.name)
            continue
        sheets.append(_sheet(book.get_sheet_by_name(about.name), faults.get(about.name, {}), limits))
    notes = tuple(f"隐藏的工作表“{name}”没有读取。" for name in hidden)
    return Book("xlsx", tuple(sheets), notes)


def _filled(book: Book) -> Book:
    if not any(sheet.rows for sheet in book.sheets):
        raise Unreadable("文件里没有任何数据。请核对是否选错了文件。")
    return book


def _sheet(sheet: CalamineSheet, faults: Mapping[tuple[int, int], str], limits: Limits) -> Sheet:
    end_row, end_column = sheet.end or (-1, -1)
    if end_row >= limits.rows or (end_row + 1) * (end_column + 1) > limits.cells:
        raise Unreadable(f"工作表“{sheet.name}”超过 {limits.rows} 行，请分成几个文件上传。")
    merged = tuple(
        Span(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
    )
    return Sheet(sheet.name, _rows(sheet), merged, faults)


def _rows(sheet: CalamineSheet) -> list[Sequence[Cell]]:
    """Every row from A1 on, made one at a time. Equal words (villages, relations) are one object in memory."""
    left: list[Cell] = [""] * (sheet.start or (0, 0))[1]
    same: dict[str, str] = {}
    return [
        [*left, *(same.setdefault(cell, cell) if isinstance(cell, str) else cell for cell in row)]
        for row in sheet.iter_rows()
    ]
