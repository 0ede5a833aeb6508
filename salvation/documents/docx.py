"""Write an official document as .docx by GB/T 9704-2012: A4, 22 lines of 28 characters, 3号仿宋."""

from io import BytesIO

from docx import Document
from docx.document import Document as DocumentType
from docx.enum.table import WD_CELL_VERTICAL_ALIGNMENT, WD_ROW_HEIGHT_RULE, WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING, WD_TAB_ALIGNMENT
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.section import Section
from docx.shared import Length, Mm, Pt, RGBColor
from docx.table import Table as WordTable
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from salvation.documents.official import (
    SEAL_PLACE,
    UNFROZEN,
    Annex,
    Break,
    Figure,
    Grid,
    Imprint,
    Level,
    Line,
    Paper,
    Part,
    align_of,
    chinese_date,
    columns_of,
    placed,
    shares_of,
)

# 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm
MARGINS = {"top_margin": Mm(37), "left_margin": Mm(28), "right_margin": Mm(26), "bottom_margin": Mm(35)}
SHEET_MARGINS = {"top_margin": Mm(20), "left_margin": Mm(20), "right_margin": Mm(20), "bottom_margin": Mm(20)}
WIDTH = 156
LINE = Pt(28.95)
SIZE_3, SIZE_2, SIZE_4 = Pt(16), Pt(22), Pt(14)
FANGSONG, HEITI, KAITI, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
FONTS = {Level.H1: HEITI, Level.H2: KAITI, Level.H3: FANGSONG, Level.BODY: FANGSONG}
ALIGN = {
    "justify": WD_ALIGN_PARAGRAPH.JUSTIFY,
    "left": WD_ALIGN_PARAGRAPH.LEFT,
    "center": WD_ALIGN_PARAGRAPH.CENTER,
    "right": WD_ALIGN_PARAGRAPH.RIGHT,
}
RED = RGBColor(0xCC, 0, 0)


def write_official(paper: Paper) -> bytes:
    """The document as bytes."""
    book = Document()
    _page(book, paper)
    _opening(book, paper)
    _parts(book, paper.body)
    _signatures(book, paper)
    if not paper.plain:
        _closing(book, paper)
    _parts(book, paper.tail)
    for annex in paper.annexes:
        _annex(book, annex)
    if paper.imprint:
        _imprint(book, paper.imprint)
    book.core_properties.title = paper.title
    book.core_properties.author = paper.issuer
    book.core_properties.comments = paper.trace
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _page(book: DocumentType, paper: Paper) -> None:
    """A4 with the margins of the standard; page numbers outside: right on odd pages, left on even ones."""
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, width in (SHEET_MARGINS if paper.plain else MARGINS).items():
        setattr(section, name, width)
    section.footer_distance = Mm(10 if paper.plain else 24)
    book.settings.odd_and_even_pages_header_footer = True
    for footer, side in ((section.footer, "right"), (section.even_page_footer, "left")):
        _page_number(footer.paragraphs[0], side)
        if paper.trace:
            trace = footer.add_paragraph()
            _run(trace, paper.trace, "宋体", Pt(8))
    if paper.mark:
        _mark(section, paper.mark)


def _mark(section: Section, words: str) -> None:
    """Word has no plain watermark: the mark stands in grey at the head of every page."""
    section.header_distance = Mm(12)
    for header in (section.header, section.even_page_header):
        paragraph = header.paragraphs[0]
        paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(paragraph, words, HEITI, Pt(28)).font.color.rgb = RGBColor(0xA8, 0xA8, 0xA8)


def _opening(book: DocumentType, paper: Paper) -> None:
    if paper.draft:
        _run(_format(book.add_paragraph(), indent=False), UNFROZEN, HEITI, SIZE_4)
    if paper.masthead:
        _masthead(book, paper)
    elif paper.signer:
        signer = _format(book.add_paragraph(), indent=False, align="right")
        _signer(signer, paper.signer)
    title = _format(book.add_paragraph(), indent=False, align="center")
    title.paragraph_format.space_after = LINE
    _run(title, paper.title, SONG, SIZE_2)
    if paper.number and not paper.masthead:
        title.paragraph_format.space_after = Pt(0)
        number = _format(book.add_paragraph(), indent=False, align="center")
        number.paragraph_format.space_after = LINE
        _run(number, paper.number, FANGSONG, SIZE_3)
    if paper.addressee:
        _run(_format(book.add_paragraph(), indent=False), paper.addressee, FANGSONG, SIZE_3)


def _masthead(book: DocumentType, paper: Paper) -> None:
    name = _format(book.add_paragraph(), indent=False, align="center")
    name.paragraph_format.line_spacing = Pt(44)
    name.paragraph_format.space_after = LINE
    _run(name, paper.masthead, SONG, Pt(32)).font.color.rgb = RED
    line = _format(book.add_paragraph(), indent=False)
    line.paragraph_format.left_indent = line.paragraph_format.right_indent = SIZE_3
    line.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH) - SIZE_3, WD_TAB_ALIGNMENT.RIGHT)
    line.paragraph_format.space_after = LINE
    _run(line, f"{paper.number}\t", FANGSONG, SIZE_3)
    if paper.signer:
        _signer(line, paper.signer)
    _ruled(line, "bottom", "CC0000")


def _signer(paragraph: Paragraph, name: str) -> None:
    _run(paragraph, "签发人：", FANGSONG, SIZE_3)
    _run(paragraph, name, KAITI, SIZE_3)


def _closing(book: DocumentType, paper: Paper) -> None:
    # The office and the date never stand on a page of their own: the last words go over with them.
    book.paragraphs[-1].paragraph_format.keep_with_next = True
    if paper.attachments:
        _format(book.add_paragraph())
        for number, name in enumerate(paper.attachments, start=1):
            lead = "附件：" if number == 1 else "　　　"
            _run(_format(book.add_paragraph()), f"{lead}{number}. {name}", FANGSONG, SIZE_3)
    for _ in range(2 if paper.sealed else 1):
        _format(book.add_paragraph()).paragraph_format.keep_with_next = True
    for text in (paper.issuer, chinese_date(paper.dated)):
        line = _format(book.add_paragraph(), indent=False, align="right")
        line.paragraph_format.right_indent = Pt(64)
        line.paragraph_format.keep_together = line.paragraph_format.keep_with_next = True
        _run(line, text, FANGSONG, SIZE_3)
    if paper.contact:
        _run(_format(book.add_paragraph()), f"（{paper.contact}）", FANGSONG, SIZE_3)
    for note in paper.notes:
        _run(_format(book.add_paragraph()), note, FANGSONG, SIZE_4)


def _signatures(book: DocumentType, paper: Paper) -> None:
    """Who signed electronically, and where the electronic seal goes."""
    for text in (*paper.signatures, SEAL_PLACE) if paper.signatures else ():
        _run(_format(book.add_paragraph(), indent=False, align="right"), text, FANGSONG, SIZE_4)


def _parts(book: DocumentType, parts: tuple[Part, ...]) -> None:
    for part in parts:
        if isinstance(part, Grid):
            _grid(book, part)
        elif isinstance(part, Figure):
            _figure(book, part)
        elif isinstance(part, Break):
            book.add_page_break()
        else:
            _line(book.add_paragraph(), part)


def _line(paragraph: Paragraph, line: Line) -> None:
    _format(paragraph, indent=line.align == "justify", align=line.align)
    paragraph.paragraph_format.keep_with_next = line.level in (Level.H1, Level.H2)
    _run(paragraph, line.text, FONTS[line.level], SIZE_3)


def _format(paragraph: Paragraph, *, indent: bool = True, align: str = "") -> Paragraph:
    style = paragraph.paragraph_format
    style.line_spacing_rule, style.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    style.space_before = style.space_after = Pt(0)
    style.first_line_indent = Pt(32) if indent else None
    if align:
        paragraph.alignment = ALIGN[align]
    return paragraph


def _run(paragraph: Paragraph, text: str, font: str, size: Length) -> Run:
    """Text with its line breaks. Word keeps a separate font for East Asian text."""
    run = paragraph.add_run(text)
    run.font.size, run.font.name = size, font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)
    return run


def _figure(book: DocumentType, figure: Figure) -> None:
    paragraph = book.add_paragraph()
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.paragraph_format.keep_with_next = bool(figure.caption)
    paragraph.add_run().add_picture(BytesIO(figure.png), width=Mm(figure.width))
    if figure.caption:
        caption = book.add_paragraph()
        caption.alignment = WD_ALIGN_PARAGRAPH.CENTER
        _run(caption, figure.caption, FANGSONG, Pt(12))


def _grid(book: DocumentType, grid: Grid) -> None:
    if grid.caption:
        caption = _format(book.add_paragraph(), indent=False, align="center")
        caption.paragraph_format.keep_with_next = True
        _run(caption, grid.caption, HEITI, Pt(14))
    lines = len(grid.rows) + bool(grid.head)
    table = book.add_table(rows=lines, cols=columns_of(grid))
    table.style, table.autofit = "Table Grid", False
    table.alignment = WD_TABLE_ALIGNMENT.CENTER
    # Looking a cell up through the table walks the whole table each time; take the rows once.
    cells = [list(row.cells) for row in table.rows]
    section = book.sections[0]
    inside = section.page_width - section.left_margin - section.right_margin  # type: ignore[operator]
    for number, share in enumerate(shares_of(grid)):
        table.columns[number].width = Length(round(inside * share))
        for line in cells:
            line[number].width = Length(round(inside * share))
    _padded(table)
    for place in placed(grid):
        first = cells[place.row][place.column]
        last = cells[place.row + place.cell.down - 1][place.column + place.cell.span - 1]
        cell = first.merge(last) if first is not last else first
        cell.vertical_alignment = WD_CELL_VERTICAL_ALIGNMENT.CENTER
        paragraph = cell.paragraphs[0]
        paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
        paragraph.alignment = ALIGN[align_of(grid, place)]
        run = _run(paragraph, place.cell.text, HEITI if place.head else FANGSONG, Pt(grid.size))
        run.bold = place.cell.bold or None
    for number, row in enumerate(table.rows):
        if grid.height:
            row.height, row.height_rule = Mm(grid.height), WD_ROW_HEIGHT_RULE.AT_LEAST
        row._tr.get_or_add_trPr().append(OxmlElement("w:cantSplit"))
        if grid.head and number == 0:
            row._tr.get_or_add_trPr().append(OxmlElement("w:tblHeader"))


def _padded(table: WordTable) -> None:
    """Room above and below the words of a cell."""
    margins = OxmlElement("w:tblCellMar")
    for side, twips in (("top", "40"), ("left", "70"), ("bottom", "40"), ("right", "70")):
        room = OxmlElement(f"w:{side}")
        room.set(qn("w:w"), twips)
        room.set(qn("w:type"), "dxa")
        margins.append(room)
    table._tbl.tblPr.append(margins)


def _annex(book: DocumentType, annex: Annex) -> None:
    book.add_page_break()
    label = _format(book.add_paragraph(), indent=False)
    label.paragraph_format.space_after = LINE
    _run(label, annex.label, HEITI, SIZE_3)
    title = _format(book.add_paragraph(), indent=False, align="center")
    title.paragraph_format.space_after = LINE
    _run(title, annex.title, SONG, SIZE_2)
    _parts(book, annex.body)


def _imprint(book: DocumentType, imprint: Imprint) -> None:
    _format(book.add_paragraph())
    if imprint.copies:
        copies = _format(book.add_paragraph(), indent=False)
        _run(copies, f"抄送：{imprint.copies}", FANGSONG, SIZE_4)
        _ruled(copies, "top", "000000")
    line = _format(book.add_paragraph(), indent=False)
    line.paragraph_format.tab_stops.add_tab_stop(Mm(WIDTH), WD_TAB_ALIGNMENT.RIGHT)
    printed = f"{chinese_date(imprint.printed_on)}印发" if imprint.printed_on else ""
    _run(line, f"{imprint.office}\t{printed}", FANGSONG, SIZE_4)
    _ruled(line, "top", "000000")
    _ruled(line, "bottom", "000000")


def _ruled(paragraph: Paragraph, side: str, colour: str) -> None:
    """A rule above or below a paragraph."""
    around = paragraph._element.get_or_add_pPr()
    borders = around.find(qn("w:pBdr"))
    if borders is None:
        borders = OxmlElement("w:pBdr")
        around.append(borders)
    rule = OxmlElement(f"w:{side}")
    for name, value in (("val", "single"), ("sz", "8"), ("space", "4"), ("color", colour)):
        rule.set(qn(f"w:{name}"), value)
    borders.append(rule)


def _page_number(paragraph: Paragraph, side: str) -> None:
    """— 1 — in 4号宋体, one character from the edge."""
    paragraph.alignment = ALIGN[side]
    setattr(paragraph.paragraph_format, f"{side}_indent", SIZE_4)
    _run(paragraph, "— ", "宋体", SIZE_4)
    run = paragraph.add_run()
    run.font.size = SIZE_4
    for kind, text in (("begin", None), (None, "PAGE"), ("end", None)):
        if kind:
            mark = OxmlElement("w:fldChar")
            mark.set(qn("w:fldCharType"), kind)
        else:
            mark = OxmlElement("w:instrText")
            mark.text = text
        run._element.append(mark)
    _run(paragraph, " —", "宋体", SIZE_4)
