"""Cells of a table that is handed in, the same for the monthly table and the ledger: remarks of the county and their
answers, explanations of figures that do not tie, corrected versions with both figures."""
# requirements: L04, L07, L12

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from reports.governance import labels, table
from reports.governance.services import CODE
from reports.ledger import table as ledger
from salvation.access.services import get_visible, require
from salvation.flow.engine import available, history
from salvation.periods.corrections import CORRECTABLE, correct_cell, open_correction
from salvation.periods.models import CellRemark, Submission
from salvation.periods.remarks import add_remark, answer_remark, explain_check
from salvation.periods.services import EDITABLE
from salvation.tables.model import Cell, Column
from salvation.tables.values import text
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.records import step_url

HIDDEN_STEPS = frozenset({"fill"})


@dataclass(frozen=True)
class Cells:
    """A table as its cells see it: the page that shows it, what a cell is called, its column, what stands in it."""

    page: str
    label: Callable[[str], str]
    known: Callable[[str], bool]
    column: Callable[[str], Column]
    read: Callable[[Submission, str], Cell]
    # Steps that its page does not offer.
    hidden: frozenset[str] = HIDDEN_STEPS


def _figure(submission: Submission, key: str) -> Cell:
    return table.TABLE.column(key).cell(table.Row(submission.unit, submission.cells, submission))


def _entry(submission: Submission, key: str) -> Cell:
    code, _, field = key.partition(".")
    task = next(task for task in ledger.TASKS if task.code == code)
    return ledger.LedgerRow(task, submission.unit.name, submission.cells).cell(field)


GOVERNANCE = Cells("reports:submission", labels.cell_label, labels.known, table.TABLE.column, _figure)
LEDGER = Cells(
    "reports:ledger",
    ledger.cell_label,
    lambda key: key in ledger.FILLABLE | ledger.COUNTED,
    lambda key: ledger.TABLE.column(key.partition(".")[2]),
    _entry,
    HIDDEN_STEPS | {"zero"},
)
CELLS = {CODE: GOVERNANCE, ledger.CODE: LEDGER}


def shown_table(user: Any, pk: int, *tables: str) -> Submission:
    """One of these tables. Raises Http404 outside the person's units."""
    rows = Submission.objects.select_related("unit", "county", "filled_by", "corrects")
    found: Submission = get_visible(rows, user, pk=pk, table__in=tables)
    return found


class CellActs(Page):
    """What a sheet of one unit offers at its cells. ``?mode=``: remark or correct by clicking on them."""

    cells: ClassVar[Cells]
    submission: Submission
    remarks: Sequence[CellRemark]

    def read_remarks(self) -> None:
        """Call once the submission is known."""
        self.remarks = list(self.submission.remarks.select_related("by", "answered_by"))

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

    def cell_url(self, key: str) -> str:
        """Where a click on a cell leads in the present mode."""
        return reverse(f"reports:{self.mode}", args=[self.submission.pk, key.replace(".", "-")])

    def remarked(self, key: str) -> tuple[str, str]:
        """Class and words of a cell with remarks; empty for all others."""
        about = [remark for remark in self.remarks if remark.cell == key]
        if not about:
            return "", ""
        waiting = any(not remark.answer for remark in about)
        return ("remarked", "有批注") if waiting else ("answered", "批注已答复")

    def changes(self) -> list[dict[str, str]]:
        """Both values of every corrected cell, with the reason and the person."""
        return [
            {
                "label": self.cells.label(key),
                "was": self._shown(key, cell["was"]) or "缺数据",
                "now": self._shown(key, cell["manual"]),
                "why": cell["why"],
                "who": f"{cell['by']} {cell['at']}",
            }
            for key, cell in self.submission.cells.items()
            if "was" in cell
        ]

    def _shown(self, key: str, value: str) -> str:
        if not value or key in self.submission.periodical.texts:
            return value
        return text(self.cells.column(key), Decimal(value))

    def cell_context(self) -> dict[str, Any]:
        """What the page shows of the table's way and of its cells."""
        user: Any = self.request.user
        one, events = self.submission, list(history(self.submission))
        return {
            "submission": one,
            "offers": self._offers(),
            "may_fill": self.may_fill and not one.is_correction,
            "may_remark": self.may_remark,
            "may_correct": self.may_correct,
            "may_open_correction": one.state in CORRECTABLE and user.may("table.fill", one.unit),
            "mode": self.mode,
            "remarks": [(remark, self.cells.label(remark.cell)) for remark in self.remarks],
            "returns": sum(event.step == "return" for event in events),
            "changes": self.changes(),
            "corrected_page": reverse(self.cells.page, args=[one.corrects_id]) if one.corrects_id else "",
            "events": [
                {"entry": entry, "label": one.flow.step(entry.step).label} for entry in reversed(events)
            ],
        }

    def _offers(self) -> list[dict[str, Any]]:
        return [
            {
                "label": offer.label,
                "url": step_url(self.submission, offer.step.code),
                "allowed": offer.allowed,
                "reason": offer.reason,
            }
            for offer in available(self.submission, self.request.user, timezone.now())
            if offer.step.code not in self.cells.hidden
        ]


class CellForm(FormPage):
    """A form about one table, or one cell of it."""

    permission = "table.view"
    asks = "table.fill"
    template_name = "reports/cell_form.html"
    drafts = False
    submission: Submission
    cells: Cells
    cell = ""

    def prepare(self) -> None:
        self.submission = shown_table(self.request.user, self.kwargs["pk"], *CELLS)
        self.cells = CELLS[self.submission.table]
        require(self.request.user, self.asks, self.submission.unit)
        self.cell = self.kwargs.get("key", "").replace("-", ".")
        if self.cell and not self.cells.known(self.cell):
            raise Http404("没有这个数据项")

    def extra(self) -> Mapping[str, Any]:
        if not self.cell:
            return {"submission": self.submission}
        column, value = self.cells.column(self.cell), self.cells.read(self.submission, self.cell)
        facts = [
            ("数据项", self.cells.label(self.cell)),
            ("现为", text(column, value.value)),
            ("口径", column.definition),
        ]
        if value.note:
            facts.append(("来源", value.note))
        return {"submission": self.submission, "facts": facts}

    def cancel_url(self) -> str:
        return reverse(self.cells.page, args=[self.kwargs["pk"]])


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
        return reverse(self.cells.page, args=[new.pk]) + "?mode=correct"


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

    def make_form(self, data: Any, files: Any) -> forms.Form:
        form = super().make_form(data, files)
        if self.cell in self.submission.periodical.texts:
            long = forms.Textarea(attrs={"rows": 3})
            form.fields["value"] = forms.CharField(label="更正后的内容", max_length=500, widget=long)
        return form

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
