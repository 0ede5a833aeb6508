"""Web pages and XML spreadsheets that government systems export as .xls are read like workbooks."""

import pytest

from salvation.intake.errors import Unreadable
from salvation.intake.sheets import Limits
from salvation.intake.workbook import read_book
from tests.intake.builder import an_id, names, problems, read

PAGE = """<html xmlns:x="urn:schemas-microsoft-com:office:excel"><head><meta charset="{charset}"></head><body>
<table><tr><td><table border=1>
<tr><td colspan=6>信丰县2022年5月花名册</td></tr>
<tr><th rowspan=2>行政村</th><th rowspan=2>户编号</th><th colspan=2>户主</th><th colspan=2>补助金额</th></tr>
<tr><th>姓名</th><th>身份证号</th><th>分类施保</th><th>合计</th></tr>
<tr><td rowspan=2>石背村</td><td>H1</td><td>张&nbsp;三</td><td>{one}</td><td>50</td><td>500</td></tr>
<tr><td>H2</td><td>李四</td><td>{two}</td><td></td><td>300</td></tr>
</table></td></tr></table></body></html>"""


def page(encoding="utf-8", charset="utf-8"):
    return PAGE.format(charset=charset, one=an_id(1), two=an_id(2)).encode(encoding)


@pytest.mark.parametrize(
    ("encoding", "charset"),
    [("utf-8", "utf-8"), ("gb18030", "gb2312"), ("gb18030", "utf-8"), ("utf-16", "utf-16")],
)
def test_a_web_page_is_read_with_its_merged_cells_whatever_its_encoding(encoding, charset):
    reading = read(page(encoding, charset))
    assert problems(reading) == []
    assert names(reading) == ["张三", "李四"]
    assert [household.values["amount"] for household in reading.households] == [500, 300]
    assert {row.values["village"] for row in reading.rows} == {"V1"}


def test_the_sender_is_still_told_to_save_it_as_xlsx():
    assert any("另存为 .xlsx" in note for note in read(page()).notes)


def test_a_web_page_that_is_too_long_is_refused():
    with pytest.raises(Unreadable, match="请分成几个文件"):
        read_book(page(), limits=Limits(rows=3))


def test_a_row_far_below_in_an_xml_spreadsheet_cannot_ask_for_all_the_memory():
    name = "urn:schemas-microsoft-com:office:spreadsheet"
    row = '<Row ss:Index="999999999"><Cell ss:Index="9999999"><Data ss:Type="String">x</Data></Cell></Row>'
    data = f'<?xml version="1.0"?><Workbook xmlns="{name}" xmlns:ss="{name}"><Worksheet ss:Name="x"><Table>{row}</Table></Worksheet></Workbook>'
    with pytest.raises(Unreadable):
        read_book(data.encode())
