"""The emergency mode: opened and closed by two persons; what was put off is listed until it is made up for."""
# requirements: A17, A18 part

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import guards
from cases.emergency_guards import lacking, pieces_lacking
from cases.models import Application, EmergencyMode, Notice
from cases.services.applications import create_application, record_survey
from cases.services.emergencies import CATCH_UP, ask_emergency, close_made_up, on_confirmed
from cases.services.visit_rules import SurveyDetails, SurveyorInput
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.flow.clock import work_calendar
from salvation.flow.engine import perform
from salvation.flow.table import Context
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_check, make_household


def take(subject: Any, step: str, actor: User, comment: str = "", **data: Any) -> None:
    perform(subject=subject, step=step, actor=actor, now=timezone.now(), comment=comment, data=data)


@pytest.fixture
def mode(units: dict[str, Unit], county_clerk: User) -> EmergencyMode:
    return ask_emergency(
        unit=units["360722"], number="信民字〔2022〕3号", event="疫情", from_on=timezone.localdate(), until_on=None,
        replaced=["VISIT", "CHECK", "NOTICE"], actor=county_clerk, now=timezone.now(),
    )  # fmt: skip


def accepted(units: dict[str, Unit], clerk: User) -> Application:
    household = make_household(units["360722100200"], ["谢桂英"])
    application = create_application(
        household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=timezone.now(),
        event="疫情", **COMPLETE,
    )  # fmt: skip
    take(application, "submit", clerk)
    take(application, "accept", clerk)
    return application


def by_phone(application: Application, clerk: User) -> None:
    record_survey(
        application=application, method="PHONE", visited_at=timezone.now() - timedelta(minutes=5), place="视频",
        present="谢桂英", findings="属实", conclusion="属实", signed_by_family=False,
        details=SurveyDetails(no_visit_reason="疫情封控，不能入户"),
        surveyors=[SurveyorInput("钟经办", "TOWN", clerk.pk), SurveyorInput("村干部", "VILLAGE")], actor=clerk,
    )  # fmt: skip


def refused(guard: Any, application: Application) -> str | None:
    step = Application.flow.step("propose")
    answer: str | None = guard(Context(application, None, timezone.now(), step))
    return answer


def confirm_by_hand(application: Application) -> None:
    Application.objects.filter(pk=application.pk).update(state="CONFIRMED")
    application.refresh_from_db()


def test_who_asked_cannot_open_it(mode: EmergencyMode, county_clerk: User, approver: User) -> None:
    with pytest.raises(PermissionDenied):
        take(mode, "open", county_clerk)
    take(mode, "open", approver)
    assert mode.state == "OPEN"


def test_a_second_mode_waits_for_the_first_to_close(mode: EmergencyMode, county_clerk: User) -> None:
    with pytest.raises(Refusal, match="先关闭"):
        ask_emergency(
            unit=mode.unit, number="2号", event="洪灾", from_on=timezone.localdate(), until_on=None, replaced=["VISIT"],
            actor=county_clerk, now=timezone.now(),
        )  # fmt: skip


def test_cases_accepted_in_it_are_marked_and_may_be_asked_by_phone_and_checked_later(
    mode: EmergencyMode, units: dict[str, Unit], clerk: User, approver: User
) -> None:
    take(mode, "open", approver)
    application = accepted(units, clerk)
    assert application.emergency == mode
    assert application.event == "疫情"
    assert refused(guards.survey_is_valid, application) is not None
    by_phone(application, clerk)
    assert refused(guards.survey_is_valid, application) is None
    assert refused(guards.checked, application) is None


def test_a_case_accepted_before_or_after_goes_the_whole_way(
    mode: EmergencyMode, units: dict[str, Unit], clerk: User
) -> None:
    application = accepted(units, clerk)
    by_phone(application, clerk)
    assert application.emergency is None
    assert refused(guards.survey_is_valid, application) is not None
    assert refused(guards.checked, application) is not None


def test_after_closing_what_was_put_off_stands_on_the_desk_until_it_is_there(
    mode: EmergencyMode, units: dict[str, Unit], clerk: User, approver: User, county_clerk: User
) -> None:
    take(mode, "open", approver)
    EmergencyMode.objects.filter(pk=mode.pk).update(replaced=["VISIT", "CHECK"])
    application = accepted(units, clerk)
    confirm_by_hand(application)
    until = timezone.localdate() + timedelta(days=30)
    take(mode, "ask_close", county_clerk, closing_no="信民字〔2022〕9号", catch_up_until=until.isoformat())
    take(mode, "close", approver)
    assert (mode.state, mode.due_on) == ("CLOSED", until)
    duty = Duty.objects.get(kind=CATCH_UP, done_at__isnull=True)
    assert (duty.subject_id, duty.due_on) == (application.pk, until)
    with pytest.raises(Refusal, match="还有 1 件"):
        take(mode, "settle", county_clerk)
    make_check(application)
    record_survey(
        application=application, method="HOME", visited_at=timezone.now() - timedelta(minutes=1), place="家中",
        present="谢桂英", findings="属实", conclusion="属实", signed_by_family=True,
        surveyors=[SurveyorInput("钟经办", "TOWN", clerk.pk), SurveyorInput("村干部", "VILLAGE")], actor=clerk,
    )  # fmt: skip
    assert close_made_up(county=mode.unit, now=timezone.now()) == 1
    take(mode, "settle", county_clerk)
    assert mode.state == "SETTLED"


def test_a_case_past_the_guards_waits_on_its_desk_with_a_day_from_the_confirmation_on(
    mode: EmergencyMode, units: dict[str, Unit], clerk: User, approver: User
) -> None:
    take(mode, "open", approver)
    EmergencyMode.objects.filter(pk=mode.pk).update(replaced=["VISIT", "CHECK"])
    application = accepted(units, clerk)
    confirm_by_hand(application)
    now = timezone.now()
    on_confirmed(Context(application, approver, now, Application.flow.step("confirm_county")))
    duty = Duty.objects.get(kind=CATCH_UP, done_at__isnull=True)
    assert "补入户调查、补经济状况核对" in duty.title
    assert duty.due_on == work_calendar().add(timezone.localdate(now), 20)
    make_check(application)
    assert pieces_lacking(application, timezone.localdate(now)) == ["补入户调查"]
    assert close_made_up(county=mode.unit, now=now) == 0


def test_a_notice_put_off_counts_once_it_hung_its_days_with_photos(
    mode: EmergencyMode, units: dict[str, Unit], clerk: User, approver: User
) -> None:
    take(mode, "open", approver)
    EmergencyMode.objects.filter(pk=mode.pk).update(replaced=["NOTICE"])
    mode.refresh_from_db()
    application = accepted(units, clerk)
    confirm_by_hand(application)
    today = timezone.localdate()
    Notice.objects.create(
        application=application, posted_on=today - timedelta(days=8), ends_on=today - timedelta(days=1), place="公开栏",
        people=1, amount=100,
    )  # fmt: skip
    assert list(lacking(mode, today)) == [application]


def test_the_pages_open_for_the_county(
    mode: EmergencyMode, county_clerk: User, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(county_clerk)
    assert "疫情" in client.get(reverse("cases:emergencies")).content.decode()
    assert "没有待补手续" in client.get(reverse("cases:emergency", args=[mode.pk])).content.decode()
    assert client.get(reverse("cases:new_emergency")).status_code == 200
    assert sign_in(clerk).get(reverse("cases:emergencies")).status_code == 403
