"""Read any table file into a Book. The kind is told by the content, never by the file's name."""

import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

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
from salvation.intake.packed import Packed
from salvation.intake.sheets import DAMAGED, LOCKED, Book, Cell, Limits, Sheet, Span
from salvation.intake.textfile import read_text
from salvation.intake.xls import read_xls
from salvation.intake.xlsx import Checked, checked

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
        return _filled(_read_xlsx(data, checked(data, limits), limits))
    if data.startswith(OLE):
        if ENCRYPTED_STREAM in data:
            raise Unreadable(LOCKED)
        return _filled(read_xls(data, limits))
    if is_markup(data):
        return _filled(read_markup(data, limits))
    return read_text(data, limits)


def _read_xlsx(data: bytes, found: Checked, limits: Limits) -> Book:
    try:
        with CalamineWorkbook.from_filelike(io.BytesIO(found.content)) as book:
            return _sheets(book, found, limits)
    except OutOfOrder:
        return _read_xlsx(data, Checked(found.faults, data), limits)
    except PasswordError:
        raise Unreadable(LOCKED) from None
    except CalamineError:
        raise Unreadable(DAMAGED) from None
    except BaseException as error:
        # calamine is Rust: on a broken file it may panic, which arrives as a BaseException of this name.
        if type(error).__name__ != "PanicException":
            raise
        raise Unreadable(DAMAGED) from None


class OutOfOrder(Exception):
    """The rows of a long sheet do not follow one another: its portions cannot be joined."""


def _sheets(book: CalamineWorkbook, found: Checked, limits: Limits) -> Book:
    sheets, hidden = [], []
    first = {names[0]: name for name, names in found.portions.items()}
    later = {name for names in found.portions.values() for name in names[1:]}
    for about in book.sheets_metadata:
        if about.typ != SheetTypeEnum.WorkSheet or about.name in later:
            continue
        if about.visible != SheetVisibleEnum.Visible:
            hidden.append(about.name)
            continue
        name = first.get(about.name, about.name)
        portions = (book.get_sheet_by_name(part) for part in found.portions.get(name, [name]))
        sheets.append(_sheet(name, portions, found.faults.get(name, {}), limits))
    notes = tuple(f"隐藏的工作表“{name}”没有读取。" for name in hidden)
    return Book("xlsx", tuple(sheets), notes)


def _filled(book: Book) -> Book:
    if not any(sheet.rows for sheet in book.sheets):
        raise Unreadable("文件里没有任何数据。请核对是否选错了文件。")
    return book


def _sheet(
    name: str, portions: Iterable[CalamineSheet], faults: Mapping[tuple[int, int], str], limits: Limits
) -> Sheet:
    """One sheet of its portions, of which only one at a time is laid out."""
    merged: list[Span] = []
    widths = [0]
    rows = Packed(_rows(name, portions, merged, widths, limits))
    return Sheet(name, rows, tuple(merged), faults, max(widths))


def _rows(
    name: str, portions: Iterable[CalamineSheet], merged: list[Span], widths: list[int], limits: Limits
) -> Iterator[Sequence[Cell]]:
    """Every row from A1 on, made one at a time; merged ranges and widths are noted on the way."""
    count = 0
    for sheet in portions:
        end_row, end_column = sheet.end or (-1, -1)
        if end_row >= limits.rows or (end_row + 1) * (end_column + 1) > limits.cells:
            raise Unreadable(f"工作表“{name}”超过 {limits.rows} 行，请分成几个文件上传。")
        merged += [
            Span(top, left, bottom, right) for (top, left), (bottom, right) in sheet.merged_cell_ranges or ()
        ]
        top, left = sheet.start or (count, 0)
        if count > top:
            raise OutOfOrder(name)
        blank: list[Cell] = [""] * left
        widths.append(end_column + 1)
        yield from ([] for _ in range(count, top if count else 0))
        # Walked row by row, a sheet begins at A1; taken whole, at its first cell.
        for row in sheet.to_python() if count else sheet.iter_rows():
            yield [*blank, *row] if blank else row
        count = max(end_row + 1, count)
