"""What a household is paid while it tapers off (02 §2.4): ranges of months with one amount each."""
# requirements: C07

from collections.abc import Iterator
from decimal import Decimal, InvalidOperation
from itertools import groupby

from cases.rules.benefit import Award, Grace, GraceRule, grace_award
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.parameters.book import Book
from salvation.units.models import Unit


def tapering(award: Award, grace: Grace, unit: Unit) -> Iterator[tuple[Month, Month, Award]]:
    """First month, month after the last, and award of each step, by grace.rule in force when the period begins."""
    book = Book(unit=unit, on=grace.first.first_day)
    rule = GraceRule(str(book["grace.rule"]))
    steps = _steps(str(book["grace.steps"])) if rule is GraceRule.STEP_DOWN else []
    months = [
        (month, grace_award(award, grace, month, rule, steps)) for month in grace.first.until(grace.last)
    ]
    for given, run in groupby(months, key=lambda pair: pair[1]):
        same = [month for month, _ in run]
        yield same[0], same[-1] + 1, given


def _steps(given: str) -> list[Decimal]:
    """Percentages of the base, one a step. Raises Refusal naming the parameter."""
    try:
        steps = [Decimal(step.strip()) for step in given.replace("，", ",").split(",")]
    except InvalidOperation:
        steps = []
    if not steps or not all(0 <= step <= 100 for step in steps):
        raise Refusal(
            f"参数“渐退期各段保留的百分比”的取值“{given}”不对，应为用逗号分开的 0 至 100 的数，请县局更正"
        )
    return steps
