"""What must hold for every household, whatever its circumstances."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from cases.rules.codes import Area, Disability, Employment, Entered, IncomeItem, Program
from cases.rules.compare import assess
from cases.rules.facts import HouseholdFacts, IncomeLine, MemberFacts
from cases.rules.policy import PolicyParameters

ON = date(2025, 3, 10)
BASE = {
    "dibao.std.rural": "612.34",
    "dibao.mode": "DIFF",
    "dibao.tiers": {"A": "500", "B": "333.33"},
    "uplift.stack": "SUM",
    "uplift.elder_age": 60,
    "uplift.child_age": 18,
    "uplift.severe_levels": "1,2",
    "uplift.amount.elder": "100.5",
    "uplift.amount.child": "80",
    "uplift.amount.disabled": "120",
    "uplift.amount.ill": "150",
    "funds.round.unit": "0.01",
    "funds.round.mode": "HALF_UP",
    "funds.grant_min": None,
    "income.job_cost.mode": "ACTUAL",
    "marginal.ratio": "1.5",
    "income.labour.enabled": False,
    "single.adult_disabled_any_household": False,
}
SETTINGS = st.builds(
    lambda mode, unit, rounding, stack, least: PolicyParameters(
        BASE
        | {
            "dibao.mode": mode,
            "funds.round.unit": unit,
            "funds.round.mode": rounding,
            "uplift.stack": stack,
            "funds.grant_min": least,
        }
    ),
    st.sampled_from(["DIFF", "TIER"]),
    st.sampled_from(["0.01", "0.1", "1"]),
    st.sampled_from(["HALF_UP", "UP"]),
    st.sampled_from(["HIGHEST_ONLY", "SUM"]),
    st.sampled_from([None, "20"]),
)
MONEY = st.decimals(0, 20000, places=2)
MEMBERS = st.builds(
    lambda birth, level, ill, tier: MemberFacts(
        "", birth, disability=Disability.LIMB if level else None, disability_level=level,
        critical_illness=ill, tier=tier, employment=Employment.EMPLOYED,
    ),
    st.dates(date(1930, 1, 1), date(2025, 1, 1)),
    st.integers(0, 4),
    st.booleans(),
    st.sampled_from("AB"),
)  # fmt: skip
INCOMES = st.builds(
    IncomeLine,
    item=st.sampled_from(
        [IncomeItem.SALARY, IncomeItem.TRADE, IncomeItem.RENT, IncomeItem.PENSION, IncomeItem.TAX]
    ),
    amount=MONEY,
    entered=st.sampled_from([Entered.MONTHLY, Entered.YEARLY]),
    cost=st.decimals(0, 500, places=2),
)


@st.composite
def households(draw: st.DrawFn) -> HouseholdFacts:
    people = draw(st.lists(MEMBERS, min_size=1, max_size=7))
    members = tuple(replace(person, key=f"m{number}") for number, person in enumerate(people))
    owners = st.sampled_from([None, *(member.key for member in members)])
    lines = draw(st.lists(INCOMES, max_size=6))
    incomes = tuple(replace(line, member=draw(owners)) for line in lines)
    return HouseholdFacts(Area.RURAL, members, incomes)


@given(households(), SETTINGS)
def test_parts_add_up_and_nothing_is_negative(facts: HouseholdFacts, parameters: PolicyParameters) -> None:
    for program in (Program.DIBAO_RURAL, Program.MARGINAL):
        verdict = assess(program, facts, parameters, ON)
        assert verdict.base + verdict.uplift == verdict.total
        assert min(verdict.base, verdict.uplift, verdict.total) >= 0
        assert sum(share.base for share in verdict.members) == verdict.base
        assert sum(share.uplift for share in verdict.members) == verdict.uplift
        assert all(share.base >= 0 for share in verdict.members)
        assert verdict.eligible is not bool(verdict.failed)
        assert all(line.formula for line in verdict.working)


@given(households(), SETTINGS, MONEY)
def test_more_income_never_means_more_money(
    facts: HouseholdFacts, parameters: PolicyParameters, more: Decimal
) -> None:
    richer = replace(facts, incomes=(*facts.incomes, IncomeLine(IncomeItem.OTHER, more)))
    known = PolicyParameters(parameters._values | {"income.excluded.dibao": ""})
    before = assess(Program.DIBAO_RURAL, facts, known, ON)
    after = assess(Program.DIBAO_RURAL, richer, known, ON)
    if before.is_single or after.is_single:
        return
    assert after.total <= before.total
    assert before.eligible or not after.eligible


@given(households(), SETTINGS, st.randoms(use_true_random=False))
def test_the_order_of_members_and_lines_is_nothing(
    facts: HouseholdFacts, parameters: PolicyParameters, random: st.DataObject
) -> None:
    members, incomes = list(facts.members), list(facts.incomes)
    random.shuffle(members)  # type: ignore[attr-defined]
    random.shuffle(incomes)  # type: ignore[attr-defined]
    shuffled = replace(facts, members=tuple(members), incomes=tuple(incomes))
    one = assess(Program.DIBAO_RURAL, facts, parameters, ON)
    other = assess(Program.DIBAO_RURAL, shuffled, parameters, ON)
    assert (one.eligible, one.base, one.uplift, one.total) == (
        other.eligible,
        other.base,
        other.uplift,
        other.total,
    )
    assert sorted(one.members) == sorted(other.members)


def without_member(facts: HouseholdFacts, key: str) -> HouseholdFacts:
    """The household as it is without one person and his income."""
    return replace(
        facts,
        members=tuple(member for member in facts.members if member.key != key),
        incomes=tuple(line for line in facts.incomes if line.member != key),
        single_for=None if facts.single_for == key else facts.single_for,
    )


@given(households(), SETTINGS, st.data())
def test_a_death_never_raises_the_uplift_of_another(
    facts: HouseholdFacts, parameters: PolicyParameters, data: st.DataObject
) -> None:
    dead = data.draw(st.sampled_from(facts.members)).key
    left = without_member(facts, dead)
    before = assess(Program.DIBAO_RURAL, facts, parameters, ON)
    if not left.members or not before.eligible or before.is_single:
        return
    after = assess(Program.DIBAO_RURAL, left, parameters, ON)
    if after.is_single:
        return
    had = {share.key: share.uplift for share in before.members}
    assert dead not in after.covered
    assert all(share.uplift == had[share.key] for share in after.members)


@given(households(), SETTINGS)
def test_a_head_never_gets_more_than_the_standard_by_difference(
    facts: HouseholdFacts, parameters: PolicyParameters
) -> None:
    verdict = assess(Program.DIBAO_RURAL, facts, parameters, ON)
    if not verdict.eligible or "dibao.tiers" in (verdict.parameters_used or {}):
        return
    # Rounding up to a whole yuan may add less than one yuan to the household.
    assert verdict.base < Decimal("612.34") * len(verdict.covered) + 1
