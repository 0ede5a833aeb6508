"""Cross-checks between the figures of a table (勾稽), declared as data. Pure.

    Check("SB10", "单人保新增中重残、重病不超过单人保新增", "SB10.m + SB11.m <= SB09.m")
    Check("SL04", "期末在改衔接上月", "SL04 = @SL04 + SL01.m - SL02.m", explain=True)

``@`` takes the figure of the month before. A check one of whose figures nobody knows is not asked.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

TERM = re.compile(r"([+-]?)\s*(@?)([A-Z]\w*(?:\.[mc])?)")


@dataclass(frozen=True, slots=True)
class Term:
    """One figure of a formula: added or taken away, of this month or the one before."""

    key: str
    minus: bool = False
    before: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """``explain``: may differ when the filler explains why; all others must hold before the table is signed."""

    code: str
    label: str
    formula: str
    explain: bool = False

    @property
    def equal(self) -> bool:
        return "<=" not in self.formula

    @property
    def sides(self) -> tuple[tuple[Term, ...], tuple[Term, ...]]:
        left, right = self.formula.split("<=" if not self.equal else "=")
        return terms(left), terms(right)

    @property
    def keys(self) -> tuple[str, ...]:
        """The cells of this month that it speaks of."""
        return tuple(term.key for side in self.sides for term in side if not term.before)


@dataclass(frozen=True, slots=True)
class Outcome:
    """A check over one unit's figures. ``unknown``: what is missing; then both sides are None."""

    check: Check
    left: Decimal | None
    right: Decimal | None
    unknown: tuple[str, ...] = ()
    explanation: str = ""

    @property
    def asked(self) -> bool:
        return not self.unknown

    @property
    def difference(self) -> Decimal | None:
        return None if self.left is None or self.right is None else self.left - self.right

    @property
    def holds(self) -> bool:
        if self.difference is None:
            return True
        return self.difference == 0 if self.check.equal else self.difference <= 0

    @property
    def blocks(self) -> bool:
        """Whether the table cannot be signed because of it."""
        return not self.holds and not (self.check.explain and self.explanation)

    @property
    def sentence(self) -> str:
        """What is wrong, with both sides."""
        sign = "≠" if self.check.equal else ">"
        return f"{self.check.label}（{self.left} {sign} {self.right}）"


def terms(text: str) -> tuple[Term, ...]:
    """The figures of one side of a formula."""
    return tuple(Term(key, sign == "-", before == "@") for sign, before, key in TERM.findall(text))


def number(cells: Mapping[str, Any], key: str) -> Decimal | None:
    """The figure that counts: what a person filled in, else what the system counted; None while nobody knows."""
    cell = cells.get(key) or {}
    text = cell.get("manual") if cell.get("manual") is not None else cell.get("auto")
    return None if text is None else Decimal(text)


def judge(
    checks: Iterable[Check],
    cells: Mapping[str, Any],
    before: Mapping[str, Any],
    explanations: Mapping[str, Any],
) -> list[Outcome]:
    """Every check over the figures of a unit and those of the month before."""
    return [
        _outcome(check, cells, before, (explanations.get(check.code) or {}).get("text", ""))
        for check in checks
    ]


def _outcome(check: Check, cells: Mapping[str, Any], before: Mapping[str, Any], explanation: str) -> Outcome:
    left, right = check.sides
    unknown = tuple(
        f"上月{term.key}" if term.before else term.key
        for term in (*left, *right)
        if number(before if term.before else cells, term.key) is None
    )
    if unknown:
        return Outcome(check, None, None, unknown, explanation)
    return Outcome(check, _sum(left, cells, before), _sum(right, cells, before), (), explanation)


def _sum(side: Sequence[Term], cells: Mapping[str, Any], before: Mapping[str, Any]) -> Decimal:
    total = Decimal(0)
    for term in side:
        value = number(before if term.before else cells, term.key) or Decimal(0)
        total += -value if term.minus else value
    return total
