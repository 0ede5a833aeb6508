"""One declaration, two files: Word and PDF by GB/T 9704, nothing fetched, nothing of a text taken for markup."""

from datetime import date
from io import BytesIO
from typing import Any

import pytest
from docx import Document
from PIL import Image
from pypdf import PdfReader
from weasyprint import HTML

from salvation.documents import pdf
from salvation.documents.docx import write_official
from salvation.documents.html import paper_html
from salvation.documents.official import Annex, Break, Cell, Figure, Grid, Imprint, Level, Line, Paper, placed
from salvation.documents.pdf import OwnFiles, write_official_pdf

HOSTILE = '<script>alert(1)</script><img src="file:///etc/passwd">&amp;"}'


def paper(*body: Any, **given: Any) -> Paper:
    facts: dict[str, Any] = {
        "title": "关于救助工作的报告", "addressee": "信丰县民政局：", "issuer": "嘉定镇人民政府", "dated": date(2022, 6, 5),
    }  # fmt: skip
    return Paper(body=body or (Line("正文"),), **{**facts, **given})


def boxes(content: Paper) -> list[Any]:
    """The pages as they are laid out."""
    found: list[Any] = []
    original = HTML.write_pdf

    def keep(self: HTML, *args: Any, **kwargs: Any) -> bytes:
        found.extend(self.render(**kwargs).pages)
        return original(self, *args, **kwargs)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(HTML, "write_pdf", keep)
        write_official_pdf(content)
    return found


def read_pages(content: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(BytesIO(content)).pages]


def word(content: Paper) -> Any:
    return Document(BytesIO(write_official(content)))


def test_a_page_holds_22_lines_of_28_characters() -> None:
    full = "救" * 28
    # Title and the empty line below it take two of the twenty-two.
    bodies = ([*[Line(full, align="left")] * lines, Break(), Line("落款页")] for lines in (20, 21))
    assert [len(boxes(paper(*body, addressee=""))) for body in bodies] == [2, 3]


def test_the_page_is_a4_with_the_margins_of_the_standard() -> None:
    page = boxes(paper())[0]
    assert (round(page.width), round(page.height)) == (794, 1123)
    box = page._page_box
    assert [
        round(side / 96 * 25.4)
        for side in (box.margin_top, box.margin_right, box.margin_bottom, box.margin_left)
    ] == [37, 26, 35, 28]


@pytest.mark.parametrize("lines", [14, 16, 18, 20])
def test_the_office_and_the_date_never_stand_on_a_page_alone(lines: int) -> None:
    pages = read_pages(write_official_pdf(paper(*[Line("救" * 28, align="left")] * lines)))
    assert "救" in pages[-1]
    before, *closing = word(paper(Line("正文"))).paragraphs[-4:]
    assert (before.text, closing[-1].text) == ("正文", "2022年6月5日")
    assert all(each.paragraph_format.keep_with_next for each in (before, *closing[:-1]))


def test_both_files_say_the_same() -> None:
    content = paper(
        Line("一、基本情况", Level.H1), Grid(("单位", "人数"), (("嘉定镇", "3"),)), number="信民字〔2022〕5号"
    )
    words = "\n".join(p.text for p in word(content).paragraphs)
    for text in (
        content.title,
        content.number,
        "一、基本情况",
        "信丰县民政局：",
        "2022年6月5日",
        "嘉定镇人民政府",
    ):
        assert text in words
        assert text in paper_html(content)
    assert [cell.text for cell in word(content).tables[0].rows[1].cells] == ["嘉定镇", "3"]


def test_markup_in_a_text_stays_text() -> None:
    content = paper(
        Line(HOSTILE), Grid((HOSTILE,), ((HOSTILE,),), caption=HOSTILE), title=HOSTILE, number=HOSTILE, mark=HOSTILE,
        trace=HOSTILE, notes=(HOSTILE,), attachments=(HOSTILE,), signer=HOSTILE, contact=HOSTILE, masthead=HOSTILE,
        annexes=(Annex(HOSTILE, HOSTILE, (Line(HOSTILE),)),), imprint=Imprint(HOSTILE, HOSTILE, date(2022, 6, 5)),
    )  # fmt: skip
    shown = paper_html(content)
    assert "<script" not in shown
    assert shown.count("<img") == 0
    assert write_official_pdf(content).startswith(b"%PDF")
    assert HOSTILE in "\n".join(p.text for p in word(content).paragraphs)


@pytest.mark.parametrize(
    "url", ["file:///etc/passwd", "http://example.invalid/a", "font:../../etc/passwd", "font:heiti"]
)
def test_the_writer_opens_no_address(url: str) -> None:
    with pytest.raises(ValueError, match="disallowed protocol"):
        OwnFiles().fetch(url)


def test_the_bureaus_own_fonts_are_used_where_it_has_them(
    tmp_path: Any, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "kaiti.ttf").write_bytes(b"face")
    settings.DOCUMENT_FONTS = str(tmp_path)
    pdf.fonts.cache_clear()
    try:
        assert OwnFiles().fetch("font:kaiti").read() == b"face"
    finally:
        pdf.fonts.cache_clear()


def test_a_chart_is_drawn_on_the_page_and_in_word() -> None:
    svg, png = '<svg xmlns="http://www.w3.org/2000/svg"><rect width="9" height="9"/></svg>', BytesIO()
    Image.new("RGB", (9, 9)).save(png, "PNG")
    content = paper(Figure(svg, png.getvalue(), "图1　各乡镇人数"))
    assert len(word(content).inline_shapes) == 1
    assert "data:image/svg+xml" in paper_html(content)
    assert write_official_pdf(content).startswith(b"%PDF")


def test_a_drawing_that_names_a_file_draws_without_it() -> None:
    svg = '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd" width="9" height="9"/></svg>'
    assert write_official_pdf(paper(Figure(svg, b""))).startswith(b"%PDF")


def test_merged_cells_stand_where_they_belong() -> None:
    form = Grid(
        (),
        ((Cell("家庭成员", down=2), "姓名", "年龄"), ("谢桂英", "72"), (Cell("备注", span=3),)),
        widths=(1, 1, 2),
    )
    assert [(place.row, place.column) for place in placed(form)] == [
        (0, 0),
        (0, 1),
        (0, 2),
        (1, 1),
        (1, 2),
        (2, 0),
    ]
    table = word(paper(form)).tables[0]
    assert table.cell(0, 0).text == table.cell(1, 0).text == "家庭成员"
    assert table.cell(2, 0).text == table.cell(2, 2).text == "备注"
    assert 'rowspan="2"' in paper_html(paper(form))


@pytest.mark.parametrize(
    "rows", [(("甲", "乙"), ("丙",)), (("甲",), ("乙", "丙")), ((Cell("甲", down=3), "乙"), ("丙",))]
)
def test_a_ragged_table_is_refused(rows: Any) -> None:
    with pytest.raises(ValueError, match="row"):
        list(placed(Grid((), rows)))


def test_annexes_begin_on_pages_of_their_own() -> None:
    pages = boxes(
        paper(
            annexes=(Annex("附件1", "快报", (Line("数字"),)), Annex("附件2", "清单", (Break(), Line("数字"))))
        )
    )
    assert len(pages) == 4


def test_page_numbers_stand_outside() -> None:
    book = word(paper())
    assert book.settings.odd_and_even_pages_header_footer
    assert book.sections[0].footer.paragraphs[0].alignment == 2
    assert book.sections[0].even_page_footer.paragraphs[0].alignment == 0


def test_a_draft_says_so() -> None:
    assert "草稿：统计数字未冻结" in paper_html(paper(draft=True))
    assert "草稿" in word(paper(mark="草稿")).sections[0].header.paragraphs[0].text
