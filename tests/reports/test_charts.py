"""Charts: the same every time, Chinese in them, readable without seeing them, open only to whom they were shown."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django.core.cache import cache
from django.test import Client

from salvation.accounts.models import User
from salvation.charts.model import Chart, bars, lines, waterfall
from salvation.charts.render import offer, png, svg


def chart() -> Chart:
    return bars("各单位救助对象（人）", "人", [("古陂镇", 3), ("嘉定镇", Decimal(12))])


def test_the_largest_stands_on_top_and_every_bar_says_its_figure() -> None:
    assert chart().rows == (("嘉定镇", "12"), ("古陂镇", "3"))
    drawn = svg(chart())
    assert "嘉定镇" in drawn and ">12<" in drawn


def test_a_chart_is_drawn_the_same_every_time() -> None:
    first = (svg(chart()), png(chart()))
    cache.clear()
    assert (svg(chart()), png(chart())) == first


def test_a_month_nobody_knows_is_a_gap() -> None:
    drawn = lines("走势", "人", ["1月", "2月"], {"低保": [5, None]})
    assert drawn.rows == (("1月", "5"), ("2月", "缺数据"))
    assert len(drawn.spec["data"]["values"]) == 1


def test_a_waterfall_ends_where_its_steps_lead() -> None:
    drawn = waterfall("变动", "人", ("期初", 10), [("新增", 4), ("退出", -3)], ("期末", 11))
    assert drawn.rows == (("期初", "10"), ("新增", "+4"), ("退出", "-3"), ("期末", "11"))
    assert "+4" in svg(drawn)


def test_a_drawing_is_open_to_the_person_on_whose_page_it_stands(
    clerk: User, other_clerk: User, sign_in: Callable[[User], Client], settings: Any
) -> None:
    # A cache of its own: tests running beside this one empty the shared one.
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}
    name = offer(chart(), clerk.pk)
    answer = sign_in(clerk).get(f"/charts/{name}.svg")
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/svg+xml")
    assert sign_in(other_clerk).get(f"/charts/{name}.svg").status_code == 404
