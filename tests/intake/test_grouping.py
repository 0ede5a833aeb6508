"""Rows become households; amounts belong to the household or are summed, by a documented rule."""

from decimal import Decimal

import pytest

from salvation.intake.mapping import SavedMapping
from salvation.intake.model import Layout
from tests.intake.builder import HEAD, an_id, person, problems, read, text, xlsx

RELATED = [*HEAD[:4], "与户主关系", "身份证号", "补助金额"]


def amounts(reading):
    return [household.values["amount"] for household in reading.households]


def sizes(reading):
    return [len(household.rows) for household in reading.households]


def family(*cells, number="H1", first=1):
    """Rows of one household: each cell is an amount; number and village stand in the first row only."""
    rows = []
    for at, amount in enumerate(cells):
        serial = first + at
        rows.append(
            [
                "" if at else serial,
                "" if at else "石背村",
                "" if at else number,
                "张三",
                an_id(serial),
                amount,
            ]
        )
    return rows


def test_one_row_a_household_stays_one_row_a_household():
    reading = read(xlsx([HEAD, person(1), person(2), person(3)]))
    assert sizes(reading) == [1, 1, 1]


def test_what_stands_in_the_first_row_counts_for_the_household():
    reading = read(text([HEAD, *family(800, "", ""), *family(500, "", number="H2", first=4)]))
    assert sizes(reading) == [3, 2]
    assert amounts(reading) == [800, 500]
    assert {row.values["village"] for row in reading.rows} == {"V1"}
    assert problems(reading) == []


def test_merged_cells_count_for_every_row_they_cover():
    reading = read(xlsx([HEAD, *family(800, "", "")], merges=["A2:A4", "B2:B4", "C2:C4", "F2:F4"]))
    assert sizes(reading) == [3]
    assert amounts(reading) == [800]


def test_a_merged_amount_alone_ties_a_household_together():
    head = ["姓名", "身份证号", "补助金额"]
    rows = [head, ["张三", an_id(1), 800], ["李四", an_id(2), ""], ["王五", an_id(3), 400]]
    reading = read(xlsx(rows, merges=["C2:C3"]))
    assert sizes(reading) == [2, 1]
    assert problems(reading) == []


def test_a_village_merged_over_many_households_counts_for_all_of_them():
    rows = [HEAD, person(1), person(2, 行政村=""), person(3, 行政村="")]
    reading = read(xlsx(rows, merges=["B2:B4"]))
    assert sizes(reading) == [1, 1, 1]
    assert {row.values["village"] for row in reading.rows} == {"V1"}


def test_the_same_number_on_every_row_makes_one_household():
    reading = read(xlsx([HEAD, person(1, 户编号="H1"), person(2, 户编号="H1", 补助金额=300)]))
    assert amounts(reading) == [800]


def test_rows_of_one_number_that_stand_apart_are_one_household():
    rows = [HEAD, person(1, 户编号="A"), person(2, 户编号="B"), person(3, 户编号="A", 补助金额="")]
    assert sizes(read(xlsx(rows))) == [2, 1]


def test_without_numbers_the_relation_to_the_head_divides_households():
    rows = [
        RELATED,
        [1, "石背村", "", "张三", "户主", an_id(1), 900],
        [2, "", "", "李四", "配偶", an_id(2), ""],
        [3, "石背村", "", "王五", "户主", an_id(3), 400],
    ]
    assert sizes(read(xlsx(rows))) == [2, 1]


def test_the_head_comes_first_even_when_written_last():
    rows = [
        RELATED,
        [1, "石背村", "H1", "李四", "配偶", an_id(1), ""],
        [2, "石背村", "H1", "张三", "户主", an_id(2), 900],
    ]
    reading = read(xlsx(rows))
    assert reading.households[0].rows[0].values["name"] == "张三"


def test_two_heads_under_one_number_are_rejected():
    rows = [
        RELATED,
        [1, "石背村", "H1", "张三", "户主", an_id(1), 300],
        [2, "石背村", "H1", "李四", "户主", an_id(2), 400],
    ]
    reading = read(xlsx(rows))
    assert all(row.rejected for row in reading.rows)


def test_a_missing_amount_does_not_join_a_person_to_the_household_above():
    reading = read(xlsx([["姓名", "身份证号", "补助金额"], ["张三", an_id(1), 500], ["李四", an_id(2), ""]]))
    assert sizes(reading) == [1, 1]
    assert [row.rejected for row in reading.rows] == [False, True]


def test_one_missing_number_among_many_does_not_join_two_households():
    rows = [HEAD, *(person(n) for n in range(1, 8)), person(8, 户编号=""), person(9)]
    assert sizes(read(xlsx(rows))) == [1] * 9


def test_different_amounts_in_a_household_are_summed():
    reading = read(xlsx([HEAD, *family(300, 250, 250)]))
    assert amounts(reading) == [800]


def test_equal_amounts_are_summed_and_the_sender_is_told():
    reading = read(xlsx([HEAD, *family(300, 300)]))
    assert amounts(reading) == [600]
    assert any("按各人之和" in note for note in reading.notes)


def test_a_total_that_counts_each_household_once_shows_repeated_amounts():
    rows = [HEAD, *family(600, 600), *family(500, 500, number="H2", first=3), ["合计", "", "", "", "", 1100]]
    assert amounts(read(xlsx(rows))) == [600, 500]


def test_a_total_that_counts_every_row_shows_amounts_of_persons():
    rows = [HEAD, *family(300, 300), ["合计", "", "", "", "", 600]]
    assert amounts(read(xlsx(rows))) == [600]


def test_a_heading_of_the_household_shows_repeated_amounts():
    head = [*HEAD[:5], "户月补助金额"]
    assert amounts(read(xlsx([head, *family(600, 600)]))) == [600]


def test_the_user_overrules_the_evidence():
    rows = xlsx([HEAD, *family(600, 600)])
    assert amounts(read(rows, SavedMapping(amounts=Layout.HOUSEHOLD))) == [600]


def test_one_bad_member_rejects_the_whole_household():
    rows = [HEAD, person(1, 户编号="H1"), person(2, 户编号="H1", 身份证号="1", 补助金额=""), person(3)]
    reading = read(xlsx(rows))
    assert [row.rejected for row in reading.rows] == [True, True, False]
    assert "同户第 3 行有问题" in reading.rows[0].problems[0].reason


def test_members_in_two_villages_contradict_each_other():
    rows = [HEAD, person(1, 户编号="H1"), person(2, 户编号="H1", 行政村="金鸡村")]
    assert any("不一致" in problem for problem in problems(read(xlsx(rows))))


def test_a_copied_row_is_rejected_and_its_first_writing_kept():
    reading = read(xlsx([HEAD, person(1), person(2), person(1, 序号=3)]))
    assert [row.rejected for row in reading.rows] == [False, False, True]
    assert "第 2 行" in reading.rows[2].problems[0].reason
    assert amounts(reading) == [500, 500]


def test_rows_of_one_person_that_contradict_each_other_are_all_rejected():
    reading = read(xlsx([HEAD, person(1), person(2), person(3, 身份证号=an_id(1), 姓名="李四")]))
    assert [row.rejected for row in reading.rows] == [True, False, True]


def test_a_15_digit_and_an_18_digit_number_are_one_person():
    reading = read(xlsx([HEAD, person(1), person(2, 身份证号="360722600101001")]))
    assert [row.rejected for row in reading.rows] == [True, True]


@pytest.mark.parametrize("amount", ["", "abc"])
def test_a_household_whose_amount_is_missing_or_bad_has_one_problem(amount):
    reading = read(xlsx([HEAD, person(1, 补助金额=amount)]))
    assert len(problems(reading)) == 1
    assert reading.households[0].values["amount"] is None


def test_amounts_keep_their_cents():
    assert amounts(read(xlsx([HEAD, *family(300.05, 250.1)]))) == [Decimal("550.15")]
