"""One unit's table: filling in, remarks at cells and their answers, explanations, corrections, versions."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpResponse
from django.urls import reverse
from django.utils import timezone

from reports.governance import columns
from reports.governance.labels import cell_label
from reports.governance.services import CODE, rows_for
from reports.governance.table import Row
from reports.views.cells import GOVERNANCE, CellActs, shown_table
from reports.views.sheets import GovernanceSheet, check_line
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.periods.models import Submission
from salvation.periods.services import fill_cells, read_number
from salvation.tables.model import Column, Totals
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.sheets import Check, Version


class SubmissionSheet(CellActs, GovernanceSheet):
    """One unit's table with its way through the flow. ``?mode=``: remark or correct cells by clicking on them."""

    template_name = "reports/submission.html"
    cells = GOVERNANCE

    def prepare(self) -> None:
        self.submission = shown_table(self.request.user, self.kwargs["pk"], CODE)
        self.month, self.county = self.submission.month, self.submission.county
        self.frozen = self.submission.frozen
        if self.frozen:
            self.found = [Row(self.submission.unit, self.submission.cells, self.submission)]
        else:
            self.found, _ = rows_for(self.county, self.month, [self.submission.unit])
        self.read_remarks()
        self.outcomes = self.submission.outcomes()

    def page_title(self) -> str:
        version = f"（第{self.submission.version}版，更正）" if self.submission.is_correction else ""
        return f"{self.submission.unit} {self.month.label}统计表{version}"

    def drill_url(self, row: Row | Totals, column: Column) -> str:
        if self.mode and not column.ratio:
            return self.cell_url(column.code)
        return "" if self.mode else super().drill_url(row, column)

    def every_cell_leads(self) -> bool:
        return bool(self.mode)

    def flag(self, row: Row, column: Column) -> tuple[str, str]:
        said = self.remarked(column.code)
        if said[0]:
            return said
        bad = any(outcome.blocks and column.code in outcome.check.keys for outcome in self.outcomes)
        return ("check-bad", "勾稽不符") if bad else ("", "")

    def checks(self) -> Sequence[Check]:
        """What does not tie first, then what was explained; what ties or is unknown only in numbers."""
        wrong = [outcome for outcome in self.outcomes if not outcome.holds]
        return [check_line(outcome, url=self._explain_url(outcome)) for outcome in wrong] or [
            Check(True, "表内勾稽", "已知数据的各项均相符")
        ]

    def checks_summary(self) -> str:
        ties = sum(outcome.asked and outcome.holds for outcome in self.outcomes)
        unknown = sum(not outcome.asked for outcome in self.outcomes)
        return f"共 {len(self.outcomes)} 项：相符 {ties} 项，因缺数据未校验 {unknown} 项，其余列出如下。"

    def _explain_url(self, outcome: Any) -> str:
        if not outcome.check.explain or not self.may_fill:
            return ""
        code = outcome.check.code.replace("+", "-c")
        return reverse("reports:explain", args=[self.submission.pk, code])

    def versions(self) -> Sequence[Version]:
        held = Submission.objects.visible_to(self.request.user).filter(
            table=CODE, unit=self.submission.unit, period=self.submission.period
        )
        found = [
            Version(
                f"第{one.version}版 {one.get_state_display()}",
                reverse("reports:submission", args=[one.pk]),
                one.pk == self.submission.pk,
            )
            for one in held.order_by("-version")
        ]
        return found if len(found) > 1 else ()

    def show(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        extra = {**self.cell_context(), "checks_summary": self.checks_summary()}
        return super().show({**context, **extra}, **options)


class Fill(FormPage):
    """Fill in what the system cannot count. An empty field stays 缺数据; zero is written as 0."""

    title = "填报统计表"
    edits = True
    permission = "table.fill"
    submit_label = "保存填报"
    success = "已保存"
    hint = "空着的项目仍为“缺数据”；没有发生的请填 0。累计留空的，按上月累计加本月自动算出。系统计算的项目不能填写"
    sections = tuple(
        Section(
            group.label,
            tuple(key for figure in columns.figures(group) for key in figure.keys if key in columns.FILLABLE),
        )
        for group in columns.GROUPS
    )
    submission: Submission

    def prepare(self) -> None:
        self.submission = shown_table(self.request.user, self.kwargs["pk"], CODE)
        require(self.request.user, "table.fill", self.submission.unit)

    def page_title(self) -> str:
        return f"填报：{self.submission.unit} {self.submission.month.label}"

    def make_form(self, data: Any, files: Any) -> forms.Form:
        form = forms.Form(data)
        for figure in columns.figures():
            for key in figure.keys:
                if key in columns.FILLABLE:
                    form.fields[key] = _number_field(figure, key, self.submission.cells.get(key) or {})
        return form

    def save(self, form: Any) -> str:
        fill_cells(
            submission=self.submission, values=form.cleaned_data, actor=self.request.user, now=timezone.now()
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("reports:submission", args=[self.kwargs["pk"]])


def _number_field(figure: columns.Figure, key: str, cell: dict[str, Any]) -> forms.CharField:
    label = cell_label(key)
    return forms.CharField(
        label=label,
        required=False,
        max_length=16,
        initial=cell.get("manual") or "",
        help_text=figure.definition,
        validators=[lambda typed: _check(typed, label)],
        widget=forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"}),
    )


def _check(typed: str, label: str) -> None:
    """Raises ValidationError, so that the words stand at the field and nothing typed is lost."""
    try:
        read_number(typed, label)
    except Refusal as refusal:
        raise forms.ValidationError(str(refusal)) from refusal
