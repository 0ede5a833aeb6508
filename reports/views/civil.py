"""The civil statistics of a month in the browser (L09), with the balance of levels (C14) and of shares (C13)."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reports.civil.services import balances, civil_rows, does_not_tie, standards_of, total_of
from reports.civil.table import CIVIL, CivilRow
from reports.views.sheets import own_units, parse_month
from salvation.access.place import own_county
from salvation.domain.month import Month
from salvation.tables.model import Column, Heading, Table, Totals
from salvation.web.pages.base import Page
from salvation.web.pages.sheets import Check, SheetPage

SHOWN_PROBLEMS = 20


class CivilLatest(Page):
    """The month before this one."""

    title = "对象动态表"
    permission = "table.view"

    def get(self, request: HttpRequest) -> HttpResponse:
        last = Month.of(timezone.localdate()) - 1
        return HttpResponseRedirect(reverse("reports:civil_month", args=[str(last)]))


class CivilSheet(SheetPage):
    from_replica = True
    permission = "table.view"
    template_name = "reports/civil.html"

    def prepare(self) -> None:
        user: Any = self.request.user
        self.month = parse_month(self.kwargs["month"])
        self.county = own_county(user)
        self.units = own_units(user, self.county, self.month)
        self.found, self.frozen = civil_rows(self.county, self.month, self.units)

    def table(self) -> Table:
        return CIVIL

    def rows(self) -> Sequence[CivilRow]:
        return self.found

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return total_of(self.found) if len(self.found) > 1 else None

    def page_title(self) -> str:
        return f"{self.month.label}救助对象动态表"

    def mark(self) -> str:
        return "" if self.frozen else "未冻结"

    def heading(self) -> Heading:
        base = super().heading()
        place = self.found[0].name if len(self.found) == 1 else self.county.name
        lines = (f"填报单位：{place}（盖章）", f"统计期：{self.month.label}", "单位：户、人、元")
        foot = ("单位负责人（签字）：", "填报人：", "联系电话：")
        return Heading(
            f"{self.county}{self.page_title()}", base.made_at, lines, foot, (), base.made_by, self.mark()
        )

    def drill_url(self, row: Any, column: Column) -> str:
        user: Any = self.request.user
        place = self.county if isinstance(row, Totals) else row.unit
        if not user.may("case.view", place):
            return ""
        return reverse("reports:drill", args=[str(self.month), place.pk, column.code])

    def previous(self, row: Any, column: Column) -> object:
        before = next((one for one in self._earlier() if one.unit == row.unit), None)
        return column.read(before) if before else None

    def _earlier(self) -> list[CivilRow]:
        if not hasattr(self, "_rows"):
            self._rows = civil_rows(self.county, self.month - 1, self.units)[0]
        return self._rows

    def checks(self) -> Sequence[Check]:
        problems = does_not_tie(self.found)
        return [
            Check(False, "期末＝期初＋新增＋成员增加－退出", problem, word="追溯变更，请核对", tone="wait")
            for problem in problems[:SHOWN_PROBLEMS]
        ] or [Check(True, "期末＝期初＋新增＋成员增加－退出", "各单位各类别均相符")]

    def show(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        extra = {
            "month": self.month,
            "earlier": str(self.month - 1),
            "later": str(self.month + 1) if self.month + 1 < Month.of(timezone.localdate()) else "",
            "frozen": self.frozen,
            "balances": balances(self.found, self._earlier()),
            "standards": standards_of(self.county, self.month),
            "standards_before": standards_of(self.county, self.month - 1),
        }
        return super().show({**context, **extra}, **options)
