"""One unit's table: filling in, remarks at cells and their answers, explanations, corrections, versions."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.urls import reverse
from django.utils import timezone

from reports.governance import columns
from reports.governance.labels import cell_label, known
from reports.governance.services import CODE, rows_for
from reports.governance.table import TABLE, Row
from reports.views.sheets import GovernanceSheet, check_line
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.flow.engine import available, history
from salvation.periods.corrections import CORRECTABLE, correct_cell, open_correction
from salvation.periods.models import CellRemark, Submission
from salvation.periods.remarks import add_remark, answer_remark, explain_check
from salvation.periods.services import EDITABLE, fill_cells, read_number
from salvation.tables.model import Column, Totals
from salvation.tables.values import text
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.records import step_url
from salvation.web.pages.sheets import Check, Version

HIDDEN_STEPS = frozenset({"fill"})


def shown_submission(user: Any, pk: int) -> Submission:
    """Raises Http404 outside the person's units."""
    rows = Submission.objects.select_related("unit", "county", "filled_by", "corrects")
    found: Submission = get_visible(rows, user, pk=pk, table=CODE)
    return found


class SubmissionSheet(GovernanceSheet):
    """One unit's table with its way through the flow. ``?mode=``: remark or correct cells by clicking on them."""

    template_name = "reports/submission.html"
    submission: Submission

    def prepare(self) -> None:
        self.submission = shown_submission(self.request.user, self.kwargs["pk"])
        self.month, self.county = self.submission.month, self.submission.county
        self.frozen = self.submission.frozen
        if self.frozen:
            self.found = [Row(self.submission.unit, self.submission.cells, self.submission)]
        else:
            self.found, _ = rows_for(self.county, self.month, [self.submission.unit])
        self.remarks = list(self.submission.remarks.select_related("by", "answered_by"))
        self.outcomes = self.submission.outcomes()

    def page_title(self) -> str:
        version = f"（第{self.submission.version}版，更正）" if self.submission.is_correction else ""
        return f"{self.submission.unit} {self.month.label}统计表{version}"

    @property
    def mode(self) -> str:
        wanted = self.request.GET.get("mode", "")
        allowed = {"remark": self.may_remark, "correct": self.may_correct}
        return wanted if allowed.get(wanted) else ""

    @property
    def may_remark(self) -> bool:
        user: Any = self.request.user
        return self.submission.state == "SUBMITTED" and bool(user.may("table.accept", self.submission.unit))

    @property
    def may_fill(self) -> bool:
        user: Any = self.request.user
        return self.submission.state in EDITABLE and bool(user.may("table.fill", self.submission.unit))

    @property
    def may_correct(self) -> bool:
        return self.submission.is_correction and self.may_fill

    def drill_url(self, row: Row | Totals, column: Column) -> str:
        if self.mode and not column.ratio:
            return reverse(f"reports:{self.mode}", args=[self.submission.pk, column.code.replace(".", "-")])
        return "" if self.mode else super().drill_url(row, column)

    def every_cell_leads(self) -> bool:
        return bool(self.mode)

    def flag(self, row: Row, column: Column) -> tuple[str, str]:
        about = [remark for remark in self.remarks if remark.cell == column.code]
        if about:
            waiting = any(not remark.answer for remark in about)
            return ("remarked" if waiting else "answered"), ("有批注" if waiting else "批注已答复")
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

    def changes(self) -> list[dict[str, str]]:
        """Both values of every corrected cell, with the reason and the person."""
        return [
            {
                "label": cell_label(key),
                "was": text(TABLE.column(key), _decimal(cell["was"])) or "缺数据",
                "now": text(TABLE.column(key), _decimal(cell["manual"])),
                "why": cell["why"],
                "who": f"{cell['by']} {cell['at']}",
            }
            for key, cell in self.submission.cells.items()
            if "was" in cell
        ]

    def show(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        user: Any = self.request.user
        one = self.submission
        events = list(history(one))
        extra = {
            "submission": one,
            "offers": self._offers(),
            "may_fill": self.may_fill and not one.is_correction,
            "may_remark": self.may_remark,
            "may_correct": self.may_correct,
            "may_open_correction": one.state in CORRECTABLE and user.may("table.fill", one.unit),
            "mode": self.mode,
            "remarks": [(remark, cell_label(remark.cell)) for remark in self.remarks],
            "returns": sum(event.step == "return" for event in events),
            "changes": self.changes(),
            "checks_summary": self.checks_summary(),
            "events": [
                {"entry": entry, "label": one.flow.step(entry.step).label} for entry in reversed(events)
            ],
        }
        return super().show({**context, **extra}, **options)

    def _offers(self) -> list[dict[str, Any]]:
        return [
            {
                "label": offer.label,
                "url": step_url(self.submission, offer.step.code),
                "allowed": offer.allowed,
                "reason": offer.reason,
            }
            for offer in available(self.submission, self.request.user, timezone.now())
            if offer.step.code not in HIDDEN_STEPS
        ]


def _decimal(value: str) -> Any:
    return Decimal(value) if value else None


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
        self.submission = shown_submission(self.request.user, self.kwargs["pk"])
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


class CellForm(FormPage):
    """A form about one table, or one cell of it."""

    permission = "table.view"
    asks = "table.fill"
    template_name = "reports/cell_form.html"
    drafts = False
    submission: Submission
    cell = ""

    def prepare(self) -> None:
        self.submission = shown_submission(self.request.user, self.kwargs["pk"])
        require(self.request.user, self.asks, self.submission.unit)
        self.cell = self.kwargs.get("key", "").replace("-", ".")
        if self.cell and not known(self.cell):
            raise Http404("没有这个数据项")

    def extra(self) -> Mapping[str, Any]:
        if not self.cell:
            return {"submission": self.submission}
        column = TABLE.column(self.cell)
        value = column.cell(Row(self.submission.unit, self.submission.cells, self.submission))
        facts = [
            ("数据项", cell_label(self.cell)),
            ("现为", text(column, value.value)),
            ("口径", column.definition),
        ]
        if value.note:
            facts.append(("来源", value.note))
        return {"submission": self.submission, "facts": facts}

    def cancel_url(self) -> str:
        return reverse("reports:submission", args=[self.kwargs["pk"]])


class SaidForm(forms.Form):
    text = forms.CharField(label="内容", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class Remark(CellForm):
    """The county marks a cell and says what is to be looked at."""

    title = "批注"
    asks = "table.accept"
    form_class = SaidForm
    submit_label = "保存批注"
    success = "已批注，退回后填报单位会在该单元格和批注清单中看到"

    def save(self, form: Any) -> str:
        add_remark(
            submission=self.submission,
            cell=self.cell,
            text=form.cleaned_data["text"],
            actor=self.request.user,
            now=timezone.now(),
        )
        return self.cancel_url() + "?mode=remark"


class Answer(CellForm):
    """The unit answers a remark."""

    title = "答复批注"
    form_class = SaidForm
    submit_label = "保存答复"
    success = "已答复"
    remark: CellRemark

    def prepare(self) -> None:
        super().prepare()
        rows = CellRemark.objects.select_related("submission", "by")
        self.remark = get_visible(
            rows, self.request.user, pk=self.kwargs["remark"], submission=self.submission
        )
        self.cell = self.remark.cell

    def initial(self) -> Mapping[str, Any]:
        return {"text": self.remark.answer}

    def extra(self) -> Mapping[str, Any]:
        found = dict(super().extra())
        return {**found, "facts": [*found["facts"], ("县局批注", f"{self.remark.text}（{self.remark.by}）")]}

    def save(self, form: Any) -> str:
        answer_remark(
            remark=self.remark, text=form.cleaned_data["text"], actor=self.request.user, now=timezone.now()
        )
        return self.cancel_url()


class Explain(CellForm):
    """Why figures that do not tie are right."""

    title = "填写勾稽说明"
    form_class = SaidForm
    submit_label = "保存说明"
    success = "已填写说明"

    def prepare(self) -> None:
        super().prepare()
        code = self.kwargs["check"].replace("-c", "+")
        found = next((one for one in self.submission.outcomes() if one.check.code == code), None)
        if found is None:
            raise Http404("没有这项勾稽")
        self.outcome = found

    def initial(self) -> Mapping[str, Any]:
        return {"text": self.outcome.explanation}

    def extra(self) -> Mapping[str, Any]:
        one = self.outcome
        facts = [("规则", one.check.label), ("左边", one.left), ("右边", one.right), ("差额", one.difference)]
        return {"submission": self.submission, "facts": facts}

    def save(self, form: Any) -> str:
        explain_check(
            submission=self.submission,
            code=self.outcome.check.code,
            text=form.cleaned_data["text"],
            actor=self.request.user,
            now=timezone.now(),
        )
        return self.cancel_url() + "#checks"


class ReasonForm(forms.Form):
    reason = forms.CharField(label="更正原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class OpenCorrection(CellForm):
    """Begin a corrected version of an accepted table."""

    title = "开立更正版"
    form_class = ReasonForm
    submit_label = "开立更正版"
    success = "已开立更正版：点要更正的数据，逐项填写更正后的数字和原因，再重新签批报送"

    def save(self, form: Any) -> str:
        new = open_correction(
            submission=self.submission,
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            now=timezone.now(),
        )
        return reverse("reports:submission", args=[new.pk]) + "?mode=correct"


class CorrectForm(forms.Form):
    value = forms.CharField(
        label="更正后的数字", max_length=16, widget=forms.TextInput(attrs={"inputmode": "decimal"})
    )
    reason = forms.CharField(label="更正原因", max_length=500, widget=forms.Textarea(attrs={"rows": 3}))


class Correct(CellForm):
    """One figure of a correction."""

    title = "更正数据"
    form_class = CorrectForm
    submit_label = "保存更正"
    success = "已更正；原数和原因一并保留"

    def initial(self) -> Mapping[str, Any]:
        return {"reason": self.submission.correction_reason}

    def save(self, form: Any) -> str:
        correct_cell(
            submission=self.submission,
            key=self.cell,
            value=form.cleaned_data["value"],
            reason=form.cleaned_data["reason"],
            actor=self.request.user,
            now=timezone.now(),
        )
        return self.cancel_url() + "?mode=correct"
