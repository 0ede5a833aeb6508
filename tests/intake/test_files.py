"""Every kind of file a township sends is read by its content; what cannot be read says why, in Chinese."""

import io
import struct
import zipfile

import pytest

from salvation.intake.errors import Unreadable
from salvation.intake.sheets import FORMULA_WITHOUT_VALUE, Limits
from salvation.intake.workbook import read_book
from tests.intake.builder import HEAD, an_id, names, patched, person, problems, read, text, xls, xlsx

ROWS = [HEAD, person(1), person(2, 姓名="李四")]


@pytest.mark.parametrize(
    "data",
    [
        xlsx(ROWS),
        xls(ROWS),
        text(ROWS),
        text(ROWS, "utf-8-sig"),
        text(ROWS, "gb18030"),
        text(ROWS, "utf-16"),
        text(ROWS, "utf-16-le"),
        text(ROWS, delimiter="\t"),
        text(ROWS, delimiter=";"),
        text(ROWS, "gb18030", "|"),
    ],
    ids=["xlsx", "xls", "utf8", "utf8-bom", "gb18030", "utf16", "utf16-no-bom", "tab", "semicolon", "bar"],
)
def test_the_same_roster_is_read_from_every_kind_of_file(data):
    reading = read(data)
    assert names(reading) == ["张三", "李四"]
    assert problems(reading) == []


def test_a_rare_character_survives_gb18030():
    reading = read(text([HEAD, person(1, 姓名="张𠮷")], "gb18030"))
    assert names(reading) == ["张𠮷"]


def test_every_visible_sheet_with_a_header_is_read_and_a_hidden_one_is_not():
    def more(book):
        for title, name, state in (("金鸡", "王五", "visible"), ("旧表", "赵六", "hidden")):
            sheet = book.create_sheet(title)
            sheet.append(HEAD)
            sheet.append(person(7, 姓名=name))
            sheet.sheet_state = state

    reading = read(xlsx(ROWS[:2], prepare=more))
    assert names(reading) == ["张三", "王五"]
    assert "隐藏的工作表“旧表”没有读取。" in reading.notes


def test_a_cover_sheet_is_left_out_and_named():
    def cover(book):
        book.create_sheet("说明", 0).append(["请各村于25日前上报"])

    reading = read(xlsx(ROWS, prepare=cover))
    assert len(reading.rows) == 2
    assert "工作表“说明”不是要找的表，没有读取。" in reading.notes


def test_a_formula_never_calculated_is_a_problem_of_its_cell():
    reading = read(xlsx([HEAD, person(1, 补助金额="=300+200")]))
    assert [problem for problem in problems(reading) if FORMULA_WITHOUT_VALUE in problem]
    assert len(problems(reading)) == 1


def test_a_formula_with_its_value_is_read_as_that_value():
    data = patched(
        xlsx([HEAD, person(1, 补助金额="=300+200")]),
        lambda xml: xml.replace(b"<f>300+200</f><v/>", b"<f>300+200</f><v>500</v>").replace(
            b"<f>300+200</f><v></v>", b"<f>300+200</f><v>500</v>"
        ),
    )
    assert problems(read(data)) == []


def test_an_error_value_is_a_problem_of_its_cell():
    def spoil(book):
        book.active["F2"].value = "#N/A"
        book.active["F2"].data_type = "e"

    assert "错误值" in problems(read(xlsx([HEAD, person(1)], prepare=spoil)))[0]


def test_a_declared_extent_of_a_million_rows_costs_nothing():
    data = patched(xlsx(ROWS), lambda xml: xml.replace(b"<dimension ref=", b'<dimension old="x" ref2='))
    data = patched(
        xlsx(ROWS), lambda xml: xml.replace(b'<dimension ref="A1:F3"', b'<dimension ref="A1:XFD1048576"')
    )
    assert len(read(data).rows) == 2


def test_an_empty_styled_cell_in_the_last_row_costs_nothing():
    tail = b'<row r="1048576"><c r="P1048576" s="1"/></row></sheetData>'
    data = patched(xlsx(ROWS), lambda xml: xml.replace(b"</sheetData>", tail))
    assert len(read(data).rows) == 2


def refusal(data, **limits):
    with pytest.raises(Unreadable) as caught:
        read_book(data, limits=Limits(**limits))
    return caught.value.message


def test_a_value_in_the_last_row_is_refused_with_its_place():
    tail = b'<row r="1048576"><c r="P1048576"><v>1</v></c></row></sheetData>'
    assert "P1048576" in refusal(patched(xlsx(ROWS), lambda xml: xml.replace(b"</sheetData>", tail)))


def test_a_value_in_the_last_column_is_refused_when_the_sheet_is_long():
    tail = b'<row r="9000"><c r="XFD9000"><v>1</v></c></row></sheetData>'
    assert "第 16384 列" in refusal(patched(xlsx(ROWS), lambda xml: xml.replace(b"</sheetData>", tail)))


def test_a_zip_bomb_is_refused_before_it_is_opened():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/workbook.xml", b"<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 60_000_000)
    assert "大得不正常" in refusal(target.getvalue())


def test_an_archive_of_very_many_entries_is_refused():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for number in range(30):
            archive.writestr(f"xl/{number}.xml", b"")
    assert "大得不正常" in refusal(target.getvalue(), entries=20)


def test_xml_entities_are_refused():
    bomb = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaa">]><workbook>&a;</workbook>'
    assert "大得不正常" in refusal(patched(xlsx(ROWS), lambda xml: bomb, "xl/workbook.xml"))


def test_an_archive_that_declares_false_sizes_is_refused_as_damaged():
    data = bytearray(xlsx(ROWS))
    at = data.rfind(b"PK\x01\x02")
    size = struct.unpack_from("<I", data, at + 24)[0]
    struct.pack_into("<I", data, at + 24, size // 2)
    assert "损坏" in refusal(bytes(data))


def test_a_workbook_with_a_password_says_so():
    ole = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")
    assert "密码" in refusal(ole + b"\0" * 900)


@pytest.mark.parametrize("kept", [30, 400, 2000])
def test_a_truncated_xlsx_is_refused_as_damaged(kept):
    assert "损坏" in refusal(xlsx(ROWS)[:kept])


@pytest.mark.parametrize("kept", [12, 600, 3000])
def test_a_truncated_xls_is_refused_as_damaged(kept):
    assert "损坏" in refusal(xls(ROWS)[:kept])


def test_an_empty_file_says_so():
    assert "空的" in refusal(b"")
    assert "空的" in refusal(b"\xef\xbb\xbf \r\n")


def test_a_workbook_without_any_cell_says_so():
    assert "没有任何数据" in refusal(xlsx([]))


@pytest.mark.parametrize(
    ("data", "word"),
    [
        (b"%PDF-1.7", "PDF"),
        (b"\xff\xd8\xff\xe0", "图片"),
        (b"Rar!\x1a", "压缩包"),
        (b"<html><table><tr><td>1</td></tr></table></html>", "网页"),
    ],
)
def test_what_is_no_table_is_named(data, word):
    assert word in refusal(data)


def test_a_word_document_is_named():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("word/document.xml", b"<x/>")
    assert "Word" in refusal(target.getvalue())


def test_a_file_over_the_limit_is_refused():
    assert "MB" in refusal(xlsx(ROWS), file_bytes=1000)


def test_a_table_of_too_many_rows_is_refused():
    assert "2 行" in refusal(xlsx(ROWS), rows=2)
    assert "2 行" in refusal(text(ROWS), rows=2)


def test_nul_bytes_and_invisible_marks_do_not_reach_the_values():
    data = text([HEAD, person(1, 姓名="张\x00三\u200b", 身份证号=f"\u202d{an_id()}\u202c")])
    reading = read(data)
    assert names(reading) == ["张三"]
    assert problems(reading) == []


def test_a_quote_left_open_is_refused_or_read_but_never_a_crash():
    data = text(ROWS) + '5,"石背村,H9,张三'.encode()
    assert len(read(data).rows) >= 2


def test_bytes_that_are_no_text_are_refused():
    assert "编码" in refusal(b"\x81\x20\xff\xff\x80" * 50)


def test_a_text_without_a_header_is_refused_with_the_columns_looked_for():
    with pytest.raises(Unreadable, match="姓名、身份证号、补助金额"):
        read("今天天气很好\n明天也好".encode())


def test_a_cell_reference_that_contradicts_its_row_cannot_ask_for_all_the_memory():
    tail = b"<row r='9'><c r='ZZZZZ9'><v>1</v></c><c r='A99999999'><v>1</v></c></row></sheetData>"
    assert "还有内容" in refusal(patched(xlsx(ROWS), lambda xml: xml.replace(b"</sheetData>", tail)))


def test_a_merged_range_over_the_whole_sheet_costs_nothing():
    merges = b'</sheetData><mergeCells count="1"><mergeCell ref="A9:XFD1048576"/></mergeCells>'
    data = patched(xlsx(ROWS), lambda xml: xml.replace(b"</sheetData>", merges))
    assert len(read(data).rows) == 2


@pytest.mark.parametrize("build", [xlsx, xls, text])
def test_overwritten_bytes_are_refused_or_read_but_never_crash(build):
    good = build(ROWS)
    for at in range(0, len(good), max(1, len(good) // 150)):
        spoilt = good[:at] + b"\xff" + good[at + 1 :]
        try:
            read_book(spoilt)
        except Unreadable as error:
            assert error.message


def test_a_binary_workbook_is_named():
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        archive.writestr("xl/workbook.bin", b"")
    assert "xlsb" in refusal(target.getvalue())
