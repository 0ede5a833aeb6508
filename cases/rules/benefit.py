"""Month arithmetic of running benefits: when they start, taper off and stop, and what a death changes.

An award is kept as shares of persons. That is what keeps two old mistakes out: taking the sum with the
uplift in it for the "original amount", and wiping out the survivors' uplift with that of the dead.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum

from cases.rules.grant import split_cents
from cases.rules.income import months_before
from cases.rules.result import NOTHING, MemberShare
from salvation.domain.errors import Refusal
from salvation.domain.money import CENT
from salvation.domain.month import Month

_HUNDRED = Decimal(100)


class PayCycle(StrEnum):
    """How often is paid (parameter funds.pay_cycle)."""

    MONTHLY = "MONTHLY"
    QUARTERLY = "QUARTERLY"


class GraceRule(StrEnum):
    """What is paid while tapering off (parameter grace.rule)."""

    KEEP_ORIGINAL = "KEEP_ORIGINAL"
    STEP_DOWN = "STEP_DOWN"


@dataclass(frozen=True, slots=True)
class Award:
    """A monthly amount by persons, in yuan; base, uplift and total follow from the shares."""

    shares: tuple[MemberShare, ...]

    @property
    def base(self) -> Decimal:
        return sum((share.base for share in self.shares), NOTHING)

    @property
    def uplift(self) -> Decimal:
        return sum((share.uplift for share in self.shares), NOTHING)

    @property
    def total(self) -> Decimal:
        return self.base + self.uplift


@dataclass(frozen=True, slots=True)
class Grace:
    """A tapering period, both ends included; from `stop` on nothing is paid, without a new review."""

    first: Month
    last: Month

    @property
    def months(self) -> int:
        return self.last - self.first + 1

    @property
    def stop(self) -> Month:
        return self.last + 1


@dataclass(frozen=True, slots=True)
class Overpayment:
    """What was paid after it should have stopped: month and amount, and the sum to recover."""

    months: tuple[tuple[Month, Decimal], ...]

    @property
    def total(self) -> Decimal:
        return sum((amount for _, amount in self.months), NOTHING)


def effective_month(decided: date) -> Month:
    """Give the month from which a confirmation, increase or stop counts: the next one (第21条)."""
    return Month.of(decided) + 1


def grace_period(decided: date, months: int, *, longest: int) -> Grace:
    """Give the tapering period after a decision: from the next month, at most `longest` months."""
    if not 1 <= months <= longest:
        raise Refusal(
            f"渐退期应为 1 至 {longest} 个月，现在是 {months} 个月。",
            rule="民政部 2022-10-20 通知一（三）",
            field="months",
        )
    first = effective_month(decided)
    return Grace(first, first + (months - 1))


def grace_award(award: Award, grace: Grace, month: Month, rule: GraceRule, steps: Sequence[Decimal]) -> Award:
    """Give what is paid in one month of the period.

    STEP_DOWN divides the period evenly among `steps` (percent of the base); uplifts belong to persons
    and stay. Outside the period nothing is paid.
    """
    if not grace.first <= month <= grace.last:
        return Award(())
    if rule is GraceRule.KEEP_ORIGINAL or not steps:
        return award
    percent = steps[(month - grace.first) * len(steps) // grace.months]
    return _with_base(award, (award.base * percent / _HUNDRED).quantize(CENT, ROUND_HALF_UP))


def death_stop_month(died: date, cycle: PayCycle = PayCycle.MONTHLY) -> Month:
    """Give the first month without the dead: the period of the death itself is still paid in full."""
    month = Month.of(died)
    if cycle is PayCycle.QUARTERLY:
        return month + (3 - (month.month - 1) % 3)
    return month + 1


def recheck_due(died: date, months: int) -> date:
    """Give the day by which the household must be reviewed after a death (death.recheck_months)."""
    return months_before(died, -months)


def after_death(award: Award, dead: str, *, keep_base: bool = False) -> Award:
    """Give the award without one person. His uplift goes with him, everybody else's stays untouched.

    `keep_base`: the household keeps the base in full, as in a grace period under KEEP_ORIGINAL; else
    the dead's share of it goes too, until the household is reviewed. Nobody left: nothing is paid.
    """
    left = Award(tuple(share for share in award.shares if share.key != dead))
    if not keep_base or not left.shares:
        return left
    return _with_base(left, award.base)


def overpaid(paid: Iterable[tuple[Month, Award]], dead: str, died: date, cycle: PayCycle) -> Overpayment:
    """List what was paid for a dead person after the period of the death; `paid` is month by month."""
    stop = death_stop_month(died, cycle)
    lines = ((month, award.total - after_death(award, dead).total) for month, award in paid if month >= stop)
    return Overpayment(tuple((month, amount) for month, amount in sorted(lines) if amount))


def paid_too_much(paid: Iterable[tuple[Month, Decimal]], due: Iterable[tuple[Month, Decimal]]) -> Overpayment:
    """List by month what was to be paid before a change and no longer is; months without a difference are left out."""
    owed = dict(due)
    lines = ((month, amount - owed.get(month, NOTHING)) for month, amount in paid)
    return Overpayment(tuple((month, over) for month, over in sorted(lines) if over > 0))


def _with_base(award: Award, base: Decimal) -> Award:
    shares = split_cents(base, [(share.key, share.base) for share in award.shares])
    return Award(tuple(share._replace(base=shares[share.key]) for share in award.shares))
