from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salvation.domain import money
from salvation.domain.errors import BadValue
from salvation.domain.money import RoundMode


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("1,580.00元", "1580.00"),
        ("１５８０", "1580.00"),
        ("￥3.5", "3.50"),
        ("1.2万元", "12000.00"),
        (" 600 元整 ", "600.00"),
        (".5", "0.50"),
        ("0", "0.00"),
    ],
)
def test_amounts_are_read_as_people_write_them(text: str, amount: str) -> None:
    assert money.parse(text) == Decimal(amount)
    assert str(money.parse(text)) == amount


@pytest.mark.parametrize(
    "text",
    ["", "元", ".", "1e5", "NaN", "壹佰", "1,58", "12.345", "-1", "1 2a", "9" * 40, "8²", "①00", "12½"],
)
def test_what_is_no_amount_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        money.parse(text)


def test_a_correction_may_be_negative_where_asked_for() -> None:
    assert money.parse("-12.30", allow_negative=True) == Decimal("-12.30")


@pytest.mark.parametrize("value", ["NaN", "Infinity", "x", 1e300, Decimal("1E12")])
def test_yuan_refuses_what_cannot_be_money(value: str | float | Decimal) -> None:
    with pytest.raises(BadValue):
        money.yuan(value)


def test_half_a_cent_goes_up() -> None:
    assert money.yuan("0.005") == Decimal("0.01")
    assert money.yuan(Decimal("133.3333")) == Decimal("133.33")


@pytest.mark.parametrize(
    ("amount", "unit", "mode", "expected"),
    [
        ("1580.04", "1", RoundMode.HALF_UP, "1580.00"),
        ("1580.04", "1", RoundMode.UP, "1581.00"),
        ("1580.04", "0.1", RoundMode.UP, "1580.10"),
        ("1400.0000000000000000000000001", "1", RoundMode.UP, "1400.00"),
        ("0.005", "0.01", RoundMode.HALF_UP, "0.01"),
    ],
)
def test_rounding_follows_unit_and_mode(amount: str, unit: str, mode: RoundMode, expected: str) -> None:
    assert str(money.round_to(Decimal(amount), Decimal(unit), mode)) == expected


@pytest.mark.parametrize(
    ("amount", "words"),
    [
        ("1580", "壹仟伍佰捌拾元整"),
        ("0.05", "伍分"),
        ("1.05", "壹元零伍分"),
        ("10.50", "壹拾元伍角整"),
        ("1580.32", "壹仟伍佰捌拾元叁角贰分"),
        ("10050", "壹万零伍拾元整"),
        ("100500", "壹拾万零伍佰元整"),
        ("1010.10", "壹仟零壹拾元壹角整"),
        ("100000005", "壹亿零伍元整"),
        ("100050000", "壹亿零伍万元整"),
        ("20000100000", "贰佰亿零壹拾万元整"),
        ("0", "零元整"),
        ("-3.20", "负叁元贰角整"),
    ],
)
def test_amounts_are_written_in_capitals(amount: str, words: str) -> None:
    assert money.in_capitals(Decimal(amount)) == words


@given(st.integers(0, 10**13))
def test_no_two_amounts_share_their_words(cents: int) -> None:
    here = money.in_capitals(Decimal(cents) / 100 % 10**11)
    next_cent = money.in_capitals((Decimal(cents) / 100 + Decimal("0.01")) % 10**11)
    assert here != next_cent
