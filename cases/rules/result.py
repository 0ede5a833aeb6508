"""What an assessment says: verdict, amounts, what failed and by how much, and the working line by line.

Working lines are tuples and write their sentence only when somebody reads it: a re-assessment of a whole
county builds hundreds of thousands of them and shows a few.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, NamedTuple

from cases.rules.codes import CareLevel, Program, UpliftKind
from salvation.domain.money import CENT

ZERO = Decimal(0)
NOTHING = Decimal("0.00")
_FOUR_PLACES = Decimal("0.0001")


def shown(value: object) -> str:
    """Write a figure for a sentence: two places, up to four where cents do not tell it exactly."""
    if isinstance(value, str):
        return value
    if not isinstance(value, Decimal):
        return str(value)
    # Most figures have cents or none, and are written as they are.
    text = str(value)
    if text[-3:-2] == "." and "E" not in text:
        return text
    if text.isdigit():
        return f"{text}.00"
    cents = value.quantize(CENT, ROUND_HALF_UP)
    if value == cents:
        return str(cents)
    return str(value.quantize(_FOUR_PLACES, ROUND_HALF_UP))


class WorkingLine(NamedTuple):
    """One step: what, how (a template and its values), the unrounded outcome and the article behind it."""

    label: str
    template: str
    values: tuple[object, ...]
    amount: Decimal | None
    article: str

    @property
    def formula(self) -> str:
        return self.template.format(*map(shown, self.values))

    def as_dict(self) -> dict[str, Any]:
        amount = None if self.amount is None else str(self.amount.quantize(CENT, ROUND_HALF_UP))
        return {"label": self.label, "formula": self.formula, "amount": amount, "article": self.article}


class Failure(NamedTuple):
    """A condition that was not met. `gap` in yuan and `ratio` of the limit where it is a matter of degree."""

    condition: str
    message: str
    article: str
    gap: Decimal | None = None
    ratio: Decimal | None = None

    def as_dict(self) -> dict[str, Any]:
        gap = None if self.gap is None else str(self.gap.quantize(CENT, ROUND_HALF_UP))
        return {"condition": self.condition, "message": self.message, "article": self.article, "gap": gap}


class Notice(NamedTuple):
    """Something a person must know. `blocks`: nothing official may leave the house before it is settled."""

    code: str
    message: str
    blocks: bool = False

    def as_dict(self) -> dict[str, Any]:
        return self._asdict()


class MemberShare(NamedTuple):
    """What one person contributes to the household's grant; the parts of all members add up to it."""

    key: str
    base: Decimal
    uplifts: tuple[tuple[UpliftKind, Decimal], ...] = ()
    # 照料护理 of a 特困 person: the second part of his grant, as the uplift is of a 低保 household's.
    care: Decimal = NOTHING
    # An uplift whose kind nobody recorded, as in an imported roster.
    unnamed: Decimal = NOTHING

    @property
    def uplift(self) -> Decimal:
        return sum((amount for _, amount in self.uplifts), self.care + self.unnamed)

    @property
    def uplift_kinds(self) -> tuple[UpliftKind, ...]:
        return tuple(kind for kind, _ in self.uplifts)

    def as_dict(self) -> dict[str, Any]:
        kinds = [kind.value for kind, _ in self.uplifts]
        return {
            "member": self.key,
            "base": str(self.base),
            "uplift": str(self.uplift),
            "uplift_kinds": kinds,
            "care": str(self.care),
        }


@dataclass(frozen=True, slots=True)
class Assessment:
    """The verdict on one programme. Amounts have two places and base + uplift = total.

    `per_capita` and `annual_income` are unrounded; `covered` are the keys of those the programme covers.
    """

    program: Program
    eligible: bool
    base: Decimal = NOTHING
    uplift: Decimal = NOTHING
    total: Decimal = NOTHING
    failed: tuple[Failure, ...] = ()
    working: tuple[WorkingLine, ...] = ()
    nearest_miss: Failure | None = None
    per_capita: Decimal | None = None
    annual_income: Decimal | None = None
    members: tuple[MemberShare, ...] = ()
    covered: tuple[str, ...] = ()
    is_single: bool = False
    parameters_used: Mapping[str, str] | None = None
    warnings: tuple[Notice, ...] = ()
    # Of 特困: what of the uplift is 照料护理, and the level it was given for.
    care: Decimal = NOTHING
    care_level: CareLevel | None = None

    def as_dict(self) -> dict[str, Any]:
        """Give plain values for JSON; amounts are strings with two places."""
        per_capita = None if self.per_capita is None else str(self.per_capita.quantize(CENT, ROUND_HALF_UP))
        return {
            "program": self.program.value,
            "name": self.program.label,
            "eligible": self.eligible,
            "base": str(self.base),
            "uplift": str(self.uplift),
            "total": str(self.total),
            "failed": [failure.as_dict() for failure in self.failed],
            "working": [line.as_dict() for line in self.working],
            "nearest_miss": self.nearest_miss and self.nearest_miss.as_dict(),
            "per_capita": per_capita,
            "is_single": self.is_single,
            "care": str(self.care),
            "care_level": self.care_level and self.care_level.value,
            "members": [share.as_dict() for share in self.members],
            "covered": list(self.covered),
            "parameters": dict(self.parameters_used or {}),
            "warnings": [notice.as_dict() for notice in self.warnings],
        }


def nearest(failed: tuple[Failure, ...]) -> Failure | None:
    """Give the failed condition that was closest to being met; those without degree come last."""
    measured = [failure for failure in failed if failure.ratio is not None]
    if measured:
        return min(measured, key=lambda failure: failure.ratio or ZERO)
    return failed[0] if failed else None
