"""Draw charts without browser or network: SVG for page and PDF, PNG for Word. Drawn once for each content."""

import hashlib
import json
from typing import Any, cast

import vl_convert
from django.core.cache import cache

from salvation.charts.model import Chart

VERSION = "5.20"
KEPT = 7 * 24 * 3600
SHOWN = 3600
# Twice the size of the screen: sharp on paper.
SCALE = 2.5


def digest(chart: Chart) -> str:
    """The name of a chart: its content."""
    return hashlib.sha256(_text(chart.spec).encode()).hexdigest()


def _text(spec: Any) -> str:
    return json.dumps(spec, ensure_ascii=False, sort_keys=True)


def svg(chart: Chart) -> str:
    """The chart as SVG."""
    return _svg(digest(chart), _text(chart.spec))


def png(chart: Chart) -> bytes:
    """The chart as PNG."""
    key = f"chart-png-{digest(chart)}"
    found = cache.get(key)
    if found is None:
        found = vl_convert.vegalite_to_png(
            _text(chart.spec), vl_version=VERSION, scale=SCALE, allowed_base_urls=[]
        )
        cache.set(key, found, KEPT)
    return cast(bytes, found)


def _svg(name: str, spec: str) -> str:
    key = f"chart-svg-{name}"
    found = cache.get(key)
    if found is None:
        found = vl_convert.vegalite_to_svg(spec, vl_version=VERSION, allowed_base_urls=[])
        cache.set(key, found, KEPT)
    return cast(str, found)


def offer(chart: Chart, user_id: int) -> str:
    """Let one person's browser ask for the drawing, so that the page itself need not wait; returns its name."""
    name = digest(chart)
    cache.set(f"chart-{user_id}-{name}", _text(chart.spec), SHOWN)
    return name


def offered(name: str, user_id: int) -> str | None:
    """The drawing that was offered to this person; None for anybody else's or an old one."""
    spec = cache.get(f"chart-{user_id}-{name}")
    return None if spec is None else _svg(name, spec)
