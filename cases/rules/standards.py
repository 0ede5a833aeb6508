"""What a new standard adds to a running amount that nobody can judge: an imported benefit without a declaration.

Where the facts are known the rules judge the family anew; here only the paid amount is, and the standard before and after.
"""
# requirements: C12

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from cases.rules.codes import Area, CareLevel, Program, TekunMode
from salvation.domain.errors import Refusal

ZERO = Decimal("0.00")
TIERS = "dibao.tiers"
KEYS = ("dibao.std.", TIERS, "uplift.amount.", "tekun.base.", "tekun.care.")
_DIBAO = {Area.URBAN: Program.DIBAO_URBAN, Area.RURAL: Program.DIBAO_RURAL}
_TEKUN = {TekunMode.DISPERSED: Program.TEKUN_DISPERSED, TekunMode.CENTRALIZED: Program.TEKUN_CENTRALIZED}


def is_standard(key: str) -> bool:
    """Whether a parameter is a standard that everybody of a kind is paid by."""
    return key.startswith(KEYS)


@dataclass(frozen=True, slots=True)
class Paid:
    """How a benefit is paid: by which programme, area and way. ``tiered``: 分档, which 单人保 never is."""

    program: str
    area: str
    care_level: str = ""
    tiered: bool = False


@dataclass(frozen=True, slots=True)
class PaidShare:
    """A covered person's part of the monthly amount, yuan."""

    person: int
    base: Decimal
    uplift: Decimal = ZERO
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Raise:
    """What a person's parts change by, yuan a month; negative: less."""

    person: int
    base: Decimal = ZERO
    uplift: Decimal = ZERO
    care: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.base + self.uplift + self.care

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON."""
        return {
            "person": self.person,
            "base": str(self.base),
            "uplift": str(self.uplift),
            "care": str(self.care),
        }


def concerns(key: str, paid: Paid) -> bool:
    """Whether somebody paid like this is paid by that standard."""
    kind, *parts = key.split(".")[1:]
    if key == TIERS:
        return paid.tiered and paid.program in _DIBAO.values()
    if key.startswith("uplift."):
        return paid.program in _DIBAO.values()
    if kind == "std":
        return not paid.tiered and paid.program == _DIBAO[Area(parts[0].upper())]
    mode = _TEKUN[TekunMode(parts[1].upper())]
    if kind == "base":
        return paid.program == mode and paid.area == parts[0].upper()
    level = paid.care_level or CareLevel.SELF.value
    return paid.program == mode and level == CareLevel(parts[0].upper()).value


def raised(key: str, before: Any, after: Any, paid: Paid, share: PaidShare) -> Raise:
    """What a standard's change gives one covered person. Raises Refusal where the paid amount does not tell."""
    if not concerns(key, paid):
        return Raise(share.person)
    if key == TIERS:
        return Raise(share.person, base=_tier(before, after, share))
    difference = Decimal(str(after)) - Decimal(str(before))
    if key.startswith("uplift."):
        return Raise(share.person, uplift=_uplift(key, Decimal(str(before)), difference, share))
    if key.startswith("tekun.care."):
        return Raise(share.person, care=difference)
    if share.base + difference < 0:
        raise Refusal(f"现发{share.base}元，减标后不足零元，须逐户核查")
    return Raise(share.person, base=difference)


def _tier(before: Mapping[str, Any], after: Mapping[str, Any], share: PaidShare) -> Decimal:
    """The tier is told by its amount; two tiers of one amount that part now tell nothing."""
    tiers = [tier for tier, amount in before.items() if Decimal(str(amount)) == share.base]
    found = {Decimal(str(after[tier])) for tier in tiers if tier in after}
    if len(found) != 1:
        raise Refusal(f"现发{share.base}元不是原来任何一档的金额，须逐户核定档次")
    return found.pop() - share.base


def _uplift(key: str, before: Decimal, difference: Decimal, share: PaidShare) -> Decimal:
    kind = key.rsplit(".", 1)[1].upper()
    if kind not in share.kinds:
        return ZERO
    if share.kinds != (kind,) or share.uplift != before:
        raise Refusal(f"分类施保现发{share.uplift}元，与原标准{before}元不一致，须逐户核定")
    return difference
