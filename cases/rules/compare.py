"""All programmes side by side for one household: which it fits, which it misses and by how much."""

from datetime import date

from cases.rules.codes import Program
from cases.rules.dibao import assess_household
from cases.rules.facts import HouseholdFacts
from cases.rules.marginal import assess_marginal, assess_rigid
from cases.rules.means import DIBAO_OF
from cases.rules.policy import PolicyParameters
from cases.rules.result import Assessment, Failure
from cases.rules.single import assess_single
from cases.rules.tekun import assess_tekun
from cases.rules.temporary import assess_temporary

_TEKUN = frozenset({Program.TEKUN_DISPERSED, Program.TEKUN_CENTRALIZED})
AREA_ARTICLE = "社会救助暂行办法第9条"


def assess(program: Program, facts: HouseholdFacts, parameters: PolicyParameters, on: date) -> Assessment:
    """Judge one programme on the day of acceptance `on`.

    Raises `MissingParameter` naming the key a rule needed and did not find, `Refusal` for facts that
    contradict each other.
    """
    if program in (Program.DIBAO_URBAN, Program.DIBAO_RURAL):
        return _dibao(program, facts, parameters, on)
    if program is Program.MARGINAL:
        return assess_marginal(facts, parameters, on)
    if program is Program.RIGID_EXPENSE:
        return assess_rigid(facts, parameters, on)
    if program in _TEKUN:
        return assess_tekun(facts, parameters, on, program)
    return assess_temporary(facts, parameters, on, program)


def compare(facts: HouseholdFacts, parameters: PolicyParameters, on: date) -> list[Assessment]:
    """Judge every programme, in the order of the table of programmes."""
    return [assess(program, facts, parameters, on) for program in Program]


def _dibao(program: Program, facts: HouseholdFacts, parameters: PolicyParameters, on: date) -> Assessment:
    """Judge the household; where it fails, its members one by one for 单人保 (第8条)."""
    if DIBAO_OF[facts.area] is not program:
        failure = Failure("标准适用类别", f"本户适用{facts.area.label}标准", AREA_ARTICLE)
        return Assessment(program, False, failed=(failure,), nearest_miss=failure, parameters_used={})
    if facts.single_for is not None:
        return assess_single(facts, parameters, on)
    whole = assess_household(facts, parameters, on)
    if whole.eligible:
        return whole
    single = assess_single(facts, parameters, on)
    return single if single.eligible else whole
