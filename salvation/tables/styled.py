"""Statistics with multi-row headers to xlsx: merged headings, frozen panes, A3, notes sheet, fingerprint."""

from collections.abc import Sequence
from datetime import UTC
from typing import BinaryIO

from openpyxl import Workbook
from openpyxl.packaging.custom import StringProperty
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from salvation.domain.mask import Scene
from salvation.tables.flat import FORMATS, Written, sheet_name, unique_labels
from salvation.tables.model import Column, Heading, Row, Sheet, Source, Table, Totals
from salvation.tables.values import digest, entry

THIN = Side(style="thin", color="8A94A3")
BOX = Border(left=THIN, right=THIN, top=THIN, bottom=THIN)
HEAD_FILL = PatternFill("solid", fgColor="E8EDF4")
TOTAL_FILL = PatternFill("solid", fgColor="F4F6F9")
MISSING_FILL = PatternFill("solid", fgColor="FFF3D6")
PAPER_A3 = 8
# Excel refuses more columns on a page than it can shrink; below this A4 is readable.
A4_CHARS = 150
READABLE_CHARS = 640
NOTES_SHEET = "口径说明"


def write_styled(
    table: Table,
    rows: Sequence[Row],
    target: BinaryIO,
    *,
    heading: Heading,
    total: Totals | None = None,
    scene: Scene = Scene.LIST,
) -> Written:
    """Write every declared sheet of ``table`` (one when none is declared) and the hidden notes sheet.

    The hash of the content goes into the file's properties and under the last row; the hash of the bytes
    is the caller's to keep.
    """
    content = digest(table, [*rows, total] if total is not None else rows, scene)
    book = Workbook()
    book.remove(book.worksheets[0])
    for sheet in table.sheets or (Sheet(table.title),):
        _fill(
            book.create_sheet(sheet_name(sheet.title)),
            table.sheet(sheet),
            rows,
            heading,
            total,
            scene,
            content,
        )
    _notes(book.create_sheet(NOTES_SHEET), table, heading, content)
    _properties(book, heading, content)
    book.save(target)
    return Written(len(rows), content)


def _fill(
    sheet: Worksheet,
    table: Table,
    rows: Sequence[Row],
    heading: Heading,
    total: Totals | None,
    scene: Scene,
    content: str,
) -> None:
    columns = table.leaves()
    head_row = _title(sheet, heading, len(columns))
    first_row = _header(sheet, table, head_row)
    ordered: list[Row] = list(rows)
    if total is not None:
        ordered.insert(0 if table.totals == "top" else len(ordered), total)
    for offset, row in enumerate(ordered):
        _line(sheet, first_row + offset, columns, row, scene)
    _foot(sheet, first_row + len(ordered), heading, len(columns), content)
    _page(sheet, table, columns, head_row, first_row)


def _title(sheet: Worksheet, heading: Heading, width: int) -> int:
    """Title and subtitle lines, merged over the table; returns the first header row."""
    sheet.append([heading.title])
    _merge(sheet, 1, 1, 1, width)
    sheet.cell(1, 1).font = Font(name="黑体", size=16, bold=True)
    sheet.cell(1, 1).alignment = Alignment(horizontal="center", vertical="center")
    sheet.row_dimensions[1].height = 30
    sheet.cell(2, 1, "　　".join(heading.lines))
    _merge(sheet, 2, 1, 2, width)
    return 3


def _header(sheet: Worksheet, table: Table, head_row: int) -> int:
    """The merged multi-row header; returns the first data row."""
    for line in table.header():
        for cell in line:
            top, left = head_row + cell.row, cell.first + 1
            sheet.cell(top, left, cell.label)
            _merge(sheet, top, left, top + cell.rowspan - 1, left + cell.colspan - 1)
    last = head_row + table.depth - 1
    for row in sheet.iter_rows(min_row=head_row, max_row=last, max_col=len(table.leaves())):
        for place in row:
            place.font = Font(name="宋体", size=10, bold=True)
            place.fill = HEAD_FILL
            place.border = BOX
            place.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
    return last + 1


def _line(sheet: Worksheet, number: int, columns: Sequence[Column], row: Row, scene: Scene) -> None:
    totalling = isinstance(row, Totals)
    for position, column in enumerate(columns, start=1):
        found = column.cell(row)
        place = sheet.cell(number, position)
        value = entry(column, found.value, scene)
        place.value = value
        if isinstance(value, str):
            # Otherwise a text that begins with = would be stored as a formula.
            place.data_type = "s"
        place.number_format = FORMATS.get(column.kind, "@")
        place.font = Font(name="宋体", size=10, bold=totalling)
        place.border = BOX
        place.alignment = Alignment(horizontal=column.align, vertical="center", wrap_text=not column.numeric)
        if found.source is Source.MISSING:
            place.fill = MISSING_FILL
        elif totalling:
            place.fill = TOTAL_FILL


def _foot(sheet: Worksheet, number: int, heading: Heading, width: int, content: str) -> None:
    lines = ["　　　　".join(heading.foot), *heading.notes]
    lines.append(f"生成时间 {heading.made_at:%Y-%m-%d %H:%M}　{heading.made_by}　内容校验 {content[:16]}")
    for offset, line in enumerate(line for line in lines if line.strip()):
        place = sheet.cell(number + offset, 1, line)
        place.data_type = "s"
        place.font = Font(name="宋体", size=10)
        place.alignment = Alignment(wrap_text=True, vertical="center")
        _merge(sheet, number + offset, 1, number + offset, width)


def _page(sheet: Worksheet, table: Table, columns: Sequence[Column], head_row: int, first_row: int) -> None:
    for position, column in enumerate(columns, start=1):
        sheet.column_dimensions[get_column_letter(position)].width = column.chars
    sheet.freeze_panes = sheet.cell(first_row, table.lead + 1).coordinate
    sheet.print_title_rows = f"{head_row}:{first_row - 1}"
    sheet.page_setup.orientation = "landscape"
    wide = sum(column.chars for column in columns) > A4_CHARS
    sheet.page_setup.paperSize = PAPER_A3 if wide else sheet.PAPERSIZE_A4
    # One page wide as long as it can be read; a table of hundreds of columns goes over several.
    sheet.page_setup.fitToWidth = max(1, round(sum(column.chars for column in columns) / READABLE_CHARS))
    sheet.print_title_cols = f"A:{get_column_letter(table.lead)}"
    sheet.page_setup.fitToHeight = 0
    if sheet.sheet_properties.pageSetUpPr is not None:
        sheet.sheet_properties.pageSetUpPr.fitToPage = True
    sheet.oddFooter.center.text = "第 &P 页，共 &N 页"  # type: ignore[union-attr]


def _notes(sheet: Worksheet, table: Table, heading: Heading, content: str) -> None:
    """Hidden sheet: what each column counts, remarks, time and fingerprint."""
    sheet.append(["列", "名称", "口径", "来源", "计数单位", "期间"])
    paths = unique_labels(table)
    for column, label in zip(table.leaves(), paths, strict=True):
        sheet.append([column.code, label, column.definition, column.origin, column.counted_in, column.period])
        for written in sheet[sheet.max_row]:
            written.data_type = "s"
    for note in table.notes:
        sheet.append(["", "说明", note])
    for position, width in enumerate((10, 44, 60, 8, 10, 8), start=1):
        sheet.column_dimensions[get_column_letter(position)].width = width
    sheet.append(["", "生成时间", f"{heading.made_at:%Y-%m-%d %H:%M:%S}"])
    sheet.append(["", "内容校验（SHA-256）", content])
    sheet.sheet_state = "hidden"


def _properties(book: Workbook, heading: Heading, content: str) -> None:
    book.properties.title = heading.title
    book.properties.creator = heading.made_by
    # Office programs take the file's own time for UTC and show it in the reader's zone.
    book.properties.created = book.properties.modified = heading.made_at.astimezone(UTC).replace(tzinfo=None)
    made_at = f"{heading.made_at:%Y-%m-%d %H:%M:%S}"
    book.custom_doc_props.append(StringProperty(name="生成时间", value=made_at))  # type: ignore[attr-defined]
    book.custom_doc_props.append(StringProperty(name="内容校验", value=content))  # type: ignore[attr-defined]


def _merge(sheet: Worksheet, top: int, left: int, bottom: int, right: int) -> None:
    if (top, left) != (bottom, right):
        sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
