"""Write an official document as .docx by GB/T 9704-2012: A4, 22 lines of 28 characters, 3号仿宋."""

from collections.abc import Callable
from io import BytesIO

from docx import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt
from docx.text.paragraph import Paragraph

from salvation.documents.official import Grid, Level, Line, Paper, chinese_date

# 天头 37 mm, 订口 28 mm, 版心 156 × 225 mm
MARGINS = {"top_margin": Mm(37), "left_margin": Mm(28), "right_margin": Mm(26), "bottom_margin": Mm(35)}
LINE = Pt(28.95)
SIZE_3, SIZE_2, SIZE_4 = Pt(16), Pt(22), Pt(14)
FANGSONG, HEITI, KAITI, SONG = "仿宋_GB2312", "黑体", "楷体_GB2312", "方正小标宋简体"
FONTS = {Level.H1: HEITI, Level.H2: KAITI, Level.H3: FANGSONG, Level.BODY: FANGSONG}


def write_official(paper: Paper) -> bytes:
    """The document as bytes."""
    book = Document()
    section = book.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    for name, width in MARGINS.items():
        setattr(section, name, width)
    section.footer_distance = Mm(28)
    _page_number(section.footer.paragraphs[0])
    _opening(book.add_paragraph, paper)
    for part in paper.body:
        if isinstance(part, Grid):
            _grid(book, part)
        else:
            _line(book.add_paragraph(), part)
    _closing(book.add_paragraph, paper)
    book.core_properties.title = paper.title
    book.core_properties.author = paper.issuer
    target = BytesIO()
    book.save(target)
    return target.getvalue()


def _opening(add: Callable[[], Paragraph], paper: Paper) -> None:
    if paper.draft:
        _run(_format(add(), indent=False), "（草稿：统计数字未冻结，不得报送）", HEITI, SIZE_4)
    if paper.signer:
        signer = _format(add(), indent=False)
        signer.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        _run(signer, "签发人：", FANGSONG, SIZE_3)
        _run(signer, paper.signer, KAITI, SIZE_3)
    title = _format(add(), indent=False)
    title.alignment = WD_ALIGN_PARAGRAPH.CENTER
    title.paragraph_format.space_after = LINE
    _run(title, paper.title, SONG, SIZE_2)
    _run(_format(add(), indent=False), paper.addressee, FANGSONG, SIZE_3)


def _closing(add: Callable[[], Paragraph], paper: Paper) -> None:
    if paper.attachments:
        _format(add())
        for number, name in enumerate(paper.attachments, start=1):
            lead = "附件：" if number == 1 else "　　　"
            _run(_format(add()), f"{lead}{number}. {name}", FANGSONG, SIZE_3)
    _format(add())
    for text in (paper.issuer, chinese_date(paper.dated)):
        line = _format(add(), indent=False)
        line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
        line.paragraph_format.right_indent = Pt(64)
        _run(line, text, FANGSONG, SIZE_3)
    if paper.contact:
        _run(_format(add()), f"（{paper.contact}）", FANGSONG, SIZE_3)
    for note in paper.notes:
        _run(_format(add()), note, FANGSONG, SIZE_4)


def _line(paragraph: Paragraph, line: Line) -> None:
    _run(_format(paragraph), line.text, FONTS[line.level], SIZE_3)


def _format(paragraph: Paragraph, *, indent: bool = True) -> Paragraph:
    style = paragraph.paragraph_format
    style.line_spacing_rule, style.line_spacing = WD_LINE_SPACING.EXACTLY, LINE
    style.space_before = style.space_after = Pt(0)
    style.first_line_indent = Pt(32) if indent else None
    return paragraph


def _run(paragraph: Paragraph, text: str, font: str, size: Pt) -> None:
    run = paragraph.add_run(text)
    run.font.size, run.font.name = size, font
    run._element.get_or_add_rPr().get_or_add_rFonts().set(qn("w:eastAsia"), font)


def _grid(book: Document, grid: Grid) -> None:  # type: ignore[valid-type]
    table = book.add_table(rows=1, cols=len(grid.head))  # type: ignore[attr-defined]
    table.style = "Table Grid"
    for lines, cells in [
        (grid.head, table.rows[0].cells),
        *((row, table.add_row().cells) for row in grid.rows),
    ]:
        for text, cell in zip(lines, cells, strict=True):
            paragraph = cell.paragraphs[0]
            paragraph.paragraph_format.line_spacing_rule = WD_LINE_SPACING.SINGLE
            paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
            _run(paragraph, text, FANGSONG, Pt(12))
    # The first column holds words, the others figures.
    first, other = Mm(60), Mm(96 / max(1, len(grid.head) - 1))
    for row in table.rows:
        for position, cell in enumerate(row.cells):
            cell.width = first if position == 0 else other


def _page_number(paragraph: Paragraph) -> None:
    """— 1 — in 4号宋体."""
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
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
