"""Two joint conferences a year: a month before each half ends the desk says how many are missing."""
# requirements: A11 part

from datetime import date

import pytest
from django.utils import timezone

from cases.services.conferences import JOINT, wanted_by, warn_of_conferences
from salvation.duties.models import Duty
from salvation.registers.models import Meeting
from salvation.units.models import Unit


def hold(county: Unit, day: date) -> None:
    Meeting.objects.create(
        unit=county,
        kind="JOINT",
        title="联席会议",
        held_on=day,
        place="会议室",
        host="副县长",
        attendees="甲",
    )


def waiting() -> list[str]:
    return list(Duty.objects.filter(kind=JOINT, done_at__isnull=True).values_list("title", flat=True))


@pytest.mark.parametrize(
    ("on", "due"),
    [
        (date(2022, 5, 30), None),
        (date(2022, 5, 31), (date(2022, 6, 30), 1)),
        (date(2022, 7, 1), None),
        (date(2022, 12, 1), (date(2022, 12, 31), 2)),
    ],
)
def test_the_word_comes_thirty_days_before(on: date, due: tuple[date, int] | None) -> None:
    assert wanted_by(on, 2) == due


def test_a_missing_conference_is_said_once_and_goes_when_it_was_held(units: dict[str, Unit]) -> None:
    county, now = units["360722"], timezone.now()
    for _ in range(2):
        assert warn_of_conferences(county=county, on=date(2022, 6, 10), now=now)
    assert waiting() == ["本年联席会议已开0次，6月30日前须开1次"]
    hold(county, date(2022, 6, 11))
    assert not warn_of_conferences(county=county, on=date(2022, 6, 12), now=now)
    assert waiting() == []


def test_the_second_is_asked_for_in_december(units: dict[str, Unit]) -> None:
    county, now = units["360722"], timezone.now()
    hold(county, date(2022, 6, 11))
    assert warn_of_conferences(county=county, on=date(2022, 12, 5), now=now)
    assert waiting() == ["本年联席会议已开1次，12月31日前须开2次"]
