"""What a household is paid while it tapers off (02 §2.4): ranges of months with one amount each."""
# requirements: C07 part

from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby

from cases.rules.benefit import Award, Grace, GraceRule, grace_award
from salvation.domain.month import Month
from salvation.parameters.book import Book
from salvation.units.models import Unit


def tapering(award: Award, grace: Grace, unit: Unit) -> Iterator[tuple[Month, Month, Award]]:
    """First month, month after the last, and award of each step, by grace.rule in force when the period begins."""
    book = Book(unit=unit, on=grace.first.first_day)
    rule = GraceRule(str(book["grace.rule"]))
    steps = [Decimal(step) for step in str(book["grace.steps"]).split(",")]
    months = [
        (month, grace_award(award, grace, month, rule, steps)) for month in grace.first.until(grace.last)
    ]
    for given, run in groupby(months, key=lambda pair: pair[1]):
        same = [month for month, _ in run]
        yield same[0], same[-1] + 1, given
