"""Reporting units of a county (A02): who answers for them, their villages, order and population."""

from typing import Any

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from salvation.access.place import own_county
from salvation.access.reach import reach_of
from salvation.units.models import PopulationStat, Unit
from salvation.units.selectors import reporting_units
from salvation.units.upkeep import edit_unit
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage


class Units(Page):
    title = "填报单位"
    permission = "param.view"
    template_name = "units/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        county, today = own_county(user), timezone.localdate()
        rows = reporting_units(county, on=today).annotate(
            villages=Count("children", filter=Q(children__kind=Unit.Kind.VILLAGE))
        )
        population = dict(
            PopulationStat.objects.filter(unit__county=county, year=today.year).values_list(
                "unit", "hukou_population"
            )
        )
        shown = [{"unit": unit, "population": population.get(unit.pk)} for unit in rows]
        return self.show(
            {"county": county, "rows": shown, "may_edit": user.may("unit.edit", county), "year": today.year}
        )


class UnitForm(forms.Form):
    head_name = forms.CharField(label="负责人", required=False, max_length=50)
    contact_name = forms.CharField(label="联系人", required=False, max_length=50)
    contact_phone = forms.CharField(label="联系电话", required=False, max_length=30)
    sort = forms.IntegerField(label="排序号", min_value=0, max_value=9999, help_text="统计表按排序号列出")
    hukou_population = forms.IntegerField(
        label="本年度户籍人口（人）", required=False, min_value=0, max_value=50_000_000
    )
    basis = forms.CharField(label="人口数依据", required=False, max_length=200)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("hukou_population") is not None and not cleaned.get("basis"):
            self.add_error("basis", "填写户籍人口须注明依据")
        return cleaned


class EditUnit(FormPage):
    edits = True
    permission = "unit.edit"
    form_class = UnitForm
    check_answers = True
    success = "已保存"
    unit: Unit

    def prepare(self) -> None:
        reach = reach_of(self.request.user, "unit.edit")
        found = Unit.objects.filter(pk=self.kwargs["pk"], pk__in=reach.units).first()
        if found is None:
            raise Http404("没有找到，或不在您的管辖范围")
        self.unit = found

    def page_title(self) -> str:
        return f"填报单位：{self.unit}"

    def initial(self) -> dict[str, Any]:
        stat = self.unit.populations.filter(year=timezone.localdate().year).first()
        fields = ("head_name", "contact_name", "contact_phone", "sort")
        known = {name: getattr(self.unit, name) for name in fields}
        return {**known, **({"hukou_population": stat.hukou_population, "basis": stat.basis} if stat else {})}

    def save(self, form: Any) -> str:
        edit_unit(
            unit=self.unit, year=timezone.localdate().year, actor=self.request.user, **form.cleaned_data
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("units:list")
