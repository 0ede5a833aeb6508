"""The completeness of household files in the browser (B32)."""

from collections.abc import Sequence
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.urls import reverse
from django.utils import timezone

from cases.models import Household
from reports.completeness import FIELDS, TABLE, completeness, every_field, held_households
from reports.views.sheets import own_units
from salvation.access.place import own_county
from salvation.domain.month import Month
from salvation.tables.model import Column, Heading, Kind, Table, Totals
from salvation.web.filters import FilterForm
from salvation.web.pages.lists import ListPage
from salvation.web.pages.sheets import SheetPage


class Completeness(SheetPage):
    """One row a unit."""

    title = "低收入信息完整率"
    from_replica = True
    permission = "table.view"

    def prepare(self) -> None:
        user: Any = self.request.user
        self.county = own_county(user)
        self.found = completeness(self.county, own_units(user, self.county, Month.of(timezone.localdate())))

    def table(self) -> Table:
        return TABLE

    def rows(self) -> Sequence[Any]:
        return self.found

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return TABLE.total_row(self.found) if len(self.found) > 1 else None

    def heading(self) -> Heading:
        base = super().heading()
        return Heading(
            f"{self.county}{TABLE.title}",
            base.made_at,
            (f"截至{timezone.localdate():%Y年%m月%d日}",),
            made_by=base.made_by,
        )

    def drill_url(self, row: Any, column: Column) -> str:
        """From a figure to the households, for whoever may see them."""
        user: Any = self.request.user
        if column.kind is not Kind.COUNT or not user.may("case.view"):
            return ""
        known = "" if column.code == "households" else column.code
        return f"{reverse('reports:completeness_households')}?{urlencode({'unit': row.name, 'known': known})}"

    def every_cell_leads(self) -> bool:
        return True


def lacking(household: Any) -> list[str]:
    """What is not filled in, in words."""
    empty = {
        "address": not household.address,
        "cause": not household.poverty_cause,
        "group": not household.group_name,
        "residence": household.residence_unit_id is None,
        "hukou": household.hukou_unit_id is None,
        "phone": household.head.phone is None,
        "account": not household.has_account,
    }
    return [label for code, (label, _) in FIELDS.items() if empty[code]]


HOUSEHOLDS = Table(
    "completeness-households",
    "信息完整情况",
    (
        Column("head", "户主", Kind.NAME, value="head.name", priority=1, link=True, sort="head__name"),
        Column("lacks", "没有填写", value=lambda h: "、".join(lacking(h)) or "无", priority=2, width=30),
        Column("no", "户编号", sort="no"),
        Column("unit", "受理单位", value="handling_unit.name"),
        Column("village", "村（社区）", value="village.name", priority=3),
    ),
)
CHOICES = [("", "全部"), ("complete", "各项"), *((code, label) for code, (label, _) in FIELDS.items())]


class HouseholdFilter(FilterForm):
    lack = forms.ChoiceField(label="没有填写", choices=CHOICES)
    known = forms.ChoiceField(label="已填写", choices=CHOICES)
    name = forms.CharField(label="户主姓名", max_length=50)
    unit = forms.CharField(label="受理单位", max_length=30)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "name": "head__name__startswith", "unit": "handling_unit__name__contains", "village": "village__name__contains",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        if known := self.cleaned_data.get("known"):
            rows = rows.filter(FIELDS[known][1] if known in FIELDS else every_field())
        if lack := self.cleaned_data.get("lack"):
            rows = rows.filter(~(FIELDS[lack][1] if lack in FIELDS else every_field()))
        return rows


class CompletenessHouseholds(ListPage):
    title = "信息完整情况"
    permission = "case.view"
    model = Household
    table = HOUSEHOLDS
    filter_form = HouseholdFilter
    record_url = "cases:household"
    lead_in = "在保家庭按省“数字民政”要求的项目逐户列出，筛选“没有填写”就是待补录清单。"
    empty = ("没有符合条件的家庭", "换一个筛选条件再看")

    def narrow(self, rows: Any) -> Any:
        return held_households(rows).select_related("head", "handling_unit", "village")
