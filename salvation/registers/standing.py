"""会议开展情况 by unit: mobilised or not, meetings held and owed, rules kept, resolutions open (A05, A11, A12)."""
# requirements: A05, A11, A12

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from salvation.registers.conferences import Standing, standing_of
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Kind, State, Table
from salvation.tables.model import Row as TableRow
from salvation.web.pages.base import Page
from salvation.web.years import year_asked

HELD = {"HELD": State("已开", "good"), "NOT": State("未开", "bad")}


def _pair(held: int, owed: int | None) -> str:
    return f"{held}次，没有登记规则" if owed is None else f"{held}次，至上月应开{owed}次"


TABLE = Table(
    "meeting-standing",
    "会议开展情况",
    (
        Column("unit", "单位", value=lambda row: row.unit.name, priority=1, link=True),
        Column("mobilised", "动员部署会", Kind.STATE, value=lambda row: "HELD" if row.mobilised else "NOT",
               states=HELD, priority=2),
        Column("mobilised_on", "最近动员日期", Kind.DATE),
        Column("leading", "领导小组会议", value=lambda row: _pair(row.leading, row.leading_owed), priority=3),
        Column("panel", "集体审批会", Kind.COUNT),
        Column("joint", "联席会议", Kind.COUNT, definition="县级；每年至少次数见参数"),
        Column("breaches", "不符合议事规则", Kind.COUNT, definition="到会、请假、议题、议定事项与登记的规则逐次核对"),
        Column("open_tasks", "未完成议定事项", Kind.COUNT),
    ),
)  # fmt: skip


class MeetingStanding(Page):
    title = "会议开展情况"
    permission = "register.view"
    template_name = "registers/standing.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        today = timezone.localdate()
        year = year_asked(request)
        rows = standing_of(request.user, year, today)
        meetings = reverse("registers:list", kwargs={"code": "meetings"})

        def address(row: TableRow) -> str:
            return f"{meetings}?since={year}-01-01&until={year}-12-31"

        markup = html_table(TABLE, rows, look=Look(row_url=address, css="cards")) if rows else ""
        missing = [row.unit.name for row in rows if not row.mobilised]
        return self.show(
            {
                "markup": markup,
                "year": year,
                "years": range(today.year, today.year - 3, -1),
                "missing": missing,
                "wrong": _wrong(rows),
            }
        )


def _wrong(rows: list[Standing]) -> int:
    return sum(row.breaches for row in rows)
