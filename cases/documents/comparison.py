"""All programmes side by side for one household, on the page and on paper."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from cases.models import Household
from cases.services.assessments import Compared
from salvation.documents.declared import office_of
from salvation.documents.official import Grid, Line, Paper, chinese_date


def row_of(found: Compared) -> dict[str, Any]:
    """What is shown of one programme: verdict, amount, and the condition it came nearest to."""
    if found.verdict is None:
        return {"name": found.program.label, "problem": found.problem, "eligible": False}
    verdict = found.verdict.as_dict()
    missed = verdict["nearest_miss"]
    return {
        "name": verdict["name"],
        "single": verdict["is_single"] and verdict["eligible"],
        "eligible": verdict["eligible"],
        "total": verdict["total"],
        "per_capita": verdict["per_capita"],
        "missed": missed,
        "others": [failure for failure in verdict["failed"] if failure != missed],
        "verdict": verdict,
    }


def comparison(household: Household, compared: Sequence[Compared], *, on: date, trace: str) -> Paper:
    """The comparison on paper: tried out, no decision."""
    rows = tuple(_line(row_of(found)) for found in compared)
    names = ("类别", "结论", "月应发（元）", "月人均收入（元）", "最接近而未满足的条件", "依据")
    return Paper(
        title=f"{household.head.name}户各类别比较",
        addressee="",
        body=(
            Grid(
                names, rows, widths=(4, 2, 3, 3, 8, 5), aligns=("left", "center", "right", "right", "left", "left"), size=9
            ),
            Line(f"按{chinese_date(on)}的参数和最近一次登记的经济状况试算，不作决定；以审核确认的结果为准。"),
        ),
        issuer=office_of(household.handling_unit),
        dated=on,
        plain=True,
        mark="试算",
        trace=trace,
    )  # fmt: skip


def _line(row: dict[str, Any]) -> tuple[str, ...]:
    if "problem" in row:
        return (row["name"], "未能试算", "—", "—", row["problem"], "")
    missed = row["missed"]
    gap = f"（差{Decimal(missed['gap']):,.2f}元）" if missed and missed["gap"] else ""
    return (
        row["name"] + ("（单人保）" if row["single"] else ""),
        "符合" if row["eligible"] else "不符合",
        f"{Decimal(row['total']):,.2f}" if row["eligible"] else "—",
        f"{Decimal(row['per_capita']):,.2f}" if row["per_capita"] else "—",
        f"{missed['condition']}：{missed['message']}{gap}" if missed else "—",
        missed["article"] if missed else "",
    )
