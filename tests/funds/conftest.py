"""What tests of funds share: a village, rosters made and signed."""

from collections.abc import Callable
from typing import Any

import pytest
from django.utils import timezone

from funds.models import Roster
from funds.services.rosters import generate_rosters
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.registers.models import Meeting
from salvation.units.models import Unit


@pytest.fixture
def other_village(units: dict[str, Unit]) -> Unit:
    """大塘村 of 大塘埠镇, the other town."""
    return units["360722101200"]


@pytest.fixture
def make(units: dict[str, Unit]) -> Callable[..., Roster]:
    """Generate the county's rosters of a month; gives 嘉定镇's book of 农村低保."""

    def made(month: Month, program: str = "DIBAO_RURAL", town: str = "360722100") -> Roster:
        generate_rosters(unit=units["360722"], month=month, actor=None, now=timezone.now())
        return Roster.objects.get(unit__code=town, program=program, month=month.first_day)

    return made


@pytest.fixture
def sign(clerk: User, leader: User) -> Callable[[Roster], Roster]:
    """Check and sign a roster of 嘉定镇."""

    def signed(roster: Roster) -> Roster:
        perform(subject=roster, step="check", actor=clerk, now=timezone.now())
        perform(subject=roster, step="sign", actor=leader, now=timezone.now())
        return roster

    return signed


@pytest.fixture
def bureau_meeting(units: dict[str, Unit]) -> Meeting:
    return a_meeting(units["360722"], "BUREAU")


def a_meeting(unit: Unit, kind: str, **facts: Any) -> Meeting:
    values = {"held_on": timezone.localdate(), "attendees": "甲\n乙\n丙", **facts}
    return Meeting.objects.create(
        unit=unit, kind=kind, title="局务会", place="会议室", host="郭局长", **values
    )
