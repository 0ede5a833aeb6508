"""Demo data: every app registers a seeder in ``AppConfig.ready()``; ``seed_demo`` runs them in order.

Everything a seeder writes is synthetic (ID numbers of division 99, which was never issued), marked ``demo`` and
decided by the seed: the same seed on the same day gives the same county.
"""

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from salvation.domain.month import Month
from salvation.units.models import Unit

PASSWORD = "Demo-2022-ok"  # noqa: S105 - printed by `make run`, demo installations only


@dataclass
class Demo:
    """What the seeders of one county share. ``cast``: accounts by role at the county and by (role, unit id)."""

    county: Unit
    units: list[Unit]
    households: int
    rng: random.Random
    now: datetime
    cast: dict[Any, Any] = field(default_factory=dict)
    facts: dict[str, Any] = field(default_factory=dict)

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def month(self) -> Month:
        return Month.of(self.today)

    @property
    def first(self) -> Month:
        """The first of the twelve months of history."""
        return self.month - 12


@dataclass(frozen=True)
class Seeder:
    label: str
    order: int
    run: Callable[[Demo], str]


SEEDERS: list[Seeder] = []


def register(*seeders: Seeder) -> None:
    SEEDERS.extend(seeders)
