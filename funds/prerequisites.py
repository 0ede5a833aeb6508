"""What should have been done before a roster is signed; by parameter only a warning (12 §12.1 #5).

The villages' sheets are cases' (asked directly); audits own the death match and set ``met`` when they start.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.services.cycle import attested
from salvation.parameters.book import at
from salvation.units.models import Unit


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """``met`` answers for a unit and a pay month; without it nothing is on record yet."""

    parameter: str
    label: str
    met: Callable[[Unit, date], bool] | None = None


@dataclass(frozen=True, slots=True)
class Unmet:
    label: str
    required: bool


PREREQUISITES: dict[str, Prerequisite] = {
    "death": Prerequisite("funds.require_death_match", "当期死亡比对"),
    "attestation": Prerequisite("funds.require_attestation", "各村月度签字报表", attested),
}


def unmet(roster: Any) -> list[Unmet]:
    """What is missing for a roster, and whether it blocks."""
    return [
        Unmet(wanted.label, bool(at(wanted.parameter, on=roster.month, unit=roster.unit).value))
        for wanted in PREREQUISITES.values()
        if wanted.met is None or not wanted.met(roster.unit, roster.month)
    ]
