"""The cross-checks of the monthly table (04 §4.1 表内勾稽, as corrected by 12 §12.1 #2 and #3), as data."""

import re
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from reports.governance import columns
from salvation.parameters.book import Book
from salvation.periods.checks import Check, number

CODE = re.compile(r"S[A-L]\d\d[A-Z]?")


def both(code: str, label: str, formula: str) -> tuple[Check, Check]:
    """The same check for the month and for the cumulative figures."""
    month, cumulative = (CODE.sub(rf"\g<0>.{sub}", formula) for sub in ("m", "c"))
    return Check(f"{code}.m", f"{label}（本月）", month), Check(f"{code}.c", f"{label}（累计）", cumulative)


MUST_HOLD = (
    Check("SA14", "救助对象合计应不大于各类人数之和", "SA14 <= SA03 + SA05 + SA08 + SA09 + SA11 + SA13"),
    *both("SB08", "来自三类人员应不大于新纳入合计", "SB08 <= SB04 + SB05 + SB06 + SB07"),
    *both("SB10", "单人保新增中重残、重病应不大于单人保新增", "SB10 + SB11 <= SB09"),
    *both("SC11", "清退合计（人）应不大于各项清退之和", "SC11P <= SC05 + SC06 + SC07 + SC09 + SC10"),
    *both("SE07", "备用金人次应不大于临时救助合计人次", "SE07 <= SE12N"),
    *both("SE12N", "临时救助合计人次应等于三类之和", "SE12N = SE01 + SE03 + SE05"),
    *both("SE12A", "临时救助合计金额应等于三类之和", "SE12A = SE02 + SE04 + SE06"),
    *both("SG03", "10日前到位笔数（SG03）应不大于应发笔数（SG01）", "SG03 <= SG01"),
    *both("SG04", "10日前到位金额应不大于应发金额", "SG04 <= SG02"),
    Check("SF10", "已巡访应不大于应巡访", "SF10 <= SF09"),
    Check("SJ11", "已公示村应不大于应公示村", "SJ11 <= SJ10"),
)
# May differ for a reason that the filler states.
MAY_DIFFER = (
    Check(
        "SH14",
        "未退缴余额应等于上月余额加应追缴减已退缴（差额为减免、核销的须说明）",
        "SH14 = @SH14 + SH11.m - SH13.m",
        explain=True,
    ),
    Check(
        "SL04",
        "期末在改应等于上月在改加立案减销号减不属实加反弹、虚假整改",
        "SL04 = @SL04 + SL01.m - SL02.m - SL01X.m + SL06A.m + SL06B.m",
        explain=True,
    ),
    Check(
        "DX",
        "期末在保人数应等于期初加新增加成员增减减退出（按生效月；追溯变更造成的差额须说明）",
        "SA14 = DX1 + DX2 + DX3 - DX4",
        explain=True,
    ),
    *(
        Check(
            f"{figure.code}+",
            f"{figure.code} {figure.label}：累计应等于上月累计加本月",
            f"{figure.code}.c = @{figure.code}.c + {figure.code}.m",
            explain=True,
        )
        for figure in columns.ADDITIVE
    ),
)
CHECKS = (*MUST_HOLD, *MAY_DIFFER)
# Figures that only checks and charts need, counted with the table.
BEHIND = ("DX1", "DX2", "DX3", "DX4", "DX5")


def complete(cells: Mapping[str, Any], before: Mapping[str, Any], values: dict[str, str]) -> dict[str, str]:
    """A cumulative figure left blank follows from last month's and this month's: nobody adds up by hand."""
    for figure in columns.ADDITIVE:
        month, cumulative = figure.keys
        if figure.computed or cumulative not in columns.FILLABLE or not values.get(month, "").strip():
            continue
        earlier = number(before, cumulative)
        if values.get(cumulative, "").strip() or earlier is None:
            continue
        try:
            values[cumulative] = format(earlier + Decimal(values[month].replace(",", "").strip()), "f")
        except ArithmeticError:
            # What is no number is refused where it is read, with its cell.
            continue
    return values


def outside(share: Decimal, book: Book) -> tuple[str, str]:
    """Class and words of a percentage of the population outside the range of 000; empty within it."""
    low, high = (Decimal(str(book[key])) for key in ("coverage.min", "coverage.max"))
    if share < low:
        return "share-low", f"低于{low}%"
    return ("share-high", f"高于{high}%") if share > high else ("", "")
