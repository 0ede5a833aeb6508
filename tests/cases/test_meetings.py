"""Bodies that meet: who was mobilised, what their resolutions ask of whom, whether the rules were kept."""
# requirements: A05, A11, A12

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from salvation.accounts.models import User
from salvation.duties.models import Duty
from salvation.registers.conferences import TASK, save_meeting, standing_of
from salvation.registers.models import Meeting, MeetingRule, MeetingTask
from salvation.units.models import Unit
from tests.days import today

ONCE = "5d7c2c1e-8a54-4f0e-9f0e-2b8f1d7c9a0"


def meet(unit: Unit, actor: User, kind: str = "JOINT", **facts: Any) -> Meeting:
    given = {
        "title": "联席会议", "held_on": today(), "place": "会议室", "host": "局长", "attendees": "甲\n乙\n丙", "agenda": "研究救助",
        "resolutions": "完成参保核查（县医保局）", **facts,
    }  # fmt: skip
    meeting = Meeting(unit=unit, kind=kind, **given)
    save_meeting(record=meeting, actor=actor, now=timezone.now(), new=True)
    return meeting


def test_the_table_says_which_unit_held_its_mobilising_meeting(
    units: dict[str, Unit], clerk: User, county_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    meet(units["360722100"], clerk, "MOBILIZE")
    found = {row.unit.code: row for row in standing_of(county_clerk, today().year, today())}
    assert found["360722100"].mobilised_on == today()
    assert found["360722101"].mobilised == 0
    page = sign_in(county_clerk).get(reverse("registers:standing")).content.decode()
    assert f"还没有召开动员部署会的 {sum(not row.mobilised for row in found.values())} 个单位" in page


def test_a_clerk_sees_the_meetings_of_his_own_town(units: dict[str, Unit], clerk: User) -> None:
    assert {row.unit for row in standing_of(clerk, today().year, today())} == {units["360722100"]}


def test_resolutions_of_a_joint_conference_become_tasks_on_the_desk(
    units: dict[str, Unit], county_clerk: User
) -> None:
    meet(units["360722"], county_clerk)
    task = MeetingTask.objects.get()
    assert (task.responsible, task.due_on) == ("县医保局", today() + timedelta(days=30))
    assert Duty.objects.get(kind=TASK).due_on == task.due_on


def test_a_meeting_that_decides_single_cases_makes_no_tasks(units: dict[str, Unit], clerk: User) -> None:
    meet(units["360722100"], clerk, "PANEL")
    assert not MeetingTask.objects.exists()


def test_saving_a_meeting_again_keeps_the_tasks_that_still_stand(
    units: dict[str, Unit], county_clerk: User
) -> None:
    meeting = meet(units["360722"], county_clerk, resolutions="事项甲\n事项乙")
    meeting.resolutions = "事项乙\n事项丙"
    save_meeting(record=meeting, actor=county_clerk, now=timezone.now(), new=False)
    assert set(MeetingTask.objects.values_list("what", flat=True)) == {"事项乙", "事项丙"}
    assert Duty.objects.filter(kind=TASK, done_at__isnull=True).count() == 2


@pytest.mark.parametrize(("result", "status"), [("", 422), ("已核查完毕", 302)])
def test_a_task_is_closed_with_what_was_done(
    result: str, status: int, units: dict[str, Unit], county_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    meet(units["360722"], county_clerk)
    task = MeetingTask.objects.get()
    address = reverse("registers:edit", kwargs={"code": "meeting-tasks", "pk": task.pk})
    sent = {
        "responsible": "县医保局", "due_on": task.due_on.isoformat(), "done_on": today().isoformat(), "result": result,
        "_once": f"{ONCE}{1 + bool(result)}", "_act": "confirmed",
    }  # fmt: skip
    assert sign_in(county_clerk).post(address, sent).status_code == status
    assert Duty.objects.filter(kind=TASK, done_at__isnull=True).exists() == (status == 422)


def test_the_meetings_page_says_whether_the_rules_were_kept(
    units: dict[str, Unit], county_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    MeetingRule.objects.create(
        unit=units["360722"],
        kind="JOINT",
        body="联席会议",
        text="每年两次",
        per_year=2,
        quorum=4,
        from_on=date(2020, 1, 1),
    )
    meeting = meet(units["360722"], county_clerk)
    address = reverse("registers:record", kwargs={"code": "meetings", "pk": meeting.pk})
    page = sign_in(county_clerk).get(address).content.decode()
    assert "不足法定人数4人" in page


def test_a_quorum_larger_than_the_body_is_refused(
    county_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    sent = {
        "kind": "LEADING", "body": "领导小组", "from_on": "2026-01-01", "per_year": "4", "quorum": "5", "members": "甲\n乙",
        "text": "规则", "_once": f"{ONCE}9", "_act": "confirmed",
    }  # fmt: skip
    answer = sign_in(county_clerk).post(reverse("registers:create", kwargs={"code": "meeting-rules"}), sent)
    assert answer.status_code == 422
    assert "多于成员 2 人" in answer.content.decode()
