"""Only rows of people count; nobody disappears because his row is incomplete."""

import pytest

from salvation.intake.rows import RowKind
from tests.intake.builder import HEAD, an_id, names, person, problems, read, text, xlsx


def kinds(reading):
    return [skipped.kind for skipped in reading.skipped]


@pytest.mark.parametrize(
    "row",
    [
        ["合计", "", "", "", "", 1000],
        ["", "小 计", "", "2户", "", 1000],
        ["本页小计", "", "", "", "", 1000],
        ["石背村小计", "", "", "", "", 1000],
        ["总计：2户3人", "", "", "", "", "1,000元"],
        ["", "", "", "合计（大写）", "", "壹仟元整"],
        ["合计", "—", "—", "2", "/", 1000],
    ],
)
def test_a_total_is_no_person(row):
    reading = read(xlsx([HEAD, person(1), row, person(2, 姓名="李四")]))
    assert names(reading) == ["张三", "李四"]
    assert kinds(reading) == [RowKind.TOTAL]
    assert problems(reading) == []


@pytest.mark.parametrize(
    "row",
    [
        ["制表人：赵六", "", "审核人：", "钱七", "", "负责人："],
        ["单位负责人（签字）：", "", "填表人：李四", "", "联系电话：0797-3312345"],
        ["备注：1.本表一式三份。"],
        ["说明：金额以元为单位"],
        ["注：分类施保按县标准执行"],
        ["1、本表由乡镇填写，于每月25日前报县民政局。"],
        ["2022年5月25日"],
        ["（盖章）"],
        ["第 1 页，共 3 页"],
    ],
)
def test_a_foot_note_is_no_person(row):
    reading = read(xlsx([HEAD, person(1), [], row]))
    assert len(reading.rows) == 1
    assert kinds(reading) == [RowKind.NOTE]


def test_blank_rows_between_people_are_passed_over():
    reading = read(xlsx([HEAD, person(1), [], ["", "　", " "], person(2)]))
    assert len(reading.rows) == 2


def test_the_numbering_of_columns_is_no_person():
    for numbering in (
        [1, 2, 3, 4, 5, 6],
        ["甲", "乙", "丙", "丁", "1", "2"],
        ["(1)", "(2)", "(3)", "(4)", "(5)", ""],
    ):
        reading = read(xlsx([HEAD, numbering, person(1)]))
        assert kinds(reading) == [RowKind.SEQUENCE]
        assert len(reading.rows) == 1


def test_the_header_repeated_on_every_page_is_no_person():
    rows = [
        HEAD,
        person(1),
        ["本页小计", "", "", "", "", 500],
        ["2022年5月花名册"],
        ["填报单位：嘉定镇"],
        HEAD,
        person(2),
    ]
    reading = read(xlsx(rows))
    assert len(reading.rows) == 2
    assert RowKind.HEADER in kinds(reading)


def test_a_village_heading_gives_its_village_to_the_people_below():
    head = ["序号", "姓名", "身份证号", "补助金额"]
    rows = [
        head,
        ["一、石背村（2户）"],
        [1, "张三", an_id(1), 500],
        ["二、金鸡村"],
        [2, "李四", an_id(2), 500],
    ]
    assert [row.values["village"] for row in read(xlsx(rows)).rows] == ["V1", "V2"]


def test_a_sheet_named_after_a_village_gives_its_village():
    head = ["序号", "姓名", "身份证号", "补助金额"]
    reading = read(xlsx([head, [1, "张三", an_id(1), 500]], title="石背村"))
    assert reading.rows[0].values["village"] == "V1"


def test_a_person_without_id_is_rejected_and_not_lost():
    reading = read(xlsx([HEAD, person(1), person(2, 姓名="李四", 身份证号=""), person(3)]))
    assert len(reading.rows) == 3
    assert problems(reading) == ["身份证号：没有填。请填写身份证号。"]


def test_a_person_without_id_after_the_last_id_is_still_a_person():
    reading = read(xlsx([HEAD, person(1), person(2, 姓名="李四", 身份证号="")]))
    assert len(reading.rows) == 2


def test_a_row_with_an_id_and_nothing_else_is_a_person():
    reading = read(xlsx([HEAD, ["", "", "", "", an_id(), ""]]))
    assert {problem.split("：")[0] for problem in problems(reading)} == {"姓名", "补助金额"}


def test_a_header_and_no_person_gives_no_rows():
    assert read(xlsx([HEAD])).rows == []
    assert read(text([HEAD, ["合计", "", "", "", "", 0]])).rows == []


def test_rows_keep_the_numbers_of_the_file():
    reading = read(xlsx([["花名册"], HEAD, person(1), [], person(2)]))
    assert [row.number for row in reading.rows] == [3, 5]
