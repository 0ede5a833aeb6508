"""No application is stuck half way, none is granted by a way that the rules do not know (03 §3.1)."""
# requirements: B06, B07, B12, B16, B21

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import checklist, county_visit, guards
from cases.county_visit import DUTY
from cases.models import Application, EmergencyMode, Household, Member
from cases.services.applications import create_application, record_survey
from cases.services.checks import request_check
from cases.services.complaints import ask_county_visit, record_complaint
from cases.services.specials import propose_special
from cases.services.visit_rules import SurveyDetails, SurveyorInput
from cases.visits import waiting_for
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.flow.clock import work_calendar
from salvation.flow.engine import perform
from salvation.flow.table import Context
from salvation.parameters.services import confirm_parameter, propose_parameter
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_check, make_household, make_visited
from tests.cases.test_specials import application as judged_unfit
from tests.days import today

__all__ = ["judged_unfit"]


def take(subject: Any, step: str, actor: User | None, comment: str = "", **data: Any) -> None:
    perform(subject=subject, step=step, actor=actor, now=timezone.now(), comment=comment, data=data)


def meeting(unit: Unit, kind: str) -> str:
    made = Meeting.objects.create(
        unit=unit,
        kind=kind,
        title="会议",
        held_on=today(),
        place="会议室",
        host="郭局长",
        attendees="甲\n乙\n丙",
    )
    return str(made.pk)


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["谢桂英", "谢建国"])


@pytest.fixture
def submitted(household: Household, clerk: User) -> Application:
    made = create_application(
        household=household,
        program="DIBAO_RURAL",
        applied_on=today(),
        actor=clerk,
        now=timezone.now(),
        **COMPLETE,
    )
    take(made, "submit", clerk)
    return made


@pytest.fixture
def accepted(submitted: Application, clerk: User) -> Application:
    take(submitted, "accept", clerk)
    return submitted


def test_what_the_township_found_unfit_is_not_granted_without_a_notice(
    judged_unfit: Application, leader: User, approver: User, units: dict[str, Unit]
) -> None:
    take(judged_unfit, "first_reject", leader, "收入超标", meeting=meeting(judged_unfit.unit, "PANEL"))
    step = Application.flow.step("confirm_county")
    assert guards.was_noticed in step.guards
    bureau = meeting(units["360722"], "BUREAU")
    with pytest.raises(Refusal, match="没有公示"):
        take(judged_unfit, "confirm_county", approver, meeting=bureau, amount="0")
    take(judged_unfit, "return_county", approver, "按核查情况符合条件，请重新初审")
    assert judged_unfit.state == "TOWN_REVIEW"


def test_whoever_never_completes_his_papers_is_ended(
    submitted: Application, clerk: User, leader: User
) -> None:
    take(submitted, "correct", clerk, "户口簿")
    take(submitted, "terminate", leader, "逾期未补齐户口簿，两次联系不予配合")
    assert submitted.state == "TERMINATED"


def test_the_county_visits_a_relative_of_staff_where_the_township_confirms(
    household: Household, clerk: User, head: User
) -> None:
    application = make_visited(household, state="TOWN_CONFIRM", kinship_flag=True, level="TOWNSHIP")
    context = Context(application, head, timezone.now(), Application.flow.step("confirm_town"))
    assert "县级人员入户" in (guards.county_has_visited(context) or "")
    ask_county_visit(application, now=timezone.now(), actor=head)
    assert application in waiting_for(clerk)
    record_survey(
        application=application, method="HOME", visited_at=timezone.now() - timedelta(minutes=5), place="家中",
        present="谢桂英", findings="属实", conclusion="属实", signed_by_family=True,
        surveyors=[SurveyorInput("县局刘某", "COUNTY"), SurveyorInput("村干部", "VILLAGE")], actor=clerk,
    )  # fmt: skip
    assert guards.county_has_visited(context) is None
    assert application not in waiting_for(clerk)


def by_the_county(application: Application, clerk: User, *, days_ago: int = 0, method: str = "HOME") -> None:
    record_survey(
        application=application, method=method, visited_at=timezone.now() - timedelta(days=days_ago), place="家中",
        present="谢桂英", findings="属实", conclusion="属实", signed_by_family=True,
        surveyors=[SurveyorInput("县局刘某", "COUNTY"), SurveyorInput("村干部", "VILLAGE")], actor=clerk,
        details=SurveyDetails(no_visit_reason="外出" if method == "PHONE" else ""),
    )  # fmt: skip


def complain(application: Application, actor: User, received_on: date | None = None) -> None:
    record_complaint(
        application=application, received_on=received_on or today(), channel="CALL", content="家里有小汽车",
        actor=actor, now=timezone.now(),
    )  # fmt: skip


def visit_duties() -> Any:
    return Duty.objects.filter(kind=DUTY, done_at__isnull=True)


def test_after_a_complaint_the_county_visits_itself_though_the_township_confirms(
    household: Household, clerk: User, head: User, county_clerk: User
) -> None:
    application = make_visited(household, state="TOWN_CONFIRM", level="TOWNSHIP")
    context = Context(application, head, timezone.now(), Application.flow.step("confirm_town"))
    assert guards.county_has_visited(context) is None
    complain(application, clerk)
    assert "有投诉、举报" in (guards.county_has_visited(context) or "")
    duty = visit_duties().get()
    assert (duty.unit, duty.permission) == (application.county, "case.review")
    assert county_clerk.may(duty.permission, duty.unit)
    by_the_county(application, county_clerk, method="PHONE")
    assert guards.county_has_visited(context) is not None
    by_the_county(application, county_clerk)
    assert guards.county_has_visited(context) is None
    assert not visit_duties().exists()


def test_a_visit_of_the_county_before_the_complaint_says_nothing_of_it(
    household: Household, clerk: User, head: User
) -> None:
    application = make_visited(household, state="COUNTY_REVIEW")
    application.accepted_on = today() - timedelta(days=9)
    application.save(update_fields=["accepted_on"])
    by_the_county(application, clerk, days_ago=5)
    complain(application, clerk, received_on=today() - timedelta(days=3))
    context = Context(application, head, timezone.now(), Application.flow.step("confirm_county"))
    assert "以后" in (guards.county_has_visited(context) or "")
    assert not waiting_for(clerk).get(pk=application.pk).visited


@pytest.mark.parametrize(("forcing", "asked"), [("EVERY", True), ("REPORTED", False), ("NOTHING", False)])
def test_an_objection_to_the_notice_asks_for_the_county_as_the_parameter_says(
    household: Household, clerk: User, county_clerk: User, approver: User, forcing: str, asked: bool
) -> None:
    version = propose_parameter(
        key="complaint.county_visit", unit=household.county, value=forcing, valid_from=date(2020, 1, 1), basis="县局文号",
        actor=county_clerk,
    )  # fmt: skip
    confirm_parameter(version_id=version.pk, actor=approver)
    application = make_visited(household, state="NOTICING")
    take(application, "object", clerk, "家里有小汽车")
    assert bool(county_visit.lacking(application, today())) is asked


def test_nobody_complains_of_what_is_not_accepted_or_decided_and_a_village_reads_nothing_of_it(
    household: Household, clerk: User, make_user: Callable[..., User], sign_in: Callable[[User], Client]
) -> None:
    application = make_visited(household, state="SURVEYING")
    complain(application, clerk)
    page = reverse("cases:application", args=[application.pk])
    assert "小汽车" in sign_in(clerk).get(page, {"tab": "voices"}).content.decode()
    worker = make_user("cun", "VILLAGE_WORKER", household.village.code)
    said = [sign_in(worker).get(page, {"tab": tab}).content.decode() for tab in ("overview", "voices")]
    assert not any("小汽车" in text or "投诉" in text for text in said)
    Application.objects.filter(pk=application.pk).update(state="CONFIRMED")
    with pytest.raises(Refusal, match="决定以前"):
        complain(application, clerk)


def test_whoever_applies_alone_signs_and_is_checked_though_he_does_not_count_to_the_family(
    household: Household, clerk: User
) -> None:
    Member.objects.filter(household=household, person__name="谢建国").update(
        counted=False, exclude_reason="CLERGY"
    )
    monk = household.members.get(person__name="谢建国").person
    application = make_visited(household, applicant=monk, is_single=True, single_reason="CLERGY")
    assert [signer.name for signer in checklist.signers(application, on=today())] == ["谢桂英", "谢建国"]


def test_an_absent_member_who_does_not_apply_signs_nothing(household: Household) -> None:
    Member.objects.filter(household=household, person__name="谢建国").update(
        counted=False, exclude_reason="CLERGY"
    )
    application = make_visited(household)
    assert [signer.name for signer in checklist.signers(application, on=today())] == ["谢桂英"]


def test_in_an_emergency_a_check_under_way_keeps_nobody_waiting(
    accepted: Application, clerk: User, county_clerk: User
) -> None:
    mode = EmergencyMode.objects.create(
        unit=accepted.county, number="1号", event="疫情", from_on=today(), replaced=["CHECK"], asked_by=county_clerk,
        state="OPEN",
    )  # fmt: skip
    request_check(application=accepted, actor=clerk, now=timezone.now())
    context = Context(accepted, clerk, timezone.now(), Application.flow.step("propose"))
    assert "报告出具后再提交" in (guards.checked(context) or "")
    accepted.emergency = mode
    assert guards.checked(context) is None


def open_duties(kind: str) -> int:
    return Duty.objects.filter(kind=kind, done_at__isnull=True).count()


def test_nobody_is_checked_any_longer_for_an_application_that_was_withdrawn(
    accepted: Application, clerk: User
) -> None:
    check = request_check(application=accepted, actor=clerk, now=timezone.now())
    assert open_duties("check") == 1
    take(accepted, "withdraw", clerk, "申请人书面撤回")
    check.refresh_from_db()
    assert (check.state, open_duties("check")) == ("WITHDRAWN", 0)


def test_a_report_against_a_family_stays_and_nobody_waits_for_its_objection_after_the_refusal(
    judged_unfit: Application, clerk: User, leader: User, approver: User, units: dict[str, Unit]
) -> None:
    check = make_check(judged_unfit, state="FAILED")
    take(check, "tell", clerk, told_on=today().isoformat(), told_to="谢桂英")
    assert open_duties("check") == 1
    take(judged_unfit, "first_reject", leader, "收入超标", meeting=meeting(judged_unfit.unit, "PANEL"))
    take(judged_unfit, "reject_county", approver, "收入超标", meeting=meeting(units["360722"], "BUREAU"))
    check.refresh_from_db()
    assert (check.state, open_duties("check")) == ("TOLD", 0)


def test_no_meeting_is_asked_about_an_application_that_was_withdrawn(
    judged_unfit: Application, clerk: User, county_clerk: User
) -> None:
    special = propose_special(
        application=judged_unfit, difficulty="赡养人失联", proposed="DIBAO_RURAL", basis="县办法第9条", actor=clerk,
        now=timezone.now(),
    )  # fmt: skip
    take(special, "submit", clerk)
    take(special, "check", county_clerk, opinion="难点属实")
    take(judged_unfit, "withdraw", clerk, "申请人书面撤回")
    special.refresh_from_db()
    assert (special.state, open_duties("special")) == ("WITHDRAWN", 0)


def test_an_objection_is_no_way_on_while_the_notice_hangs(
    household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    application = make_visited(household, state="NOTICING", level="COUNTY")
    page = sign_in(clerk).get(reverse("cases:application", args=[application.pk]))
    assert {offer["label"]: offer["main"] for offer in page.context["offers"]}["登记异议"] is False


def test_no_choice_begins_with_dashes(county_clerk: User, sign_in: Callable[[User], Client]) -> None:
    page = sign_in(county_clerk).get("/registers/institutions/new/").content.decode()
    assert "请选择" in page
    assert "---------" not in page


def test_a_refusal_is_to_be_told_from_the_decision_on(
    household: Household, clerk: User, approver: User, units: dict[str, Unit]
) -> None:
    application = make_visited(household, state="COUNTY_REVIEW", level="COUNTY")
    bureau = meeting(units["360722"], "BUREAU")
    take(application, "reject_county", approver, "收入超过标准", meeting=bureau)
    duty = Duty.objects.get(kind="document", done_at__isnull=True)
    assert duty.due_on == work_calendar().add(today(), 3)
