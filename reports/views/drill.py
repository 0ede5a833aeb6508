"""The records behind a figure, narrowed to the reader's own units (never to more than he may see)."""

from collections.abc import Callable
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from audits.models import RectificationItem
from cases.models import Household, Person
from reports.governance.services import frame_for
from reports.governance.table import TABLE
from reports.views.governance import parse_month
from salvation.access.models import recused_subjects
from salvation.access.reach import reach_of
from salvation.access.services import require
from salvation.domain.ages import age
from salvation.periods.measures import MEASURES, SOURCES, records
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Kind, Table
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.web.cursor import window
from salvation.web.pages.base import Page

PAGE = 50


class Drill(Page):
    title = "数字背后的记录"
    permission = "table.view"
    template_name = "reports/drill.html"

    def get(self, request: HttpRequest, month: str, unit: int, key: str) -> HttpResponse:
        code, _, sub = key.partition("-")
        measure = MEASURES.get(code)
        if measure is None:
            raise Http404("没有这个数字")
        source = SOURCES[measure.source]
        require(request.user, source.permission)
        reach = reach_of(request.user, source.permission)
        place = Unit.objects.filter(pk=unit, pk__in=reach.units).select_related("county").first()
        county = county_of(place) if place else None
        if place is None or county is None:
            raise Http404("没有找到，或不在您的管辖范围")
        units = None if place == county else [place.pk]
        rows = records(frame_for(county, parse_month(month)), code, sub, units)
        rows = rows.filter(**{f"{source.unit}__in": reach.units})
        if source.permission == "case.view":
            # The figure counts everybody; the list leaves out one's own and relatives' families (回避).
            hidden = dict(recused_subjects(request.user)).get(Household, ())
            rows = rows.exclude(**{f"{source.household}__in": hidden})
        return self.show(self._context(source.code, rows, place, key.replace("-", "."), parse_month(month)))

    def _context(self, source: str, rows: Any, place: Unit, key: str, month: Any) -> dict[str, Any]:
        after = self.request.GET.get("after", "")
        shown = window(
            rows,
            sort="pk",
            size=PAGE,
            after=int(after) if after.isdecimal() and len(after) < 19 else None,
            before=None,
        )
        lines = LINES.get(source, person_lines)(shown.rows)
        table, url = TABLES.get(source, (PEOPLE, person_url))
        column = TABLE.column(key)
        return {
            "place": place,
            "month": month,
            "definition": column.definition,
            "count": rows.count(),
            "markup": html_table(table, lines, look=Look(row_url=url, css="cards")) if lines else "",
            "next": f"?after={shown.after}" if shown.after else "",
        }


def person_lines(rows: Any) -> list[dict[str, Any]]:
    """People with their household, for sources whose records are covered persons."""
    rows = list(rows)
    people = Person.objects.select_related("village", "unit").in_bulk([row.person_id for row in rows])
    households = Household.objects.select_related("head").in_bulk([row.household_id for row in rows])
    today = timezone.localdate()
    lines = []
    for row in rows:
        person, household = people[row.person_id], households[row.household_id]
        lines.append(
            {
                "pk": person.pk,
                "name": person.name,
                "id_no": person.id_no,
                "age": age(person.birth_date, today) if person.birth_date else None,
                "unit": person.unit.name,
                "village": person.village.name,
                "head": household.head.name,
                "benefit_id": row.benefit_id,
            }
        )
    return lines


def person_url(line: dict[str, Any]) -> str:
    return reverse("cases:person", args=[line["pk"]])


def plain_lines(rows: Any) -> list[Any]:
    return list(rows)


def transition_lines(rows: Any) -> list[Any]:
    rows = list(rows)
    items = RectificationItem.objects.select_related("unit").in_bulk([row.subject_id for row in rows])
    return [items[row.subject_id] for row in rows if row.subject_id in items]


PEOPLE = Table(
    "drill_people",
    "人员",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True),
        Column("id_no", "身份证号", Kind.ID),
        Column("age", "年龄", Kind.COUNT),
        Column("head", "户主", Kind.NAME, priority=3),
        Column("unit", "受理单位"),
        Column("village", "村（社区）", priority=2),
    ),
)
APPLICATIONS = Table(
    "drill_applications",
    "申请",
    (
        Column("applicant", "申请人", Kind.NAME, value="applicant.name", priority=1, link=True),
        Column("no", "受理号", priority=2),
        Column("program", "类别", value=lambda row: row.get_program_display(), priority=3),
        Column("decided_on", "决定日期", Kind.DATE),
    ),
)
ORDERS = Table(
    "drill_orders",
    "变更单",
    (
        Column("applicant", "申请人", Kind.NAME, value="benefit.applicant.name", priority=1, link=True),
        Column("no", "单号"),
        Column("kind", "类型", value=lambda row: row.get_kind_display(), priority=2),
        Column("old_total", "原月应发（元）", Kind.MONEY),
        Column("new_total", "新月应发（元）", Kind.MONEY, priority=3),
        Column("effective_month", "生效月", Kind.MONTH),
    ),
)
ITEMS = Table(
    "drill_items",
    "问题",
    (
        Column("no", "问题编号", priority=1, link=True),
        Column("category", "类别", value=lambda row: row.get_category_display(), priority=2),
        Column("unit", "责任单位", value="unit.name", priority=3),
        Column("deadline", "整改时限", Kind.DATE),
        Column("state", "状态", value=lambda row: row.get_state_display()),
    ),
)
POPULATION = Table(
    "drill_population",
    "户籍人口",
    (
        Column("unit", "单位", value="unit.name", priority=1),
        Column("year", "年度", priority=2),
        Column("hukou_population", "户籍人口（人）", Kind.COUNT, priority=3),
        Column("basis", "依据"),
    ),
)


def _record(name: str) -> Callable[[Any], str]:
    return lambda row: reverse(name, args=[row.pk])


RECTIFICATION = (ITEMS, _record("audits:item"))
TABLES: dict[str, tuple[Table, Callable[[Any], str] | None]] = {
    "decided": (APPLICATIONS, _record("cases:application")),
    "orders": (ORDERS, _record("cases:change")),
    "lowered": (ORDERS, _record("cases:change")),
    "rectification.filed": RECTIFICATION,
    "rectification.dismissed": RECTIFICATION,
    "rectification.open": RECTIFICATION,
    "rectification.late": RECTIFICATION,
    "rectification.steps": RECTIFICATION,
    "population": (POPULATION, None),
}
LINES: dict[str, Callable[[Any], list[Any]]] = {
    code: transition_lines if code == "rectification.steps" else plain_lines for code in TABLES
}
