"""The sender gets his own workbook back: his layout, red cells, reason and remedy in the last column."""

import io

import openpyxl
import pytest
from openpyxl.styles import Font

from salvation.intake import returned
from salvation.intake.returned import HEADING, RED, YELLOW
from salvation.intake.workbook import read_book
from tests.intake.builder import HEAD, patched, person, read, text, xls, xlsx

TITLE = ["2022年5月农村低保花名册"]
BAD = [TITLE, HEAD, person(1), person(2, 身份证号="123", 补助金额="很多")]


def returned_workbook(data):
    reading = read(data)
    return returned.returned_workbook(data, reading, reading.flawed)


def back(data):
    return openpyxl.load_workbook(io.BytesIO(returned_workbook(data))).worksheets[0]


def test_bad_cells_are_red_and_good_ones_are_not():
    sheet = back(xlsx(BAD))
    assert sheet["E4"].fill.start_color == RED.start_color
    assert sheet["F4"].fill.start_color == RED.start_color
    assert sheet["E3"].fill.fill_type is None


def test_the_last_column_names_reason_and_remedy():
    sheet = back(xlsx(BAD))
    assert sheet["G2"].value == HEADING
    assert "身份证号应为 18 位" in sheet["G4"].value
    assert "请按证件原件核对" in sheet["G4"].value
    assert sheet["G3"].value is None


def test_layout_styles_and_formulas_of_the_sender_stay():
    def style(book):
        sheet = book.active
        sheet["A1"].font = Font(bold=True, size=20)
        sheet["H9"] = "=SUM(F3:F4)"
        sheet.column_dimensions["E"].width = 33

    sheet = back(xlsx(BAD, merges=["A1:F1"], prepare=style))
    assert sheet["A1"].font.size == 20
    assert "A1:F1" in {str(span) for span in sheet.merged_cells.ranges}
    assert sheet["H9"].value == "=SUM(F3:F4)"
    assert sheet.column_dimensions["E"].width == 33


def test_an_xls_comes_back_as_xlsx_with_its_merged_cells():
    sheet = back(xls(BAD, merges=[(0, 0, 0, 5)]))
    assert sheet["A1"].value == TITLE[0]
    assert "A1:F1" in {str(span) for span in sheet.merged_cells.ranges}
    assert sheet["G4"].value


@pytest.mark.parametrize("danger", ["=1+1", "=cmd|' /C calc'!A0", "+1", "-1", "@SUM(1)"])
def test_text_of_a_csv_never_turns_into_a_formula(danger):
    data = text([[*HEAD, "备注"], [*person(1, 身份证号="1"), danger]])
    cell = back(data)["G2"]
    assert cell.value == danger
    assert cell.data_type != "f"


def test_our_words_never_begin_like_a_formula():
    data = text([HEAD, person(1, 姓名="=HYPERLINK(1)")])
    assert not back(data)["G2"].value.startswith(("=", "+", "-", "@"))


def test_a_hint_is_yellow_and_rejects_nobody():
    sheet = back(xlsx([HEAD, person(1, 身份证号="360722600101001")]))
    assert sheet["E2"].fill.start_color == YELLOW.start_color


def test_every_sheet_with_problems_is_marked():
    def second(book):
        sheet = book.create_sheet("金鸡村")
        sheet.append(HEAD)
        sheet.append(person(8, 身份证号="9"))

    data = xlsx(BAD[1:], prepare=second)
    book = openpyxl.load_workbook(io.BytesIO(returned_workbook(data)))
    assert book["金鸡村"]["G1"].value == HEADING
    assert book["Sheet1"]["G3"].value


def test_a_workbook_whose_styles_openpyxl_cannot_read_comes_back_by_its_values():
    broken = patched(
        xlsx(BAD),
        lambda xml: xml.replace(b"<patternFill", b'<patternFill patternType="wavy"', 1),
        "xl/styles.xml",
    )
    assert back(broken)["G4"].value


def test_the_returned_workbook_can_be_read_again():
    data = xlsx(BAD)
    again = read(returned_workbook(data))
    assert len(again.rows) == 2
    assert read_book(returned_workbook(data)).kind == "xlsx"
