"""一事一议: what fits no rule goes to a meeting, which names the programme, the amount and the end."""
# requirements: B16

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Application, Assessment, Benefit, SpecialDeliberation
from cases.services.specials import propose_special
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import available, perform
from salvation.periods.measures import Frame, compute
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import hand_in, make_check, make_household


@pytest.fixture
def application(units: dict[str, Unit], clerk: User) -> Application:
    """A household whose income is above the standard, waiting for the first review."""
    household = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    made = hand_in(household, clerk)
    nothing = {"working": [], "members": [], "failed": [], "warnings": [], "covered": []}
    assessment = Assessment.objects.create(
        application=made, household=household, program="DIBAO_RURAL", on=timezone.localdate(), eligible=False, base=0,
        uplift=0, total=0, annual_income=30000, per_capita=1250, people=2, made_at=timezone.now(),
        result=sealed_facts.dump(nothing), facts=sealed_facts.dump({}),
    )  # fmt: skip
    make_check(made)
    Application.objects.filter(pk=made.pk).update(
        state="TOWN_REVIEW", assessment=assessment, accepted_on=timezone.localdate(), level="COUNTY"
    )
    made.refresh_from_db()
    return made


def meeting(unit: Unit, kind: str = "SPECIAL") -> Meeting:
    return Meeting.objects.create(
        unit=unit, kind=kind, title="会议", held_on=timezone.localdate(), place="会议室", host="郭局长",
        attendees="甲\n乙\n丙",
    )  # fmt: skip


def take(subject: Any, step: str, actor: User, comment: str = "", days: int = 0, **data: Any) -> None:
    perform(
        subject=subject,
        step=step,
        actor=actor,
        now=timezone.now() + timedelta(days=days),
        comment=comment,
        data=data,
    )


def propose(application: Application, clerk: User) -> SpecialDeliberation:
    special = propose_special(
        application=application, difficulty="赡养人失联，账面收入不能支配", proposed="DIBAO_RURAL", basis="县办法第9条",
        actor=clerk, now=timezone.now(),
    )  # fmt: skip
    take(special, "submit", clerk)
    return special


def agree(special: SpecialDeliberation, county_clerk: User, approver: User, **changes: Any) -> None:
    if special.state == "CHECKING":
        take(special, "check", county_clerk, opinion="难点属实")
    until = (timezone.localdate() + timedelta(days=200)).isoformat()
    given = {"program": "DIBAO_RURAL", "amount": "500.01", "valid_until": until, **changes}
    given.setdefault("meeting", str(meeting(special.county).pk))
    take(special, "agree", approver, "赡养人失联，按实际可支配收入核定", **given)


def first_review(application: Application, leader: User) -> None:
    take(
        application,
        "first_review",
        leader,
        meeting=str(meeting(application.unit, "PANEL").pk),
        place="公开栏",
    )


def test_the_rules_say_no_until_a_meeting_says_otherwise(
    application: Application, clerk: User, leader: User, county_clerk: User, approver: User
) -> None:
    with pytest.raises(Refusal, match="申报一事一议"):
        first_review(application, leader)
    special = propose(application, clerk)
    with pytest.raises(Refusal, match=r"还在办理|申报一事一议"):
        first_review(application, leader)
    agree(special, county_clerk, approver)
    first_review(application, leader)
    assert application.state == "NOTICING"
    assert application.notices.get().amount == Decimal("500.01")


def test_what_the_meeting_granted_is_confirmed_to_the_cent_and_ends_by_itself(
    application: Application,
    clerk: User,
    leader: User,
    county_clerk: User,
    approver: User,
    units: dict[str, Unit],
) -> None:
    special = propose(application, clerk)
    agree(special, county_clerk, approver)
    first_review(application, leader)
    Application.objects.filter(pk=application.pk).update(state="COUNTY_REVIEW")
    bureau = str(meeting(units["360722"], "BUREAU").pk)
    with pytest.raises(Refusal, match=r"会议确定的 500\.01"):
        take(application, "confirm_county", approver, meeting=bureau, amount="480")
    take(application, "confirm_county", approver, meeting=bureau, amount="500.01")
    benefit = Benefit.objects.get(pk=application.benefit_id)
    term = benefit.terms.get()
    assert (benefit.program, term.total) == ("DIBAO_RURAL", Decimal("500.01"))
    assert sorted(term.covered.values_list("base", flat=True)) == [Decimal("250.00"), Decimal("250.01")]
    assert benefit.stop_month == (Month.of(special.valid_until) + 1).first_day
    assert benefit.stop_reason == "EXPIRED"


def test_only_a_meeting_of_the_right_kind_decides(
    application: Application, clerk: User, county_clerk: User, approver: User
) -> None:
    special = propose(application, clerk)
    bureau = str(meeting(special.county, "BUREAU").pk)
    with pytest.raises(Refusal, match="一事一议会议或联席会议"):
        agree(special, county_clerk, approver, meeting=bureau)
    agree(special, county_clerk, approver, meeting=str(meeting(special.county, "JOINT").pk))
    assert special.state == "AGREED"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"program": "DIBAO_URBAN"}, "按城乡选择类别"),
        ({"amount": ""}, "请填会议确定的金额"),
        ({"program": "MARGINAL"}, "没有月救助金"),
        ({"valid_until": "2099-01-01"}, "不超过12个月"),
        ({"valid_until": "2020-01-01"}, "须晚于今天"),
    ],
)
def test_a_meeting_cannot_grant_what_no_rule_knows(
    changes: dict[str, str],
    words: str,
    application: Application,
    clerk: User,
    county_clerk: User,
    approver: User,
) -> None:
    special = propose(application, clerk)
    with pytest.raises(Refusal, match=words):
        agree(special, county_clerk, approver, **changes)


def test_a_second_deliberation_about_the_same_case_is_refused(application: Application, clerk: User) -> None:
    propose(application, clerk)
    with pytest.raises(Refusal, match="已有一事一议"):
        propose(application, clerk)


def test_the_figure_counts_conclusions_and_the_page_shows_the_deviation(
    application: Application,
    clerk: User,
    county_clerk: User,
    approver: User,
    units: dict[str, Unit],
    sign_in: Callable[[User], Client],
) -> None:
    special = propose(application, clerk)
    take(special, "check", county_clerk, opinion="属实")
    take(special, "refuse", approver, "不属特殊情况", meeting=str(meeting(units["360722"]).pk))
    month = Month.of(timezone.localdate())
    found = compute(Frame(units["360722"], month, month, frozen=False), ["SJ09"])
    assert found["SJ09.m"][None] == 1
    page = sign_in(clerk).get(reverse("cases:special", args=[special.pk])).content.decode()
    assert "不属特殊情况" in page
    assert sign_in(clerk).get(reverse("cases:specials")).status_code == 200


def test_a_clerk_proposes_and_only_the_county_decides(
    application: Application, clerk: User, leader: User
) -> None:
    special = propose(application, clerk)
    assert available(special, clerk, timezone.now())[0].step.code == "withdraw"
    assert available(special, leader, timezone.now()) == []
