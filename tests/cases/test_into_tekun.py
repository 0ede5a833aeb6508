"""The way into 特困: whom the law binds to support, the six things assessed before the money is named, care from the decision on."""
# requirements: B06, D02

from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from cases import guards
from cases.documents.care import assessment_paper
from cases.forms.applications import BearerRow, EconomyForm, MemberEconomyRow, asked_by
from cases.forms.economy import document_from, rows_from
from cases.models import Application, CareAssessment, CareWish, Household, Person
from cases.rules.codes import CareIndicator, Disability
from cases.rules.household_file import read_document
from cases.selectors_care import lacking, supported, with_care
from cases.services.applications import create_application, save_declaration
from cases.services.assessments import assess_application
from cases.services.care import placed, save_assessment, save_wish
from cases.views.care import lacks
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.flow.table import Context
from salvation.registers.models import Meeting
from salvation.registers.selectors import recent_meetings
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_benefit, make_household
from tests.cases.test_care import standards

__all__ = ["standards"]
PEOPLE = [("7", "老人")]
EMPTY: dict[str, list[Any]] = {
    key: [] for key in ("incomes", "properties", "expenses", "duty_bearers", "members")
}


def cleaned(form: Any, **typed: str) -> Any:
    made = form(typed, people=PEOPLE)
    assert made.is_valid(), made.errors
    return made.cleaned_data


def test_a_disabled_bearer_and_one_without_duty_reach_the_rules_and_come_back() -> None:
    rows = [
        cleaned(
            BearerRow,
            name="儿子",
            disability_kind="LIMB",
            disability_level="2",
            supported="2",
            supports_here="2",
        ),
        cleaned(BearerRow, name="兄弟", no_duty_reason="兄弟姐妹", other_reason="省定情形"),
    ]
    document = document_from({**EMPTY, "duty_bearers": rows})
    members = [{"name": "老人", "birth": "1950-01-01"}]
    whole = {
        "on": "2026-01-05",
        "area": "RURAL",
        "members": members,
        "duty_bearers": document["duty_bearers"],
    }
    son, brother = read_document(whole).facts.duty_bearers
    assert (son.disability, son.disability_level, son.supports_here) == (Disability.LIMB, 2, 2)
    assert (brother.no_duty_reason, brother.other_reason) == ("兄弟姐妹", "省定情形")
    again = rows_from(document)["duty_bearers"][0]
    assert (again["disability_kind"], str(again["disability_level"])) == ("LIMB", "2")


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"disability_kind": "LIMB"}, "disability_level"), ({"supports_here": "2"}, "supports_here")],
)
def test_half_a_disability_and_more_here_than_in_all_are_refused(wrong: dict[str, str], field: str) -> None:
    made = BearerRow({"name": "儿子", **wrong}, people=PEOPLE)
    assert field in made.errors


def shown(form: EconomyForm, name: str) -> set[str]:
    return set(form.sets[name].forms[0].fields)


def test_what_only_one_programme_asks_is_hidden_elsewhere_unless_filled() -> None:
    plain = EconomyForm(None, people=PEOPLE, asks=asked_by("DIBAO_RURAL", is_single=False))
    tekun = EconomyForm(None, people=PEOPLE, asks=asked_by("TEKUN_DISPERSED", is_single=False))
    single = EconomyForm(None, people=PEOPLE, asks=asked_by("DIBAO_RURAL", is_single=True))
    assert "imprisoned" not in shown(plain, "duty_bearers") and "imprisoned" in shown(tekun, "duty_bearers")
    assert "clergy_years" in shown(single, "members") and "clergy_years" not in shown(tekun, "members")
    kept = {
        "duty_bearers": [{"name": "儿子", "imprisoned": True}],
        "members": [{"member": "7", "care_lost": ["BED"]}],
    }
    filled = EconomyForm(None, people=PEOPLE, asks=frozenset(), initial=kept)
    assert "imprisoned" in shown(filled, "duty_bearers") and "category" not in shown(filled, "duty_bearers")
    assert "care_lost" in shown(filled, "members") and "care_lost" not in shown(tekun, "members")


def test_a_reason_for_applying_alone_can_be_put_down() -> None:
    given = cleaned(MemberEconomyRow, member="7", clergy_years="4", single_other="县定情形")
    document = document_from({**EMPTY, "members": [given]})
    assert document["members"]["7"] == {"clergy_years": "4", "single_other": "县定情形"}


@pytest.fixture
def household(units: dict[str, Unit], standards: None) -> Household:
    found = make_household(units["360722100200"], ["独居老人"])
    Person.objects.filter(pk=found.head_id).update(birth_date=date(1950, 1, 1))
    return found


@pytest.fixture
def application(household: Household, clerk: User) -> Application:
    """A 特困 application under survey, its economy declared."""
    now = timezone.now()
    made = create_application(
        household=household,
        program="TEKUN_DISPERSED",
        applied_on=timezone.localdate(),
        actor=clerk,
        now=now,
        **COMPLETE,
    )
    save_declaration(household=household, application=made, document={"incomes": []}, actor=clerk)
    for code in ("submit", "accept", "survey"):
        perform(subject=made, step=code, actor=clerk, now=now)
    return made


def assessed(person: Person, clerk: User, *lost: str) -> CareAssessment:
    record = CareAssessment(
        **placed(person),
        cause="FIRST",
        assessed_on=timezone.localdate(),
        lost=list(lost),
        assessors="甲\n乙",
        body="TOWN",
    )
    save_assessment(record=record, actor=clerk, now=timezone.now(), new=True)
    return record


def test_the_care_level_is_assessed_before_the_township_reviews(
    application: Application, clerk: User
) -> None:
    assess_application(application=application, actor=clerk, now=timezone.now())
    context = Context(application, clerk, timezone.now(), {})
    assert "自理能力评定" in (guards.care_is_assessed(context) or "")
    assert "重新核算" in (guards.working_is_settled(context) or "")
    record = assessed(application.applicant, clerk, CareIndicator.BED, CareIndicator.TOILET)
    made = assess_application(application=application, actor=clerk, now=timezone.now())
    assert record.order is None and (made.care_level, made.total) == ("HALF", 1080)
    assert guards.care_is_assessed(context) is guards.working_is_settled(context) is None


def test_a_stranger_to_tekun_is_not_assessed(household: Household, clerk: User) -> None:
    with pytest.raises(Refusal, match="没有在办的特困申请"):
        assessed(household.head, clerk)


def test_care_begins_with_the_decision_not_with_the_first_month(household: Household, clerk: User) -> None:
    today = timezone.localdate()
    coming = Month.of(today) + 1
    make_benefit(household, coming.first_day, program="TEKUN_DISPERSED", shares=(("780", "0", ""),))
    wish = CareWish(**placed(household.head), wish="DISPERSED", registered_on=today, said_by="本人")
    save_wish(record=wish, actor=clerk, now=timezone.now(), new=True)
    unit = household.handling_unit
    found = with_care(supported(Person.objects.all(), today, unit), today, unit)
    person = found.get()
    assert (person.program, person.since) == ("TEKUN_DISPERSED", coming.first_day)
    assert "巡访" not in lacks(person) and not lacking(found, "visit", today).exists()


def test_no_birthday_stands_beside_a_masked_number(application: Application, clerk: User) -> None:
    record = assessed(application.applicant, clerk)
    assert "1950" not in repr(assessment_paper(record).body)


def test_a_decision_rests_on_a_meeting_of_ones_own_unit(
    units: dict[str, Unit], approver: User, leader: User
) -> None:
    for code in ("360722", "360722100"):
        Meeting.objects.create(
            unit=units[code],
            kind="PANEL",
            title=code,
            held_on=timezone.localdate(),
            place="会议室",
            host="甲",
            attendees="甲\n乙\n丙",
        )
    assert [meeting.title for meeting in recent_meetings(approver)] == ["360722"]
    assert [meeting.title for meeting in recent_meetings(leader)] == ["360722100"]
