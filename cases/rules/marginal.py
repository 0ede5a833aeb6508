"""低保边缘 (L57 第8条) and 刚性支出困难 (刚性支出困难家庭认定办法): a status without monthly money."""
# requirements: B30

from datetime import date
from decimal import Decimal

from cases.rules.assets import check_property
from cases.rules.codes import Program
from cases.rules.dibao import assess_household
from cases.rules.facts import ExpenseLine, HouseholdFacts
from cases.rules.income import STD_KEY, Income, household_income
from cases.rules.means import (
    MARGINAL_ARTICLE,
    disposable_failures,
    marginal_means,
    per_capita_line,
    possessions,
)
from cases.rules.policy import PolicyParameters, Reading
from cases.rules.result import Assessment, Failure, WorkingLine, nearest
from cases.rules.single import assess_single

RIGID_ARTICLE = "刚性支出困难家庭认定办法第4条"
SPENDING_ARTICLE = "刚性支出困难家庭认定办法第5条"
ZERO = Decimal(0)


def assess_marginal(facts: HouseholdFacts, parameters: PolicyParameters, on: date) -> Assessment:
    """Judge 边缘; members who get 单人保 are left out of the covered. Raises `MissingParameter`."""
    whole = assess_household(facts, parameters, on)
    if whole.eligible:
        return _already(Program.MARGINAL, "家庭符合低保条件，应纳入低保", MARGINAL_ARTICLE, whole)
    reading = parameters.reading()
    means = marginal_means(facts, reading, on)
    eligible = not means.failed
    alone = set(assess_single(facts, parameters, on).covered) if eligible else set()
    covered = tuple(member.key for member in facts.counted if member.key not in alone) if eligible else ()
    return Assessment(
        Program.MARGINAL,
        eligible,
        failed=means.failed,
        nearest_miss=nearest(means.failed),
        working=tuple(means.lines),
        per_capita=means.income.per_capita,
        annual_income=means.income.annual,
        covered=covered,
        parameters_used=reading.used(),
        warnings=means.notices,
    )


def assess_rigid(facts: HouseholdFacts, parameters: PolicyParameters, on: date) -> Assessment:
    """Judge 刚性支出困难 by its five conditions. Raises `MissingParameter`."""
    excluded = _excluding(facts, parameters, on)
    if excluded is not None:
        return _already(Program.RIGID_EXPENSE, *excluded)
    reading = parameters.reading()
    income = household_income(facts, reading, on)
    lines = [*income.lines, per_capita_line(income)]
    failed = [*disposable_failures(facts, income, reading, lines, RIGID_ARTICLE)]
    failed += _spending_failures(facts.expenses, income, reading, lines)
    std = reading.amount(STD_KEY[facts.area])
    owned = check_property(
        possessions(facts), reading, heads=income.heads, std=std, program="rigid", article=RIGID_ARTICLE
    )
    failed += owned.failed
    return Assessment(
        Program.RIGID_EXPENSE,
        not failed,
        failed=tuple(failed),
        nearest_miss=nearest(tuple(failed)),
        working=(*lines, *owned.lines),
        per_capita=income.per_capita,
        annual_income=income.annual,
        covered=() if failed else tuple(member.key for member in facts.counted),
        parameters_used=reading.used(),
        warnings=(*income.notices, *owned.notices),
    )


def _already(program: Program, message: str, article: str, better: Assessment) -> Assessment:
    """Not this programme, for a better one fits: its working shows why."""
    failure = Failure("互斥", message, article)
    return Assessment(
        program,
        False,
        failed=(failure,),
        nearest_miss=failure,
        working=better.working,
        per_capita=better.per_capita,
        annual_income=better.annual_income,
        parameters_used=better.parameters_used,
    )


def _excluding(
    facts: HouseholdFacts, parameters: PolicyParameters, on: date
) -> tuple[str, str, Assessment] | None:
    """Name the better programme that the household belongs in, with its judgement, if there is one (第4条第1项)."""
    whole = assess_household(facts, parameters, on)
    if whole.eligible:
        return "家庭符合低保条件，应纳入低保", RIGID_ARTICLE, whole
    marginal = assess_marginal(facts, parameters, on)
    if marginal.eligible:
        return "家庭符合低保边缘条件，应认定为低保边缘家庭", RIGID_ARTICLE, marginal
    return None


def _spending_failures(
    expenses: tuple[ExpenseLine, ...], income: Income, reading: Reading, lines: list[WorkingLine]
) -> tuple[Failure, ...]:
    """Compare necessary spending with income; a household without income meets it by any spending."""
    for line in expenses:
        values = (line.amount, line.reimbursed, line.own)
        lines.append(
            WorkingLine(
                f"{line.kind.label}支出", "{} − 报销补助 {}，认定 {} 元", values, line.own, SPENDING_ARTICLE
            )
        )
    spent = sum((line.own for line in expenses), ZERO)
    if not spent:
        return (Failure("刚性支出", "没有可以认定的刚性支出", RIGID_ARTICLE),)
    ratio = reading.amount("rigid.ratio")
    needed = income.annual * ratio
    shown = (spent, income.annual, ratio, needed)
    lines.append(WorkingLine("刚性支出总额", "{}，须大于年收入 {} × {} = {} 元", shown, spent, RIGID_ARTICLE))
    if spent > needed:
        return ()
    gap = needed - spent
    message = (
        f"刚性支出 {spent:.2f} 元，未超过年收入的 {ratio * 100:.0f}%（{needed:.2f} 元），相差 {gap:.2f} 元"
    )
    return (Failure("刚性支出", message, RIGID_ARTICLE, gap, gap / needed if needed else ZERO),)
