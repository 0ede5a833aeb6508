from datetime import date

import pytest

from salvation.domain.workdays import Roll, WorkCalendar

CALENDAR = WorkCalendar()


def test_the_day_of_acceptance_does_not_count() -> None:
    assert CALENDAR.add(date(2026, 3, 2), 3) == date(2026, 3, 5)


def test_no_days_is_the_start_itself() -> None:
    assert CALENDAR.add(date(2026, 3, 1), 0) == date(2026, 3, 1)


def test_a_holiday_is_skipped_and_a_saturday_worked_in_exchange_counts() -> None:
    assert CALENDAR.add(date(2025, 9, 30), 3) == date(2025, 10, 11)
    assert CALENDAR.is_workday(date(2025, 10, 11))
    assert not CALENDAR.is_workday(date(2025, 10, 8))


def test_rows_of_the_county_win_over_the_published_calendar() -> None:
    flood = WorkCalendar({date(2026, 3, 3): False, date(2026, 3, 7): True})
    assert flood.add(date(2026, 3, 2), 4) == date(2026, 3, 7)


def test_a_year_not_yet_published_rests_on_weekends_and_says_so() -> None:
    assert CALENDAR.assumed(2040)
    assert not CALENDAR.assumed(2025)
    assert not CALENDAR.is_workday(date(2040, 1, 7))
    assert CALENDAR.is_workday(date(2040, 10, 1))


def test_entering_a_year_by_hand_makes_it_known() -> None:
    assert not WorkCalendar({date(2040, 10, 1): False}).assumed(2040)


def test_between_counts_like_add() -> None:
    start = date(2025, 9, 28)
    assert CALENDAR.between(start, CALENDAR.add(start, 10)) == 10
    assert CALENDAR.between(date(2026, 3, 5), date(2026, 3, 2)) == -3


@pytest.mark.parametrize(
    ("how", "expected"),
    [(Roll.NONE, date(2026, 5, 30)), (Roll.PREV, date(2026, 5, 29)), (Roll.NEXT, date(2026, 6, 1))],
)
def test_a_deadline_on_a_saturday_goes_where_the_parameter_says(how: Roll, expected: date) -> None:
    assert CALENDAR.roll(date(2026, 5, 30), how) == expected
