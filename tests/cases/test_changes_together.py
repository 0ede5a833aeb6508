"""Changes beside each other: what rests, tapers, was decided ahead or has an end keeps it through the next change."""
# requirements: C04, C05, C06, C07, C08, C12, C16, B30

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from cases.models import Assessment, Benefit, BenefitTerm, ChangeOrder, Household, ReviewTask
from cases.services.applications import create_application, save_declaration
from cases.services.benefits import Share, open_term
from cases.services.changes import (
    draft_amount,
    draft_grace,
    draft_resumption,
    draft_stop,
    draft_suspension,
)
from cases.services.deaths import draft_death
from cases.services.grace import end_grace_periods
from cases.services.heads import draft_head_change
from cases.services.member_changes import draft_member_remove
from cases.services.proofs import rest_on
from cases.services.reviews import AFTER_DEATH, open_reviews
from cases.services.successions import draft_transfer
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.flow.engine import available, perform
from salvation.flow.models import StatFreeze
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import COMPLETE, make_benefit, make_household
from tests.cases.test_application_flow import STANDARDS, confirm_in_bureau, parameters, to_county
from tests.cases.test_change_kinds import carry, people, term_in
from tests.cases.test_changes import decide
from tests.days import next_month, this_month, today

__all__ = ["carry", "decide", "parameters"]
Carry = Callable[[ChangeOrder], ChangeOrder]
START = date(2022, 1, 1)
SHARES = (("500", "100", "ELDER"), ("500", "0", ""), ("500", "80", "CHILD"))


@pytest.fixture
def benefit(units: dict[str, Unit]) -> Benefit:
    """1,680 元 a month for three."""
    return make_benefit(make_household(units["360722100200"], ["祖父", "父亲", "孙子"]), START, shares=SHARES)


def raised(benefit: Benefit, month: Month, more: str) -> None:
    """A new standard from ``month`` on: everybody gets more."""
    old = benefit.terms.order_by("-months")[0]
    shares = [
        Share(row.person_id, row.base + Decimal(more), row.uplift, tuple(row.uplift_kinds))
        for row in old.covered.all()
    ]
    months = DateRange(month.first_day, old.months.upper)
    old.months = DateRange(old.months.lower, month.first_day)
    old.save(update_fields=["months"])
    base, uplift = sum(one.base for one in shares), sum(one.uplift for one in shares)
    open_term(
        benefit, months, shares, base=base, uplift=uplift, care=Decimal(0), total=base + uplift, standing=old.standing
    )  # fmt: skip


def totals(benefit: Benefit, *months: Month) -> list[tuple[str, Decimal] | None]:
    found = [term_in(benefit, month) for month in months]
    return [(term.standing, term.total) if term else None for term in found]


def suspend(benefit: Benefit, clerk: User, carry: Carry) -> ChangeOrder:
    now = timezone.now()
    return carry(draft_suspension(benefit=benefit, cause="ACCOUNT", note="冻结", actor=clerk, now=now))


def resume(benefit: Benefit, since: Month, clerk: User, carry: Carry) -> ChangeOrder:
    benefit.refresh_from_db()
    order = draft_resumption(
        benefit=benefit, pay_from=since.first_day, note="核实无误", actor=clerk, now=timezone.now()
    )
    return carry(order)


def taper(benefit: Benefit, months: int, clerk: User, carry: Carry) -> ChangeOrder:
    order = draft_grace(
        benefit=benefit, reason="EMPLOYMENT", months=months, note="就业", actor=clerk, now=timezone.now()
    )
    return carry(order)


def judged(benefit: Benefit, total: str) -> Assessment:
    """A means test that the family of three meets, the parts alike."""
    members = [str(person.pk) for person in people(benefit.household)]
    each = Decimal(total) / len(members)
    parts = [{"member": key, "base": str(each), "uplift": "0.00", "uplift_kinds": []} for key in members]
    made = Assessment.objects.create(
        household=benefit.household, program=benefit.program, on=today(), eligible=True, base=Decimal(total), uplift=0,
        care=0, total=Decimal(total), annual_income=0, per_capita=0, people=len(members), made_at=timezone.now(),
        result=sealed_facts.dump({"members": parts, "covered": members, "failed": []}), facts=sealed_facts.dump({}),
    )  # fmt: skip
    return Assessment.objects.get(pk=made.pk)


def test_a_family_that_tapers_off_and_rests_a_while_still_ends_on_its_day(
    benefit: Benefit, clerk: User, carry: Carry
) -> None:
    taper(benefit, 4, clerk, carry)
    first = next_month()
    suspend(benefit, clerk, carry)
    resume(benefit, first, clerk, carry)
    assert totals(benefit, first, first + 3, first + 4) == [("GRACE", 1680), ("GRACE", 1680), None]
    assert end_grace_periods(county_id=benefit.county_id, on=(first + 4).first_day, now=timezone.now()) == 1


def test_a_family_whose_payment_rests_to_the_end_of_its_tapering_is_stopped_with_it(
    benefit: Benefit, clerk: User, carry: Carry
) -> None:
    taper(benefit, 3, clerk, carry)
    suspend(benefit, clerk, carry)
    over = next_month() + 3
    assert end_grace_periods(county_id=benefit.county_id, on=over.first_day, now=timezone.now()) == 1
    benefit.refresh_from_db()
    assert (benefit.stop_month, benefit.stop_reason) == (over.first_day, "GRACE_END")


def test_months_that_rested_are_paid_back_each_at_its_own_amount(
    benefit: Benefit, clerk: User, carry: Carry
) -> None:
    first = next_month()
    since = first - 5
    BenefitTerm.objects.filter(benefit=benefit).update(months=DateRange(START, since.first_day))
    old = term_in(benefit, since - 1)
    assert old is not None
    shares = [
        Share(row.person_id, row.base, row.uplift, tuple(row.uplift_kinds)) for row in old.covered.all()
    ]
    open_term(
        benefit, DateRange(since.first_day, None), shares, base=old.base, uplift=old.uplift, care=old.care,
        total=old.total, standing="SUSPENDED",
    )  # fmt: skip
    raised(benefit, since + 2, "50")
    resume(benefit, since, clerk, carry)
    assert totals(benefit, since + 1, since + 2, first) == [
        ("ACTIVE", 1680),
        ("ACTIVE", 1830),
        ("ACTIVE", 1830),
    ]


def test_a_mistaken_stop_of_a_family_that_tapers_off_gives_it_its_tapering_back(
    benefit: Benefit, clerk: User, carry: Carry
) -> None:
    first = next_month()
    taper(benefit, 4, clerk, carry)
    now = timezone.now()
    carry(draft_stop(benefit=benefit, reason="INCOME", note="收入", actor=clerk, now=now))
    order = resume(benefit, first, clerk, carry)
    benefit.refresh_from_db()
    assert totals(benefit, first, first + 3, first + 4) == [("GRACE", 1680), ("GRACE", 1680), None]
    # The stop went into the order that took it back: in the month nobody left.
    assert (benefit.stop_month, order.people.count()) == (None, 0)


def test_a_recognition_stopped_by_mistake_still_ends_on_its_day(
    units: dict[str, Unit], clerk: User, approver: User, carry: Carry
) -> None:
    ends = (this_month() + 7).first_day
    family = make_household(units["360722100200"], ["谢甲", "谢乙"])
    known = make_benefit(family, START, program="MARGINAL", stop_month=ends, stop_reason="EXPIRED")
    stopped = carry(draft_stop(benefit=known, reason="INCOME", note="收入", actor=clerk, now=timezone.now()))
    perform(subject=stopped, step="reverse_county", actor=approver, now=timezone.now(), comment="核查有误")
    known.refresh_from_db()
    assert (known.stop_month, known.stop_reason) == (ends, "EXPIRED")
    carry(draft_stop(benefit=known, reason="INCOME", note="收入", actor=clerk, now=timezone.now()))
    resume(known, next_month(), clerk, carry)
    known.refresh_from_db()
    assert (known.stop_month, known.stop_reason) == (ends, "EXPIRED")
    assert term_in(known, Month.of(ends)) is None


def test_a_change_before_a_standard_decided_ahead_leaves_nobody_unpaid(
    benefit: Benefit, clerk: User, carry: Carry
) -> None:
    later = next_month() + 2
    raised(benefit, later, "50")
    gone = people(benefit.household)[1]
    carry(
        draft_member_remove(
            benefit=benefit, person=gone, cause="MARRIED_OUT", on=today(), note="婚出", actor=clerk, now=timezone.now()
        )
    )  # fmt: skip
    assert totals(benefit, next_month(), later, later + 12) == [
        ("ACTIVE", 1180), ("ACTIVE", 1280), ("ACTIVE", 1280),
    ]  # fmt: skip


def test_who_was_judged_anew_gets_the_standard_decided_ahead_too(
    benefit: Benefit, clerk: User, carry: Carry
) -> None:
    later = next_month() + 2
    raised(benefit, later, "50")
    carry(
        draft_amount(
            benefit=benefit,
            assessment=judged(benefit, "1800"),
            note="收入减少",
            actor=clerk,
            now=timezone.now(),
        )
    )
    term = term_in(benefit, later)
    assert term is not None and (term.base, term.uplift, term.months.upper) == (1950, 0, None)


def test_steps_of_tapering_go_on_after_a_member_left_and_in_another_town(
    benefit: Benefit, units: dict[str, Unit], clerk: User, decide: Callable[..., None], carry: Carry
) -> None:
    decide("grace.rule", "STEP_DOWN")
    decide("grace.steps", "100,50")
    taper(benefit, 4, clerk, carry)
    first, gone = next_month(), people(benefit.household)[1]
    carry(
        draft_member_remove(
            benefit=benefit, person=gone, cause="MARRIED_OUT", on=today(), note="婚出", actor=clerk, now=timezone.now()
        )
    )  # fmt: skip
    steps = [("GRACE", Decimal(1180)), ("GRACE", Decimal(680)), None]
    assert totals(benefit, first, first + 2, first + 4) == steps
    moved = carry(
        draft_transfer(
            benefit=benefit, village=units["360722101200"], note="搬迁", actor=clerk, now=timezone.now()
        )
    )
    assert totals(moved.successor, first, first + 2, first + 4) == steps


def test_a_family_that_is_poor_again_while_it_tapers_off_is_not_stopped(
    benefit: Benefit, clerk: User, carry: Carry
) -> None:
    taper(benefit, 3, clerk, carry)
    order = draft_amount(
        benefit=benefit, assessment=judged(benefit, "1680"), note="失业", actor=clerk, now=timezone.now()
    )
    assert order.kind == "RESUME"
    carry(order)
    over = next_month() + 3
    assert end_grace_periods(county_id=benefit.county_id, on=over.first_day, now=timezone.now()) == 0
    assert totals(benefit, next_month(), over) == [("ACTIVE", 1680), ("ACTIVE", 1680)]


def test_tapering_is_neither_prolonged_by_another_reason_nor_begun_while_the_payment_rests(
    benefit: Benefit, clerk: User, decide: Callable[..., None], carry: Carry
) -> None:
    decide("grace.allowed_reasons", "EMPLOYMENT,OTHER")
    suspend(benefit, clerk, carry)
    again: dict[str, Any] = {
        "benefit": benefit,
        "months": 6,
        "note": "再延",
        "actor": clerk,
        "now": timezone.now(),
    }
    with pytest.raises(Refusal, match="先办理恢复发放"):
        draft_grace(reason="OTHER", **again)
    resume(benefit, next_month(), clerk, carry)
    taper(benefit, 6, clerk, carry)
    with pytest.raises(Refusal, match="不得续期"):
        draft_grace(reason="OTHER", **again)


def two_of_their_own(units: dict[str, Unit]) -> list[Benefit]:
    """Brothers in one household, each on 特困 of his own."""
    family = make_household(units["360722100200"], ["王大", "王二"])
    found = []
    for member in family.members.order_by("pk"):
        made = Benefit.objects.create(
            program="TEKUN_DISPERSED", household=family, applicant=member.person, county=family.county,
            unit=family.handling_unit, village=family.village, standard_area="RURAL", source="IMPORT", first_month=START,
        )  # fmt: skip
        open_term(
            made, DateRange(START, None), [Share(member.person_id, Decimal(780))], base=Decimal(780),
            uplift=Decimal(0), care=Decimal(0), total=Decimal(780),
        )  # fmt: skip
        found.append(made)
    return found


def test_a_household_with_two_benefits_moves_once_both_towns_agreed_to_both(
    units: dict[str, Unit], clerk: User, leader: User, make_user: Callable[..., User]
) -> None:
    now, new = timezone.now(), units["360722101"]
    receiver = make_user("new_leader", "TOWN_LEADER", "360722101")
    mover = make_user("new_clerk", "TOWN_CLERK", "360722101")
    orders = [
        draft_transfer(benefit=one, village=units["360722101200"], note="搬迁", actor=clerk, now=now)
        for one in two_of_their_own(units)
    ]

    def agree(order: ChangeOrder) -> None:
        rest_on(order, "入户核查记录")
        for step, actor in (("submit", clerk), ("agree_out", leader), ("receive", receiver)):
            perform(subject=order, step=step, actor=actor, now=now)

    agree(orders[0])
    with pytest.raises(Refusal, match=r"王二.*也登记迁移"):
        perform(subject=orders[0], step="carry_out", actor=mover, now=now)
    agree(orders[1])
    for order in orders:
        perform(subject=order, step="carry_out", actor=mover, now=now)
    assert [order.successor.unit for order in orders if order.successor] == [new, new]
    household = Household.objects.get(pk=orders[0].benefit.household_id)
    assert (household.handling_unit, household.left_unit) == (new, units["360722100"])


def test_the_review_after_a_death_goes_to_the_new_town_and_ends_with_the_benefit(
    benefit: Benefit, units: dict[str, Unit], clerk: User, carry: Carry
) -> None:
    son = people(benefit.household)[2]
    carry(
        draft_death(
            benefit=benefit, person=son, died_on=today(), note="病故", actor=clerk, now=timezone.now()
        )
    )
    moved = carry(
        draft_transfer(
            benefit=benefit, village=units["360722101200"], note="搬迁", actor=clerk, now=timezone.now()
        )
    )
    task, duty = ReviewTask.objects.get(done_on=None), Duty.objects.get(kind=AFTER_DEATH, done_at=None)
    assert (task.benefit, task.unit, duty.unit) == (moved.successor, units["360722101"], units["360722101"])
    Benefit.objects.filter(pk=task.benefit_id).update(stop_month=today().replace(day=1), stop_reason="OTHER",
                                                      first_month=START)  # fmt: skip
    open_reviews(county=units["360722"], on=today(), now=timezone.now())
    assert not Duty.objects.filter(kind=AFTER_DEATH, done_at=None).exists()


def test_the_recognition_of_a_family_stands_in_the_new_heads_name(
    units: dict[str, Unit], clerk: User, carry: Carry
) -> None:
    family = make_household(units["360722100200"], ["谢甲", "谢乙"])
    known = make_benefit(
        family, START, program="MARGINAL", stop_month=(this_month() + 7).first_day, stop_reason="EXPIRED"
    )
    heir = people(family)[1]
    carry(
        draft_head_change(
            benefit=known, new_head=heir.pk, account={}, note="年迈", actor=clerk, now=timezone.now()
        )
    )
    known.refresh_from_db()
    assert known.applicant == heir


def test_a_death_found_late_is_struck_out_while_its_own_month_is_not_frozen(
    benefit: Benefit, units: dict[str, Unit], clerk: User, leader: User, carry: Carry
) -> None:
    son = people(benefit.household)[2]
    order = carry(
        draft_death(
            benefit=benefit,
            person=son,
            died_on=date(2022, 5, 10),
            note="误报",
            actor=clerk,
            now=timezone.now(),
        )
    )
    county = units["360722"]
    StatFreeze.objects.create(county=county, month=(this_month() - 1).first_day, frozen_at=timezone.now())
    assert "reverse_town" in {
        one.step.code for one in available(order, leader, timezone.now()) if one.allowed
    }
    StatFreeze.objects.create(county=county, month=this_month().first_day, frozen_at=timezone.now())
    assert "reverse_town" not in {
        one.step.code for one in available(order, leader, timezone.now()) if one.allowed
    }


def test_an_objection_does_not_shorten_the_posting_of_the_end_of_support(
    units: dict[str, Unit], clerk: User, leader: User
) -> None:
    now, alone = timezone.now(), make_household(units["360722100200"], ["老人"])
    tekun = make_benefit(alone, START, program="TEKUN_DISPERSED")
    order = draft_stop(benefit=tekun, reason="VOLUNTARY", note="自愿", actor=clerk, now=now)
    rest_on(order, "入户核查记录")
    perform(subject=order, step="submit", actor=clerk, now=now)
    perform(subject=order, step="notice", actor=leader, now=now, data={"place": "公开栏"})
    perform(subject=order, step="object", actor=clerk, now=now, comment="邻居反映")
    perform(subject=order, step="answer", actor=clerk, now=now, comment="已复核")
    with pytest.raises(Refusal, match="未满期"):
        perform(subject=order, step="to_county", actor=leader, now=now)
    perform(subject=order, step="to_county", actor=leader, now=now + timedelta(days=8))
    assert order.state == "COUNTY_DECIDE"


def recognised(units: dict[str, Unit], ends: Month) -> Benefit:
    family = make_household(units["360722100200"], ["谢甲", "谢乙"])
    return make_benefit(family, START, program="MARGINAL", stop_month=ends.first_day, stop_reason="EXPIRED")


def test_a_recognition_is_applied_for_anew_before_it_ends(units: dict[str, Unit], clerk: User) -> None:
    known = recognised(units, this_month() + 3)
    application = create_application(
        household=known.household, program="MARGINAL", applied_on=today(), actor=clerk, now=timezone.now(), **COMPLETE
    )  # fmt: skip
    perform(subject=application, step="submit", actor=clerk, now=timezone.now())
    assert application.state == "SUBMITTED"


def test_a_recognition_with_long_to_run_is_no_reason_to_apply(units: dict[str, Unit], clerk: User) -> None:
    known = recognised(units, this_month() + 9)
    with pytest.raises(Refusal, match="不能重复申请"):
        create_application(
            household=known.household, program="MARGINAL", applied_on=today(), actor=clerk, now=timezone.now(), **COMPLETE
        )  # fmt: skip


def test_a_recognition_applied_for_anew_begins_where_the_old_one_ends(
    units: dict[str, Unit], clerk: User, leader: User, approver: User, parameters: Callable[..., None]
) -> None:
    parameters({**STANDARDS, "dibao.std.rural": "750"})
    ends = this_month() + 3
    known = recognised(units, ends)
    application = create_application(
        household=known.household, program="MARGINAL", applied_on=today(), actor=clerk, now=timezone.now(), **COMPLETE
    )  # fmt: skip
    now, earner = timezone.now(), str(known.household.head_id)
    earns = {"incomes": [{"member": earner, "item": "SALARY", "monthly": "2000"}]}
    save_declaration(household=known.household, application=application, document=earns, actor=clerk)
    perform(subject=application, step="submit", actor=clerk, now=now)
    later = to_county(application, clerk, leader)
    confirm_in_bureau(application, approver, later, str(application.assessment.total))
    assert (known.stop_month, application.benefit.first_month) == (ends.first_day, ends.first_day)
