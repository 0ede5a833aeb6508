from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from salvation.domain.ages import age, birthday
from salvation.domain.errors import BadValue
from salvation.domain.month import Month

MONTHS = st.builds(Month, st.integers(1950, 2090), st.integers(1, 12))


@pytest.mark.parametrize(
    "text", ["2022-05", "2022年5月", "202205", "2022/5", "２０２２年０５月", " 2022 年 5 月 "]
)
def test_a_month_is_read_in_every_usual_spelling(text: str) -> None:
    assert Month.parse(text) == Month(2022, 5)


@pytest.mark.parametrize("text", ["", "2022", "2022-13", "2022-00", "五月", "20225", "2022-05-01", "1022-05"])
def test_what_is_no_month_is_refused(text: str) -> None:
    with pytest.raises(BadValue):
        Month.parse(text)


def test_counting_crosses_the_year() -> None:
    assert Month(2022, 11) + 3 == Month(2023, 2)
    assert Month(2022, 2) - 3 == Month(2021, 11)
    assert Month(2023, 2) - Month(2022, 11) == 3


def test_february_ends_where_the_year_says() -> None:
    assert Month(2024, 2).last_day == date(2024, 2, 29)
    assert Month(2022, 2).next_day == date(2022, 3, 1)


def test_the_30th_of_february_is_its_last_day() -> None:
    assert Month(2022, 2).day(30) == date(2022, 2, 28)
    assert Month(2022, 4).day(30) == date(2022, 4, 30)


def test_until_includes_both_ends() -> None:
    assert [str(month) for month in Month(2021, 12).until(Month(2022, 2))] == [
        "2021-12",
        "2022-01",
        "2022-02",
    ]


def test_a_month_shows_in_chinese() -> None:
    assert Month(2022, 5).label == "2022年5月"


@given(MONTHS, st.integers(-600, 600))
def test_adding_and_taking_away_are_inverse(month: Month, count: int) -> None:
    assert (month + count) - count == month
    assert (month + count) - month == count


@given(MONTHS)
def test_spelling_and_reading_are_inverse(month: Month) -> None:
    assert Month.parse(str(month)) == Month.parse(month.label) == month
    assert Month.from_ordinal(month.ordinal) == month


def test_age_changes_on_the_birthday() -> None:
    assert age(date(1962, 5, 12), date(2022, 5, 11)) == 59
    assert age(date(1962, 5, 12), date(2022, 5, 12)) == 60


def test_the_leap_day_child_grows_older_on_the_first_of_march() -> None:
    born = date(2008, 2, 29)
    assert age(born, date(2026, 2, 28)) == 17
    assert birthday(born, 18) == date(2026, 3, 1)
    assert birthday(born, 20) == date(2028, 2, 29)


@given(st.dates(date(1900, 1, 1), date(2020, 12, 31)), st.integers(0, 79))
def test_the_birthday_is_the_first_day_of_the_age(born: date, years: int) -> None:
    day = birthday(born, years)
    assert age(born, day) == years
    if years:
        assert age(born, date.fromordinal(day.toordinal() - 1)) == years - 1
