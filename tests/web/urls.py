"""The addresses of the system with two pages declared for the tests."""

from django.urls import path

from salvation.registers.declared import MEETING_TABLE
from salvation.registers.models import Meeting
from salvation.tables.model import Column, Group, Heading, Kind, Mark, Sheet, Table
from salvation.urls import urlpatterns as real
from salvation.web.bulk import BulkAction, Outcome
from salvation.web.pages.lists import ListPage
from salvation.web.pages.sheets import Check, SheetPage


def praise(*, actor, rows, now):
    Meeting.objects.filter(pk__in=[row.pk for row in rows]).update(host="受表扬")
    return Outcome(len(rows), [("第二次会议", "材料不全")])


class BulkList(ListPage):
    title = "会议批量"
    permission = "register.edit"
    model = Meeting
    table = MEETING_TABLE
    default_sort = "-held_on"
    page_size = 10
    bulk = (
        BulkAction(
            "praise", "表扬", "register.edit", MEETING_TABLE, praise,
            consequences=lambda rows: [f"{rows.count()} 次会议将被表扬"],
        ),
    )  # fmt: skip


SHEET = Table(
    "sheet",
    "统计表",
    (
        Column("unit", "填报单位"),
        Group("低保", (Column("people", "人", Kind.COUNT, measure="people"),)),
        Group("特困", (Column("others", "人", Kind.COUNT),)),
    ),
    sheets=(Sheet("表1", ("低保",)), Sheet("总表")),
    totals="top",
    notes=("口径按月末快照。",),
)


class SamplePage(SheetPage):
    title = "信丰县统计表"
    permission = "table.view"

    def table(self):
        return SHEET

    def rows(self):
        return [
            {"unit": "嘉定镇", "people": 12, "others": Mark.MISSING},
            {"unit": "大塘埠镇", "people": 5, "others": 3},
        ]

    def heading(self):
        return Heading(self.title, super().heading().made_at, lines=("统计期：2022年5月",))

    def drill_url(self, row, column):
        return f"/behind/{column.measure}/"

    def previous(self, row, column):
        return 10 if column.code == "people" else None

    def checks(self):
        return [Check(False, "期末=期初+新增−退出", "差 2 人")]


urlpatterns = [
    *real,
    path("bulk/", BulkList.as_view(), name="bulk"),
    path("sheet/", SamplePage.as_view(), name="sheet"),
]

handler400 = "salvation.web.views.bad_request"
handler403 = "salvation.web.views.forbidden"
handler404 = "salvation.web.views.not_found"
handler500 = "salvation.upkeep.middleware.broken"
