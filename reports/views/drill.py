"""The records behind a figure, narrowed to the reader's own units (never to more than he may see).

People are listed once each, households once each, amounts so that they add up to the figure.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from io import BytesIO
from typing import Any

from django.db.models import Count, Min, QuerySet, Sum
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone

from cases.models import Household
from reports.civil.table import CIVIL
from reports.drill_lines import HOUSEHOLDS, PEOPLE, SHOWN, Kind, household_lines, person_lines
from reports.governance.labels import cell_label
from reports.governance.services import DERIVED, frame_for, rows_for
from reports.governance.table import TABLE
from reports.views.sheets import parse_month
from salvation.access.models import recused_subjects
from salvation.access.reach import reach_of
from salvation.access.services import require
from salvation.domain.month import Month
from salvation.journal.services import record
from salvation.periods.measures import DISTINCT, MEASURES, SOURCES, Frame, Measure, Source, records
from salvation.tables.flat import write_flat
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Heading
from salvation.tables.values import text
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.web.cursor import window
from salvation.web.downloads import download
from salvation.web.pages.base import Page

PAGE = 50
# Whoever reads by these must stand back from the families he is recused from.
OF_PEOPLE = frozenset({"case.view", "kinship.view"})


@cache
def columns() -> Mapping[str, Column]:
    """Every column whose figures lead to records."""
    return {column.code: column for table in (TABLE, CIVIL) for column in table.leaves()}


@dataclass(frozen=True)
class Tally:
    """``lines`` records about ``things`` people or households; ``amount`` where the figure adds up money."""

    lines: int
    things: int
    amount: Any


@dataclass(frozen=True)
class Behind:
    """What stands behind a figure: ``counted`` all records, ``visible`` those this person may read (None: all)."""

    measure: Measure
    source: Source
    counted: QuerySet[Any]
    visible: QuerySet[Any] | None

    @property
    def shown(self) -> QuerySet[Any]:
        return self.counted if self.visible is None else self.visible

    @cached_property
    def tally(self) -> Tally:
        return self._tally(self.shown)

    @property
    def hidden(self) -> int:
        """How many the figure counts and this person may not read."""
        return 0 if self.visible is None else self._tally(self.counted).things - self.tally.things

    @property
    def listed(self) -> QuerySet[Any]:
        """One record for each person or household that the figure counts: mostly all there are."""
        if self.tally.lines == self.tally.things:
            return self.shown
        return once(self.shown, self.measure, self.source)

    def _tally(self, rows: QuerySet[Any]) -> Tally:
        """In one statement."""
        path = _path(self.measure, self.source)
        counts: dict[str, Any] = {
            "lines": Count("pk"),
            "things": Count(path, distinct=True) if path else Count("pk"),
        }
        if self.adds_up:
            counts["amount"] = Sum(self.measure.count)
        return Tally(**{"amount": None, **rows.order_by().aggregate(**counts)})

    @property
    def adds_up(self) -> bool:
        return self.measure.count not in DISTINCT and self.measure.count != "events"

    @property
    def kind(self) -> Kind:
        if self.measure.count == "people" and self.source.code not in SHOWN:
            return Kind(PEOPLE, person_lines, lambda line: reverse("cases:person", args=[line["pk"]]))
        if self.measure.count == "households":
            rows = self.shown
            return Kind(
                HOUSEHOLDS,
                lambda found: household_lines(found, rows, self.source.household),
                lambda line: reverse("cases:household", args=[line["pk"]]),
            )
        return SHOWN.get(self.source.code, Kind(PEOPLE, person_lines, None))

    @property
    def unit_of_count(self) -> str:
        return {"people": "人", "households": "户", "events": "条记录"}.get(self.measure.count, "条记录")

    def amount(self) -> Any:
        """The sum of an amount; None for figures that count."""
        return (self.tally.amount or 0) if self.adds_up else None


def behind(user: Any, frame: Frame, place: Unit, key: str) -> Behind:
    """The records of a figure. Raises Http404 for a figure without records, PermissionDenied without the right."""
    code, _, sub = key.partition(".")
    measure = MEASURES.get(code)
    if measure is None:
        raise Http404("没有这个数字")
    source = SOURCES[measure.source]
    require(user, source.permission)
    reach = reach_of(user, source.permission)
    if place.pk not in reach.units:
        raise Http404("没有找到，或不在您的管辖范围")
    units = None if place == frame.county else [place.pk]
    rows = records(frame, code, sub, units).filter(**{f"{source.unit}__in": reach.units})
    # The figure counts everybody; the list leaves out one's own and relatives' families (回避).
    hidden = dict(recused_subjects(user)).get(Household) if source.permission in OF_PEOPLE else None
    visible = None if hidden is None else rows.exclude(**{f"{source.household}__in": hidden})
    return Behind(measure, source, rows, visible)


def _path(measure: Measure, source: Source) -> str | None:
    """What a figure counts once each; None where it counts or adds up records."""
    return {"people": source.person, "households": source.household}.get(measure.count)


def once(rows: QuerySet[Any], measure: Measure, source: Source) -> QuerySet[Any]:
    """One record for each person or household that the figure counts."""
    path = _path(measure, source)
    if path is None:
        return rows
    first = rows.order_by().values(path).annotate(first=Min("pk")).values("first")
    return rows.filter(pk__in=first)


class Drill(Page):
    title = "数字背后的记录"
    from_replica = True
    permission = "table.view"
    template_name = "reports/drill.html"

    def prepare(self) -> None:
        """The place must be one this person sees tables of."""
        self.month = parse_month(self.kwargs["month"])
        self.key = self.kwargs["key"].replace("-", ".")
        reach = reach_of(self.request.user, "table.view")
        place = (
            Unit.objects.filter(pk=self.kwargs["unit"], pk__in=reach.units).select_related("county").first()
        )
        county = county_of(place) if place else None
        if place is None or county is None or self.key not in columns():
            raise Http404("没有找到，或不在您的管辖范围")
        self.place, self.county, self.column = place, county, columns()[self.key]

    def page_title(self) -> str:
        return f"{self.place} {self.month.label} {cell_label(self.key) if self.key[0] == 'S' else self.column.label}"

    def get(self, request: HttpRequest, month: str, unit: int, key: str) -> HttpResponse:
        self.prepare()
        parts = self.column.ratio or _parts(self.key)
        if parts:
            return self.show({**self._common(), "parts": self._parts(parts)})
        found = behind(request.user, frame_for(self.county, self.month), self.place, self.key)
        after = request.GET.get("after", "")
        page = window(
            found.listed,
            sort="pk",
            size=PAGE,
            after=int(after) if after.isdecimal() and len(after) < 19 else None,
            before=None,
        )
        kind, amount = found.kind, found.amount()
        lines = kind.lines(page.rows)
        context = {
            "count": found.tally.things,
            "unit_of_count": found.unit_of_count,
            "amount": None if amount is None else text(self.column, amount),
            "hidden": found.hidden,
            "markup": html_table(kind.table, lines, look=Look(row_url=kind.url, css="cards"))
            if lines
            else "",
            "next": f"?after={page.after}" if page.after else "",
        }
        return self.show({**self._common(), **context})

    def post(self, request: HttpRequest, month: str, unit: int, key: str) -> HttpResponseBase:
        """All records as a workbook, masked as on the page; journalled."""
        self.prepare()
        found = behind(request.user, frame_for(self.county, self.month), self.place, self.key)
        kind, user, now = found.kind, request.user, timezone.localtime()
        heading = Heading(
            self.page_title(),
            now,
            lines=(self.column.definition,),
            made_by=str(user),
            mark=f"{user} {now:%Y-%m-%d %H:%M}",
        )
        target = BytesIO()
        written = write_flat(kind.table, kind.lines(found.listed.order_by("pk")), target, heading=heading)
        facts = {"list": heading.title, "cell": self.key, "rows": written.rows, "digest": written.digest}
        record(actor=user, action="export", unit=self.place, facts=facts)
        return download(target, f"{self.place}_{self.month.label}_{self.key}.xlsx")

    def _common(self) -> dict[str, Any]:
        return {
            "place": self.place,
            "month": self.month,
            "definition": self.column.definition,
            "civil": self.key[0] == "V",
        }

    def _parts(self, keys: tuple[str, ...]) -> list[dict[str, str]]:
        """The figures from which this one is worked out, each leading on where it has records."""
        reach = reach_of(self.request.user, "table.view")
        units = [unit for unit in _units(self.place, self.county, self.month) if unit.pk in reach.units]
        rows, _ = rows_for(self.county, self.month, units)
        total = TABLE.total_row(rows)
        return [
            {
                "label": cell_label(key),
                "value": text(columns()[key], total.get(key)),
                "url": _link(self.month, self.place, key),
            }
            for key in (*keys, self.key)
        ]


def _units(place: Unit, county: Unit, month: Month) -> list[Unit]:
    if place != county:
        return [place]
    return list(Unit.objects.filter(county=county, kind=Unit.Kind.TOWN).order_by("sort", "code"))


def _parts(key: str) -> tuple[str, ...]:
    added, subtracted = DERIVED.get(key, ((), ()))
    return (*added, *subtracted)


def _link(month: Month, place: Unit, key: str) -> str:
    if key.partition(".")[0] not in MEASURES and key not in DERIVED:
        return ""
    return reverse("reports:drill", args=[str(month), place.pk, key.replace(".", "-")])
