"""Temporary relief from the need to the visit afterwards: two levels, first help, own account, once a year."""
# requirements: E01, E02, E03, E04, E06, E07, E08, E09, E10

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Household, Relief
from cases.services.first_help import FIRST_HELP
from cases.services.relief import (
    assess_relief,
    create_relief,
    file_relief,
    record_visit,
    save_economy,
    set_payee,
)
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.flow.clock import work_calendar
from salvation.flow.engine import available, perform
from salvation.periods.measures import Frame, compute
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.days import today

VALUES = {
    "dibao.std.rural": "600",
    "temp.emergency.months": {"火灾": "3", "未参保失业": "2", "其他特殊困难": "1"},
    "temp.emergency.factor": "1",
    "temp.expense.bands": {"1000": "0.5"},
    "temp.special.cap_months": 20,
    "temp.cap_months": 10,
    "temp.per_year_limit": 1,
    "temp.town_limit": "2000",
    "income.disposable.rural": "18000",
    "income.job_cost.mode": "ACTUAL",
}


@pytest.fixture
def standards(in_force: Callable[[dict[str, Any]], None]) -> None:
    in_force(VALUES)


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["谢桂英", "谢小明"])


@pytest.fixture
def finance(make_user: Callable[..., User]) -> User:
    return make_user("finance100", "TOWN_FINANCE", "360722100", "钱财政")


@pytest.fixture
def meet(units: dict[str, Unit]) -> Callable[..., str]:
    def held(kind: str = "PANEL", unit: str = "360722100") -> str:
        meeting = Meeting.objects.create(
            unit=units[unit], kind=kind, title="集体研究", held_on=today(), place="会议室", host="主持",
            attendees="甲\n乙\n丙",
        )  # fmt: skip
        return str(meeting.pk)

    return held


@pytest.fixture
def asked(household: Household, clerk: User, standards: None) -> Callable[..., Relief]:
    """A relief that was accepted, verified and worked out."""

    def make(program: str = "TEMP_EMERGENCY", situation: str = "FIRE", **facts: Any) -> Relief:
        given = {"persons": 2, "happened_on": today(), "applied_on": today(), "reason": "失火"} | facts
        relief = create_relief(
            household=household, program=program, situation=situation, applicant_id=household.head_id,
            actor=clerk, now=timezone.now(), **given,
        )  # fmt: skip
        go(relief, "accept", clerk)
        return relief

    return make


def go(relief: Relief, step: str, actor: User, **data: Any) -> None:
    comment = data.pop("comment", "")
    perform(subject=relief, step=step, actor=actor, now=timezone.now(), comment=comment, data=data)


def investigate(relief: Relief, clerk: User) -> None:
    record_visit(relief=relief, visited_on=today(), visitors="钟经办、村干部", findings="属实", actor=clerk)
    assess_relief(relief=relief, actor=clerk, now=timezone.now())
    relief.refresh_from_db()


def own_account(relief: Relief, clerk: User) -> None:
    set_payee(
        relief=relief, channel="ONE_CARD", number="6228480000000000000", kind="DEBIT", bank_name="农商行",
        cash_reason="", actor=clerk,
    )  # fmt: skip


def steps(relief: Relief, actor: User) -> set[str]:
    return {offer.step.code for offer in available(relief, actor, timezone.now())}


def test_a_small_emergency_is_decided_by_the_township_and_paid_to_the_applicant(
    asked: Callable[..., Relief], clerk: User, head: User, finance: User, meet: Callable[..., str]
) -> None:
    relief = asked(persons=1)
    investigate(relief, clerk)
    assert relief.assessment.total == Decimal("1800.00")
    assert "propose_county" not in steps(relief, clerk)
    go(relief, "propose_town", clerk)
    go(relief, "approve_town", head, meeting=meet(), amount="1800")
    assert (relief.level, relief.amount, relief.state) == ("TOWNSHIP", Decimal("1800.00"), "PAYING")
    with pytest.raises(Refusal, match="收款账户"):
        go(relief, "pay", finance, paid_on=str(today()), voucher="B1")
    own_account(relief, clerk)
    go(relief, "pay", finance, paid_on=str(today()), voucher="B1")
    assert (relief.state, relief.stat_month) == ("PAID", Month.of(today()).first_day)
    assert Month.of(relief.due_on) == Month.of(today()) + 3, "visited again three months later"
    go(relief, "follow_up", clerk, visited_on=str(today()), outcome="STILL")
    assert (relief.state, relief.outcome) == ("CLOSED", "STILL")


def test_above_the_townships_limit_the_county_decides(
    asked: Callable[..., Relief], clerk: User, head: User, approver: User, meet: Callable[..., str]
) -> None:
    relief = asked()
    investigate(relief, clerk)
    assert relief.assessment.total == Decimal("3600.00")
    assert "propose_town" not in steps(relief, clerk)
    go(relief, "propose_county", clerk)
    with pytest.raises(PermissionDenied):
        go(relief, "approve_county", head, meeting=meet(), amount="3600")
    with pytest.raises(Refusal, match="超过核算金额"):
        go(relief, "approve_county", approver, meeting=meet("BUREAU", "360722"), amount="3600.01")
    go(relief, "approve_county", approver, meeting=meet("BUREAU", "360722"), amount="3000")
    assert (relief.level, relief.amount) == ("COUNTY", Decimal("3000.00"))


def test_nobody_decides_what_he_took_in(
    asked: Callable[..., Relief], clerk: User, make_user: Callable[..., User], meet: Callable[..., str]
) -> None:
    relief = asked(persons=1)
    investigate(relief, clerk)
    go(relief, "propose_town", clerk)
    with pytest.raises(PermissionDenied):
        go(relief, "approve_town", clerk, meeting=meet(), amount="1800")


def test_first_help_is_paid_at_once_and_its_papers_are_due(
    asked: Callable[..., Relief],
    clerk: User,
    leader: User,
    head: User,
    finance: User,
    meet: Callable[..., str],
) -> None:
    relief = asked(persons=1)
    own_account(relief, clerk)
    with pytest.raises(Refusal, match="额度"):
        go(relief, "advance", leader, amount="2000.01", comment="无处可住")
    go(relief, "advance", leader, amount="1000", comment="无处可住")
    go(relief, "pay_advance", finance, paid_on=str(today()), voucher="B2")
    assert relief.state == "ADVANCE_PAID"
    assert relief.due_on > today() + timedelta(days=20), "twenty working days"
    investigate(relief, clerk)
    with pytest.raises(Refusal, match="上传补齐的手续"):
        go(relief, "supplement", clerk)


def test_the_leader_hears_of_an_emergency_until_it_goes_on(
    asked: Callable[..., Relief], clerk: User, leader: User
) -> None:
    relief = asked()
    duty = Duty.objects.get(kind=FIRST_HELP, done_at__isnull=True)
    assert leader.may(duty.permission, duty.unit)
    assert "火灾" in duty.title
    go(relief, "withdraw", clerk, comment="困难已解决")
    assert not Duty.objects.filter(kind=FIRST_HELP, done_at__isnull=True).exists()


def test_an_advance_that_was_not_due_is_to_be_recovered(
    asked: Callable[..., Relief],
    clerk: User,
    leader: User,
    head: User,
    finance: User,
    meet: Callable[..., str],
) -> None:
    relief = asked(persons=1)
    own_account(relief, clerk)
    go(relief, "advance", leader, amount="1000", comment="无处可住")
    go(relief, "pay_advance", finance, paid_on=str(today()), voucher="B2")
    Relief.objects.filter(pk=relief.pk).update(state="DECIDE_TOWN")
    relief.refresh_from_db()
    assert "approve_town" not in steps(relief, head)
    go(relief, "deny_advance", head, meeting=meet(), comment="不属于急难")
    assert relief.state == "RECOVER"


def test_the_same_cause_is_helped_once_in_twelve_months(
    asked: Callable[..., Relief], clerk: User, household: Household
) -> None:
    first = asked(persons=1)
    Relief.objects.filter(pk=first.pk).update(
        state="CLOSED", amount=1800, decided_on=today() - timedelta(days=300)
    )
    again = asked(persons=1)
    investigate(again, clerk)
    assert not again.assessment.eligible
    Relief.objects.filter(pk=first.pk).update(decided_on=today() - timedelta(days=370))
    investigate(again, clerk)
    assert again.assessment.eligible


def test_a_member_helped_in_another_household_was_helped_too(
    asked: Callable[..., Relief], clerk: User, units: dict[str, Unit], household: Household
) -> None:
    other = make_household(units["360722101200"], ["别家"])
    Relief.objects.create(
        no="X1", program="TEMP_EMERGENCY", situation="FIRE", household=other, applicant=household.head,
        county=other.county, unit=other.handling_unit, village=other.village, happened_on=today(), applied_on=today(),
        persons=1, reason="失火", amount=500, decided_on=today(), state="CLOSED",
    )  # fmt: skip
    relief = asked(persons=1)
    investigate(relief, clerk)
    assert not relief.assessment.eligible


def test_the_unemployed_without_insurance_get_it_once_in_a_life(
    asked: Callable[..., Relief], clerk: User
) -> None:
    first = asked(situation="UNEMPLOYED", persons=1)
    Relief.objects.filter(pk=first.pk).update(
        state="CLOSED", amount=1200, decided_on=today() - timedelta(days=900)
    )
    again = asked(situation="UNEMPLOYED", persons=1)
    investigate(again, clerk)
    assert not again.assessment.eligible


def test_a_household_on_dibao_proves_only_its_costs(
    asked: Callable[..., Relief], clerk: User, household: Household
) -> None:
    make_benefit(household, date(2024, 1, 1))
    relief = asked("TEMP_EXPENSE", "MEDICAL_COST", persons=1)
    with pytest.raises(Refusal, match="先登记家庭经济状况"):
        assess_relief(relief=relief, actor=clerk, now=timezone.now())
    document = {"expenses": [{"kind": "MEDICAL", "amount": "5000", "reimbursed": "1000"}]}
    save_economy(relief=relief, document=document, actor=clerk)
    investigate(relief, clerk)
    assert relief.assessment.total == Decimal("1500.00"), "half of what lies above 1,000"


def test_before_the_county_decides_it_sees_every_relief_of_the_year_with_the_townships_reserve(
    asked: Callable[..., Relief], clerk: User, county_clerk: User, units: dict[str, Unit], household: Household,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    def given(months: int, **facts: Any) -> Relief:
        made = asked(persons=1)
        day = (Month.of(today()) - months).first_day
        kept = {
            "state": "CLOSED",
            "amount": 900,
            "applied_on": day,
            "happened_on": day,
            "decided_on": day,
            "paid_on": day,
            **facts,
        }
        Relief.objects.filter(pk=made.pk).update(**kept)
        return made

    reserve = given(3, channel="RESERVE")
    refused = given(5, state="REJECTED", amount=None, paid_on=None)
    old = given(13, channel="ONE_CARD")
    relief = asked(persons=1)
    address = reverse("cases:relief", args=[relief.pk])
    page = sign_in(county_clerk).get(address, {"tab": "verification"}).content.decode()
    assert reserve.no in page and refused.no in page
    assert old.no not in page
    assert "乡镇备用金" in page and "1 次，" in page
    assert "同一情形" in page


def test_relief_in_another_town_is_counted_but_not_shown_to_the_township(
    asked: Callable[..., Relief], clerk: User, county_clerk: User, units: dict[str, Unit],
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    elsewhere = asked(persons=1)
    Relief.objects.filter(pk=elsewhere.pk).update(
        state="CLOSED", amount=900, paid_on=today(), unit=units["360722101"], village=units["360722101200"]
    )
    address = reverse("cases:relief", args=[asked(persons=1).pk])
    mine = sign_in(clerk).get(address, {"tab": "verification"}).content.decode()
    assert elsewhere.no not in mine
    assert "另有 1 件在您的管辖范围以外" in mine
    assert elsewhere.no in sign_in(county_clerk).get(address, {"tab": "verification"}).content.decode()


def test_special_relief_needs_a_special_meeting(
    asked: Callable[..., Relief], clerk: User, approver: User, meet: Callable[..., str]
) -> None:
    relief = asked("TEMP_SPECIAL", "OTHER", persons=1, proposed=Decimal("8000"))
    investigate(relief, clerk)
    go(relief, "propose_county", clerk)
    with pytest.raises(Refusal, match="一事一议"):
        go(relief, "approve_county", approver, meeting=meet("BUREAU", "360722"), amount="8000")
    go(relief, "approve_county", approver, meeting=meet("SPECIAL", "360722"), amount="8000")
    assert relief.state == "PAYING"


def test_cash_needs_a_reason_and_only_emergencies_come_from_elsewhere(
    asked: Callable[..., Relief], clerk: User, household: Household
) -> None:
    relief = asked(persons=1)
    given = {"channel": "CASH", "number": "", "kind": "", "bank_name": "", "actor": clerk}
    with pytest.raises(Refusal, match="理由"):
        set_payee(relief=relief, cash_reason="", **given)
    set_payee(relief=relief, cash_reason="偏远，当天无法开户", **given)
    with pytest.raises(Refusal, match="急难"):
        asked("TEMP_EXPENSE", "MEDICAL_COST", from_elsewhere=True)


def test_one_open_relief_for_one_cause_even_by_raw_sql(
    asked: Callable[..., Relief], household: Household
) -> None:
    first = asked(persons=1)
    with pytest.raises(Refusal, match="已有在办"):
        asked(persons=1)
    first.pk, first.no = None, "X2"
    with pytest.raises(IntegrityError), transaction.atomic():
        first.save(force_insert=True)


def test_the_county_takes_a_townships_decision_on_file(
    asked: Callable[..., Relief], clerk: User, head: User, county_clerk: User, meet: Callable[..., str]
) -> None:
    relief = asked(persons=1)
    with pytest.raises(Refusal, match="决定后"):
        file_relief(relief=relief, note="", actor=county_clerk, now=timezone.now())
    investigate(relief, clerk)
    go(relief, "propose_town", clerk)
    go(relief, "approve_town", head, meeting=meet(), amount="1800")
    file_relief(relief=relief, note="", actor=county_clerk, now=timezone.now())
    relief.refresh_from_db()
    assert relief.filed_on == today()
    with pytest.raises(Refusal, match="已于"):
        file_relief(relief=relief, note="", actor=county_clerk, now=timezone.now())


def test_the_statistics_count_what_was_paid_in_the_month(
    asked: Callable[..., Relief], clerk: User, units: dict[str, Unit]
) -> None:
    relief = asked(persons=1)
    Relief.objects.filter(pk=relief.pk).update(
        state="ADVANCE_PAID", amount=900, paid_on=today(), advance=True, channel="RESERVE",
        stat_month=Month.of(today()).first_day,
    )  # fmt: skip
    this = Month.of(today())
    frame = Frame(county=units["360722"], month=this, since=this, frozen=False)
    found = compute(frame, ["SE01", "SE02", "SE03", "SE08", "SE09", "SE10"])
    town = units["360722100"].pk
    month = {code: found[f"{code}.m"].get(town, 0) for code in ("SE01", "SE02", "SE03", "SE08", "SE09")}
    assert month == {"SE01": 1, "SE02": 900, "SE03": 0, "SE08": 900, "SE09": 1}
    assert found["SE10"][town] == 1


def granted(relief: Relief, months_ago: int = 1) -> None:
    day = today() - timedelta(days=30 * months_ago)
    Relief.objects.filter(pk=relief.pk).update(state="CLOSED", amount=1800, decided_on=day, paid_on=day)


def test_beyond_the_yearly_limit_a_meeting_decides_by_special_relief(
    asked: Callable[..., Relief], clerk: User, approver: User, meet: Callable[..., str]
) -> None:
    granted(asked(persons=1))
    again = asked(persons=1)
    investigate(again, clerk)
    assert not again.assessment.eligible
    go(again, "withdraw", clerk, comment="按特别救助申报")
    special = asked("TEMP_SPECIAL", "FIRE", persons=1, proposed=Decimal("3000"))
    investigate(special, clerk)
    assert (special.assessment.eligible, special.assessment.total) == (True, Decimal("3000.00"))
    go(special, "propose_county", clerk)
    go(special, "approve_county", approver, meeting=meet("SPECIAL", "360722"), amount="3000")
    assert special.state == "PAYING"


def test_what_was_granted_and_never_paid_is_called_off_by_whoever_decided_and_counts_as_no_help(
    asked: Callable[..., Relief], clerk: User, head: User, approver: User, meet: Callable[..., str]
) -> None:
    relief = asked(persons=1)
    investigate(relief, clerk)
    go(relief, "propose_town", clerk)
    go(relief, "approve_town", head, meeting=meet(), amount="1800")
    assert "call_off_county" not in steps(relief, approver)
    go(relief, "call_off_town", head, comment="申请人撤回")
    assert relief.state == "WITHDRAWN"
    again = asked(persons=1)
    investigate(again, clerk)
    assert again.assessment.eligible


def test_an_advance_that_was_not_paid_yet_goes_the_usual_way(
    asked: Callable[..., Relief], clerk: User, leader: User
) -> None:
    relief = asked(persons=1)
    go(relief, "advance", leader, amount="1000", comment="无处可住")
    go(relief, "no_advance", leader, comment="已住亲属家")
    assert (relief.state, relief.advance, relief.amount) == ("ACCEPTED", False, None)


def test_an_advance_to_be_recovered_waits_for_the_money(
    asked: Callable[..., Relief], finance: User, clerk: User
) -> None:
    relief = asked(persons=1)
    Relief.objects.filter(pk=relief.pk).update(
        state="RECOVER", advance=True, amount=1000, paid_on=today(), decided_on=today()
    )
    relief.refresh_from_db()
    with pytest.raises(Refusal, match="追回日期"):
        go(relief, "refund", finance, refunded_on=str(today() - timedelta(days=3)), voucher="B9")
    go(relief, "refund", finance, refunded_on=str(today()), voucher="B9")
    assert relief.state == "REFUNDED"


def test_a_townships_decision_waits_on_the_countys_desk_to_be_filed(
    asked: Callable[..., Relief], clerk: User, head: User, county_clerk: User, meet: Callable[..., str]
) -> None:
    relief = asked(persons=1)
    investigate(relief, clerk)
    go(relief, "propose_town", clerk)
    go(relief, "approve_town", head, meeting=meet(), amount="1800")
    duty = Duty.objects.get(kind="relief_filing", done_at=None)
    assert (duty.unit, duty.due_on) == (relief.county, work_calendar().add(today(), 10))
    file_relief(relief=relief, note="", actor=county_clerk, now=timezone.now())
    assert not Duty.objects.filter(kind="relief_filing", done_at=None).exists()
