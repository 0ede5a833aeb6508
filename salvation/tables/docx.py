"""A declared table as a Word document, for the annexes of reports."""

from collections.abc import Sequence
from typing import BinaryIO

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.section import WD_ORIENT
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.table import Table as WordTable
from docx.table import _Cell as WordCell

from salvation.domain.mask import Scene
from salvation.tables.flat import Written
from salvation.tables.model import Heading, Row, Sheet, Table, Totals
from salvation.tables.pdf import paper
from salvation.tables.values import digest, text

ALIGN = {
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
SIZES = {"A4 portrait": (210, 297), "A4 landscape": (297, 210), "A3 landscape": (420, 297)}


def write_docx(
    table: Table,
    rows: Sequence[Row],
    target: BinaryIO,
    *,
    heading: Heading,
    total: Totals | None = None,
    scene: Scene = Scene.PRINT,
) -> Written:
    """Write the table, one page-wide Word table a declared sheet."""
    content = digest(table, [*rows, total] if total is not None else rows, scene)
    document = Document()
    _paper(document, table)
    for position, sheet in enumerate(table.sheets or (Sheet(""),)):
        if position:
            document.add_page_break()
        _line(document, heading.title, size=16, align="center", bold=True)
        if sheet.title:
            _line(document, sheet.title, align="center")
        _line(document, "　　".join(heading.lines))
        add_table(document, table.sheet(sheet), rows, total=total, scene=scene)
        for line in ("　　　　".join(heading.foot), *heading.notes):
            _line(document, line)
    _line(
        document,
        f"生成时间 {heading.made_at:%Y-%m-%d %H:%M}　{heading.made_by}　内容校验 {content[:16]}",
        size=8,
    )
    document.core_properties.title = heading.title
    document.core_properties.author = heading.made_by
    document.core_properties.comments = content
    document.save(target)
    return Written(len(rows), content)


def add_table(
    document: DocumentType,
    table: Table,
    rows: Sequence[Row],
    *,
    total: Totals | None = None,
    scene: Scene = Scene.PRINT,
) -> None:
    """Append the table with its merged, repeating header to a document that is being written."""
    columns = table.leaves()
    ordered: list[Row] = list(rows)
    if total is not None:
        ordered.insert(0 if table.totals == "top" else len(ordered), total)
    grid = document.add_table(rows=table.depth + len(ordered), cols=len(columns))
    grid.style = "Table Grid"
    grid.alignment = WD_TABLE_ALIGNMENT.CENTER
    # Looking a cell up through the table walks the whole table each time; take the rows once.
    cells = [list(row.cells) for row in grid.rows]
    _header(table, grid, cells)
    for line, row in zip(cells[table.depth :], ordered, strict=True):
        for place, column in zip(line, columns, strict=True):
            _write(
                place, text(column, column.read(row), scene), align=column.align, bold=isinstance(row, Totals)
            )


def _header(table: Table, grid: WordTable, cells: list[list[WordCell]]) -> None:
    for line in table.header():
        for head in line:
            place = cells[head.row][head.first]
            corner = cells[head.row + head.rowspan - 1][head.first + head.colspan - 1]
            merged = place.merge(corner) if place is not corner else place
            _write(merged, head.label, align="center", bold=True)
    for row in grid.rows[: table.depth]:
        mark = OxmlElement("w:tblHeader")
        mark.set(qn("w:val"), "true")
        row._tr.get_or_add_trPr().append(mark)


def _write(place: WordCell, words: str, *, align: str, bold: bool = False) -> None:
    paragraph = place.paragraphs[0]
    paragraph.alignment = ALIGN[align]
    run = paragraph.add_run(words)
    run.bold = bold
    _font(run, 9)


def _line(
    document: DocumentType, words: str, *, size: int = 10, align: str = "left", bold: bool = False
) -> None:
    if not words.strip():
        return
    paragraph = document.add_paragraph()
    paragraph.alignment = ALIGN[align]
    run = paragraph.add_run(words)
    run.bold = bold
    _font(run, size)


def _font(run: object, size: int) -> None:
    """Word keeps a separate font for East Asian text; without it Chinese falls back to the theme's."""
    run.font.size = Pt(size)  # type: ignore[attr-defined]
    run.font.name = "SimSun"  # type: ignore[attr-defined]
    run._element.rPr.rFonts.set(qn("w:eastAsia"), "宋体")  # type: ignore[attr-defined]


def _paper(document: DocumentType, table: Table) -> None:
    sheets = table.sheets or (Sheet(""),)
    widest = max(sum(column.chars for column in table.sheet(sheet).leaves()) for sheet in sheets)
    size = paper(widest)
    section = document.sections[0]
    section.page_width, section.page_height = (Mm(side) for side in SIZES[size])
    section.orientation = WD_ORIENT.PORTRAIT if size.endswith("portrait") else WD_ORIENT.LANDSCAPE
    section.left_margin = section.right_margin = Mm(15)
    section.top_margin = section.bottom_margin = Mm(15)
