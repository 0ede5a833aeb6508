"""What should have been done before a roster is signed; by parameter only a warning (12 §12.1 #5).

The villages' sheets are cases' (asked directly); audits own the death match and set ``met`` when they start.
"""
# requirements: D11

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from cases.models import Person
from cases.models.choices import Program
from cases.services.cycle import attested
from cases.services.residences import paid_and_resident
from salvation.domain.month import Month
from salvation.parameters.book import at
from salvation.units.models import Unit

NOTHING_ON_RECORD = "本期没有登记"
# People named in a line; the rest are counted.
NAMED = 5


@dataclass(frozen=True, slots=True)
class Prerequisite:
    """``met`` answers for a unit and a pay month; without it nothing is on record yet.

    ``programs``: which rosters ask for it (all when empty). ``said``: what of a unit and month does not tie, in words.
    """

    parameter: str
    label: str
    met: Callable[[Unit, date], bool] | None = None
    programs: frozenset[str] = frozenset()
    said: Callable[[Unit, date], str] | None = None


@dataclass(frozen=True, slots=True)
class Unmet:
    label: str
    required: bool
    detail: str


def residents_tie(unit: Unit, month: date) -> bool:
    """Whether a unit pays for exactly who lives in an institution in the month (D11)."""
    found = paid_and_resident(county=unit.county or unit, month=Month.of(month), unit=unit)
    return not found.without_residence and not found.without_payment


def residents_differ(unit: Unit, month: date) -> str:
    """Who is on one side only, named."""
    found = paid_and_resident(county=unit.county or unit, month=Month.of(month), unit=unit)
    said = [f"付款{found.paid}人，在院{found.resident}人"]
    for ids, words in (
        (found.without_residence, "付款但没有在院登记"),
        (found.without_payment, "在院但没有列入付款"),
    ):
        names = list(Person.objects.filter(pk__in=ids).order_by("pk").values_list("name", flat=True))
        if names:
            said.append(f"{words}：{'、'.join(names[:NAMED])}{'等' if len(names) > NAMED else ''}")
    return "；".join(said)


PREREQUISITES: dict[str, Prerequisite] = {
    "death": Prerequisite("funds.require_death_match", "当期死亡比对"),
    "attestation": Prerequisite("funds.require_attestation", "各村月度签字报表", attested),
    "residents": Prerequisite(
        "funds.require_residents",
        "集中供养付款人数与在院人数一致",
        residents_tie,
        frozenset({Program.TEKUN_CENTRALIZED.value}),
        residents_differ,
    ),
}


def unmet(roster: Any) -> list[Unmet]:
    """What is missing for a roster, and whether it blocks."""
    return [
        Unmet(
            wanted.label,
            bool(at(wanted.parameter, on=roster.month, unit=roster.unit).value),
            wanted.said(roster.unit, roster.month) if wanted.said else NOTHING_ON_RECORD,
        )
        for wanted in PREREQUISITES.values()
        if not wanted.programs or roster.program in wanted.programs
        if wanted.met is None or not wanted.met(roster.unit, roster.month)
    ]
