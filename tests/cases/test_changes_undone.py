"""Ways out of a change: decided and not carried out, struck out, told late."""
# requirements: C04, C06, C08

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Benefit, ChangeOrder
from cases.services.changes import draft_stop
from cases.services.successions import draft_transfer
from salvation.accounts.models import User
from salvation.documents.models import Document
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.flow.engine import available, perform
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.days import next_month, this_month

START = date(2022, 1, 1)


def decided(order: ChangeOrder, *steps: tuple[str, User]) -> ChangeOrder:
    """Take these steps with an order."""
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
