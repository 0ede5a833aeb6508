"""Timing: candidate and floor in turn, medians, the peak memory of the candidate alone."""

import gc
import resource
import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

RUNS = 5


@dataclass(frozen=True, slots=True)
class Result:
    """One line of the table. ``limit`` bounds ``ratio``; ``statements`` is counted where their number is bounded."""

    name: str
    size: int
    seconds: float
    floor_seconds: float
    ratio: float
    limit: float
    peak_mb: float

    @property
    def over(self) -> bool:
        return self.ratio > self.limit

    def as_dict(self) -> dict[str, Any]:
        return {
            key: round(value, 4) if isinstance(value, float) else value for key, value in asdict(self).items()
        }


def peak_mb() -> float:
    """The most memory this process ever held."""
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    # Linux counts in KiB, macOS in bytes.
    return peak / (1024 * 1024 if sys.platform == "darwin" else 1024)


def compare(
    name: str,
    size: int,
    *,
    candidate: Callable[[], float],
    floor: Callable[[], float],
    limit: float,
    runs: int = RUNS,
) -> Result:
    """Run both in turn and compare medians. Each callable does one run and returns its seconds.

    The first run of each is not counted. The candidate goes first, so that the peak is its own.
    """
    candidate()
    peak = peak_mb()
    floor()
    ours, least = [], []
    for number in range(runs):
        # Whoever goes second may find warmer caches: take turns.
        pair = [(candidate, ours), (floor, least)]
        for run, seconds in pair if number % 2 == 0 else reversed(pair):
            seconds.append(run())
    mine, bottom = statistics.median(ours), statistics.median(least)
    return Result(name, size, mine, bottom, mine / bottom, limit, round(peak, 1))


def timed(work: Callable[[], object]) -> float:
    """Seconds of one run, the garbage of earlier runs collected before."""
    gc.collect()
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
