"""Rules one by one, where an example household would hide what is meant."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from cases.rules.codes import (
    Area,
    CareIndicator,
    CareLevel,
    Disability,
    DutyCategory,
    Employment,
    IncomeItem,
    Program,
    TekunMode,
    UpliftKind,
)
from cases.rules.compare import assess, compare
from cases.rules.duty import conclude
from cases.rules.facts import DutyBearerFacts, HouseholdFacts, IncomeLine, MemberFacts
from cases.rules.income import months_before
from cases.rules.keys import KEYS
from cases.rules.policy import BadParameter, MissingParameter, PolicyParameters
from cases.rules.tekun import care_level, disabled_from_work, support_amount
from cases.rules.temporary import banded
from salvation.domain import disability_card
from salvation.domain.errors import Refusal

ON = date(2025, 3, 10)


def params(**extra: Any) -> PolicyParameters:
    values = {
        "dibao.std.rural": "600",
        "dibao.mode": "DIFF",
        "uplift.stack": "HIGHEST_ONLY",
        "uplift.elder_age": 60,
        "uplift.child_age": 18,
        "uplift.severe_levels": "1,2",
        "uplift.amount.elder": "100",
        "uplift.amount.child": "80",
        "uplift.amount.disabled": "120",
        "funds.round.unit": "0.01",
        "funds.round.mode": "HALF_UP",
        "funds.grant_min": None,
        "income.job_cost.mode": "ACTUAL",
        "marginal.ratio": "1.5",
        "income.labour.enabled": "true",
        "wage.minimum": "1800",
        "income.labour.coefficient": "0.5",
    }
    return PolicyParameters(values | {key.replace("__", "."): value for key, value in extra.items()})


def adult(key: str = "甲", **how: Any) -> MemberFacts:
    return MemberFacts(key, date(1980, 1, 15), **how)


def household(*members: MemberFacts, incomes: tuple[IncomeLine, ...] = ()) -> HouseholdFacts:
    return HouseholdFacts(Area.RURAL, members, incomes)


def test_a_missing_parameter_is_named() -> None:
    with pytest.raises(MissingParameter, match=r"dibao\.std\.rural（农村低保月标准") as caught:
        compare(household(adult()), PolicyParameters({}), ON)
    assert caught.value.field == "dibao.std.rural"


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("dibao.std.rural", "0"),
        ("dibao.std.rural", "-1"),
        ("dibao.std.rural", "NaN"),
        ("dibao.std.rural", "1e99"),
        ("uplift.amount.elder", "100.555"),
        ("dibao.std.rural", True),
        ("dibao.std.rural", ["600"]),
        ("dibao.mode", "diff"),
        ("uplift.elder_age", "60.5"),
        ("funds.round.unit", "0.5"),
        ("income.labour.enabled", "也许"),
        ("income.basic_pension.until", "2025-13-01"),
        ("dibao.tiers", "A"),
        ("dibao.tiers", {"A": "多"}),
        ("uplift.severe_levels", {"1": "2"}),
    ],
)
def test_a_parameter_of_the_wrong_kind_is_named(key: str, value: object) -> None:
    with pytest.raises(BadParameter, match=key) as caught:
        PolicyParameters({key: value}).typed(key)
    assert caught.value.field == key


def test_every_parameter_with_a_default_has_one_that_can_be_read() -> None:
    for key, declared in KEYS.items():
        if declared.default is not None:
            PolicyParameters({key: declared.default}).typed(key)
        assert declared.label and declared.basis and declared.mark in ("原文", "查到", "通识"), key


def test_the_versions_of_the_parameters_used_are_kept_and_no_others() -> None:
    parameters = PolicyParameters(params()._values, {"dibao.std.rural": 17, "marginal.ratio": 4})
    used = assess(Program.DIBAO_RURAL, household(adult()), parameters, ON).parameters_used or {}
    assert used["dibao.std.rural"] == "17"
    assert "marginal.ratio" not in used


def test_a_child_of_18_loses_the_uplift_on_the_birthday() -> None:
    facts = household(MemberFacts("子", date(2007, 3, 11), employment=Employment.STUDENT))
    (before,) = assess(Program.DIBAO_RURAL, facts, params(), date(2025, 3, 10)).members
    (after,) = assess(Program.DIBAO_RURAL, facts, params(), date(2025, 3, 11)).members
    assert before.uplift_kinds == (UpliftKind.CHILD,)
    assert after.uplift_kinds == ()


def test_only_the_highest_uplift_counts_unless_the_county_adds_them() -> None:
    old = MemberFacts("祖父", date(1950, 1, 1), disability=Disability.SIGHT, disability_level=1)
    highest = assess(Program.DIBAO_RURAL, household(old), params(), ON)
    added = assess(Program.DIBAO_RURAL, household(old), params(uplift__stack="SUM"), ON)
    assert (highest.uplift, added.uplift) == (Decimal("120.00"), Decimal("220.00"))


def test_imputed_income_may_be_lowered_only_with_a_reason() -> None:
    idle = adult(employment=Employment.UNEMPLOYED, imputed_monthly=Decimal(100))
    with pytest.raises(Refusal, match="请填写调整理由"):
        assess(Program.DIBAO_RURAL, household(idle), params(), ON)


def test_imputed_income_may_not_be_raised() -> None:
    idle = adult(employment=Employment.UNEMPLOYED, imputed_monthly=Decimal(901), imputed_reason="估计")
    with pytest.raises(Refusal, match="只能调低"):
        assess(Program.DIBAO_RURAL, household(idle), params(), ON)


def test_job_costs_never_exceed_the_wage() -> None:
    wage = IncomeLine(IncomeItem.SALARY, Decimal(50), member="甲", cost=Decimal(300))
    assert assess(Program.DIBAO_RURAL, household(adult(), incomes=(wage,)), params(), ON).annual_income == 0


def test_the_tier_method_needs_a_tier_for_everybody() -> None:
    tiers = params(dibao__mode="TIER", dibao__tiers={"A": "500"})
    with pytest.raises(Refusal, match="甲没有填写困难档次"):
        assess(Program.DIBAO_RURAL, household(adult()), tiers, ON)
    with pytest.raises(Refusal, match=r"dibao\.tiers.*没有“Z”"):
        assess(Program.DIBAO_RURAL, household(adult(tier="Z")), tiers, ON)


def test_a_person_of_an_eligible_household_cannot_apply_alone() -> None:
    sick = adult(critical_illness=True, employment=Employment.EXCUSED)
    facts = replace(household(sick, adult("乙")), single_for="甲")
    verdict = assess(Program.DIBAO_RURAL, facts, params(), ON)
    assert not verdict.eligible
    assert "整户纳入" in verdict.failed[0].message


def test_one_member_means_no_reason_to_be_alone() -> None:
    facts = replace(household(adult()), single_for="甲")
    assert assess(Program.DIBAO_RURAL, facts, params(), ON).failed[0].condition == "对象"


def test_of_several_failures_the_nearest_is_told_with_its_distance() -> None:
    rich = IncomeLine(IncomeItem.TRADE, Decimal(1000), member="甲")
    verdict = assess(Program.MARGINAL, household(adult(), incomes=(rich,)), params(), ON)
    assert verdict.nearest_miss is not None
    assert verdict.nearest_miss.gap == Decimal(100)
    assert "超出 100.00 元" in verdict.nearest_miss.message


@pytest.mark.parametrize(
    ("kind", "level", "unable"),
    [
        (Disability.LIMB, 1, True),
        (Disability.LIMB, 2, True),
        (Disability.LIMB, 3, False),
        (Disability.SIGHT, 1, True),
        (Disability.SIGHT, 2, False),
        (Disability.INTELLECT, 3, True),
        (Disability.MENTAL, 3, True),
        (Disability.MENTAL, 4, False),
        (Disability.HEARING, 1, False),
        (Disability.MULTIPLE, 1, False),
        (None, 0, False),
    ],
)
def test_kind_and_level_decide_who_cannot_work(kind: Disability | None, level: int, unable: bool) -> None:
    assert disabled_from_work(kind, level) is unable


def test_the_card_of_the_handbook_means_no_strength_to_work() -> None:
    card = disability_card.parse("36072219480229001941", today=ON)
    assert disabled_from_work(Disability[card.kind.name], card.level)


@pytest.mark.parametrize(("lost", "level"), [(0, "SELF"), (1, "HALF"), (3, "HALF"), (4, "FULL"), (6, "FULL")])
def test_six_indicators_make_three_care_levels(lost: int, level: str) -> None:
    assert care_level(frozenset(list(CareIndicator)[:lost])) is CareLevel[level]


def test_support_is_base_and_care() -> None:
    amounts = PolicyParameters({"tekun.base.rural.dispersed": "780", "tekun.care.half.dispersed": "300"})
    support = support_amount(amounts.reading(), Area.RURAL, TekunMode.DISPERSED, CareLevel.HALF)
    assert (support.base, support.care, support.total) == (Decimal(780), Decimal(300), Decimal("1080.00"))


def test_an_old_man_living_with_his_able_son_is_not_destitute_until_the_son_is_looked_at() -> None:
    father = MemberFacts("父", date(1950, 1, 1), employment=Employment.EXCUSED, care_lost=frozenset())
    amounts = params(
        tekun__elder_age=60, tekun__minor_age=16, tekun__base__rural__dispersed="780",
        tekun__care__self__dispersed="180", tekun__ratio_min="1.3",
    )  # fmt: skip
    facts = household(father, adult("子"))
    verdict = assess(Program.TEKUN_DISPERSED, facts, amounts, ON)
    assert [failure.condition for failure in verdict.failed] == ["法定义务人", "无劳动能力"]
    brother = DutyBearerFacts("子", member="父", no_duty_reason="侄子")
    assert assess(Program.TEKUN_DISPERSED, replace(facts, duty_bearers=(brother,)), amounts, ON).eligible


@pytest.mark.parametrize(
    ("bearer", "able"),
    [
        (DutyBearerFacts("a", category=DutyCategory.TEKUN), False),
        (DutyBearerFacts("b", category=DutyCategory.DIBAO, birth_date=date(1970, 1, 1)), True),
        (DutyBearerFacts("c", incapacitated=True), True),
        (DutyBearerFacts("d", incapacitated=True, property_ok=True), False),
        (DutyBearerFacts("e", imprisoned=True, property_ok=True), False),
        (DutyBearerFacts("f", birth_date=date(1950, 1, 1), property_ok=True), True),
        (DutyBearerFacts("g", birth_date=date(1950, 1, 1), yearly_income=Decimal(9000)), True),
        (
            DutyBearerFacts(
                "h",
                disability=Disability.MENTAL,
                disability_level=3,
                property_ok=True,
                yearly_income=Decimal(9000),
            ),
            False,
        ),
        (
            DutyBearerFacts(
                "i",
                disability=Disability.LIMB,
                disability_level=3,
                property_ok=True,
                yearly_income=Decimal(9000),
            ),
            True,
        ),
        (DutyBearerFacts("j"), True),
    ],
    ids=lambda value: getattr(value, "name", ""),
)
def test_each_duty_bearer_gets_a_conclusion_and_the_unknown_excuses_nobody(
    bearer: DutyBearerFacts, able: bool
) -> None:
    amounts = params(tekun__duty__dibao_age=60, tekun__duty__elder_age=70, income__disposable__rural="18000")
    assert conclude(bearer, Area.RURAL, amounts.reading(), ON).able is able


def test_bands_apply_each_rate_to_its_own_part() -> None:
    bands = {Decimal(5000): Decimal("0.2"), Decimal(10000): Decimal("0.3")}
    assert banded(Decimal(4000), bands) == 0
    assert banded(Decimal(8000), bands) == 600
    assert banded(Decimal(18000), bands) == 1000 + 2400


def test_months_before_keeps_to_the_end_of_a_short_month() -> None:
    assert months_before(date(2025, 8, 31), 6) == date(2025, 2, 28)
    assert months_before(date(2025, 1, 15), 12) == date(2024, 1, 15)


def test_every_program_is_compared() -> None:
    amounts = params(tekun__elder_age=60, tekun__minor_age=16)
    assert [verdict.program for verdict in compare(household(adult()), amounts, ON)] == list(Program)
