"""``make bench``: a table on the screen and bench.json. Figures are ratios against a floor measured in the same run.

A floor is the least code that does the same work: hand-written SQL or COPY into the same tables with the same indexes,
triggers and sealing, without checks, scope or history of ours. Every line runs in a process of its own.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any
from unicodedata import east_asian_width

ROOT = Path(__file__).resolve().parent.parent.parent
os.environ.setdefault("DATA_DIR", str(ROOT / ".data-bench"))
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "salvation.settings")
os.environ.update(DEMO="True", ALLOW_TEST_ID="True", TASKS_EAGER="True")

from salvation.embedded import ensure_servers, stop_redis  # noqa: E402
from tests.bench import county  # noqa: E402

TARGET = ROOT / "bench.json"
LINES = (
    "roster_import", "means", "means_stored", "snapshot", "pay_roster", "statistics", "freeze", "papers", "flat", "memory",
    "pages", "cases", "clerks",
)  # fmt: skip
# The line that first seeds further counties.
COUNTIES = "counties"
HEAD = ("项目", "规模", "秒", "下限秒", "倍数", "限值", "峰值MB", "")


def main() -> int:
    options = _options()
    started = time.monotonic()
    owns_redis = not os.environ.get("REDIS_URL")
    ensure_servers()
    server = os.environ["DATABASE_URL"]
    os.environ["DATABASE_URL"] = county.create_database()
    try:
        print("正在生成一个县的演示数据（约一分钟）…", flush=True)
        county.fill_database(options.scale)
        _child("prepare")
        rows, failed = _measure(options.only or (*LINES, COUNTIES), options.counties)
    finally:
        county.drop_database(server)
        if owns_redis:
            stop_redis()
    print_table(rows)
    TARGET.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    print(f"已写入 {TARGET.name}，用时 {(time.monotonic() - started) / 60:.1f} 分钟")
    if failed:
        print(f"没有测成：{'、'.join(failed)}")
    return 1 if failed else 0


def _measure(names: Iterable[str], counties: int) -> tuple[list[dict[str, Any]], list[str]]:
    """All figures, and the lines that failed: one that fails does not take the others with it."""
    rows: list[dict[str, Any]] = []
    failed = []
    for name in names:
        try:
            if name != COUNTIES:
                rows += _line(name)
            elif counties > 1:
                rows += _many_counties(counties)
        except subprocess.CalledProcessError:
            failed.append(name)
    return rows, failed


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("--scale", type=float, default=1, help="演示县的规模，1 为 12000 户")
    parser.add_argument("--counties", type=int, default=10, help="另外再测这么多个县（1 为不测）")
    parser.add_argument("--only", nargs="*", choices=(*LINES, COUNTIES), help="只测这些项")
    return parser.parse_args()


def _many_counties(counties: int) -> list[dict[str, Any]]:
    """Seed further counties beside the first and measure again."""
    _child("one")
    print(f"正在生成{counties}个县的演示数据（每县约四十秒）…", flush=True)
    county.manage("seed_demo", "--scale", str(counties))
    _child("vacuum")
    return _line("ten")


def _line(name: str) -> list[dict[str, Any]]:
    print(f"  {name}…", flush=True)
    found: list[dict[str, Any]] = json.loads(_child(name))
    return found


def _child(name: str) -> str:
    command = [sys.executable, "-m", "tests.bench.child", name]
    return subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.PIPE, text=True).stdout


def print_table(rows: list[dict[str, Any]]) -> None:
    lines = [HEAD, *(_cells(row) for row in rows)]
    widths = [max(_width(line[at]) for line in lines) for at in range(len(HEAD))]
    for line in lines:
        cells = [
            _padded(cell, width, left=at == 0)
            for at, (cell, width) in enumerate(zip(line, widths, strict=True))
        ]
        print("  ".join(cells).rstrip())


def _cells(row: dict[str, Any]) -> tuple[str, ...]:
    mark = "超出" if row["ratio"] > row["limit"] else ""
    seconds = (f"{row[key]:.3f}" for key in ("seconds", "floor_seconds"))
    return (
        row["name"], f"{row['size']:,}", *seconds, f"{row['ratio']:.2f}", f"{row['limit']:.2f}", f"{row['peak_mb']:.0f}", mark,
    )  # fmt: skip


def _padded(text: str, width: int, *, left: bool) -> str:
    gap = " " * (width - _width(text))
    return text + gap if left else gap + text


def _width(text: str) -> int:
    """Chinese characters take two places."""
    return sum(2 if east_asian_width(sign) in "WF" else 1 for sign in text)


if __name__ == "__main__":
    sys.exit(main())
