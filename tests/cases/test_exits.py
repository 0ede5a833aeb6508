"""Who leaves is written down whatever ends the benefit, so that 期末 is 期初 and 新增 less 退出 (04 §4.4)."""
# requirements: B30, C06

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.utils import timezone

from cases.models import Benefit, ChangeOrder
from cases.rules.codes import Program
from cases.services.changes import draft_resumption
from cases.services.expiry import end_recognitions
from cases.services.successions import draft_transfer
from reports.civil.services import civil_rows, does_not_tie
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import available
from salvation.periods.measures import Frame, compute
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.cases.test_change_kinds import carry
from tests.days import next_month, this_month, today

__all__ = ["carry"]
START = date(2022, 1, 1)


@pytest.fixture
def expired(units: dict[str, Unit]) -> Benefit:
    """A 边缘 family of two whose recognition ended with last month."""
    family = make_household(units["360722100200"], ["谢甲", "谢乙"])
    return make_benefit(
        family, START, program=Program.MARGINAL, stop_month=this_month().first_day, stop_reason="EXPIRED"
    )


def ended(benefit: Benefit) -> int:
    return end_recognitions(county=benefit.county, on=today(), now=timezone.now())


def figures(county: Unit, month: Month) -> dict[str, Any]:
    """Of the county as a whole."""
    frame = Frame(county, month, month, frozen=False)
    found = compute(frame, ("DX1", "DX2", "DX3", "DX4", "SA14", "SC10", "SC11P"))
    return {code: by_unit.get(None, 0) for code, by_unit in found.items()}


def test_the_end_of_a_recognition_is_an_exit_of_its_month(expired: Benefit) -> None:
    assert (ended(expired), ended(expired)) == (1, 0)
    order = expired.orders.get()
    assert (order.kind, order.stop_reason, order.state) == ("STOP", "EXPIRED", "EFFECTIVE")
    assert (order.effective_month, order.stat_month) == (this_month().first_day,) * 2
    assert order.household_out and order.people.filter(leaves=True).count() == 2
    found = figures(expired.county, this_month())
    assert (found["DX1"], found["DX4"], found["SA14"]) == (2, 2, 0)
    assert (found["SC10.m"], found["SC11P.m"]) == (2, 2)
    rows, _ = civil_rows(expired.county, this_month(), [expired.unit])
    assert does_not_tie(rows) == []


def test_a_recognition_that_runs_on_does_not_end(expired: Benefit) -> None:
    Benefit.objects.filter(pk=expired.pk).update(stop_month=next_month().first_day)
    assert ended(expired) == 0


def test_the_end_of_a_recognition_is_neither_struck_out_nor_resumed(
    expired: Benefit, clerk: User, leader: User, approver: User
) -> None:
    ended(expired)
    order = expired.orders.get()
    assert not [*available(order, leader, timezone.now()), *available(order, approver, timezone.now())]
    with pytest.raises(Refusal, match=r"有效期满终止，不能恢复"):
        draft_resumption(
            benefit=expired, pay_from=this_month().first_day, note="恢复", actor=clerk, now=timezone.now()
        )


def test_a_family_that_moves_leaves_the_one_town_and_is_new_in_the_other(
    units: dict[str, Unit], clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    family = make_benefit(make_household(units["360722100200"], ["温甲", "温乙"]), START)
    order = draft_transfer(
        benefit=family, village=units["360722101200"], note="搬迁", actor=clerk, now=timezone.now()
    )
    carry(order)
    month = Month.of(order.effective_month)
    rows, _ = civil_rows(family.county, month, [units["360722100"], units["360722101"]])
    assert does_not_tie(rows) == []
    name = f"V{list_of(rows[0].figures)}"
    assert [(row.figures.get(f"{name}XH", 0), row.figures.get(f"{name}NH", 0)) for row in rows] == [
        (1, 0),
        (0, 1),
    ]
    found = figures(family.county, month)
    assert found["SA14"] == found["DX1"] + found["DX2"] + found["DX3"] - found["DX4"] == 2


def list_of(known: Any) -> int:
    """The number under which rural 低保 stands in the civil table."""
    return next(n for n in range(1, 10) if known.get(f"V{n}OP"))
