"""The report in the browser: list, figures and written parts, docx."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reports.models import SummaryReport
from reports.summary.outline import Told, outline, tell, written_parts
from reports.summary.services import draft_summary, export_summary, paper_of, save_texts
from reports.views.sheets import own_units, parse_month
from salvation.access.place import own_county
from salvation.access.services import get_visible, require
from salvation.documents.official import Grid, Level
from salvation.domain.month import Month
from salvation.web.downloads import download
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage


class Summaries(Page):
    title = "专项治理情况报告"
    permission = "report.view"
    template_name = "reports/summaries.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        county = own_county(user)
        today = timezone.localdate()
        year = today.year if today.month >= 6 else today.year - 1
        month = parse_month(request.GET.get("month") or str(Month(year, 5)))
        held = {
            report.unit_id: report
            for report in SummaryReport.objects.visible_to(user).filter(county=county, period=month.first_day)
        }
        units = own_units(user, county, month)
        if user.may("report.view", county):
            units = [county, *units]
        rows = [
            {"unit": unit, "report": held.get(unit.pk), "may": user.may("report.fill", unit)}
            for unit in units
        ]
        return self.show({"rows": rows, "month": month})

    def post(self, request: HttpRequest) -> HttpResponse:
        county = own_county(request.user)
        month = parse_month(request.POST.get("month", ""))
        wanted = request.POST.get("unit", "")
        units = {str(unit.pk): unit for unit in (county, *own_units(request.user, county, month))}
        unit = units.get(wanted)
        require(request.user, "report.fill", unit)
        if unit is None:
            return HttpResponseRedirect(reverse("reports:summaries"))
        report = draft_summary(unit=unit, month=month, actor=request.user, now=timezone.now())
        messages.success(request, "已从统计表读入数字，编写的部分保持不变")
        return HttpResponseRedirect(reverse("reports:summary", args=[report.pk]))


class Summary(Page):
    permission = "report.view"
    template_name = "reports/summary.html"
    report: SummaryReport

    def page_title(self) -> str:
        return str(self.report)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = SummaryReport.objects.select_related("unit", "county", "county__parent", "updated_by")
        self.report = get_visible(rows, request.user, pk=pk)
        paper = paper_of(self.report, today=timezone.localdate())
        body = [
            {"grid": part} if isinstance(part, Grid) else {"text": part.text, "level": part.level.value}
            for part in paper.body
        ]
        user: Any = request.user
        context = {
            "report": self.report,
            "paper": paper,
            "body": body,
            "may_fill": user.may("report.fill", self.report.unit),
        }
        return self.show({**context, "body_level": Level.BODY.value})

    def post(self, request: HttpRequest, pk: int) -> FileResponse:
        rows = SummaryReport.objects.select_related("unit", "county", "county__parent")
        report = get_visible(rows, request.user, pk=pk)
        content = export_summary(report=report, actor=request.user, today=timezone.localdate())
        return download(content, f"{report}.docx")


class EditSummary(FormPage):
    title = "编写报告"
    permission = "report.fill"
    submit_label = "保存"
    success = "已保存"
    hint = "数字由统计表读入，不能在这里改；只编写文字部分"
    aside_template = "reports/summary_figures.html"
    report: SummaryReport

    def prepare(self) -> None:
        rows = SummaryReport.objects.select_related("unit", "county")
        self.report = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "report.fill", self.report.unit)

    def make_form(self, data: Any, files: Any) -> forms.Form:
        form = forms.Form(data)
        for part in written_parts(self.report.is_county):
            form.fields[part.key] = forms.CharField(
                label=part.label,
                help_text=part.hint,
                required=False,
                max_length=6000,
                initial=self.report.texts.get(part.key, ""),
                widget=forms.Textarea(attrs={"rows": 6}),
            )
        return form

    def extra(self) -> dict[str, Any]:
        told = [part.text for part in outline(self.report.is_county) if isinstance(part, Told)]
        return {"sentences": [tell(text, self.report.figures, self.report.month.label) for text in told]}

    def save(self, form: Any) -> str:
        save_texts(report=self.report, texts=form.cleaned_data, actor=self.request.user)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("reports:summary", args=[self.kwargs["pk"]])
