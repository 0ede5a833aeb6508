"""From an exact monthly amount to what is paid: one rounding, the county's minimum, shares that add up."""

from collections.abc import Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import NamedTuple

from cases.rules.codes import UpliftKind
from cases.rules.policy import Reading
from cases.rules.result import NOTHING, MemberShare, WorkingLine
from salvation.domain.money import CENT, RoundMode, round_to

_NOISE = Decimal("1E-9")


class Part(NamedTuple):
    """What one person contributes, before any rounding."""

    key: str
    base: Decimal
    uplifts: tuple[tuple[UpliftKind, Decimal], ...] = ()


class Grant(NamedTuple):
    """A monthly payment; base + uplift = total and the shares add up to both."""

    base: Decimal = NOTHING
    uplift: Decimal = NOTHING
    total: Decimal = NOTHING
    shares: tuple[MemberShare, ...] = ()

    def plus(self, other: "Grant") -> "Grant":
        return Grant(
            self.base + other.base,
            self.uplift + other.uplift,
            self.total + other.total,
            self.shares + other.shares,
        )


def make_grant(parts: Sequence[Part], reading: Reading, lines: list[WorkingLine], article: str) -> Grant:
    """Round the sum of exact parts once, to the unit of funds.round.unit.

    What rounding adds or takes goes to the base, for the uplift of a person is a fixed amount. A total
    above zero and below funds.grant_min becomes that minimum.
    """
    exact = sum((part.base for part in parts), NOTHING)
    uplift = sum((amount for part in parts for _, amount in part.uplifts), NOTHING)
    total = _paid(exact, uplift, reading, lines, article)
    bases = split_cents(total - uplift, [(part.key, part.base) for part in parts])
    shares = tuple(MemberShare(part.key, bases[part.key], part.uplifts) for part in parts)
    return Grant(total - uplift, uplift, total, shares)


def split_cents(amount: Decimal, weights: Sequence[tuple[str, Decimal]]) -> dict[str, Decimal]:
    """Share out an amount in proportion, to the cent; stray cents go by key, whatever the order given.

    Without any weight the amount is shared equally.
    """
    whole = sum((weight for _, weight in weights), NOTHING)
    if not whole:
        weights = [(key, Decimal(1)) for key, _ in weights]
        whole = Decimal(len(weights))
    shares = {
        key: (amount * weight / whole).quantize(_NOISE, ROUND_HALF_UP).quantize(CENT, ROUND_DOWN)
        for key, weight in weights
    }
    left = amount - sum(shares.values(), NOTHING)
    for key in sorted(key for key, weight in weights if weight):
        if not left:
            break
        shares[key] += CENT
        left -= CENT
    return shares


def _paid(
    base: Decimal, uplift: Decimal, reading: Reading, lines: list[WorkingLine], article: str
) -> Decimal:
    exact = base + uplift
    unit, mode = Decimal(reading.text("funds.round.unit")), RoundMode(reading.text("funds.round.mode"))
    total = round_to(exact, unit, mode)
    if total < uplift:
        total = round_to(exact, unit, RoundMode.UP)
    values = (base, uplift, exact, unit, total)
    lines.append(WorkingLine("应发", "{} + {} = {}，按 {} 元取整为 {} 元", values, total, article))
    if not total:
        return total
    minimum = reading.amount_or_none("funds.grant_min")
    if minimum is not None and total < minimum:
        total = minimum
        lines.append(WorkingLine("发放下限", "低于下限，按 {} 元发放", (total,), total, article))
    return total
