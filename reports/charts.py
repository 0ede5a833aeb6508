"""The pictures of the monthly table: towns beside each other, twelve months, from the beginning to the end of a month."""

from collections.abc import Mapping, Sequence
from decimal import Decimal

from reports.governance.table import TABLE, Row
from salvation.charts.model import Chart, bars, lines, waterfall
from salvation.domain.month import Month
from salvation.periods.checks import number
from salvation.periods.models import in_force

SHOWN_MONTHS = 12


def county_charts(rows: Sequence[Row], month: Month) -> list[Chart]:
    """For the county's sheet: people helped by town, and how the month moved them."""
    return [chart for chart in (town_bars(rows, month), month_waterfall(rows, month)) if chart]


def town_bars(rows: Sequence[Row], month: Month, *, width: int = 560) -> Chart | None:
    """People helped (SA14) by town; None while nothing is counted."""
    known = [(row.unit.name, people) for row in rows if (people := number(row.cells, "SA14")) is not None]
    return bars(f"{month.label}末各单位救助对象（人）", "人", known, width=width) if len(known) > 1 else None


def month_waterfall(rows: Sequence[Row], month: Month) -> Chart | None:
    """期初 → 新增 → 成员增加 → 退出 → 期末, by the month of effect; None for tables drafted without these figures."""
    sums = [_sum(rows, key) for key in ("DX1", "DX2", "DX3", "DX4", "SA14")]
    if any(found is None for found in sums):
        return None
    start, new, joined, left, end = (found or Decimal(0) for found in sums)
    steps = [("新增", new), ("成员增加", joined), ("退出", -left)]
    rest = end - start - new - joined + left
    if rest:
        steps.append(("追溯调整", rest))
    return waterfall(f"{month.label}救助对象变动（人）", "人", ("期初", start), steps, ("期末", end))


def _sum(rows: Sequence[Row], key: str) -> Decimal | None:
    found = [number(row.cells, key) for row in rows]
    known = [value for value in found if value is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(found) else None


def year_lines(held: Mapping[Month, Sequence[Mapping[str, object]]], last: Month) -> Chart | None:
    """People helped over twelve months, of the tables that are held; None with fewer than two months."""
    months = [last - back for back in range(SHOWN_MONTHS - 1, -1, -1)]
    series: dict[str, list[Decimal | None]] = {"救助对象": [], "低保": []}
    for month in months:
        cells = held.get(month, ())
        series["救助对象"].append(_of(cells, ("SA14",)))
        series["低保"].append(_of(cells, ("SA03", "SA05")))
    if sum(value is not None for value in series["救助对象"]) < 2:
        return None
    periods = [f"{month.year % 100}年{month.month}月" for month in months]
    return lines("近十二个月救助对象（人）", "人", periods, series)


def money_line(held: Mapping[Month, Sequence[Mapping[str, object]]], last: Month) -> Chart | None:
    """What the months cost (monthly entitlements, yuan); None with fewer than two months."""
    months = [last - back for back in range(SHOWN_MONTHS - 1, -1, -1)]
    amounts = [_of(held.get(month, ()), ("DX5",)) for month in months]
    if sum(amount is not None for amount in amounts) < 2:
        return None
    periods = [f"{month.year % 100}年{month.month}月" for month in months]
    return lines("近十二个月月保障金（元）", "元", periods, {"月保障金": amounts})


def _of(units: Sequence[Mapping[str, object]], keys: Sequence[str]) -> Decimal | None:
    parts = [number(cells, key) for cells in units for key in keys]
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(parts) else None


def held_months(rows: object, last: Month) -> dict[Month, list[Mapping[str, object]]]:
    """Cells of every unit by month, of the twelve months up to ``last``, as far as ``rows`` shows them."""
    first = (last - (SHOWN_MONTHS - 1)).first_day
    found: dict[tuple[Month, int], Mapping[str, object]] = {}
    kept = in_force(rows).filter(table=TABLE.code, period__gte=first, period__lte=last.first_day)  # type: ignore[arg-type]
    for one in kept.order_by("version").only("period", "unit_id", "cells"):
        found[one.month, one.unit_id] = one.cells
    by_month: dict[Month, list[Mapping[str, object]]] = {}
    for (month, _), cells in found.items():
        by_month.setdefault(month, []).append(cells)
    return by_month
