"""Charts as plain Vega-Lite specifications with the table that says the same in words. Pure.

The same chart stands in the page (SVG), in PDF (SVG) and in Word (PNG).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

FONT = "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif"
BLUE, AMBER, RED, GREEN, GREY, INK = "#1d4f91", "#9a6700", "#b42318", "#1a7f4b", "#8a94a3", "#2b3340"
CONFIG = {
    "font": FONT,
    "background": "#ffffff",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "titleFontSize": 12,
        "labelColor": INK,
        "titleColor": INK,
        "gridColor": "#e6e9ee",
        "labelLimit": 160,
    },
    "legend": {"labelFontSize": 12, "title": None, "orient": "top", "labelLimit": 200},
    "text": {"fontSize": 12, "color": INK},
}
WIDE, BAR = 560, 22
# The unit of count stands above the axis, not turned on its side.
UPRIGHT = {"titleAngle": 0, "titleAlign": "left", "titleAnchor": "end", "titleX": -24, "titleY": -10}

Figure = int | float | Decimal


@dataclass(frozen=True)
class Chart:
    """``spec``: Vega-Lite with its data inside; ``head`` and ``rows``: the same figures as a table of words."""

    title: str
    spec: Mapping[str, Any]
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


def bars(title: str, unit: str, figures: Sequence[tuple[str, Figure]], *, width: int = WIDE) -> Chart:
    """Places beside each other, the largest on top, each with its figure."""
    ordered = sorted(figures, key=lambda pair: -pair[1])
    data = [{"place": place, "n": float(n), "said": said(n)} for place, n in ordered]
    y = {
        "field": "place",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "ticks": False, "domain": False},
    }
    x = {
        "field": "n",
        "type": "quantitative",
        "axis": None,
        "scale": {"domainMin": 0, "nice": False, "padding": 36},
    }
    spec = _spec(data, width, {"step": BAR}, [
        {"mark": {"type": "bar", "color": BLUE, "height": 14}, "encoding": {"y": y, "x": x}},
        {"mark": {"type": "text", "align": "left", "dx": 4}, "encoding": {"y": y, "x": x, "text": {"field": "said"}}},
    ])  # fmt: skip
    return Chart(title, spec, ("单位", unit), tuple((place, said(n)) for place, n in ordered))


def lines(
    title: str,
    unit: str,
    periods: Sequence[str],
    series: Mapping[str, Sequence[Figure | None]],
    *,
    width: int = WIDE,
) -> Chart:
    """Figures over months; a month nobody knows is a gap, not a zero."""
    data = [
        {"month": period, "n": float(value), "what": name, "said": said(value)}
        for name, values in series.items()
        for period, value in zip(periods, values, strict=True)
        if value is not None
    ]
    encoding = {
        "x": {"field": "month", "type": "ordinal", "sort": list(periods), "scale": {"domain": list(periods)},
              "axis": {"title": None, "labelAngle": 0, "labelOverlap": True}},
        "y": {"field": "n", "type": "quantitative", "axis": {"title": unit, "tickCount": 5, **UPRIGHT}, "scale": {"zero": False, "nice": True}},
        "color": {"field": "what", "type": "nominal", "sort": list(series),
                  "scale": {"domain": list(series), "range": [BLUE, AMBER, GREEN, RED][: len(series)]},
                  "legend": {} if len(series) > 1 else None},
    }  # fmt: skip
    spec = _spec(
        data,
        width,
        200,
        [{"mark": {"type": "line", "point": {"size": 36}, "strokeWidth": 2}, "encoding": encoding}],
    )
    rows = tuple(
        (period, *("缺数据" if values[place] is None else said(values[place]) for values in series.values()))
        for place, period in enumerate(periods)
    )
    return Chart(title, spec, ("月份", *(f"{name}（{unit}）" for name in series)), rows)


def waterfall(
    title: str, unit: str, start: tuple[str, Figure], steps: Sequence[tuple[str, Figure]], end: tuple[str, Figure], *,
    width: int = WIDE,
) -> Chart:  # fmt: skip
    """From the figure at the beginning over what was added and taken away to the one at the end."""
    level, data = float(start[1]), [_level(start)]
    for name, change in steps:
        low, high = sorted((level, level + float(change)))
        data.append(
            {
                "what": name,
                "low": low,
                "high": high,
                "kind": "增" if change >= 0 else "减",
                "said": f"{float(change):+,.0f}",
            }
        )
        level += float(change)
    data.append(_level(end))
    highest = max(one["high"] for one in data)
    # The changes are small beside the stock: begin the axis shortly below them.
    lowest = min([one["low"] for one in data if one["kind"] != "数"], default=0.0)
    floor = max(0.0, lowest - max((highest - lowest) * 0.6, 1))
    for one in data:
        one["low"] = max(one["low"], floor)
    x = {
        "field": "what",
        "type": "nominal",
        "sort": None,
        "axis": {"title": None, "labelAngle": 0, "ticks": False},
    }
    y = {"field": "low", "type": "quantitative", "axis": {"title": unit, "tickCount": 4, **UPRIGHT},
         "scale": {"domain": [floor, highest + (highest - floor) * 0.12], "nice": False, "zero": False}}  # fmt: skip
    colour = {
        "field": "kind",
        "type": "nominal",
        "legend": None,
        "scale": {"domain": ["数", "增", "减"], "range": [GREY, GREEN, RED]},
    }
    above = {"field": "high", "type": "quantitative"}
    spec = _spec(data, width, 200, [
        {"mark": {"type": "bar", "width": 34}, "encoding": {"x": x, "y": y, "y2": {"field": "high"}, "color": colour}},
        {"mark": {"type": "text", "dy": -8}, "encoding": {"x": x, "y": above, "text": {"field": "said"}}},
    ])  # fmt: skip
    rows = (
        (start[0], said(start[1])),
        *((name, f"{float(change):+,.0f}") for name, change in steps),
        (end[0], said(end[1])),
    )
    return Chart(title, spec, ("项目", unit), tuple(rows))


def _level(pair: tuple[str, Figure]) -> dict[str, Any]:
    return {"what": pair[0], "low": 0.0, "high": float(pair[1]), "kind": "数", "said": said(pair[1])}


def said(number: Figure | None) -> str:
    """1,234 for whole numbers, 1,234.50 for others."""
    if number is None:
        return "缺数据"
    return f"{int(number):,}" if number == int(number) else f"{number:,.2f}"


def _spec(
    data: Sequence[Mapping[str, Any]], width: int, height: Any, layers: Sequence[Any]
) -> dict[str, Any]:
    return {
        "$schema": "https://vega.github.io/schema/vega-lite/v5.json",
        "config": CONFIG,
        "data": {"values": list(data)},
        "width": width,
        "height": height,
        "layer": list(layers),
    }
