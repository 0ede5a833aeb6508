"""The report in the browser: list, preview, written parts, Word and PDF, numbers that went stale."""

from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from reports.governance.labels import cell_label
from reports.models import SummaryReport
from reports.summary.outline import Told, outline, tell, written_parts
from reports.summary.paper import comparison_chart, paper_of
from reports.summary.services import (
    collect_texts,
    draft_summary,
    export_summary,
    save_texts,
    stale_figures,
    town_texts,
)
from reports.views.sheets import own_units, parse_month
from salvation.access.place import own_county
from salvation.access.services import get_visible, require
from salvation.documents.html import paper_html
from salvation.domain.month import Month
from salvation.flow.engine import available, history
from salvation.web.downloads import download
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.records import step_url

RELATED = ("unit", "county", "county__parent", "updated_by")


class Summaries(Page):
    title = "专项治理情况报告"
    permission = "report.view"
    template_name = "reports/summaries.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        user: Any = request.user
        county = own_county(user)
        month = parse_month(request.GET.get("month") or str(last_report_month()))
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
        done = sum(report.state in ("SIGNED", "ACCEPTED") for report in held.values() if not report.is_county)
        return self.show(
            {"rows": rows, "month": month, "done": done, "towns": len(own_units(user, county, month))}
        )

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


def last_report_month() -> Month:
    """May of the year whose report is due or was due last."""
    today = timezone.localdate()
    return Month(today.year if today.month >= 6 else today.year - 1, 5)


class Summary(Page):
    permission = "report.view"
    template_name = "reports/summary.html"
    report: SummaryReport

    def prepare(self, pk: int) -> None:
        rows = SummaryReport.objects.select_related(*RELATED)
        self.report = get_visible(rows, self.request.user, pk=pk)

    def page_title(self) -> str:
        return str(self.report)

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        self.prepare(pk)
        report, user = self.report, request.user
        may_fill = bool(user.may("report.fill", report.unit))  # type: ignore[union-attr]
        context = {
            "report": report,
            "markup": paper_html(replace(paper_of(report, today=timezone.localdate(), drawn=False), mark="")),
            "chart": comparison_chart(report),
            "may_fill": may_fill and report.state == "DRAFT",
            "stale": [
                {"label": cell_label(one.key), "written": one.written, "now": one.now}
                for one in stale_figures(report)
            ],
            "unwritten": [
                part.label for part in written_parts(report.is_county) if not report.texts.get(part.key)
            ],
            "collectable": report.is_county
            and may_fill
            and report.state == "DRAFT"
            and bool(town_texts(report)),
            "offers": [
                {
                    "label": offer.label,
                    "url": step_url(report, offer.step.code),
                    "allowed": offer.allowed,
                    "reason": offer.reason,
                }
                for offer in available(report, user, timezone.now())
            ],
            "events": [
                {"entry": entry, "label": report.flow.step(entry.step).label}
                for entry in reversed(list(history(report)))
            ],
        }
        return self.show(context)

    def post(self, request: HttpRequest, pk: int) -> HttpResponseBase:
        self.prepare(pk)
        act = request.POST.get("_act", "")
        if act == "refresh":
            unit, month = self.report.unit, self.report.month
            draft_summary(unit=unit, month=month, actor=request.user, now=timezone.now())
            messages.success(request, "已按统计表重新取数，编写的文字保持不变")
        elif act == "collect":
            filled = collect_texts(report=self.report, actor=request.user)
            messages.success(request, f"已把各单位编写的内容汇入 {filled} 个尚未编写的部分，请修改定稿")
        else:
            form = request.POST.get("format", "docx")
            today = timezone.localdate()
            content = export_summary(report=self.report, actor=request.user, today=today, form=form)
            return download(content, f"{self.report}.{form}")
        return HttpResponseRedirect(reverse("reports:summary", args=[pk]))


class EditSummary(FormPage):
    title = "编写报告"
    edits = True
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
        labels = {part.key: part.label for part in written_parts(True)}
        collected = town_texts(self.report) if self.report.is_county else {}
        return {
            "sentences": [tell(text, self.report.figures, self.report.month.label) for text in told],
            "collected": [(labels[key], texts) for key, texts in collected.items() if key in labels],
        }

    def save(self, form: Any) -> str:
        save_texts(report=self.report, texts=form.cleaned_data, actor=self.request.user)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("reports:summary", args=[self.kwargs["pk"]])
