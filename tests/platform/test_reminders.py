"""Reminders before a deadline, escalation after it, and the calendar that shows them (L11, domain/11)."""
# requirements: L11

from collections.abc import Callable
from datetime import date, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.services.applications import create_application
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.duties.calendar import recurring_in
from salvation.duties.models import Duty, Reminder
from salvation.duties.reminders import remind
from salvation.duties.selectors import duties_for
from salvation.duties.services import close_duty, open_duty
from salvation.periods.effects import LEADER_DUTY
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_household

WEDNESDAY, SUNDAY = date(2022, 5, 11), date(2022, 5, 15)
TOWN, OTHER = "360722100", "360722101"


def at(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 8))


@pytest.fixture
def wait(units: dict[str, Unit]) -> Callable[..., Duty]:
    """Something that waits for the clerks of a town until a day."""

    def made(due_on: date, code: str = TOWN, subject: int = 1, title: str = "受理：谢桂英") -> Duty:
        return open_duty(
            kind="application", subject_id=subject, unit=units[code], permission="case.accept", title=title,
            url="/", now=at(date(2022, 5, 1)), due_on=due_on,
        )  # fmt: skip

    return made


def test_who_must_act_soon_is_reminded_once_a_day(
    wait: Callable[..., Duty], units: dict[str, Unit], leader: User
) -> None:
    wait(date(2022, 5, 13))
    wait(date(2022, 5, 30), subject=2)
    county = units["360722"]
    assert remind(county=county, on=WEDNESDAY, now=at(WEDNESDAY)) == 1
    assert remind(county=county, on=WEDNESDAY, now=at(WEDNESDAY)) == 0
    told = Reminder.objects.get()
    assert (told.level, told.duties, told.oldest) == ("AHEAD", 1, date(2022, 5, 13))
    assert not duties_for(leader).exists()


def test_a_late_matter_comes_to_the_desk_of_the_head_of_the_unit(
    wait: Callable[..., Duty], units: dict[str, Unit], leader: User, other_clerk: User, county_clerk: User
) -> None:
    wait(date(2022, 5, 10))
    wait(date(2022, 5, 9), subject=2)
    remind(county=units["360722"], on=WEDNESDAY, now=at(WEDNESDAY))
    told = duties_for(leader).get()
    assert told.title == "本单位有2件逾期未办，最早的应于2022年05月09日办结"
    assert not duties_for(other_clerk).exists()
    assert not duties_for(county_clerk).exists()


def test_the_county_is_told_when_the_unit_does_not_move(
    wait: Callable[..., Duty], units: dict[str, Unit], county_clerk: User
) -> None:
    wait(date(2022, 5, 6))
    county = units["360722"]
    # 7 May was worked in exchange; on the 11th four working days have passed, on the 10th three.
    tuesday = date(2022, 5, 10)
    remind(county=county, on=tuesday, now=at(tuesday))
    assert not duties_for(county_clerk).filter(kind="duty.late.county").exists()
    remind(county=county, on=WEDNESDAY, now=at(WEDNESDAY))
    assert duties_for(county_clerk).get(kind="duty.late.county").title == "1个单位共1件逾期超过3个工作日"


def test_a_table_already_urged_is_one_late_matter(
    wait: Callable[..., Duty], units: dict[str, Unit], leader: User
) -> None:
    late = wait(date(2022, 5, 10))
    open_duty(
        kind=LEADER_DUTY, subject_id=1, unit=units[TOWN], permission="table.sign", title="催报", url="/",
        now=at(WEDNESDAY), due_on=late.due_on,
    )  # fmt: skip
    remind(county=units["360722"], on=WEDNESDAY, now=at(WEDNESDAY))
    assert "有1件逾期未办" in duties_for(leader).get(kind="duty.late").title


def test_the_line_goes_when_nothing_is_late_any_more(
    wait: Callable[..., Duty], units: dict[str, Unit], leader: User
) -> None:
    wait(date(2022, 5, 10))
    county, thursday = units["360722"], date(2022, 5, 12)
    remind(county=county, on=WEDNESDAY, now=at(WEDNESDAY))
    close_duty(kind="application", subject_id=1, now=at(WEDNESDAY), actor=None)
    remind(county=county, on=thursday, now=at(thursday))
    assert not duties_for(leader).exists()


def test_nobody_is_disturbed_on_a_day_off(wait: Callable[..., Duty], units: dict[str, Unit]) -> None:
    wait(date(2022, 5, 10))
    assert remind(county=units["360722"], on=SUNDAY, now=at(SUNDAY)) == 0


def test_returning_deadlines_stand_on_their_days(units: dict[str, Unit], clerk: User) -> None:
    june = {one.label: day for day, one in recurring_in(Month(2022, 6), units["360722"], clerk)}
    assert june["报送专项治理统计表"] == date(2022, 6, 10)
    assert june["报送专项治理情况报告"] == date(2022, 6, 25)
    assert june["花名表签章上报"] == date(2022, 6, 30)
    assert june["救助金发放到位"] == date(2022, 6, 10)
    assert june["召开联席会议（每年不少于两次）"] == date(2022, 6, 30)
    assert "局务会审批花名表" not in june


@pytest.fixture
def shown(sign_in: Callable[[User], Client]) -> Callable[..., str]:
    def page(user: User, query: str = "") -> str:
        response = sign_in(user).get(reverse("duties:calendar") + query)
        assert response.status_code == 200
        return response.content.decode()

    return page


def test_the_leader_sees_what_waits_in_his_unit_and_a_clerk_of_another_town_does_not(
    wait: Callable[..., Duty], leader: User, other_clerk: User, shown: Callable[..., str]
) -> None:
    wait(date(2022, 5, 13))
    assert "受理：谢桂英" in shown(leader, "?month=2022-05")
    assert "受理：谢桂英" not in shown(other_clerk, "?month=2022-05")


def test_one_who_must_stand_back_does_not_read_the_name_in_the_calendar(
    units: dict[str, Unit], clerk: User, leader: User, shown: Callable[..., str]
) -> None:
    household = make_household(units["360722100200"], ["谢桂英"])
    application = create_application(
        household=household, program="DIBAO_RURAL", applicant_id=household.head_id, applied_on=WEDNESDAY,
        **COMPLETE, actor=clerk, now=at(WEDNESDAY),
    )  # fmt: skip
    Duty.objects.filter(subject_id=application.pk).update(due_on=WEDNESDAY)
    assert "谢桂英" in shown(leader, "?month=2022-05")
    Recusal.objects.create(user=leader, person_id=household.head_id, reason="近亲属")
    assert "谢桂英" not in shown(leader, "?month=2022-05")


@pytest.mark.parametrize("query", ["?month=2022-13", "?day=2022-02-30", "?unit=%27%3B--", "?late=2"])
def test_an_address_that_makes_no_sense_shows_the_present_month(
    clerk: User, shown: Callable[..., str], query: str
) -> None:
    assert Month.of(timezone.localdate()).label in shown(clerk, query)


def test_a_day_shows_its_own_matters_only(
    wait: Callable[..., Duty], clerk: User, shown: Callable[..., str]
) -> None:
    wait(date(2022, 5, 13))
    wait(date(2022, 5, 16), subject=2, title="受理：王五")
    page = shown(clerk, "?day=2022-05-13")
    assert "受理：谢桂英" in page
    assert "受理：王五" not in page
