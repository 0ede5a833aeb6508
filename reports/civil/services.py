"""Read the civil statistics and how levels keep balance (C13, C14)."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from reports.civil.table import CENT, CIVIL, CODES, PROGRAM_NAMES, CivilRow, with_levels
from reports.governance.services import frame_for
from salvation.domain.month import Month
from salvation.parameters.book import Book
from salvation.periods.measures import compute
from salvation.tables.model import Totals
from salvation.units.models import Unit


def civil_rows(county: Unit, month: Month, units: Sequence[Unit]) -> tuple[list[CivilRow], bool]:
    """One row a unit, and whether the month is frozen; one statement whatever the number of units."""
    frame = frame_for(county, month)
    found = compute(frame, CODES)
    rows = [
        CivilRow(unit, {code: by_unit.get(unit.pk, 0) for code, by_unit in found.items()}) for unit in units
    ]
    return rows, frame.frozen


def total_of(rows: Sequence[CivilRow]) -> Totals:
    return with_levels(CIVIL.total_row(rows))


@dataclass(frozen=True)
class Balance:
    """The level of one programme, in yuan a month, beside last month's."""

    label: str
    people: Any
    level: Any
    before: Any
    change: Any


def balances(rows: Sequence[CivilRow], earlier: Sequence[CivilRow]) -> list[Balance]:
    """人均补助水平 by programme with the change on the month before (C14)."""
    now, before = total_of(rows), total_of(earlier)
    found = []
    for name, label in PROGRAM_NAMES.items():
        if f"{name}EL" not in now:
            continue
        level, last = now[f"{name}EL"], before[f"{name}EL"]
        change = None
        if isinstance(level, Decimal) and isinstance(last, Decimal) and last:
            change = ((level - last) * 100 / last).quantize(CENT, ROUND_HALF_UP)
        found.append(Balance(label, now[f"{name}EP"], level, last, change))
    return found


@dataclass(frozen=True)
class Standards:
    """The 低保 standards of a month in yuan; ``ratio``: town to country, None while one of them is not known."""

    urban: Decimal | None
    rural: Decimal | None

    @property
    def ratio(self) -> Decimal | None:
        if not self.urban or not self.rural:
            return None
        return (self.urban / self.rural).quantize(CENT, ROUND_HALF_UP)


def standards_of(county: Unit, month: Month) -> Standards:
    """What holds at the end of a month (C14: 城乡标准比)."""
    known = Book(unit=county, on=month.last_day).values()
    urban, rural = (known.get(f"dibao.std.{area}") for area in ("urban", "rural"))
    return Standards(*(Decimal(str(value)) if value else None for value in (urban, rural)))


def does_not_tie(rows: Sequence[CivilRow]) -> list[str]:
    """Units and programmes whose 期末 is not 期初 + 新增 + 成员增加 − 退出 (people)."""
    found = []
    for row in rows:
        for name, label in PROGRAM_NAMES.items():
            of = row.figures
            expected = (
                of.get(f"{name}OP", 0)
                + of.get(f"{name}NP", 0)
                + of.get(f"{name}MI", 0)
                - of.get(f"{name}XP", 0)
            )
            if of.get(f"{name}EP", 0) != expected:
                found.append(
                    f"{row.name} {label}：期末 {of.get(f'{name}EP', 0)} 人，按变动应为 {expected} 人"
                )
    return found
