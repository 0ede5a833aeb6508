"""Change orders: a death, a stop, tapering, more or less money, and what they leave behind."""
# requirements: C04, C05, C06, C07, C08

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone

from cases.models import (
    Assessment,
    Benefit,
    BenefitTerm,
    ChangeOrder,
    Household,
    PayAccount,
    Person,
    RecoveryProposal,
    ReviewTask,
)
from cases.rules.benefit import recheck_due
from cases.services.changes import draft_grace, draft_stop
from cases.services.deaths import draft_death
from cases.services.grace import end_grace_periods
from cases.services.proofs import rest_on
from cases.services.recoveries import sum_of, take_over
from cases.services.reviews import AFTER_DEATH
from salvation.accounts.models import User
from salvation.documents.declared import KINDS
from salvation.documents.models import Document
from salvation.documents.services import draft_document
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.vault.crypto import blind_index
from tests.builders import make_benefit, make_household
from tests.days import next_month

START = date(2022, 1, 1)
SHARES = (("466.67", "100", "ELDER"), ("466.67", "0", ""), ("466.66", "80", "CHILD"))


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["祖父", "父亲", "孙子"])


@pytest.fixture
def benefit(household: Household) -> Benefit:
    """1,400.00 + 180.00 = 1,580.00 for three (example 10.1)."""
    return make_benefit(household, START, shares=SHARES)


@pytest.fixture
def carry(clerk: User, leader: User, approver: User) -> Callable[[ChangeOrder], ChangeOrder]:
    """Through review, decision and the family's notice."""

    def carried(order: ChangeOrder) -> ChangeOrder:
        now = timezone.now()
        rest_on(order, "入户核查记录")
        perform(subject=order, step="submit", actor=clerk, now=now)
        if order.kind == "DEATH":
            perform(subject=order, step="confirm_death", actor=leader, now=now)
            perform(subject=order, step="carry_out", actor=clerk, now=now)
            return order
        perform(subject=order, step="to_county", actor=leader, now=now)
        perform(subject=order, step="decide_county", actor=approver, now=now)
        data = {"notified_on": timezone.localdate().isoformat()}
        perform(subject=order, step="take_effect", actor=clerk, now=now, data=data)
        return order

    return carried


@pytest.fixture
def decide(units: dict[str, Unit], county_clerk: User, approver: User) -> Callable[..., None]:
    """Set a parameter of the county, confirmed by two persons."""

    def decided(key: str, value: str) -> None:
        ParameterVersion.objects.create(
            key=key,
            unit=units["360722"],
            value=value,
            valid_from=START,
            basis="测试",
            state="CONFIRMED",
            entered_by=county_clerk,
            confirmed_by=approver,
            confirmed_at=timezone.now(),
        )

    return decided


def term_in(benefit: Benefit, month: Month) -> BenefitTerm | None:
    return benefit.terms.filter(months__contains=month.first_day).first()


def head_of(benefit: Benefit) -> Person:
    return benefit.household.head


def test_after_a_death_the_others_keep_their_uplift(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    carry(dead(benefit, head_of(benefit), date(2022, 5, 10), clerk))
    may, june = term_in(benefit, Month(2022, 5)), term_in(benefit, Month(2022, 6))
    assert may is not None and may.total == Decimal("1580.00")
    assert june is not None and (june.base, june.uplift) == (Decimal("933.33"), Decimal("80.00"))
    assert june.covered.count() == 2


def test_the_dead_are_dead_in_the_register(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    died, person = date(2022, 5, 10), head_of(benefit)
    carry(dead(benefit, person, died, clerk))
    person.refresh_from_db()
    assert person.died_on == died
    assert person.memberships.get().left_on == died


def test_the_death_of_the_last_member_ends_the_benefit(
    units: dict[str, Unit], clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    alone = make_benefit(make_household(units["360722100200"], ["独居"]), START)
    order = draft_death(
        benefit=alone,
        person=head_of(alone),
        died_on=date(2022, 5, 10),
        note="死亡",
        actor=clerk,
        now=timezone.now(),
    )
    assert order.household_out
    carry(order)
    alone.refresh_from_db()
    assert (alone.stop_month, alone.stop_reason) == (date(2022, 6, 1), "DEATH")
    assert term_in(alone, Month(2022, 6)) is None


def test_a_stop_begins_with_the_month_after_the_decision(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    order = carry(
        draft_stop(benefit=benefit, reason="INCOME", note="收入超标", actor=clerk, now=timezone.now())
    )
    this = Month.of(timezone.localdate())
    assert order.effective_month == (this + 1).first_day
    assert term_in(benefit, this) is not None
    assert term_in(benefit, this + 1) is None


def test_everybody_leaving_is_counted_for_the_statistics(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    order = carry(
        draft_stop(benefit=benefit, reason="INCOME", note="收入超标", actor=clerk, now=timezone.now())
    )
    assert order.people.count() == 3
    assert order.stat_month == Month.of(timezone.localdate()).first_day


def test_the_clerk_who_drafted_cannot_decide(benefit: Benefit, clerk: User, leader: User) -> None:
    order = draft_stop(benefit=benefit, reason="INCOME", note="收入超标", actor=clerk, now=timezone.now())
    rest_on(order, "入户核查记录")
    perform(subject=order, step="submit", actor=clerk, now=timezone.now())
    with pytest.raises(Refusal, match=r"作废|不能办理"):
        perform(subject=order, step="cancel", actor=clerk, now=timezone.now(), comment="重复")


def test_tapering_keeps_the_money_and_ends_by_itself(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    order = carry(
        draft_grace(
            benefit=benefit, reason="EMPLOYMENT", months=6, note="就业", actor=clerk, now=timezone.now()
        )
    )
    first = Month.of(order.effective_month)
    in_grace = term_in(benefit, first + 5)
    assert in_grace is not None and (in_grace.standing, in_grace.total) == ("GRACE", Decimal("1580.00"))
    assert term_in(benefit, first + 6) is None
    ended = end_grace_periods(county_id=benefit.county_id, on=(first + 6).first_day, now=timezone.now())
    benefit.refresh_from_db()
    assert (ended, benefit.stop_reason) == (1, "GRACE_END")
    assert benefit.orders.get(kind="GRACE_END").people.count() == 3


def test_tapering_steps_down_where_the_county_decided_so(
    benefit: Benefit, clerk: User, decide: Callable[..., None], carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    decide("grace.rule", "STEP_DOWN")
    decide("grace.steps", "100,50")
    order = carry(
        draft_grace(
            benefit=benefit, reason="EMPLOYMENT", months=4, note="就业", actor=clerk, now=timezone.now()
        )
    )
    first = Month.of(order.effective_month)
    paid = [getattr(term_in(benefit, first + step), "total", None) for step in range(5)]
    # The base is halved, the uplifts of persons stay.
    assert paid == [Decimal("1580.00"), Decimal("1580.00"), Decimal("880.00"), Decimal("880.00"), None]
    assert end_grace_periods(county_id=benefit.county_id, on=(first + 4).first_day, now=timezone.now()) == 1


def test_a_county_paying_by_quarter_pays_the_quarter_of_the_death(
    benefit: Benefit, clerk: User, decide: Callable[..., None]
) -> None:
    decide("funds.pay_cycle", "QUARTERLY")
    order = dead(benefit, head_of(benefit), date(2022, 4, 10), clerk)
    assert order.effective_month == date(2022, 7, 1)


def test_the_end_of_tapering_is_written_once(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    order = carry(
        draft_grace(
            benefit=benefit, reason="EMPLOYMENT", months=1, note="就业", actor=clerk, now=timezone.now()
        )
    )
    after = (Month.of(order.effective_month) + 1).first_day
    end_grace_periods(county_id=benefit.county_id, on=after, now=timezone.now())
    assert end_grace_periods(county_id=benefit.county_id, on=after, now=timezone.now()) == 0


def dead(benefit: Benefit, person: Person, died_on: date, clerk: User) -> ChangeOrder:
    return draft_death(
        benefit=benefit, person=person, died_on=died_on, note="死亡", actor=clerk, now=timezone.now(),
        new_head=heir_of(benefit, person),
    )  # fmt: skip


def heir_of(benefit: Benefit, person: Person) -> int | None:
    """Who follows a dead head: the next member still there."""
    if person.pk != benefit.household.head_id:
        return None
    members = benefit.household.members.filter(left_on__isnull=True).exclude(person=person)
    found = members.order_by("pk").first()
    return found.person_id if found else None


def test_a_death_while_tapering_leaves_one_end(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    now = timezone.now()
    first = Month.of(timezone.localdate()) - 3
    running = term_in(benefit, first)
    assert running is not None
    benefit.terms.update(standing="GRACE", months=(START, (first + 4).first_day))
    carry(dead(benefit, head_of(benefit), first.first_day, clerk))
    assert benefit.terms.filter(standing="GRACE").count() == 2
    stop = first + 4
    assert end_grace_periods(county_id=benefit.county_id, on=stop.first_day, now=now) == 1
    benefit.refresh_from_db()
    assert benefit.stop_month == stop.first_day


def test_a_death_found_late_keeps_what_changed_since(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    people = [member.person for member in benefit.household.members.order_by("id")]
    carry(dead(benefit, people[2], date(2022, 5, 10), clerk))
    carry(dead(benefit, people[0], date(2022, 2, 10), clerk))
    totals = [term_in(benefit, Month(2022, month)) for month in (2, 3, 5, 6, 12)]
    assert [term.total for term in totals if term] == [
        Decimal("1580.00"), Decimal("1013.33"), Decimal("1013.33"), Decimal("466.67"), Decimal("466.67"),
    ]  # fmt: skip


def test_an_order_overtaken_by_a_death_does_not_bring_the_dead_back(
    benefit: Benefit, clerk: User, leader: User, approver: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    now = timezone.now()
    grace = draft_grace(benefit=benefit, reason="EMPLOYMENT", months=3, note="就业", actor=clerk, now=now)
    rest_on(grace, "入户核查记录")
    perform(subject=grace, step="submit", actor=clerk, now=now)
    perform(subject=grace, step="to_county", actor=leader, now=now)
    perform(subject=grace, step="decide_county", actor=approver, now=now)
    carry(dead(benefit, head_of(benefit), date(2022, 5, 10), clerk))
    with pytest.raises(Refusal, match="重新登记"):
        perform(subject=grace, step="take_effect", actor=clerk, now=now, data={"notified_on": "2022-06-01"})
    perform(subject=grace, step="overtaken", actor=clerk, now=now, comment="成员已死亡")
    assert grace.state == "CANCELLED"


def test_tapering_is_not_given_twice(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    carry(
        draft_grace(
            benefit=benefit, reason="EMPLOYMENT", months=3, note="就业", actor=clerk, now=timezone.now()
        )
    )
    with pytest.raises(Refusal, match="第二次"):
        draft_grace(
            benefit=benefit, reason="EMPLOYMENT", months=3, note="就业", actor=clerk, now=timezone.now()
        )


def test_the_family_is_not_given_it_again_for_the_same_reason_after_a_new_application(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder], decide: Callable[..., None]
) -> None:
    decide("grace.allowed_reasons", "EMPLOYMENT,OTHER")
    now, later = timezone.now(), timezone.now() + timedelta(days=300)
    carry(draft_grace(benefit=benefit, reason="EMPLOYMENT", months=3, note="就业", actor=clerk, now=now))
    over = next_month() + 3
    end_grace_periods(county_id=benefit.county_id, on=over.first_day, now=now)
    again = make_benefit(benefit.household, over.first_day, shares=SHARES)
    with pytest.raises(Refusal, match="同一原因已给过渐退期"):
        draft_grace(benefit=again, reason="EMPLOYMENT", months=3, note="就业", actor=clerk, now=later)
    other = draft_grace(benefit=again, reason="OTHER", months=3, note="其他", actor=clerk, now=later)
    assert other.cause == "OTHER"


def test_tapering_longer_than_six_months_is_refused(benefit: Benefit, clerk: User) -> None:
    with pytest.raises(Refusal, match="6"):
        draft_grace(
            benefit=benefit, reason="EMPLOYMENT", months=7, note="就业", actor=clerk, now=timezone.now()
        )


def test_a_death_in_the_future_is_refused(benefit: Benefit, clerk: User) -> None:
    tomorrow = timezone.localdate() + timedelta(days=1)
    with pytest.raises(Refusal, match="不能晚于今天"):
        draft_death(
            benefit=benefit,
            person=head_of(benefit),
            died_on=tomorrow,
            note="死亡",
            actor=clerk,
            now=timezone.now(),
        )


def test_nobody_is_covered_twice_in_a_month_even_by_raw_sql(benefit: Benefit) -> None:
    row = benefit.terms.get().covered.first()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_termmember (term_id, person_id, months, base, uplift, uplift_kinds) "
            "VALUES (%s, %s, '[2022-03-01,2022-04-01)', 0, 0, '{}')",
            [row.term_id + 1000, row.person_id],
        )


def test_parts_that_do_not_add_up_are_refused_by_the_database(benefit: Benefit) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        BenefitTerm.objects.filter(benefit=benefit).update(total=Decimal("1"))


def test_a_decision_that_took_long_does_not_reach_back(
    benefit: Benefit, clerk: User, leader: User, approver: User
) -> None:
    order = draft_stop(benefit=benefit, reason="INCOME", note="收入超标", actor=clerk, now=timezone.now())
    later = timezone.now() + timedelta(days=62)
    rest_on(order, "入户核查记录")
    for step, actor in (("submit", clerk), ("to_county", leader), ("decide_county", approver)):
        perform(subject=order, step=step, actor=actor, now=later)
    data = {"notified_on": timezone.localdate(later).isoformat()}
    perform(subject=order, step="take_effect", actor=clerk, now=later, data=data)
    benefit.refresh_from_db()
    assert benefit.stop_month == (Month.of(timezone.localdate(later)) + 1).first_day


def test_an_imported_uplift_of_no_known_kind_stays_with_its_person(
    household: Household, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    imported = make_benefit(household, START, shares=[("300", "100", "")] * 3)
    carry(dead(imported, household.head, date(2022, 5, 10), clerk))
    june = term_in(imported, Month(2022, 6))
    assert june is not None and (june.base, june.uplift, june.total) == (600, 200, 800)


def test_tapering_keeps_an_imported_uplift(
    household: Household, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    imported = make_benefit(household, START, shares=[("300", "100", "")] * 3)
    now = timezone.now()
    order = carry(
        draft_grace(benefit=imported, reason="EMPLOYMENT", months=2, note="就业", actor=clerk, now=now)
    )
    tapering = term_in(imported, Month.of(order.effective_month))
    assert tapering is not None and tapering.total == 1200


def test_a_death_before_the_tapering_takes_its_part_of_the_tapering_too(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    now = timezone.now()
    order = carry(
        draft_grace(benefit=benefit, reason="EMPLOYMENT", months=3, note="就业", actor=clerk, now=now)
    )
    first = Month.of(order.effective_month)
    carry(dead(benefit, head_of(benefit), timezone.localdate() - timedelta(days=60), clerk))
    before, tapering = term_in(benefit, first - 1), term_in(benefit, first)
    assert before is not None and tapering is not None
    assert (before.base, tapering.base, tapering.uplift) == (Decimal("933.33"), Decimal("933.33"), 80)


def two_cared_for(household: Household, **parts: str) -> Benefit:
    """A 特困 benefit of three with 照料护理 of 300 and 180 in the parts given by place."""
    benefit = make_benefit(household, START, program="TEKUN_DISPERSED", shares=[("780", "0", "")] * 3)
    people = [str(member.person_id) for member in household.members.order_by("id")]
    members = [{"member": person, "care": parts.get(f"p{i}", "0.00")} for i, person in enumerate(people)]
    care = sum((Decimal(part["care"]) for part in members), Decimal(0))
    assessment = Assessment.objects.create(
        household=household, program="TEKUN_DISPERSED", on=START, eligible=True, base=2340, uplift=0, care=care,
        total=2340 + care, standard=600, annual_income=0, per_capita=0, people=3, made_at=timezone.now(), parameters={},
        result=sealed_facts.dump({"members": members, "covered": people}), facts=sealed_facts.dump({}),
    )  # fmt: skip
    benefit.terms.update(care=care, total=2340 + care, assessment=assessment)
    return benefit


def test_the_care_of_the_dead_leaves_with_him(
    household: Household, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    benefit = two_cared_for(household, p0="300.00", p1="180.00")
    carry(dead(benefit, household.head, date(2022, 5, 10), clerk))
    june = term_in(benefit, Month(2022, 6))
    assert june is not None and (june.base, june.care, june.total) == (1560, 180, 1740)


def test_where_the_care_of_each_is_not_known_a_new_calculation_comes_first(
    household: Household, clerk: User
) -> None:
    benefit = two_cared_for(household, p0="300.00")
    benefit.terms.update(assessment=None)
    with pytest.raises(Refusal, match="没有逐人的标准，请先重新核算"):
        dead(benefit, household.head, date(2022, 5, 10), clerk)


@pytest.mark.parametrize("steps", ["100%,50%", "", "120,50", "-1"])
def test_steps_that_cannot_be_read_are_named(
    benefit: Benefit, clerk: User, decide: Callable[..., None], steps: str
) -> None:
    decide("grace.rule", "STEP_DOWN")
    decide("grace.steps", steps)
    with pytest.raises(Refusal, match="渐退期各段保留的百分比"):
        draft_grace(
            benefit=benefit, reason="EMPLOYMENT", months=4, note="就业", actor=clerk, now=timezone.now()
        )


def paper_of(order: ChangeOrder, clerk: User) -> Document:
    """A death needs no paper to take effect (03 §3.2); a family that wants one gets it."""
    assert not Document.objects.filter(subject_id=order.pk, subject_type="cases.changeorder").exists()
    made = draft_document(kind=KINDS["death"], subject=order, given={}, actor=clerk, now=timezone.now())
    return Document.objects.get(pk=made.pk)


def test_the_family_is_told_of_the_death_of_the_applicant_and_not_he(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    paper = paper_of(carry(dead(benefit, head_of(benefit), date(2022, 5, 10), clerk)), clerk)
    assert paper.paper().addressee == "父亲："


def test_a_death_that_leaves_nobody_is_written_to_the_relatives(
    units: dict[str, Unit], clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    alone = make_benefit(make_household(units["360722100200"], ["独居"]), START)
    order = carry(dead(alone, head_of(alone), date(2022, 5, 10), clerk))
    assert paper_of(order, clerk).paper().addressee == "独居的亲属："


def test_what_was_paid_since_a_death_is_proposed_for_recovery(
    units: dict[str, Unit], clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    """Example 10.4: three people, 500 each; six months found late come to 3,000."""
    this = Month.of(timezone.localdate())
    household = make_household(units["360722100200"], ["户主", "妻", "子"])
    three = make_benefit(household, START, shares=(("500", "0", ""),) * 3)
    order = carry(dead(three, household.head, (this - 6).day(20), clerk))
    found = RecoveryProposal.objects.get()
    assert (found.order, found.months, found.amount) == (order, 6, 3000)
    assert (found.first_month, found.last_month) == ((this - 5).first_day, this.first_day)
    assert found.lines[0] == {
        "month": str(this - 5), "paid": "1500.00", "due": "1000.00", "over": "500.00",
    }  # fmt: skip


def test_a_death_of_this_month_leaves_nothing_to_recover(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    carry(dead(benefit, head_of(benefit), timezone.localdate(), clerk))
    assert not RecoveryProposal.objects.exists()


def test_a_death_struck_out_leaves_nothing_to_recover_unless_it_was_handed_over(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    person = benefit.household.members.order_by("id")[2].person
    order = carry(dead(benefit, person, timezone.localdate() - timedelta(days=80), clerk))
    found = RecoveryProposal.objects.get()
    take_over(proposal=found, actor=leader, now=timezone.now())
    with pytest.raises(Refusal, match="已移交追缴"):
        perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")
    RecoveryProposal.objects.update(taken_over_at=None)
    perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")
    found.refresh_from_db()
    assert found.withdrawn_at is not None
    assert sum_of(RecoveryProposal.objects.all())["amount"] == 0


def test_the_family_is_to_be_judged_again_within_three_months(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    died = timezone.localdate() - timedelta(days=20)
    carry(dead(benefit, head_of(benefit), died, clerk))
    duty = Duty.objects.get(kind=AFTER_DEATH, done_at__isnull=True)
    assert (duty.unit, duty.due_on) == (benefit.unit, recheck_due(died, 3))
    assert "家庭重核" in duty.title


def test_the_householders_death_asks_for_another_head(benefit: Benefit, clerk: User) -> None:
    with pytest.raises(Refusal, match="请选择新户主"):
        draft_death(
            benefit=benefit, person=head_of(benefit), died_on=date(2022, 5, 10), note="死亡", actor=clerk,
            now=timezone.now(),
        )  # fmt: skip


def test_an_account_in_the_deads_name_is_paid_no_longer_until_the_death_is_struck_out(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    head = head_of(benefit)
    account = PayAccount.objects.create(
        household=benefit.household, holder=head, holder_name=head.name, payee_kind="SELF", kind="PASSBOOK",
        number="9900000000000001", number_index=blind_index("9900000000000001", "account"),
        valid_from=date(2022, 1, 1),
    )  # fmt: skip
    order = carry(dead(benefit, head, date(2022, 5, 10), clerk))
    account.refresh_from_db()
    assert account.valid_to == timezone.localdate()
    perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")
    account.refresh_from_db()
    assert account.valid_to is None


def account_of(household: Household, holder: Person, number: str) -> PayAccount:
    made: PayAccount = PayAccount.objects.create(
        household=household, holder=holder, holder_name=holder.name, payee_kind="SELF", kind="PASSBOOK",
        number=number, number_index=blind_index(number, "account"), valid_from=date(2022, 1, 1),
    )  # fmt: skip
    return made


def buried(benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]) -> ChangeOrder:
    """The head's death in effect: another head follows, with an account of his own."""
    head = head_of(benefit)
    return carry(
        draft_death(
            benefit=benefit, person=head, died_on=timezone.localdate(), note="死亡", actor=clerk, now=timezone.now(),
            new_head=heir_of(benefit, head), account={"number": "9900000000000002", "kind": "PASSBOOK"},
        )
    )  # fmt: skip


def family_now(benefit: Benefit) -> dict[str, Any]:
    """Everything a death writes: head, relations, applicants, who is here and alive, account, amounts by person."""
    household = Household.objects.get(pk=benefit.household_id)
    members = household.members.order_by("id").select_related("person")
    open_account = household.accounts.filter(valid_to__isnull=True).first()
    terms = benefit.terms.order_by("months").prefetch_related("covered")
    return {
        "head": household.head_id,
        "members": [(m.person_id, m.relation, m.left_on, m.person.died_on) for m in members],
        "applicants": list(household.benefits.order_by("id").values_list("applicant", flat=True)),
        "account": open_account.pk if open_account else None,
        "shares": [
            (
                t.months.lower,
                t.months.upper,
                t.total,
                sorted((c.person_id, c.base, c.uplift) for c in t.covered.all()),
            )
            for t in terms
        ],
        "reviews": list(
            ReviewTask.objects.filter(benefit=benefit).values_list("source", "due_on", "done_on")
        ),
    }


def test_a_death_struck_out_gives_back_head_account_and_everybodys_share(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    account_of(benefit.household, head_of(benefit), "9900000000000001")
    before = family_now(benefit)
    order = buried(benefit, clerk, carry)
    dead_now = family_now(benefit)
    assert all(dead_now[key] != before[key] for key in before)
    perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")
    assert family_now(benefit) == before
    assert not Duty.objects.filter(kind=AFTER_DEATH, done_at__isnull=True).exists()
    told = Entry.objects.filter(action="household.update", subject_id=benefit.household_id).latest("id")
    assert told.facts == {"head": str(order.person), "order": order.no}


def test_a_death_of_the_time_before_images_is_struck_out_by_what_the_register_says(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    account_of(benefit.household, head_of(benefit), "9900000000000001")
    benefit.household.members.filter(person=heir_of(benefit, head_of(benefit))).update(relation="OTHER")
    before = family_now(benefit)
    order = buried(benefit, clerk, carry)
    details = sealed_facts.load(order.details)
    order.details = sealed_facts.dump({key: value for key, value in details.items() if key != "was"})
    order.save(update_fields=["details"])
    perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")
    assert family_now(benefit) == before


def test_a_review_that_was_due_anyway_is_due_again_on_its_own_day(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    far = timezone.localdate() + timedelta(days=400)
    ReviewTask.objects.create(
        benefit=benefit, unit=benefit.unit, village=benefit.village, source="DUE", due_on=far
    )
    order = buried(benefit, clerk, carry)
    perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")
    task = ReviewTask.objects.get()
    assert (task.source, task.due_on) == ("DUE", far)


def test_where_the_headship_went_on_a_death_is_not_struck_out(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    order = buried(benefit, clerk, carry)
    third = benefit.household.members.order_by("id")[2].person
    Household.objects.filter(pk=benefit.household_id).update(head=third)
    with pytest.raises(Refusal, match="请先办理户主变更，把户主改回父亲"):
        perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")
    order.refresh_from_db()
    assert (order.state, Person.objects.get(pk=order.person_id).died_on) == ("EFFECTIVE", order.event_on)


def test_an_account_the_family_named_since_stays(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    account_of(benefit.household, head_of(benefit), "9900000000000001")
    order = buried(benefit, clerk, carry)
    PayAccount.objects.filter(household=benefit.household_id, valid_to__isnull=True).update(
        valid_to=timezone.localdate()
    )
    named = account_of(benefit.household, head_of(benefit), "9900000000000003")
    perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")
    assert PayAccount.objects.get(household=benefit.household_id, valid_to__isnull=True) == named


def test_of_two_deaths_orders_of_one_person_the_later_is_struck_out_first(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    order = buried(benefit, clerk, carry)
    second = ChangeOrder.objects.get(pk=order.pk)
    second.pk, second.no = None, "第二张"
    second.save()
    with pytest.raises(Refusal, match="第二张 已生效，请先红冲该单"):
        perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="误报")


def test_the_list_shows_the_sum_to_its_town_only(
    benefit: Benefit, clerk: User, other_clerk: User, leader: User, sign_in: Callable[[User], Client],
    carry: Callable[[ChangeOrder], ChangeOrder],
) -> None:  # fmt: skip
    person = benefit.household.members.order_by("id")[2].person
    carry(dead(benefit, person, timezone.localdate() - timedelta(days=80), clerk))
    found = RecoveryProposal.objects.get()
    page = sign_in(clerk).get("/cases/recoveries/").content.decode()
    assert f"{found.amount:,.2f}" in page
    assert person.name not in sign_in(other_clerk).get("/cases/recoveries/").content.decode()
    address = f"/cases/recoveries/{found.pk}/"
    assert sign_in(clerk).get(address).status_code == 200
    assert person.name in sign_in(clerk).get(f"/cases/people/{person.pk}/").content.decode()
    assert sign_in(clerk).post(f"{address}hand-over/").status_code == 403
    assert sign_in(leader).post(f"{address}hand-over/").status_code == 302
