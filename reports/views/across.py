"""Several counties side by side for a city or province: summaries only, no way to persons."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reports.governance.services import CODE, own_figures
from reports.governance.table import TABLE, Row, county_total
from reports.views.sheets import parse_month
from salvation.access.reach import reach_of
from salvation.domain.month import Month
from salvation.flow.models import StatFreeze
from salvation.periods.models import Submission, in_force
from salvation.periods.standing import WITH_UNIT
from salvation.tables.model import Column, Heading, Mark, Table
from salvation.units.models import Unit
from salvation.web.pages.base import Page
from salvation.web.pages.sheets import SheetPage

ACROSS = replace(
    TABLE,
    title="各县社会救助领域专项治理工作情况统计表",
    columns=(Column("unit", "县（市、区）", value="name", width=18), *TABLE.columns[1:]),
    notes=("各县一行，为其各填报单位之和；有单位未填的项目显示缺数据。只有汇总数，不能查看个人。",),
)


def summed(county: Unit, month: Month, units: Sequence[Row]) -> dict[str, Any]:
    """A county's cells: its units' added up, and its own; a figure that one unit lacks stays unknown."""
    total = county_total(units, own_figures(county, month))
    return {
        key: {"auto": str(value)}
        for key, value in total.items()
        if key != "unit" and value not in (None, Mark.MISSING)
    }


class AcrossLatest(Page):
    """The month before this one."""

    title = "各县汇总"
    permission = "table.across"

    def get(self, request: HttpRequest) -> HttpResponse:
        last = Month.of(timezone.localdate()) - 1
        return HttpResponseRedirect(reverse("reports:across_month", args=[str(last)]))


class Across(SheetPage):
    from_replica = True
    permission = "table.across"
    template_name = "reports/across.html"

    def prepare(self) -> None:
        self.month = parse_month(self.kwargs["month"])
        reach = reach_of(self.request.user, "table.across")
        counties = Unit.objects.filter(pk__in=reach.units, kind=Unit.Kind.COUNTY).order_by("sort", "code")
        self.counties = {county.pk: county for county in counties}
        self.units = self._units(self.month)
        self.found = [
            Row(self.counties[pk], summed(self.counties[pk], self.month, rows))
            for pk, rows in self.units.items()
            if pk in self.counties
        ]

    def _units(self, month: Month) -> dict[int, list[Row]]:
        """The rows of every reporting unit, by county in the counties' order."""
        held = in_force(
            Submission.objects.visible_to(self.request.user).filter(
                table=CODE, period=month.first_day, county__in=self.counties
            )
        )
        newest = {one.unit_id: one for one in held.select_related("unit").order_by("version")}
        by_county: dict[int, list[Row]] = {pk: [] for pk in self.counties}
        for one in newest.values():
            by_county[one.county_id].append(Row(one.unit, one.cells, one))
        return {pk: rows for pk, rows in by_county.items() if rows}

    def table(self) -> Table:
        return ACROSS

    def rows(self) -> Sequence[Row]:
        return self.found

    def page_title(self) -> str:
        return f"{self.month.label}各县汇总"

    def heading(self) -> Heading:
        base = super().heading()
        lines = (f"统计期：{self.month.label}", "单位：户、人、件、元", *self._absent())
        return Heading(ACROSS.title, base.made_at, lines, (), (), base.made_by, base.mark)

    def _absent(self) -> tuple[str, ...]:
        names = [county.name for pk, county in self.counties.items() if pk not in self.units]
        return (f"缺报（{len(names)}个）：{'、'.join(names)}",) if names else ()

    def previous(self, row: Row, column: Column) -> object:
        if not hasattr(self, "_earlier"):
            self._earlier: Mapping[int, Row] = {
                pk: Row(self.counties[pk], summed(self.counties[pk], self.month - 1, rows))
                for pk, rows in self._units(self.month - 1).items()
            }
        before = self._earlier.get(row.unit.pk)
        return column.read(before) if before else None

    def show(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        frozen = set(
            StatFreeze.objects.filter(county__in=self.counties, month=self.month.first_day).values_list(
                "county", flat=True
            )
        )
        states = [
            {
                "county": county,
                "frozen": pk in frozen,
                "units": len(self.units.get(pk, ())),
                "done": sum(row.submission.state not in WITH_UNIT for row in self.units.get(pk, ())),
            }
            for pk, county in self.counties.items()
        ]
        extra = {
            "states": states,
            "earlier": str(self.month - 1),
            "later": str(self.month + 1) if self.month + 1 < Month.of(timezone.localdate()) else "",
        }
        return super().show({**context, **extra}, **options)
