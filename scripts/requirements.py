"""docs/requirements.md from markers in the code: where each requirement lives and what tests it.

A marker is a comment line ``# requirements: A02, B18 part`` in a module that does what the row asks for, and in the tests
that try it. A row without a marker is open; ``part`` says that something the row asks for is still missing.
"""

import csv
import re
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
NAMES, TARGET = ROOT / "docs" / "requirements.csv", ROOT / "docs" / "requirements.md"
ROOMS = ("salvation", "cases", "funds", "audits", "reports")
MARKER = re.compile(r"^# requirements: (.+)$", re.MULTILINE)
HEAD = """# 需求对照

本表由 `python scripts/requirements.py` 从代码中的标记生成，测试保证它与代码一致。状态：live 已实现，part 部分实现，open 未实现。

| 编号 | 名称 | 状态 | 位置 | 测试 |
|---|---|---|---|---|
"""


class BadMarker(Exception):
    """A marker that names no requirement, or a row that says live without a test."""


def names() -> dict[str, str]:
    """Code → name of all rows of the specification."""
    with NAMES.open(encoding="utf-8", newline="") as stream:
        return {row["code"]: row["name"] for row in csv.DictReader(stream)}


def marked(folder: str) -> dict[str, list[tuple[str, bool]]]:
    """Code → files that carry it, and whether they say that it is all there."""
    found: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for path in sorted((ROOT / folder).rglob("*.py")):
        for line in MARKER.findall(path.read_text(encoding="utf-8")):
            for word in line.split(","):
                code, _, rest = word.strip().partition(" ")
                if rest not in ("", "part"):
                    raise BadMarker(f"{path.relative_to(ROOT)}: {word.strip()}")
                found[code].append((path.relative_to(ROOT).as_posix(), not rest))
    return found


def table() -> str:
    """The whole file. Raises BadMarker."""
    known = names()
    places: dict[str, list[tuple[str, bool]]] = defaultdict(list)
    for room in ROOMS:
        for code, files in marked(room).items():
            places[code] += files
    tests = marked("tests")
    if unknown := sorted({*places, *tests} - set(known)):
        raise BadMarker(f"no such requirement: {', '.join(unknown)}")
    return HEAD + "".join(_row(code, known[code], places[code], tests[code]) for code in known)


def _row(code: str, name: str, places: list[tuple[str, bool]], tests: list[tuple[str, bool]]) -> str:
    state = "open" if not places else "live" if all(whole for _, whole in places) else "part"
    if state == "live" and not tests:
        raise BadMarker(f"{code} is marked live in {places[0][0]}, but no test carries it")
    where = "<br>".join(f"`{path}`" for path, _ in places)
    tried = "<br>".join(f"`{path}`" for path, _ in tests)
    return f"| {code} | {name} | {state} | {where} | {tried} |\n"


def main() -> int:
    TARGET.write_text(table(), encoding="utf-8")
    states = re.findall(
        r"^\| \w+ \| .+? \| (live|part|open) \|", TARGET.read_text(encoding="utf-8"), re.MULTILINE
    )
    print("，".join(f"{state} {states.count(state)}" for state in ("live", "part", "open")))
    return 0


if __name__ == "__main__":
    sys.exit(main())
