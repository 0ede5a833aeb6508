"""The means test that 低保, 边缘 and 单人保 share: income below a limit, property within limits."""
# requirements: B10

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cases.rules.assets import check_property
from cases.rules.codes import Area, Program
from cases.rules.facts import HouseholdFacts, PropertyLine
from cases.rules.income import DISPOSABLE_KEY, STD_KEY, TWELVE, Income, household_income
from cases.rules.policy import Reading
from cases.rules.result import Failure, Notice, WorkingLine

CONDITION_ARTICLE = "社会救助暂行办法第9条"
MARGINAL_ARTICLE = "低保审核确认办法第8条"
DIBAO_OF = {Area.URBAN: Program.DIBAO_URBAN, Area.RURAL: Program.DIBAO_RURAL}


class Means(NamedTuple):
    """Outcome of the test; `failed` is empty where it was passed."""

    income: Income
    std: Decimal
    failed: tuple[Failure, ...]
    lines: list[WorkingLine]
    notices: tuple[Notice, ...]


def dibao_means(facts: HouseholdFacts, reading: Reading, on: date) -> Means:
    """Test against the standard itself."""
    std = reading.amount(STD_KEY[facts.area])
    income = household_income(facts, reading, on)
    limit_line = WorkingLine("低保月标准", "{} 元/人", (std,), std, CONDITION_ARTICLE)
    return _tested(facts, reading, income, std, std, "低保标准", limit_line, "")


def marginal_means(facts: HouseholdFacts, reading: Reading, on: date) -> Means:
    """Test against marginal.ratio times the standard (第8条)."""
    std, ratio = reading.amount(STD_KEY[facts.area]), reading.amount("marginal.ratio")
    income = household_income(facts, reading, on)
    limit = std * ratio
    values = (std, ratio, limit)
    limit_line = WorkingLine("低保边缘收入线", "{} × {} = {} 元/人", values, limit, MARGINAL_ARTICLE)
    return _tested(facts, reading, income, std, limit, "低保边缘收入线", limit_line, "marginal")


def possessions(facts: HouseholdFacts) -> list[PropertyLine]:
    """Give what the counted members own, together or one by one."""
    keys = {member.key for member in facts.counted}
    return [line for line in facts.properties if line.member is None or line.member in keys]


def per_capita_line(income: Income) -> WorkingLine:
    values = (income.annual, income.heads, income.per_capita)
    return WorkingLine("月人均收入", "{} ÷ 12 ÷ {} 人 = {} 元", values, income.per_capita, CONDITION_ARTICLE)


def income_failures(income: Income, limit: Decimal, name: str, article: str) -> tuple[Failure, ...]:
    """Fail where monthly income a head is not below `limit`; judged without division, so without rounding."""
    if income.annual < limit * TWELVE * income.heads:
        return ()
    gap = income.per_capita - limit
    message = f"月人均收入 {income.per_capita:.2f} 元，不低于{name} {limit:.2f} 元，超出 {gap:.2f} 元"
    return (Failure("收入", message, article, gap, gap / limit),)


def disposable_failures(
    facts: HouseholdFacts, income: Income, reading: Reading, lines: list[WorkingLine], article: str
) -> tuple[Failure, ...]:
    """Fail where yearly income a head is not below last year's disposable income of the place."""
    limit = reading.amount(DISPOSABLE_KEY[facts.area])
    yearly = income.annual / income.heads
    template = "年人均收入 {}，上年度人均可支配收入 {} 元"
    lines.append(WorkingLine("人均可支配收入", template, (yearly, limit), limit, article))
    if income.annual < limit * income.heads:
        return ()
    gap = yearly - limit
    message = f"年人均收入 {yearly:.2f} 元，不低于上年度人均可支配收入 {limit:.2f} 元，超出 {gap:.2f} 元"
    return (Failure("收入", message, article, gap / TWELVE, gap / limit),)


def _tested(
    facts: HouseholdFacts,
    reading: Reading,
    income: Income,
    std: Decimal,
    limit: Decimal,
    name: str,
    limit_line: WorkingLine,
    program: str,
) -> Means:
    owned = check_property(possessions(facts), reading, heads=income.heads, std=std, program=program)
    failed = (*income_failures(income, limit, name, limit_line.article), *owned.failed)
    lines = [*income.lines, per_capita_line(income), limit_line, *owned.lines]
    return Means(income, std, failed, lines, (*income.notices, *owned.notices))
