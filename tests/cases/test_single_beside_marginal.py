"""单人保 beside 低保边缘 (02 §2.8, example 10.2): one member gets 低保 alone, the others stay recognised as 边缘."""
# requirements: B22

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from cases.models import Application, Assessment, Benefit, ChangeOrder, Household, Person
from cases.services.applications import create_application, save_declaration
from cases.services.benefits import Share, open_benefit
from cases.services.changes import draft_stop
from cases.services.deaths import draft_death
from cases.services.orders import draft_order, member_share, running_term
from cases.services.single_cover import leave_family
from reports.civil.services import civil_rows, does_not_tie
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import COMPLETE, make_benefit, make_household, make_visited
from tests.cases.test_application_flow import STANDARDS, confirm_in_bureau, parameters, to_county
from tests.cases.test_changes import carry
from tests.days import next_month, this_month, today

__all__ = ["carry", "parameters"]
Carry = Callable[[ChangeOrder], ChangeOrder]
NAMES = ("罗大", "罗二", "罗三", "罗小四")


@pytest.fixture
def family(units: dict[str, Unit]) -> Household:
    """Four people, of whom the third is severely disabled."""
    household = make_household(units["360722100200"], NAMES)
    Person.objects.filter(name="罗三").update(disability_kind="LIMB", disability_level=2, labour="NONE")
    return household


@pytest.fixture
def recognised(family: Household) -> Benefit:
    return make_benefit(family, date(2022, 1, 1), program="MARGINAL", shares=[("0", "0", "")] * 4)


@pytest.fixture
def disabled(family: Household) -> Person:
    return Person.objects.get(name="罗三")


def covered(benefit: Benefit, month: Month) -> set[str]:
    term = benefit.terms.filter(months__contains=month.first_day).first()
    return {row.person.name for row in term.covered.select_related("person")} if term else set()


def apply_alone(family: Household, person: Person, clerk: User) -> Application:
    return create_application(
        household=family, program="DIBAO_RURAL", applied_on=today(), actor=clerk, now=timezone.now(), is_single=True,
        single_reason="DISABLED_L12", applicant_id=person.pk, **COMPLETE,
    )  # fmt: skip


def confirm(application: Application, program: str, amounts: dict[int, int], first: Month) -> Benefit:
    """A benefit opened at once; ``amounts``: yuan by person."""
    total = sum(amounts.values())
    assessment = Assessment.objects.create(
        application=application, household=application.household, program=program, on=today(), eligible=True, base=total,
        uplift=0, total=total, annual_income=2400, per_capita=Decimal(200), people=len(amounts), made_at=timezone.now(),
        result=sealed_facts.dump({}), facts=sealed_facts.dump({}),
    )  # fmt: skip
    shares = [Share(person, Decimal(amount)) for person, amount in amounts.items()]
    return open_benefit(application=application, assessment=assessment, shares=shares, first=first)


def alone(family: Household, person: Person, first: Month) -> Benefit:
    """The person's own 低保."""
    application = make_visited(
        family, state="CONFIRMED", applicant=person, is_single=True, single_reason="DISABLED_L12"
    )
    return confirm(application, "DIBAO_RURAL", {person.pk: 550}, first)


def recognise(family: Household, application: Application | None = None) -> Benefit:
    """The whole family as 边缘 from next month on."""
    people = {member.person_id: 0 for member in family.members.all()}
    return confirm(application or make_visited(family, program="MARGINAL"), "MARGINAL", people, next_month())


def test_a_member_of_a_marginal_family_gets_dibao_alone_and_the_others_stay(
    family: Household,
    recognised: Benefit,
    disabled: Person,
    clerk: User,
    leader: User,
    approver: User,
    parameters: Callable[..., None],
) -> None:
    parameters({**STANDARDS, "dibao.std.rural": "750"})
    application, now = apply_alone(family, disabled, clerk), timezone.now()
    earns = {"member": str(family.head_id), "item": "SALARY", "monthly": "4400"}
    save_declaration(household=family, application=application, document={"incomes": [earns]}, actor=clerk)
    perform(subject=application, step="submit", actor=clerk, now=now)
    later = to_county(application, clerk, leader)
    confirm_in_bureau(application, approver, later, str(application.assessment.total))
    first = Month.of(timezone.localdate(later)) + 1
    assert covered(application.benefit, first) == {"罗三"}
    assert covered(recognised, first) == {"罗大", "罗二", "罗小四"}
    assert covered(recognised, first - 1) == set(NAMES)
    assert Entry.objects.filter(action="benefit.leave_family").count() == 1


def test_a_member_who_already_gets_dibao_alone_is_left_out_of_the_familys_recognition(
    family: Household, disabled: Person, clerk: User
) -> None:
    alone(family, disabled, this_month())
    application = create_application(
        household=family, program="MARGINAL", applied_on=today(), actor=clerk, now=timezone.now(), **COMPLETE
    )
    perform(subject=application, step="submit", actor=clerk, now=timezone.now())
    benefit = recognise(family, application)
    assert covered(benefit, next_month()) == {"罗大", "罗二", "罗小四"}


def test_whoever_is_alone_in_his_family_takes_the_recognition_with_him(
    units: dict[str, Unit], clerk: User
) -> None:
    household = make_household(units["360722100200"], ["独居"])
    recognition = make_benefit(household, date(2022, 1, 1), program="MARGINAL", shares=[("0", "0", "")])
    leave_family(household.head, next_month(), clerk)
    recognition.refresh_from_db()
    assert (recognition.stop_month, recognition.stop_reason) == (
        next_month().first_day,
        "CATEGORY_CHANGE",
    )


def test_a_family_of_which_everybody_gets_dibao_alone_is_not_recognised(
    units: dict[str, Unit], clerk: User
) -> None:
    household = make_household(units["360722100200"], ["独居"])
    alone(household, household.head, this_month())
    with pytest.raises(Refusal, match="全家都已按单人保享受低保"):
        recognise(household)


@pytest.fixture
def both(family: Household, recognised: Benefit, disabled: Person, clerk: User) -> tuple[Benefit, Benefit]:
    """The recognition of the other three, and the disabled member's own 低保."""
    leave_family(disabled, this_month(), clerk)
    return recognised, alone(family, disabled, this_month())


def test_when_the_own_dibao_stops_the_person_is_covered_with_the_family_again(
    both: tuple[Benefit, Benefit], clerk: User, carry: Carry
) -> None:
    recognised, own = both
    order = carry(draft_stop(benefit=own, reason="INCOME", note="找到工作", actor=clerk, now=timezone.now()))
    month = Month.of(order.effective_month)
    assert covered(recognised, month) == set(NAMES)
    assert covered(recognised, month - 1) == {"罗大", "罗二", "罗小四"}


def test_who_leaves_the_family_for_his_own_dibao_and_who_comes_back_is_counted(
    both: tuple[Benefit, Benefit], clerk: User, carry: Carry
) -> None:
    recognised, own = both
    left = recognised.orders.get()
    assert [(row.person.name, row.leaves) for row in left.people.all()] == [("罗三", True)]
    order = carry(draft_stop(benefit=own, reason="INCOME", note="找到工作", actor=clerk, now=timezone.now()))
    for month in (this_month(), Month.of(order.effective_month)):
        rows, _ = civil_rows(recognised.county, month, [recognised.unit])
        assert does_not_tie(rows) == []
    back = recognised.orders.exclude(pk=left.pk).get()
    assert [(row.person.name, row.leaves) for row in back.people.all()] == [("罗三", False)]


def test_a_stop_struck_out_gives_the_own_dibao_back_and_takes_the_person_out_of_the_family_again(
    both: tuple[Benefit, Benefit], clerk: User, approver: User, carry: Carry
) -> None:
    recognised, own = both
    order = carry(draft_stop(benefit=own, reason="INCOME", note="找到工作", actor=clerk, now=timezone.now()))
    perform(
        subject=order, step="reverse_county", actor=approver, now=timezone.now() + timedelta(minutes=1), comment="认定有误"
    )  # fmt: skip
    month = Month.of(order.effective_month)
    assert covered(own, month) == {"罗三"}
    assert covered(recognised, month) == {"罗大", "罗二", "罗小四"}


def test_a_change_of_the_family_counts_nobody_as_entering_who_gets_dibao_alone(
    both: tuple[Benefit, Benefit], family: Household, clerk: User
) -> None:
    recognised, _ = both
    running = running_term(recognised, next_month())
    shares = [member_share(Share(member.person_id)) for member in family.members.all()]
    order = draft_order(
        recognised, "MEMBER_ADD", running, next_month(), shares, "核查", actor=clerk, now=timezone.now()
    )
    assert not order.people.exists()
    assert len(order.shares) == 3


def test_a_death_takes_nobody_back_into_the_family(
    both: tuple[Benefit, Benefit], disabled: Person, clerk: User, carry: Carry
) -> None:
    recognised, own = both
    order = carry(
        draft_death(
            benefit=own, person=disabled, died_on=today() - timedelta(days=1), note="死亡", actor=clerk, now=timezone.now()
        )
    )  # fmt: skip
    assert covered(recognised, Month.of(order.effective_month)) == {"罗大", "罗二", "罗小四"}


def test_a_whole_family_on_dibao_still_keeps_a_member_from_applying_alone(
    family: Household, disabled: Person, clerk: User
) -> None:
    make_benefit(family, date(2022, 1, 1))
    with pytest.raises(Refusal, match="罗三 正在享受农村低保"):
        apply_alone(family, disabled, clerk)
