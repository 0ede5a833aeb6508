"""Cells are typed the way people write them; what is wrong says why and how to mend it."""

from datetime import date, datetime
from decimal import Decimal

import pytest

from salvation.intake.model import Severity
from tests.intake.builder import HEAD, an_id, person, problems, read, text, xlsx


def one(column, cell, build=xlsx):
    """The only row of a roster whose `column` holds `cell`."""
    head, row = list(HEAD), person()
    if column in head:
        row[head.index(column)] = cell
    else:
        head.append(column)
        row.append(cell)
    reading = read(build([head, row]))
    return reading.rows[0], list(reading.rows[0].problems)


@pytest.mark.parametrize(
    "written",
    [
        f" {an_id()} ",
        f"'{an_id()}",
        "".join(chr(ord(digit) + 0xFEE0) for digit in an_id()),
        f"{an_id()[:6]} {an_id()[6:14]} {an_id()[14:]}",
        f"\t{an_id()}",
        f'="{an_id()}"',
    ],
)
def test_an_id_is_read_through_what_surrounds_it(written):
    row, found = one("身份证号", written, text)
    assert row.values["citizen_id"].number == an_id()
    assert found == []


def test_a_lower_case_x_is_read():
    number = next(an_id(n) for n in range(1, 100) if an_id(n).endswith("X"))
    row, found = one("身份证号", number.lower())
    assert row.values["citizen_id"].number == number
    assert found == []


@pytest.mark.parametrize("cell", ["360722600101001", 360722600101001])
def test_a_15_digit_id_is_converted_with_a_hint(cell):
    row, found = one("身份证号", cell)
    assert row.values["citizen_id"].number == an_id(1)
    assert [problem.severity for problem in found] == [Severity.HINT]
    assert not row.rejected


@pytest.mark.parametrize(
    ("cell", "build"),
    [
        (int(an_id(5)[:17] + "0"), xlsx),
        ("3.60722E+17", text),
        ("3.60722196001E+17", xlsx),
        (an_id(5)[:15] + "000", text),
    ],
)
def test_an_id_damaged_by_excel_is_rejected_as_such(cell, build):
    row, found = one("身份证号", cell, build)
    assert row.rejected
    assert "Excel" in found[0].reason


@pytest.mark.parametrize(
    ("cell", "word"),
    [("36072219600101001", "位"), (an_id()[:17] + "5", "校验位"), ("待补", "位"), ("<b>1</b>", "位")],
)
def test_a_wrong_id_is_rejected_with_its_reason(cell, word):
    row, found = one("身份证号", cell)
    assert row.rejected
    assert word in found[0].reason
    assert found[0].remedy.startswith("请")


@pytest.mark.parametrize(
    ("cell", "amount"),
    [
        (500, "500"),
        (535.5, "535.50"),
        (0.1 + 0.2, "0.30"),
        ("500元", "500"),
        ("1,200.00", "1200"),
        ("1，200元", "1200"),
        ("￥500.5", "500.50"),
        ("５００", "500"),
        (" 500 元/月 ", "500"),
        ("500元整", "500"),
        ("0", "0"),
    ],
)
def test_an_amount_is_read_as_people_write_it(cell, amount):
    row, found = one("补助金额", cell)
    assert row.values["amount"] == Decimal(amount)
    assert found == []


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        (-5, "负数"),
        ("-500", "负数"),
        (99_999_999, "上限"),
        (1e300, "太大"),
        (333.333333, "两位小数"),
        ("五百", "不是金额"),
        ("500-600", "不是金额"),
        (True, "不是金额"),
        (datetime(2022, 5, 1), "日期"),
        ("", "没有填"),
        ("-", "没有填"),
    ],
)
def test_a_wrong_amount_is_rejected_with_its_reason(cell, word):
    row, found = one("补助金额", cell)
    assert row.rejected
    assert word in found[0].reason


@pytest.mark.parametrize(
    ("cell", "day"),
    [
        ("2021.3", date(2021, 3, 1)),
        (2021.3, date(2021, 3, 1)),
        ("2021年3月5日", date(2021, 3, 5)),
        ("2021年3月", date(2021, 3, 1)),
        ("2021-3-5 12:00:00", date(2021, 3, 5)),
        ("2021/03/05", date(2021, 3, 5)),
        ("20210305", date(2021, 3, 5)),
        ("202103", date(2021, 3, 1)),
        (44200, date(2021, 1, 4)),
        ("44200", date(2021, 1, 4)),
        (44200.75, date(2021, 1, 4)),
        ("２０２１．３．５", date(2021, 3, 5)),
        (datetime(2021, 3, 5, 8), date(2021, 3, 5)),
        (date(2021, 3, 5), date(2021, 3, 5)),
    ],
)
def test_a_date_is_read_as_people_write_it(cell, day):
    row, _ = one("享受时间", cell)
    assert row.values["since"] == day
    assert not row.rejected


@pytest.mark.parametrize(
    "cell", ["2021-02-30", "2021.13", "2021", "21.3.5", "去年", "99999", "3021年1月1日", True]
)
def test_an_impossible_date_is_rejected(cell):
    row, found = one("享受时间", cell)
    assert row.rejected
    assert found[0].key == "since"


def test_january_as_a_number_may_be_october_and_says_so():
    _, found = one("享受时间", 2021.1)
    assert "10 月" in found[0].reason


@pytest.mark.parametrize(
    "cell", ["<script>alert(1)</script>", "张三(户主)", "Zhang", "张\n三;DROP TABLE", "1"]
)
def test_a_name_with_markup_or_foreign_signs_is_rejected(cell):
    row, found = one("姓名", cell)
    assert row.rejected
    assert found[0].field == "姓名"


@pytest.mark.parametrize("cell", ["买买提•吐尔逊", "买买提．吐尔逊", "买买提·吐尔逊 "])
def test_every_interpunct_is_one_name(cell):
    row, found = one("姓名", cell)
    assert row.values["name"] == "买买提\u00b7吐尔逊"
    assert found == []


def test_a_name_with_a_space_inside_is_one_name():
    row, _ = one("姓名", "张　三")
    assert row.values["name"] == "张三"


def test_a_card_is_read_and_a_passbook_gets_a_hint():
    assert one("银行账号", "6228 4800 1234 5678 909")[0].rejected is False
    _, found = one("银行账号", "100012345678901234")
    assert [problem.severity for problem in found] == [Severity.HINT]


def test_an_account_damaged_by_excel_is_rejected():
    row, found = one("银行账号", 6.22848001234567e18)
    assert row.rejected
    assert "Excel" in found[0].reason


def test_a_bad_phone_is_left_out_with_a_hint_and_rejects_nobody():
    row, found = one("联系电话", "1234")
    assert row.values["phone"] is None
    assert not row.rejected
    assert "没有写入" in found[0].reason


def test_a_phone_kept_as_a_number_is_read():
    assert one("联系电话", 13812345678)[0].values["phone"] == "13812345678"


@pytest.mark.parametrize(("cell", "count"), [(3, 3), ("3人", 3), ("三", 3), ("３", 3), (3.0, 3)])
def test_a_count_is_read_as_people_write_it(cell, count):
    assert one("保障人数", cell)[0].values["size"] == count


@pytest.mark.parametrize("cell", ["很多", 2.5, -1, 100_000])
def test_a_wrong_count_is_rejected(cell):
    assert one("保障人数", cell)[0].rejected


def test_an_unknown_choice_names_the_known_ones():
    _, found = one("与户主关系", "邻居")
    assert "配偶" in found[0].remedy


def test_an_unknown_village_is_rejected_in_the_words_of_the_register():
    assert problems(read(xlsx([HEAD, person(1, 行政村="天上村")]))) == [
        "行政村：没有叫“天上村”的村。请核对村名。"
    ]


def test_a_text_longer_than_the_column_is_rejected():
    assert one("备注", "长" * 201)[0].rejected
