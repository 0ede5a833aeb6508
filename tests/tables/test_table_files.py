from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from io import BytesIO
from zoneinfo import ZoneInfo

import pytest
from docx import Document
from openpyxl import load_workbook

from salvation.domain.mask import Scene
from salvation.tables.docx import write_docx
from salvation.tables.flat import unique_labels, write_flat
from salvation.tables.html import Look, html_table
from salvation.tables.model import Cell, Column, Group, Heading, Kind, Mark, Sheet, Source, State, Table
from salvation.tables.pdf import paper, render_pdf
from salvation.tables.styled import write_styled

HEADING = Heading(
    "救助对象统计表",
    datetime(2022, 6, 5, 9, 30),
    lines=("填报单位：嘉定镇", "统计期：2022年5月"),
    foot=("填报人：",),
    made_by="王某",
    mark="草稿",
)
TABLE = Table(
    "t",
    "救助对象统计表",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("id", "证号", Kind.ID, definition="公民身份号码"),
        Group(
            "低保", (Column("rural", "人", Kind.COUNT, measure="rural"), Column("money", "金额", Kind.MONEY))
        ),
        Group("特困", (Column("tekun", "人", Kind.COUNT),)),
        Column("on", "日期", Kind.DATE),
        Column("state", "状态", Kind.STATE, states={"LATE": State("已逾期", "bad")}),
    ),
    sheets=(Sheet("表1", ("低保",)), Sheet("总表")),
    totals="top",
)
ROWS = [
    {
        "name": "=HYPERLINK(1)",
        "id": "360722199001010011",
        "rural": Cell(3, Source.MANUAL),
        "money": Decimal("1200.50"),
        "tekun": Mark.MISSING,
        "on": date(2022, 5, 31),
        "state": "LATE",
    },
    {
        "name": "@张三 <b>",
        "id": "360722199001010038",
        "rural": 4,
        "money": Decimal("0"),
        "tekun": 1,
        "on": None,
        "state": "LATE",
    },
]


def opened(made: BytesIO):
    made.seek(0)
    return load_workbook(made)


def flat(scene: Scene = Scene.LIST):
    target = BytesIO()
    written = write_flat(TABLE, iter(ROWS), target, heading=HEADING, scene=scene)
    return written, opened(target).active


def styled():
    target = BytesIO()
    written = write_styled(TABLE, ROWS, target, heading=HEADING, total=TABLE.total_row(ROWS))
    return written, opened(target)


def test_a_flat_list_keeps_text_that_looks_like_a_formula():
    _, sheet = flat()
    assert [(cell.value, cell.data_type) for cell in (sheet["A3"], sheet["A4"])] == [
        ("=HYPERLINK(1)", "s"),
        ("@张三 <b>", "s"),
    ]


def test_a_flat_list_masks_ids_unless_it_is_a_controlled_print():
    assert flat()[1]["B3"].value == "360722********0011"
    assert flat(Scene.PRINT)[1]["B3"].value == "360722199001010011"


def test_a_flat_list_keeps_numbers_and_dates_as_such():
    _, sheet = flat()
    assert (sheet["D3"].value, sheet["D3"].number_format) == (1200.5, "#,##0.00")
    assert sheet["F3"].is_date


def test_a_flat_list_says_when_and_by_whom_and_tells_equal_headings_apart():
    _, sheet = flat()
    assert "王某" in sheet["A1"].value and "2022-06-05 09:30" in sheet["A1"].value
    assert unique_labels(TABLE) == ["姓名", "证号", "低保·人", "金额", "特困·人", "日期", "状态"]


def test_an_empty_list_still_has_its_header():
    target = BytesIO()
    assert write_flat(TABLE, [], target, heading=HEADING).rows == 0
    assert opened(target).active["A2"].value == "姓名"


def test_a_statistic_has_one_worksheet_a_declared_sheet_and_hidden_notes():
    _, book = styled()
    assert book.sheetnames == ["表1", "总表", "口径说明"]
    assert book["口径说明"].sheet_state == "hidden"
    assert "公民身份号码" in [cell.value for cell in book["口径说明"]["C"]]


def test_a_statistic_merges_its_header_freezes_it_and_repeats_it_on_paper():
    sheet = styled()[1]["总表"]
    assert "A3:A4" in [str(area) for area in sheet.merged_cells.ranges]
    assert "C3:D3" in [str(area) for area in sheet.merged_cells.ranges]
    assert sheet.freeze_panes == "B5"
    assert sheet.print_title_rows == "$3:$4"
    assert (sheet.page_setup.orientation, sheet.page_setup.fitToWidth) == ("landscape", 1)


def test_a_statistic_puts_the_total_on_top_and_leaves_unknown_sums_unknown():
    sheet = styled()[1]["总表"]
    assert [sheet.cell(5, number).value for number in (1, 3, 4, 5)] == ["合计", 7, 1200.5, "缺数据"]
    assert sheet["A6"].value == "=HYPERLINK(1)" and sheet["A6"].data_type == "s"


def test_the_fingerprint_is_the_same_in_every_format():
    written, book = styled()
    word = BytesIO()
    same = write_docx(TABLE, ROWS, word, heading=HEADING, total=TABLE.total_row(ROWS), scene=Scene.LIST)
    properties = {prop.name: prop.value for prop in book.custom_doc_props.props}
    assert properties["内容校验"] == written.digest == same.digest


def test_the_time_of_a_workbook_is_told_to_office_programs_as_utc():
    at = datetime(2022, 6, 5, 9, 30, tzinfo=ZoneInfo("Asia/Shanghai"))
    target = BytesIO()
    write_styled(TABLE, ROWS, target, heading=replace(HEADING, made_at=at), total=TABLE.total_row(ROWS))
    book = opened(target)
    assert book.properties.created == datetime(2022, 6, 5, 1, 30)
    assert {prop.name: prop.value for prop in book.custom_doc_props.props}[
        "生成时间"
    ] == "2022-06-05 09:30:00"


def test_a_word_table_repeats_its_header():
    target = BytesIO()
    write_docx(TABLE, ROWS, target, heading=HEADING)
    target.seek(0)
    table = Document(target).tables[-1]
    assert table.rows[0]._tr.trPr.xpath("./w:tblHeader")
    assert table.cell(2, 1).text == "360722199001010011"


@pytest.mark.parametrize(
    ("chars", "size"), [(80, "A4 portrait"), (150, "A4 landscape"), (400, "A3 landscape")]
)
def test_paper_grows_with_the_table(chars, size):
    assert paper(chars) == size


def test_a_pdf_is_made_without_fetching_anything():
    made = render_pdf(TABLE, ROWS, heading=HEADING, total=TABLE.total_row(ROWS))
    assert made.startswith(b"%PDF-")


def test_html_escapes_names_and_links_the_lead_column():
    markup = html_table(TABLE, ROWS, look=Look(row_url=lambda row: "/h/1/"))
    assert '<a href="/h/1/">@张三 &lt;b&gt;</a>' in markup
    assert "<b>" not in markup


def test_html_marks_filled_in_and_missing_figures():
    markup = html_table(TABLE, ROWS, look=Look(sources=True))
    assert 'data-source="manual" title="人工"' in markup
    assert 'data-source="missing" title="缺数据"' in markup


def test_html_links_figures_to_the_rows_behind_them():
    markup = html_table(TABLE, ROWS, look=Look(cell_url=lambda row, column: f"/behind/{column.measure}/"))
    assert '<a href="/behind/rural/">3</a>' in markup


def test_html_says_how_the_list_is_sorted():
    markup = html_table(TABLE, ROWS, look=Look(sort_url=lambda key: f"?sort={key}", sorted_by="-name"))
    assert 'aria-sort="descending"' in markup


def test_the_total_says_on_a_phone_what_its_figures_are():
    table = Table(
        "t", "合计", (Column("unit", "单位", priority=1), Column("people", "人数", Kind.COUNT, priority=2))
    )
    rows = [{"unit": "嘉定镇", "people": 3}, {"unit": "大塘埠镇", "people": 4}]
    assert html_table(table, rows, total=table.total_row(rows)).count('data-label="人数"') == 3
