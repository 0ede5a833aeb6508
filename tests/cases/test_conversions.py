"""类别转换: a new application in full, and where it is confirmed the old benefit ends in the month the new one begins."""
# requirements: C06, D02

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.exclusion import replaced
from cases.models import Application, Assessment, Benefit, ChangeOrder, Household, Person, ReviewTask
from cases.models.choices import TEKUN
from cases.services.applications import create_application, save_declaration
from cases.services.authorisations import Signed, record_authorisations
from cases.services.benefits import Share, stop_benefit
from cases.services.conversions import open_confirmed
from cases.services.deaths import draft_death
from cases.services.proofs import rest_on
from cases.services.single_cover import leave_family
from reports.civil.services import civil_rows, does_not_tie
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.web.services import new_token
from tests.builders import COMPLETE, make_benefit, make_household, make_visited
from tests.cases.test_application_flow import STANDARDS, finish_notice, parameters, review
from tests.cases.test_into_tekun import assessed
from tests.cases.test_single_beside_marginal import confirm as confirm_at_once
from tests.days import next_month, today

__all__ = ["parameters"]
START = date(2022, 1, 1)
SUPPORT = {
    **STANDARDS, "tekun.base.rural.dispersed": "780", "tekun.care.self.dispersed": "180", "tekun.base.urban.dispersed": "975",
}  # fmt: skip
Confirm = Callable[[Application, str], Month]


def elder(household: Household) -> Household:
    """The first of the household is old, and nobody is bound to support him."""
    Person.objects.filter(pk=household.head_id).update(birth_date=date(1950, 1, 1))
    household.refresh_from_db()
    return household


@pytest.fixture
def alone(units: dict[str, Unit]) -> Household:
    return elder(make_household(units["360722100200"], ["独居老人"]))


@pytest.fixture
def dibao(alone: Household) -> Benefit:
    return make_benefit(alone, START, shares=(("600", "0", ""),))


def confirm_single(application: Application, person: Person) -> Benefit:
    """A member's own 低保, since the month after the recognition of his family."""
    return confirm_at_once(application, "DIBAO_RURAL", {person.pk: 550}, Month.of(START) + 1)


def convert(benefit: Benefit, program: str, clerk: User) -> Application:
    """The application in place of the benefit, submitted with nobody earning anything."""
    now = timezone.now()
    made = create_application(
        household=benefit.household, program=program, applied_on=today(), actor=clerk, now=now, converts=benefit, **COMPLETE
    )  # fmt: skip
    save_declaration(household=benefit.household, application=made, document={"incomes": []}, actor=clerk)
    perform(subject=made, step="submit", actor=clerk, now=now)
    if program in TEKUN:
        assessed(benefit.household.head, clerk)
    return made


@pytest.fixture
def confirm(
    units: dict[str, Unit], clerk: User, leader: User, approver: User, parameters: Callable[..., None]
) -> Callable[[Application], Month]:
    """Survey, check, notice and the county's word; returns the first month of the new benefit."""

    def done(application: Application) -> Month:
        parameters(SUPPORT)
        review(application, clerk, leader, timezone.now())
        later = finish_notice(application, clerk)
        perform(subject=application, step="to_county", actor=clerk, now=later)
        bureau = Meeting.objects.create(
            unit=units["360722"], kind="BUREAU", title="局务会", held_on=today(), place="会议室", host="郭局长", attendees="甲\n乙\n丙"
        )  # fmt: skip
        data = {"meeting": str(bureau.pk), "amount": str(application.assessment.total)}
        perform(subject=application, step="confirm_county", actor=approver, now=later, data=data)
        return Month.of(application.benefit.first_month)

    return done


def covering(person: Person, month: Month) -> list[str]:
    """By which programmes a person is helped in a month."""
    rows = person.coverage.filter(months__contains=month.first_day)
    return sorted(rows.values_list("term__benefit__program", flat=True))


def test_another_programme_follows_without_a_gap_or_a_double_month(
    alone: Household, dibao: Benefit, clerk: User, confirm: Callable[[Application], Month]
) -> None:
    application = convert(dibao, "TEKUN_DISPERSED", clerk)
    assert covering(alone.head, Month.of(today()) + 1) == ["DIBAO_RURAL"], (
        "it is paid on until the confirmation"
    )
    first = confirm(application)
    dibao.refresh_from_db()
    new = application.benefit
    assert (dibao.stop_month, dibao.stop_reason) == (new.first_month, "CATEGORY_CHANGE")
    assert (new.program, new.predecessor, new.terms.get().total) == ("TEKUN_DISPERSED", dibao, 960)
    assert covering(alone.head, first - 1) == ["DIBAO_RURAL"]
    assert covering(alone.head, first) == ["TEKUN_DISPERSED"]


def test_the_old_programme_counts_him_out_and_the_new_one_in(
    alone: Household, dibao: Benefit, clerk: User, confirm: Callable[[Application], Month]
) -> None:
    application = convert(dibao, "TEKUN_DISPERSED", clerk)
    first = confirm(application)
    order = ChangeOrder.objects.get(benefit=dibao)
    assert (order.kind, order.state, order.effective_month) == ("CATEGORY", "EFFECTIVE", first.first_day)
    assert (order.successor, order.old_total, order.new_total) == (application.benefit, 600, 960)
    assert [(row.person, row.leaves) for row in order.people.all()] == [(alone.head, True)]


@pytest.fixture
def parted(
    units: dict[str, Unit], clerk: User, confirm: Callable[[Application], Month]
) -> tuple[Benefit, Application, Month]:
    """低保 of an old man and his nephew, of whom the man went on to 特困."""
    family = elder(make_household(units["360722100200"], ["老人", "侄子"]))
    nephew = family.members.exclude(person=family.head_id).get().person
    benefit = make_benefit(family, START, shares=(("600", "100", "ELDER"), ("600", "0", "")))
    application = convert(benefit, "TEKUN_DISPERSED", clerk)
    bearer = {"name": nephew.name, "relation": "侄子", "no_duty_reason": "旁系亲属"}
    document = {"incomes": [], "duty_bearers": [bearer]}
    save_declaration(household=family, application=application, document=document, actor=clerk)
    record_authorisations(application=application, signed=[Signed(today(), bearer=nephew.name)], actor=clerk)
    application = Application.objects.get(pk=application.pk)
    first = confirm(application)
    benefit.refresh_from_db()
    return benefit, application, first


def test_who_of_a_family_is_not_on_tekun_stays_on_its_dibao(
    parted: tuple[Benefit, Application, Month],
) -> None:
    benefit, application, first = parted
    nephew = Person.objects.get(name="侄子")
    assert covering(application.applicant, first) == ["TEKUN_DISPERSED"]
    assert covering(nephew, first) == ["DIBAO_RURAL"]
    assert benefit.stop_month is None and benefit.applicant == nephew
    assert benefit.terms.get(months__contains=first.first_day).total == 600


def test_the_rest_of_the_family_is_judged_again_without_him(
    parted: tuple[Benefit, Application, Month],
) -> None:
    benefit, application, _ = parted
    assert ReviewTask.objects.get(benefit=benefit, done_on=None).source == "LEFT"
    gone = benefit.household.members.get(person=application.applicant)
    assert (gone.counted, gone.exclude_reason) == (False, "PROVINCE")


def test_his_death_found_late_leaves_the_others_money_alone(
    parted: tuple[Benefit, Application, Month], clerk: User, leader: User
) -> None:
    _, application, first = parted
    now = timezone.now()
    dead = draft_death(
        benefit=application.benefit, person=application.applicant, died_on=today() - timedelta(days=70), note="死亡",
        actor=clerk, now=now, new_head=Person.objects.get(name="侄子").pk,
    )  # fmt: skip
    rest_on(dead, "火化（殡葬）证明")
    for step, actor in (("submit", clerk), ("confirm_death", leader), ("carry_out", clerk)):
        perform(subject=dead, step=step, actor=actor, now=now)
    nephew = Person.objects.get(name="侄子")
    for month in (Month.of(today()), first, first + 6):
        assert covering(nephew, month) == ["DIBAO_RURAL"]
    assert covering(application.applicant, Month.of(today())) == []


def test_a_month_in_which_the_old_one_never_began_still_ties(
    units: dict[str, Unit], alone: Household, clerk: User
) -> None:
    first = next_month()
    fresh = make_benefit(alone, first.first_day, shares=(("600", "0", ""),))
    make_benefit(make_household(units["360722100200"], ["别家"]), START)
    application = convert(fresh, "TEKUN_DISPERSED", clerk)
    verdict = Assessment.objects.create(
        application=application, household=alone, program="TEKUN_DISPERSED", on=today(), eligible=True, base=780, uplift=0,
        total=780, annual_income=0, per_capita=0, people=1, made_at=timezone.now(), result=sealed_facts.dump({}),
        facts=sealed_facts.dump({}),
    )  # fmt: skip
    shares = [Share(alone.head_id, Decimal(780))]
    open_confirmed(application, verdict, shares, first=first, granted=None, now=timezone.now())
    assert covering(alone.head, first) == ["TEKUN_DISPERSED"]
    rows, _ = civil_rows(units["360722"], first, [units["360722100"]])
    assert does_not_tie(rows) == []


def test_dibao_for_one_is_applied_for_beside_and_a_conversion_is_begun_once(
    units: dict[str, Unit], dibao: Benefit, clerk: User
) -> None:
    convert(dibao, "TEKUN_DISPERSED", clerk)
    with pytest.raises(Refusal, match="已有在办的转类申请"):
        convert(dibao, "MARGINAL", clerk)
    family = make_household(units["360722100200"], ["户主", "弟弟"])
    marginal = make_benefit(family, START, program="MARGINAL", shares=[("0", "0", "")] * 2)
    with pytest.raises(Refusal, match="直接申请单人保"):
        create_application(
            household=family, program="DIBAO_RURAL", applied_on=today(), actor=clerk, now=timezone.now(), is_single=True,
            single_reason="DISABLED_L12", converts=marginal, **COMPLETE,
        )  # fmt: skip


def test_own_dibao_beside_a_marginal_family_may_become_tekun(units: dict[str, Unit], clerk: User) -> None:
    family = elder(make_household(units["360722100200"], ["老人", "儿媳"]))
    make_benefit(family, START, program="MARGINAL", shares=[("0", "0", "")] * 2)
    leave_family(family.head, Month.of(START) + 1, clerk)
    own = make_visited(family, state="CONFIRMED", is_single=True, single_reason="DISABLED_L12")
    application = convert(confirm_single(own, family.head), "TEKUN_DISPERSED", clerk)
    assert application.state == "SUBMITTED"


def test_recognising_the_family_leaves_another_members_own_dibao(units: dict[str, Unit]) -> None:
    family = make_household(units["360722100200"], ["户主", "甲", "乙"])
    first, second = (
        confirm_single(
            make_visited(
                family, state="CONFIRMED", applicant=row.person, is_single=True, single_reason="DISABLED_L12"
            ),
            row.person,
        )
        for row in family.members.exclude(person=family.head_id).order_by("pk")
    )
    assert list(replaced(family, first.pk, "MARGINAL", is_single=False)) == [first]
    assert set(replaced(family, first.pk, "DIBAO_RURAL", is_single=False)) == {first, second}


def test_a_family_of_which_one_had_dibao_alone_gets_it_together(
    units: dict[str, Unit], clerk: User, confirm: Callable[[Application], Month]
) -> None:
    family = make_household(units["360722100200"], ["户主", "残疾弟弟"])
    disabled = family.members.exclude(person=family.head_id).get().person
    marginal = make_benefit(family, START, program="MARGINAL", shares=[("0", "0", "")] * 2)
    leave_family(disabled, Month.of(START) + 1, clerk)
    own = make_visited(
        family, state="CONFIRMED", applicant=disabled, is_single=True, single_reason="DISABLED_L12"
    )
    alone = confirm_single(own, disabled)
    application = convert(marginal, "DIBAO_RURAL", clerk)
    first = confirm(application)
    assert [covering(person, first) for person in (family.head, disabled)] == [["DIBAO_RURAL"]] * 2
    for old in (marginal, alone):
        old.refresh_from_db()
        assert (old.stop_month, old.stop_reason) == (first.first_day, "CATEGORY_CHANGE")
    assert application.benefit.predecessor == marginal


def test_a_refused_conversion_leaves_the_benefit_as_it_is(
    alone: Household, dibao: Benefit, clerk: User
) -> None:
    application = convert(dibao, "TEKUN_DISPERSED", clerk)
    perform(subject=application, step="withdraw", actor=clerk, now=timezone.now(), comment="不转了")
    dibao.refresh_from_db()
    assert dibao.stop_month is None and not dibao.orders.exists()


def test_what_ended_meanwhile_is_not_ended_again(
    alone: Household, dibao: Benefit, clerk: User, confirm: Callable[[Application], Month]
) -> None:
    application = convert(dibao, "TEKUN_DISPERSED", clerk)
    stop_benefit(dibao, Month.of(today()) + 1, "VOLUNTARY")
    confirm(application)
    assert not dibao.orders.exists()
    dibao.refresh_from_db()
    assert dibao.stop_reason == "VOLUNTARY"


@pytest.mark.parametrize(
    ("own", "program", "words"),
    [("DIBAO_RURAL", "DIBAO_RURAL", "请选择另一类别"), ("TEKUN_DISPERSED", "TEKUN_CENTRALIZED", "供养形式")],
)
def test_the_same_programme_is_no_conversion(
    alone: Household, clerk: User, own: str, program: str, words: str
) -> None:
    benefit = make_benefit(alone, START, program=own, shares=(("600", "0", ""),))
    with pytest.raises(Refusal, match=words):
        convert(benefit, program, clerk)


def test_an_application_beside_the_benefit_says_where_to_convert(
    alone: Household, dibao: Benefit, clerk: User
) -> None:
    with pytest.raises(Refusal, match="选“类别转换”"):
        create_application(
            household=alone, program="TEKUN_DISPERSED", applied_on=today(), actor=clerk, now=timezone.now(), **COMPLETE
        )  # fmt: skip


def test_the_page_of_the_benefit_leads_into_the_application(
    alone: Household, dibao: Benefit, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client, address = sign_in(clerk), reverse("cases:convert", args=[dibao.pk])
    assert address in client.get(reverse("cases:changes_of", args=[dibao.pk])).content.decode()
    given = {
        "program": "TEKUN_DISPERSED", "applicant_id": alone.head_id, "applied_on": today().isoformat(), "authorised": "yes",
        "kinship_declared": "yes", "kinship_flag": "no", "ties-TOTAL_FORMS": "0", "ties-INITIAL_FORMS": "0",
        "_act": "confirmed", "_once": new_token(),
    }  # fmt: skip
    client.post(address, given)
    made = Application.objects.get()
    assert (made.converts, made.state, made.applicant) == (dibao, "DRAFT", dibao.applicant)
    page = client.get(reverse("cases:application", args=[made.pk])).content.decode()
    assert "转自" in page and str(dibao) in page
