"""Memory must not grow with the rows: the peak of twice as many rows beside that of a county's roster."""

import subprocess
import sys

from salvation.units.models import Unit
from tests.bench.measure import Result

ROWS = 35_000
LIMITS = {"export": ("导出内存（7万行比3.5万行）", 1.1), "import": ("导入内存（7万行比3.5万行）", 1.1)}


def run(county: Unit) -> list[Result]:
    found = []
    for what, (name, limit) in LIMITS.items():
        once, twice = _peak(what, ROWS), _peak(what, 2 * ROWS)
        found.append(Result(name, 2 * ROWS, 0.0, 0.0, twice / once, limit, twice))
    return found


def _peak(what: str, rows: int) -> float:
    command = [sys.executable, "-m", "tests.bench.peak", what, str(rows)]
    return float(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout)
