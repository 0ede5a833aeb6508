"""What the system finds by itself becomes a problem of the unit, once: meetings against their rules, late confirmations."""
# requirements: A12, B17

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from audits.found import file_found
from audits.models import RectificationItem
from cases.models import Application, CollectiveDecision
from salvation.accounts.models import User
from salvation.registers.models import Meeting, MeetingRule
from salvation.units.models import Unit
from tests.builders import make_household, make_visited
from tests.days import today

TOWN = "360722100"


def rule(unit: Unit, **facts: Any) -> MeetingRule:
    given = {
        "kind": "PANEL",
        "body": "嘉定镇领导组",
        "text": "集体讨论",
        "per_year": 0,
        "quorum": 3,
        "from_on": date(2020, 1, 1),
    }
    return MeetingRule.objects.create(unit=unit, **{**given, **facts})


def meet(unit: Unit, **facts: Any) -> Meeting:
    given = {
        "kind": "PANEL", "title": "领导组会议", "held_on": today(), "place": "会议室", "host": "镇长", "attendees": "甲\n乙\n丙",
        "agenda": "研究申请", "resolutions": "同意",
    }  # fmt: skip
    return Meeting.objects.create(unit=unit, **{**given, **facts})


def find(units: dict[str, Unit]) -> int:
    return file_found(county=units["360722"], on=today(), now=timezone.now())


def decided(units: dict[str, Unit], lag: int | None) -> Application:
    application = make_visited(
        make_household(units["360722100200"], ["谢桂英"]), "CONFIRMED", decided_on=today()
    )
    CollectiveDecision.objects.create(
        application=application, meeting=meet(units[TOWN]), stage="确认", approved=True, amount=500, lag=lag
    )
    return application


def test_a_meeting_without_a_quorum_becomes_a_problem_of_the_seventh_kind(units: dict[str, Unit]) -> None:
    rule(units[TOWN])
    meet(units[TOWN], attendees="甲\n乙\n丙", recused="丙")
    assert find(units) == 1
    item = RectificationItem.objects.get()
    assert (item.category, item.state, item.unit) == ("COUNCIL", "FOUND", units[TOWN])
    assert "到会2人" in item.description


def test_the_same_breach_is_filed_once(units: dict[str, Unit]) -> None:
    rule(units[TOWN])
    meet(units[TOWN], agenda="")
    assert (find(units), find(units)) == (1, 0)


def test_a_meeting_that_kept_the_rules_is_no_problem(units: dict[str, Unit]) -> None:
    rule(units[TOWN])
    meet(units[TOWN])
    assert find(units) == 0


def test_a_meeting_of_a_body_without_rules_is_not_judged(units: dict[str, Unit]) -> None:
    meet(units[TOWN], attendees="甲", resolutions="")
    assert find(units) == 0


def test_another_countys_meetings_are_left_alone(units: dict[str, Unit]) -> None:
    rule(units["140431100"])
    meet(units["140431100"], agenda="")
    assert find(units) == 0


@pytest.mark.parametrize(("lag", "problems"), [(3, 0), (4, 1), (None, 0)])
def test_a_confirmation_later_than_three_working_days_is_found(
    lag: int | None, problems: int, units: dict[str, Unit]
) -> None:
    application = decided(units, lag)
    assert find(units) == problems
    if problems:
        assert application.no in RectificationItem.objects.get().description


def test_the_list_shows_meeting_and_confirmation_side_by_side(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    decided(units, 4)
    browser, address = sign_in(clerk), reverse("cases:sync_checks")
    assert "超过期限" in browser.get(address).content.decode()
    assert "谢桂英" in browser.get(address, {"late": "1"}).content.decode()


def test_nobody_takes_the_systems_finding_for_his_own(units: dict[str, Unit]) -> None:
    rule(units[TOWN])
    meet(units[TOWN], held_on=today() - timedelta(days=1), absent="丁")
    find(units)
    item = RectificationItem.objects.get()
    assert (item.created_by, item.origin is not None) == (None, True)
    assert "没有登记请假事由" in item.description
