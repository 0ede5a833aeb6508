"""Ten counties in one database: what a row costs beside what it cost with one county, and pages at that size.

The first part (``one``) runs before the ten counties are seeded and leaves its figures in the data directory.
"""

import json
import os
from collections.abc import Callable
from datetime import datetime, time
from pathlib import Path

from django.utils import timezone

from cases.selectors import counties_at_work
from cases.services.snapshots import freeze_month
from funds.models import PayLine, Roster
from funds.services.rosters import generate_rosters
from reports.governance.services import count, frame_for
from salvation.domain.month import Month
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from tests.bench.county import undone
from tests.bench.lines import cycle, pages
from tests.bench.lines.cases import propose, tried
from tests.bench.measure import Result, timed

ROSTERS = ("funds_payline", "funds_leaver", "funds_roster")
RUNS = 3


def kept() -> Path:
    return Path(os.environ["DATA_DIR"]) / "bench-one-county.json"


def run(county: Unit) -> list[Result]:
    """Costs of all counties together by row, against one county's of before."""
    before: dict[str, float] = json.loads(kept().read_text())
    counties = [unit for unit in counties_at_work() if unit.pk != county.pk]
    now = costs(counties)
    found = [
        Result(f"十县每行成本：{name}", len(counties), cost, before[name], cost / before[name], 1.3, 0.0)
        for name, cost in now.items()
    ]
    return [
        *found,
        cycle.measure(counties),
        *(_at_ten(result) for result in pages.run(counties[0] if counties else county)),
    ]


def _at_ten(result: Result) -> Result:
    return Result(
        f"十县 {result.name}", result.size, result.seconds, result.floor_seconds, result.ratio, result.limit, result.peak_mb
    )  # fmt: skip


def costs(counties: list[Unit]) -> dict[str, float]:
    """Seconds a row of the snapshot, the rosters, the statistics and a proposal tried out, medians over all counties."""
    return {
        "月末快照": _cost(counties, _snapshot),
        "花名表": _cost(counties, _rosters),
        "统计表": _cost(counties, _statistics),
        "提标试算": _cost(counties, _trial, runs=1),
    }


def _cost(counties: list[Unit], work: Callable[[Unit], tuple[float, int]], runs: int = RUNS) -> float:
    best = []
    for _ in range(runs):
        taken = [work(county) for county in counties]
        best.append(sum(seconds for seconds, _ in taken) / sum(rows for _, rows in taken))
    return sorted(best)[runs // 2]


def _snapshot(county: Unit) -> tuple[float, int]:
    month = Month.of(timezone.localdate())
    after = timezone.make_aware(datetime.combine(month.next_day, time()))
    rows: list[int] = []
    seconds = undone(lambda: rows.append(freeze_month(county=county, month=month, now=after, actor=None)))
    return seconds, rows[0]


def _rosters(county: Unit) -> tuple[float, int]:
    month = Month.of(Roster.objects.filter(county=county).latest("month").month) + 1
    rows: list[int] = []

    def work() -> None:
        generate_rosters(unit=county, month=month, actor=None, now=timezone.now())
        rows.append(PayLine.objects.filter(county=county, month=month.first_day).count())

    return undone(work, *ROSTERS), rows[0] if rows else 1


def _trial(county: Unit) -> tuple[float, int]:
    households: list[int] = []
    return undone(lambda: households.append(tried(propose(county)))), households[0]


def _statistics(county: Unit) -> tuple[float, int]:
    month = Month.of(timezone.localdate()) - 1
    units = list(reporting_units(county, on=month.last_day))
    return timed(lambda: count(frame_for(county, month), units)), len(units)
