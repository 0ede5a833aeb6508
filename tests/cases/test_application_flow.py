"""An application from the clerk's form to an open benefit, and who may do what on the way."""
# requirements: B02, B04, B05, B06, B12, B13, B14, B15

from collections.abc import Callable
from datetime import date, datetime, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from PIL import Image

from cases.models import Application, BenefitTerm, Household
from cases.services.applications import create_application, record_survey, save_declaration
from cases.services.assessments import assess_application
from cases.services.people import PersonInput, register_household
from cases.services.visit_rules import SurveyorInput
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.files.services import add_attachment
from salvation.flow.clocks import extend_clock
from salvation.flow.engine import available, history, perform
from salvation.parameters.services import confirm_parameter, propose_parameter
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_check

HEAD_ID, SON_ID, GRANDSON_ID = "990000195403150027", "990000197703150010", "990000201008010131"


def with_check(first_17: str) -> str:
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    return first_17 + "10X98765432"[sum(int(d) * w for d, w in zip(first_17, weights, strict=True)) % 11]


@pytest.fixture
def household(clerk: User, village: Unit) -> Household:
    """The household of example 10.1: a pensioner, a son who earns, a grandson at school."""
    members = [
        PersonInput("谢桂英", with_check("99000019540315002"), "HEAD"),
        PersonInput("谢建国", with_check("99000019770315001"), "CHILD"),
        PersonInput("谢小明", with_check("99000020100801013"), "GRANDCHILD", facts={"in_school": True}),
    ]
    return register_household(
        unit=village.parent, village=village, members=members, standard_area="RURAL", actor=clerk
    )


STANDARDS = {
    "dibao.std.rural": "600",
    "uplift.amount.elder": "100",
    "uplift.amount.child": "80",
    "uplift.amount.disabled": "120",
    "uplift.amount.ill": "120",
    "uplift.illness_list": "尿毒症",
    "income.job_cost.mode": "ACTUAL",
    "uplift.stack": "HIGHEST_ONLY",
    "uplift.elder_age": 60,
    "uplift.child_age": 18,
    "uplift.severe_levels": "1,2",
    "dibao.mode": "DIFF",
    "funds.grant_min": "0",
    "funds.round.mode": "HALF_UP",
    "funds.round.unit": "0.01",
    "income.basic_pension.after": "EXCLUDE",
}


@pytest.fixture
def parameters(county_clerk: User, approver: User, units: dict[str, Unit]) -> Callable[..., None]:
    """Enter and confirm parameters with two persons."""

    def enter(values: dict[str, Any], start: date = date(2020, 1, 1)) -> None:
        for key, value in values.items():
            version = propose_parameter(
                key=key,
                unit=units["360722"],
                value=value,
                valid_from=start,
                basis="测试文号",
                actor=county_clerk,
            )
            confirm_parameter(version_id=version.pk, actor=approver)

    return enter


def economy(household: Household) -> dict[str, Any]:
    by_name = {member.person.name: str(member.person_id) for member in household.members.all()}
    return {
        "incomes": [
            {"member": by_name["谢桂英"], "item": "BASIC_PENSION", "monthly": "130"},
            {"member": by_name["谢建国"], "item": "SALARY", "monthly": "500", "cost": "100"},
        ]
    }


def photo() -> bytes:
    stream = BytesIO()
    Image.new("RGB", (40, 30), "white").save(stream, "JPEG")
    return stream.getvalue()


def panel(unit: Unit, day: date) -> Meeting:
    return Meeting.objects.create(
        unit=unit,
        kind="PANEL",
        title="领导组会议",
        held_on=day,
        place="镇会议室",
        host="赖镇长",
        attendees="甲\n乙\n丙",
    )


@pytest.fixture
def submitted(household: Household, clerk: User) -> Application:
    now = timezone.now()
    application = create_application(
        household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=now,
        **COMPLETE,
    )  # fmt: skip
    save_declaration(household=household, application=application, document=economy(household), actor=clerk)
    perform(subject=application, step="submit", actor=clerk, now=now)
    return application


def visit(application: Application, clerk: User) -> None:
    record_survey(
        application=application, method="HOME", visited_at=timezone.now() - timedelta(minutes=5), place="家中",
        present="谢桂英", findings="属实", conclusion="属实", signed_by_family=True,
        surveyors=[SurveyorInput("钟经办", "TOWN", clerk.pk), SurveyorInput("村干部", "VILLAGE")], actor=clerk,
    )  # fmt: skip


def review(application: Application, clerk: User, leader: User, now: datetime) -> None:
    """From submitted to the notice."""
    perform(subject=application, step="accept", actor=clerk, now=now)
    perform(subject=application, step="survey", actor=clerk, now=now)
    visit(application, clerk)
    assess_application(application=application, actor=clerk, now=timezone.now())
    make_check(application)
    perform(subject=application, step="propose", actor=clerk, now=now)
    meeting = panel(application.unit, timezone.localdate())
    data = {"meeting": str(meeting.pk), "place": "村公开栏"}
    perform(subject=application, step="first_review", actor=leader, now=now, data=data)


def finish_notice(application: Application, clerk: User) -> datetime:
    for name in ("开始.jpg", "结束.jpg"):
        add_attachment(
            subject=application, unit=application.unit, kind="NOTICE", name=name, content=photo(), actor=clerk
        )
    return timezone.now() + timedelta(days=8)


def to_county(application: Application, clerk: User, leader: User) -> datetime:
    """From submitted to the county's confirmation; returns when it came there."""
    review(application, clerk, leader, timezone.now())
    later = finish_notice(application, clerk)
    perform(subject=application, step="to_county", actor=clerk, now=later)
    return later


def confirm_in_bureau(application: Application, approver: User, now: datetime, amount: str) -> None:
    bureau = Meeting.objects.create(
        unit=application.county, kind="BUREAU", title="局务会", held_on=timezone.localdate(), place="会议室", host="郭局长",
        attendees="甲\n乙\n丙",
    )  # fmt: skip
    data = {"meeting": str(bureau.pk), "amount": amount}
    perform(subject=application, step="confirm_county", actor=approver, now=now, data=data)


@pytest.mark.parametrize("applied_on", [date(1990, 1, 1), timezone.localdate() + timedelta(days=2)])
def test_a_day_nobody_can_have_applied_on_is_refused(
    applied_on: date, household: Household, clerk: User
) -> None:
    with pytest.raises(Refusal, match="申请日期"):
        create_application(
            household=household, program="DIBAO_RURAL", applied_on=applied_on, actor=clerk, now=timezone.now(), **COMPLETE
        )  # fmt: skip


def test_confirming_opens_the_benefit_of_example_10_1_from_the_next_month(
    submitted: Application,
    clerk: User,
    leader: User,
    approver: User,
    parameters: Callable[..., None],
) -> None:
    parameters(STANDARDS)
    later = to_county(submitted, clerk, leader)
    confirm_in_bureau(submitted, approver, later, "1580.00")
    term = BenefitTerm.objects.get(benefit=submitted.benefit)
    assert (term.base, term.uplift, term.total) == (Decimal("1400.00"), Decimal("180.00"), Decimal("1580.00"))
    first = timezone.localdate(later).replace(day=1)
    assert term.months.lower == (first + timedelta(days=32)).replace(day=1)
    assert sorted(term.covered.values_list("uplift", flat=True)) == [
        Decimal(0),
        Decimal("80.00"),
        Decimal("100.00"),
    ]


def test_the_amount_cannot_be_typed_differently(
    submitted: Application,
    clerk: User,
    leader: User,
    approver: User,
    parameters: Callable[..., None],
) -> None:
    parameters(STANDARDS)
    later = to_county(submitted, clerk, leader)
    data = {"meeting": "1", "amount": "1800"}
    with pytest.raises(Refusal, match=r"与核算结果 1580\.00 不一致"):
        perform(subject=submitted, step="confirm_county", actor=approver, now=later, data=data)


def test_a_notice_cannot_be_cut_short(
    submitted: Application, clerk: User, leader: User, parameters: Callable[..., None]
) -> None:
    parameters(STANDARDS)
    review(submitted, clerk, leader, timezone.now())
    finish_notice(submitted, clerk)
    with pytest.raises(Refusal, match="未满期"):
        perform(subject=submitted, step="to_county", actor=clerk, now=timezone.now() + timedelta(days=7))


def test_whoever_gave_the_first_review_cannot_confirm_where_the_township_decides(
    submitted: Application, clerk: User, leader: User, head: User, parameters: Callable[..., None]
) -> None:
    parameters({**STANDARDS, "approval_level.DIBAO_RURAL": "TOWNSHIP"})
    review(submitted, clerk, leader, timezone.now())
    later = finish_notice(submitted, clerk)
    perform(subject=submitted, step="to_town", actor=clerk, now=later)
    meeting = panel(submitted.unit, timezone.localdate())
    data = {"meeting": str(meeting.pk), "amount": "1580.00"}
    with pytest.raises(Refusal, match="职责分离"):
        perform(subject=submitted, step="confirm_town", actor=leader, now=later, data=data)
    perform(subject=submitted, step="confirm_town", actor=head, now=later, data=data)
    assert submitted.state == "CONFIRMED"


def test_unconfirmed_parameters_block_the_confirmation(
    submitted: Application, clerk: User, leader: User, head: User, parameters: Callable[..., None]
) -> None:
    parameters({key: value for key, value in STANDARDS.items() if key != "uplift.elder_age"})
    parameters({"approval_level.DIBAO_RURAL": "TOWNSHIP"})
    review(submitted, clerk, leader, timezone.now())
    later = finish_notice(submitted, clerk)
    perform(subject=submitted, step="to_town", actor=clerk, now=later)
    data = {"meeting": str(panel(submitted.unit, timezone.localdate()).pk), "amount": "1580.00"}
    with pytest.raises(Refusal, match="待县局确认"):
        perform(subject=submitted, step="confirm_town", actor=head, now=later, data=data)


def test_a_clerk_of_another_town_finds_nothing(submitted: Application, other_clerk: User) -> None:
    with pytest.raises(Http404):
        perform(subject=submitted, step="accept", actor=other_clerk, now=timezone.now())
    assert not Application.objects.visible_to(other_clerk).exists()


def test_a_clerk_may_not_review(submitted: Application, clerk: User) -> None:
    with pytest.raises(PermissionDenied):
        perform(subject=submitted, step="decline", actor=clerk, now=timezone.now(), comment="不属本地")


def test_a_step_taken_twice_is_refused_with_the_present_state(submitted: Application, clerk: User) -> None:
    perform(subject=submitted, step="accept", actor=clerk, now=timezone.now())
    with pytest.raises(Refusal, match="已受理"):
        perform(subject=submitted, step="accept", actor=clerk, now=timezone.now())


def test_the_button_that_is_not_open_yet_says_why(submitted: Application, clerk: User) -> None:
    perform(subject=submitted, step="accept", actor=clerk, now=timezone.now())
    perform(subject=submitted, step="survey", actor=clerk, now=timezone.now())
    offers = {offer.step.code: offer for offer in available(submitted, clerk, timezone.now())}
    assert not offers["propose"].allowed
    assert "入户调查" in offers["propose"].reason


def test_every_step_stands_in_the_history(submitted: Application, clerk: User) -> None:
    perform(subject=submitted, step="accept", actor=clerk, now=timezone.now())
    assert [entry.step for entry in history(submitted)] == ["submit", "accept"]


@pytest.mark.parametrize(
    ("program", "state", "parameter"),
    [
        ("DIBAO_RURAL", "COUNTY_REVIEW", "sla.dibao.county"),
        ("TEKUN_DISPERSED", "COUNTY_REVIEW", "sla.tekun.county"),
        ("TEKUN_CENTRALIZED", "SURVEYING", "sla.tekun.township"),
        ("TEKUN_DISPERSED", "OBJECTION", "sla.tekun.objection"),
    ],
)
def test_destitute_support_has_the_limits_of_its_own_regulation(
    program: str, state: str, parameter: str
) -> None:
    application = Application(program=program)
    limit = application.limit_of(application.flow.state(state))
    assert limit is not None and limit.parameter == parameter


def test_a_recognition_for_rigid_expenses_has_its_own_limits_also_where_the_township_decides(
    household: Household, clerk: User, leader: User, parameters: Callable[..., None]
) -> None:
    parameters({"approval_level.RIGID_EXPENSE": "TOWNSHIP", "approval_level.DIBAO_RURAL": "TOWNSHIP"})
    parameters({"sla.rigid.total_ext": "40"})
    days = []
    for program in ("RIGID_EXPENSE", "DIBAO_RURAL"):
        now = timezone.now()
        application = create_application(
            household=household,
            program=program,
            applied_on=timezone.localdate(),
            actor=clerk,
            now=now,
            **COMPLETE,
        )
        save_declaration(
            household=household, application=application, document=economy(household), actor=clerk
        )
        perform(subject=application, step="submit", actor=clerk, now=now)
        perform(subject=application, step="accept", actor=clerk, now=now)
        before = application.clock_days
        extend_clock(subject=application, ground="DIFFICULT", note="票据多", actor=leader, now=now)
        days.append((before, application.clock_days))
        perform(subject=application, step="withdraw", actor=clerk, now=now, comment="撤回")
    assert days == [(30, 40), (20, 45)]
