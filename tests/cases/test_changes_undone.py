"""Ways out of a change: decided and not carried out, struck out, told late."""
# requirements: C04, C06, C08

from collections.abc import Callable
from datetime import date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Benefit, ChangeOrder, RecoveryProposal
from cases.services.changes import draft_amount, draft_stop
from cases.services.deaths import draft_death
from cases.services.member_changes import draft_member_remove
from cases.services.proofs import rest_on
from cases.services.successions import draft_mode, draft_transfer
from funds.models import Roster
from salvation.accounts.models import User
from salvation.documents.models import Document
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.flow.engine import available, perform
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.cases.test_change_kinds import carry, people, standards, term_in
from tests.cases.test_changes_together import judged
from tests.days import next_month, this_month, today

__all__ = ["carry", "standards"]
START = date(2022, 1, 1)


def decided(order: ChangeOrder, *steps: tuple[str, User]) -> ChangeOrder:
    """Take these steps with an order."""
    rest_on(order, "入户核查记录")
    for step, actor in steps:
        perform(subject=order, step=step, actor=actor, now=timezone.now())
    assert order.state == "DECIDED"
    return order


@pytest.fixture
def stop(units: dict[str, Unit], clerk: User, leader: User, approver: User) -> ChangeOrder:
    """The stop of a 边缘 recognition, decided and not told yet; the recognition ends in three months anyway."""
    family = make_household(units["360722100200"], ["谢甲", "谢乙"])
    known = make_benefit(
        family, START, program="MARGINAL", stop_month=(this_month() + 3).first_day, stop_reason="EXPIRED"
    )
    order = draft_stop(benefit=known, reason="INCOME", note="收入", actor=clerk, now=timezone.now())
    return decided(order, ("submit", clerk), ("to_county", leader), ("decide_county", approver))


def offers(order: ChangeOrder, actor: User) -> dict[str, str]:
    """Step codes offered now, with why they are refused."""
    return {one.step.code: one.reason for one in available(order, actor, timezone.now())}


def test_a_decided_order_whose_benefit_ended_meanwhile_says_so_and_is_cancelled(
    stop: ChangeOrder, clerk: User, approver: User
) -> None:
    Benefit.objects.get(pk=stop.benefit_id).terms.update(months=(START, this_month().first_day))
    stop.refresh_from_db()
    assert "已不在保（有效期满），本单不能生效" in offers(stop, clerk)["take_effect"]
    assert "revoke_county" not in offers(stop, approver)
    perform(subject=stop, step="overtaken", actor=clerk, now=timezone.now(), comment="认定已期满")
    assert stop.state == "CANCELLED"
    assert not Duty.objects.filter(kind="change_order", subject_id=stop.pk, done_at=None).exists()
    assert Document.objects.get(subject_id=stop.pk, code="stopped").state == "VOID"


def test_who_decided_takes_a_decision_back_before_it_counts(
    stop: ChangeOrder, clerk: User, leader: User, approver: User
) -> None:
    assert not {"overtaken", "revoke_town", "revoke_county"} & {*offers(stop, clerk), *offers(stop, leader)}
    with pytest.raises(Refusal, match="理由"):
        perform(subject=stop, step="revoke_county", actor=approver, now=timezone.now())
    perform(subject=stop, step="revoke_county", actor=approver, now=timezone.now(), comment="收入核错")
    assert (stop.state, stop.benefit.terms.get().months.upper) == ("CANCELLED", stop.benefit.stop_month)
    again = draft_stop(benefit=stop.benefit, reason="INCOME", note="收入", actor=clerk, now=timezone.now())
    assert again.effective_month == next_month().first_day


def test_a_move_that_does_not_happen_leaves_the_order_with_the_old_town(
    units: dict[str, Unit], clerk: User, leader: User, make_user: Callable[..., Any]
) -> None:
    receiver = make_user("new_leader", "TOWN_LEADER", "360722101")
    family = make_benefit(make_household(units["360722100200"], ["温甲"]), START)
    order = draft_transfer(
        benefit=family, village=units["360722101200"], note="搬迁", actor=clerk, now=timezone.now()
    )
    decided(order, ("submit", clerk), ("agree_out", leader), ("receive", receiver))
    perform(subject=order, step="revoke_town", actor=receiver, now=timezone.now(), comment="不搬了")
    assert (order.state, order.unit, order.from_unit) == ("CANCELLED", units["360722100"], None)


@pytest.fixture
def family(units: dict[str, Unit]) -> Benefit:
    """500 yuan each for three people."""
    household = make_household(units["360722100200"], ["户主", "妻", "子"])
    return make_benefit(household, START, shares=(("500", "0", ""),) * 3)


def told_late(order: ChangeOrder, clerk: User, leader: User, approver: User) -> ChangeOrder:
    """Decided three months ago, and told and carried out only now."""
    then = first_of(this_month() - 3)
    rest_on(order, "入户核查记录")
    for step, actor in (("submit", clerk), ("to_county", leader), ("decide_county", approver)):
        perform(subject=order, step=step, actor=actor, now=then)
    data = {"notified_on": today().isoformat()}
    perform(subject=order, step="take_effect", actor=clerk, now=timezone.now(), data=data)
    return order


def first_of(month: Month) -> datetime:
    return timezone.make_aware(datetime.combine(month.day(5), datetime.min.time()))


def stopped_late(family: Benefit, clerk: User, leader: User, approver: User) -> ChangeOrder:
    order = draft_stop(
        benefit=family, reason="INCOME", note="收入", actor=clerk, now=first_of(this_month() - 3)
    )
    return told_late(order, clerk, leader, approver)


def test_what_was_paid_while_the_family_was_not_told_waits_to_be_recovered(
    family: Benefit, clerk: User, leader: User, approver: User, sign_in: Callable[[User], Client]
) -> None:
    order = stopped_late(family, clerk, leader, approver)
    found = RecoveryProposal.objects.get()
    assert (found.order, found.cause, found.months, found.amount) == (order, "LATE", 3, 4500)
    assert [part["amount"] for part in found.parts] == ["1500.00"] * 3
    wife = family.household.members.order_by("pk")[1].person_id
    browser = sign_in(clerk)
    for address in (f"changes/{order.pk}", f"benefits/{family.pk}", f"people/{wife}"):
        assert f"/cases/recoveries/{found.pk}/" in browser.get(f"/cases/{address}/").content.decode()
    assert "4,500.00" in sign_in(approver).get("/cases/recoveries/?cause=LATE&state=OPEN").content.decode()
    assert "妻" in browser.get(f"/cases/recoveries/{found.pk}/").content.decode()


def test_only_months_whose_roster_is_signed_were_paid(
    family: Benefit, clerk: User, leader: User, approver: User
) -> None:
    signed = (this_month() - 2).first_day
    Roster.objects.create(
        county=family.county, unit=family.unit, program=family.program, month=signed, state="TOWN_SIGNED",
        state_since=timezone.now(), due_on=signed,
    )  # fmt: skip
    stopped_late(family, clerk, leader, approver)
    found = RecoveryProposal.objects.get()
    assert (found.months, found.last_month, found.amount) == (1, signed, 1500)


def test_what_a_change_gave_before_it_was_struck_out_waits_to_be_recovered(
    family: Benefit, clerk: User, leader: User, approver: User
) -> None:
    order = draft_amount(
        benefit=family, assessment=judged(family, "1800"), note="收入减少", actor=clerk, now=first_of(this_month() - 2)
    )  # fmt: skip
    rest_on(order, "入户核查记录")
    for step, actor in (("submit", clerk), ("to_county", leader), ("decide_county", approver)):
        perform(subject=order, step=step, actor=actor, now=first_of(this_month() - 2))
    data = {"notified_on": today().isoformat()}
    perform(subject=order, step="take_effect", actor=clerk, now=timezone.now(), data=data)
    assert not RecoveryProposal.objects.exists()
    perform(subject=order, step="reverse_county", actor=approver, now=timezone.now(), comment="核错")
    found = RecoveryProposal.objects.get()
    assert (found.cause, found.months, found.amount) == ("REVERSED", 2, 600)


def test_a_family_that_moves_late_is_paid_by_one_town_only(
    family: Benefit, units: dict[str, Unit], clerk: User, leader: User, make_user: Callable[..., Any]
) -> None:
    receiver, mover = (make_user(f"new_{role}", f"TOWN_{role}", "360722101") for role in ("LEADER", "CLERK"))
    then = first_of(this_month() - 2)
    order = draft_transfer(benefit=family, village=units["360722101200"], note="搬迁", actor=clerk, now=then)
    rest_on(order, "入户核查记录")
    for step, actor in (("submit", clerk), ("agree_out", leader), ("receive", receiver)):
        perform(subject=order, step=step, actor=actor, now=then)
    perform(subject=order, step="carry_out", actor=mover, now=timezone.now())
    assert order.effective_month == next_month().first_day
    assert order.successor is not None and order.successor.first_month == next_month().first_day
    assert not RecoveryProposal.objects.exists()


def test_what_went_into_an_order_counts_again_when_that_one_is_struck_out(
    family: Benefit, clerk: User, approver: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    gone = people(family.household)[1]
    left = carry(
        draft_member_remove(
            benefit=family, person=gone, cause="MARRIED_OUT", on=today(), note="婚出", actor=clerk, now=timezone.now()
        )
    )  # fmt: skip
    stopped = carry(draft_stop(benefit=family, reason="INCOME", note="收入", actor=clerk, now=timezone.now()))
    left.refresh_from_db()
    assert left.state == "MERGED"
    perform(subject=stopped, step="reverse_county", actor=approver, now=timezone.now(), comment="核错")
    left.refresh_from_db()
    term = term_in(family, next_month())
    assert term is not None and (left.state, term.total, term.order) == ("EFFECTIVE", 1000, left)
    again = carry(draft_stop(benefit=family, reason="INCOME", note="收入", actor=clerk, now=timezone.now()))
    left.refresh_from_db()
    assert (left.state, again.state) == ("MERGED", "EFFECTIVE")


def test_one_death_order_reaches_the_months_before_the_family_moved(
    family: Benefit, units: dict[str, Unit], clerk: User, leader: User, make_user: Callable[..., Any],
    carry: Callable[[ChangeOrder], ChangeOrder],
) -> None:  # fmt: skip
    moved = carry(
        draft_transfer(benefit=family, village=units["360722101200"], note="搬迁", actor=clerk, now=timezone.now())
    )  # fmt: skip
    wife, died = people(family.household)[1], first_of(this_month() - 3).date()
    with pytest.raises(Refusal, match="请在接续的待遇上登记死亡变更"):
        draft_death(benefit=family, person=wife, died_on=died, note="病故", actor=clerk, now=timezone.now())
    assert moved.successor is not None
    mover, decider = (User.objects.get(username=name) for name in ("new_clerk", "new_leader"))
    order = carry(
        draft_death(
            benefit=moved.successor, person=wife, died_on=died, note="病故", actor=mover, now=timezone.now()
        )
    )
    before, after = term_in(family, this_month() - 2), term_in(moved.successor, next_month())
    assert before is not None and after is not None
    assert (before.total, after.total) == (1000, 1000)
    found = RecoveryProposal.objects.get()
    assert (found.unit, found.months, found.amount) == (units["360722101"], 3, 1500)
    assert found.parts == [{"person": wife.pk, "amount": "1500.00"}]
    perform(subject=order, step="reverse_town", actor=decider, now=timezone.now(), comment="误报")
    assert [(term.months.lower, term.total) for term in family.terms.all()] == [(START, 1500)]


def test_one_of_two_people_on_one_benefit_goes_home_alone(
    units: dict[str, Unit], clerk: User, standards: None, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    shared = make_benefit(
        make_household(units["360722100200"], ["王大", "王二"]), START, program="TEKUN_CENTRALIZED",
        shares=(("800", "0", ""),) * 2,
    )  # fmt: skip
    first, second = people(shared.household)
    given: dict[str, Any] = {
        "benefit": shared,
        "on": today(),
        "note": "退住",
        "actor": clerk,
        "now": timezone.now(),
    }
    with pytest.raises(Refusal, match="保障2人，请选择供养形式改变的人员"):
        draft_mode(**given)
    order = carry(draft_mode(**given, person=first))
    month = Month.of(order.effective_month)
    stays, moved = term_in(shared, month), term_in(order.successor, month) if order.successor else None
    assert stays is not None and moved is not None
    assert [row.person_id for row in stays.covered.all()] == [second.pk] and stays.total == 800
    assert [row.person_id for row in moved.covered.all()] == [first.pk] and (moved.base, moved.care) == (
        780,
        180,
    )
    shared.refresh_from_db()
    assert (shared.stop_month, shared.applicant, order.old_total) == (None, second, 800)
    assert list(order.people.values_list("person", "leaves")) == [(first.pk, True)]
