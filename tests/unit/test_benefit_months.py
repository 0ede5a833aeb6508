"""Worked examples 10.1 (grace and death) and 10.4 (death found late)."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cases.rules import benefit
from cases.rules.benefit import Award, Grace, GraceRule, PayCycle
from cases.rules.codes import UpliftKind
from cases.rules.result import MemberShare
from salvation.domain.errors import Refusal
from salvation.domain.month import Month

ELDER, CHILD = UpliftKind.ELDER, UpliftKind.CHILD
STEPS = (Decimal(100), Decimal(50))


def family() -> Award:
    """The household of 10.1: 1,400.00 base, 100 for the grandfather, 80 for the grandson."""
    return Award(
        (
            MemberShare("祖父", Decimal("466.67"), ((ELDER, Decimal("100.00")),)),
            MemberShare("父亲", Decimal("466.67")),
            MemberShare("孙子", Decimal("466.66"), ((CHILD, Decimal("80.00")),)),
        )
    )


def three_of_500() -> Award:
    return Award(tuple(MemberShare(key, Decimal("500.00")) for key in ("户主", "妻", "子")))


def test_a_confirmation_counts_from_the_next_month() -> None:
    assert benefit.effective_month(date(2022, 12, 31)) == Month(2023, 1)


def test_six_months_of_grace_end_by_themselves() -> None:
    grace = benefit.grace_period(date(2023, 3, 20), 6, longest=6)
    assert (grace.first, grace.last, grace.stop) == (Month(2023, 4), Month(2023, 9), Month(2023, 10))


@pytest.mark.parametrize("months", [0, 7, -1])
def test_grace_longer_than_allowed_is_refused(months: int) -> None:
    with pytest.raises(Refusal, match="1 至 6 个月"):
        benefit.grace_period(date(2023, 3, 20), months, longest=6)


def test_under_the_original_amount_nothing_changes_until_the_seventh_month() -> None:
    grace = benefit.grace_period(date(2023, 3, 20), 6, longest=6)
    paid = [benefit.grace_award(family(), grace, month, GraceRule.KEEP_ORIGINAL, STEPS).total
            for month in grace.first.until(grace.stop)]  # fmt: skip
    assert paid == [Decimal("1580.00")] * 6 + [Decimal("0.00")]


def test_stepping_down_halves_the_base_and_leaves_the_uplifts() -> None:
    grace = Grace(Month(2023, 4), Month(2023, 9))
    paid = [benefit.grace_award(family(), grace, month, GraceRule.STEP_DOWN, STEPS)
            for month in grace.first.until(grace.last)]  # fmt: skip
    assert [award.base for award in paid] == [Decimal("1400.00")] * 3 + [Decimal("700.00")] * 3
    assert {award.uplift for award in paid} == {Decimal("180.00")}


def test_a_death_stops_the_share_from_the_next_period() -> None:
    assert benefit.death_stop_month(date(2023, 5, 10)) == Month(2023, 6)
    assert benefit.death_stop_month(date(2022, 1, 20), PayCycle.QUARTERLY) == Month(2022, 4)
    assert benefit.death_stop_month(date(2022, 12, 31), PayCycle.QUARTERLY) == Month(2023, 1)


@pytest.mark.parametrize(
    ("died", "due"),
    [
        (date(2023, 5, 10), date(2023, 8, 10)),
        (date(2022, 1, 20), date(2022, 4, 20)),
        (date(2022, 11, 30), date(2023, 2, 28)),
    ],
)
def test_the_household_is_reviewed_within_three_months_of_a_death(died: date, due: date) -> None:
    assert benefit.recheck_due(died, 3) == due


def test_the_dead_takes_the_uplift_of_the_old_and_the_child_keeps_his() -> None:
    left = benefit.after_death(family(), "祖父")
    assert (left.base, left.uplift, left.total) == (Decimal("933.33"), Decimal("80.00"), Decimal("1013.33"))


def test_in_grace_under_the_original_amount_the_base_stays_and_the_uplift_does_not() -> None:
    left = benefit.after_death(family(), "祖父", keep_base=True)
    assert (left.base, left.uplift, left.total) == (Decimal("1400.00"), Decimal("80.00"), Decimal("1480.00"))


def test_nobody_left_means_nothing_is_paid() -> None:
    alone = Award((MemberShare("独", Decimal("600.00"), ((ELDER, Decimal("100.00")),)),))
    assert benefit.after_death(alone, "独", keep_base=True).total == 0


def test_a_death_found_in_july_leaves_3000_to_recover() -> None:
    paid = [(month, three_of_500()) for month in Month(2022, 1).until(Month(2022, 7))]
    found = benefit.overpaid(paid, "户主", date(2022, 1, 20), PayCycle.MONTHLY)
    assert [str(month) for month, _ in found.months] == [f"2022-0{number}" for number in range(2, 8)]
    assert found.total == Decimal("3000.00")
    assert benefit.after_death(three_of_500(), "户主").total == Decimal("1000.00")


def test_a_raise_in_between_is_recovered_at_the_raised_amount() -> None:
    raised = Award(tuple(share._replace(base=Decimal("550.00")) for share in three_of_500().shares))
    paid = [(Month(2022, 2), three_of_500()), (Month(2022, 3), raised)]
    assert benefit.overpaid(paid, "户主", date(2022, 1, 20), PayCycle.MONTHLY).total == Decimal("1050.00")


MONEY = st.decimals(0, 5000, places=2)
AWARDS = st.lists(st.tuples(MONEY, MONEY), min_size=1, max_size=8).map(
    lambda rows: Award(
        tuple(
            MemberShare(f"m{number}", base, ((ELDER, uplift),)) for number, (base, uplift) in enumerate(rows)
        )
    )
)


@given(AWARDS, st.booleans(), st.data())
def test_a_death_never_changes_the_uplift_of_another_nor_raises_the_total(
    award: Award, keep_base: bool, data: st.DataObject
) -> None:
    dead = data.draw(st.sampled_from(award.shares))
    left = benefit.after_death(award, dead.key, keep_base=keep_base)
    assert {share.key: share.uplifts for share in left.shares} == {
        share.key: share.uplifts for share in award.shares if share.key != dead.key
    }
    assert left.total <= award.total
    if keep_base and left.shares:
        assert left.base == award.base


@given(AWARDS, st.integers(1, 12))
def test_stepping_down_never_pays_more_than_the_original(award: Award, months: int) -> None:
    grace = Grace(Month(2024, 1), Month(2024, 1) + (months - 1))
    for month in grace.first.until(grace.last):
        assert benefit.grace_award(award, grace, month, GraceRule.STEP_DOWN, STEPS).total <= award.total
