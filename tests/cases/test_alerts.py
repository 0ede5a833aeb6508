"""监测预警: raised by what the register knows or brought by somebody, looked into, settled with what was really done."""
# requirements: B34

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Household, Insurance, MonitoringAlert, Person
from cases.services.alerts import raise_alerts, take_alert
from cases.services.referrals import raise_need
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.flow.engine import perform
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household, make_visited
from tests.days import today

VILLAGE = "360722100200"
CHECKED = {"checkers": "钟经办、村干部", "finding": "确有困难"}


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units[VILLAGE], ["谢桂英"])


def look(units: dict[str, Unit], on: date | None = None) -> int:
    return raise_alerts(county=units["360722"], on=on or today(), now=timezone.now())


def bring(household: Household, actor: User, kind: str = "MISSED") -> MonitoringAlert:
    person = Person.objects.select_related("unit__county", "village").get(pk=household.head_id)
    return take_alert(
        person=person, kind=kind, source="REPORT", reason="独居，生活困难", actor=actor, now=timezone.now()
    )


def take(alert: MonitoringAlert, step: str, actor: User, comment: str = "", **data: Any) -> None:
    perform(subject=alert, step=step, actor=actor, now=timezone.now(), comment=comment, data=data)


def test_an_ill_member_of_a_marginal_family_is_missed(household: Household, units: dict[str, Unit]) -> None:
    make_benefit(household, date(2022, 1, 1), program="MARGINAL")
    Person.objects.filter(pk=household.head_id).update(critical_illness=True)
    assert look(units) == 1
    alert = MonitoringAlert.objects.get()
    assert (alert.kind, alert.source, alert.household, alert.state) == (
        "MISSED",
        "SCREENING",
        household,
        "RAISED",
    )
    assert Duty.objects.get(kind="alert").unit == units["360722100"]


def test_the_dead_who_are_still_covered_are_found(household: Household, units: dict[str, Unit]) -> None:
    make_benefit(household, date(2022, 1, 1))
    Person.objects.filter(pk=household.head_id).update(died_on=today() - timedelta(days=70))
    look(units)
    assert MonitoringAlert.objects.get().kind == "UNFIT"


def test_whoever_is_helped_and_not_insured_shows_a_policy_undone(
    household: Household, units: dict[str, Unit]
) -> None:
    make_benefit(household, date(2022, 1, 1))
    Insurance.objects.create(
        person=household.head, kind="MEDICAL", year=today().year, standing="NONE", as_of=today()
    )
    look(units)
    assert MonitoringAlert.objects.get().kind == "UNDONE"


def test_the_same_sign_is_not_raised_again_soon(
    household: Household, units: dict[str, Unit], clerk: User
) -> None:
    make_benefit(household, date(2022, 1, 1))
    Person.objects.filter(pk=household.head_id).update(died_on=today() - timedelta(days=70))
    assert (look(units), look(units)) == (1, 0)
    alert = MonitoringAlert.objects.get()
    take(alert, "check", clerk, checked_on=today().isoformat(), **CHECKED)
    take(alert, "settle", clerk, "核实为误登", disposal="UNFOUNDED")
    assert look(units, today() + timedelta(days=30)) == 0
    assert look(units, today() + timedelta(days=190)) == 1


def test_an_alert_is_settled_with_an_application_only_when_there_is_one(
    household: Household, clerk: User
) -> None:
    alert = bring(household, clerk)
    take(alert, "check", clerk, checked_on=today().isoformat(), **CHECKED)
    with pytest.raises(Refusal, match="先在家庭中登记申请"):
        take(alert, "settle", clerk, "符合条件", disposal="APPLY")
    make_visited(household)
    take(alert, "settle", clerk, "符合条件", disposal="APPLY")
    assert (alert.state, alert.settled_on, alert.disposal_note) == ("SETTLED", today(), "符合条件")


def test_a_referral_closes_it_once_it_was_registered(household: Household, clerk: User) -> None:
    alert = bring(household, clerk, "UNDONE")
    take(alert, "check", clerk, checked_on=today().isoformat(), **CHECKED)
    with pytest.raises(Refusal, match="救助链"):
        take(alert, "settle", clerk, "转介", disposal="REFERRED")
    raise_need(
        household=household,
        person_id=household.head_id,
        need="MEDICAL",
        situation="未参保",
        raised_on=today(),
        actor=clerk,
    )
    take(alert, "settle", clerk, "转介", disposal="REFERRED")
    assert alert.state == "SETTLED"


def test_without_a_check_nothing_is_settled(household: Household, clerk: User) -> None:
    with pytest.raises(Refusal, match="不能办理"):
        take(bring(household, clerk), "settle", clerk, "随手", disposal="TOLD")


def test_one_open_sign_a_source(household: Household, clerk: User) -> None:
    bring(household, clerk)
    with pytest.raises(Refusal, match="已有同一来源的预警"):
        bring(household, clerk)


def test_a_sign_is_brought_on_the_persons_page_by_whoever_surveys_there(
    household: Household, clerk: User, other_clerk: User, leader: User, sign_in: Callable[[User], Client]
) -> None:
    address = reverse("cases:new_alert", args=[household.head_id])
    sent = {
        "kind": "MISSED", "source": "PLATFORM", "reason": "省平台推送", "_act": "confirmed",
        "_once": "5d7c2c1e-8a54-4f0e-9f0e-2b8f1d7c9a41",
    }  # fmt: skip
    assert sign_in(other_clerk).post(address, sent).status_code == 404
    answer = sign_in(clerk).post(address, sent)
    assert answer.status_code == 302
    assert "省平台推送" in sign_in(clerk).get(answer.url).content.decode()
    assert "谢桂英" in sign_in(clerk).get(reverse("cases:alerts"), {"kind": "MISSED"}).content.decode()
    with pytest.raises(PermissionDenied):
        bring(household, leader)


def test_the_list_opens_with_what_waits_and_counts_both_parts(
    household: Household, units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    bring(household, clerk)
    other = make_household(units[VILLAGE], ["刘二妹"])
    bring(other, clerk)
    MonitoringAlert.objects.filter(household=other).update(state="SETTLED")
    page, address = sign_in(clerk), reverse("cases:alerts")
    opened = page.get(address)
    assert [row.person_id for row in opened.context["rows"]] == [household.head_id]
    assert [(tab.label, tab.count) for tab in opened.context["pile_tabs"]] == [
        ("在办", "1"),
        ("已办结", "1"),
        ("全部", "2"),
    ]
    assert len(page.get(address, {"kind": "MISSED"}).context["rows"]) == 2
    assert [row.person_id for row in page.get(address, {"pile": "ended"}).context["rows"]] == [other.head_id]
