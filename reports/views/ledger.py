"""The monthly work ledger in the browser: who has one, one unit's, filling it in."""

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from reports.ledger.services import ledger_rows
from reports.ledger.table import CODE, FILLABLE, LABELS, TABLE, TASKS, WORDS, key
from reports.views.cells import LEDGER, CellActs, shown_table
from reports.views.sheets import own_units
from salvation.access.place import own_county
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.periods.models import Submission
from salvation.periods.services import fill_cells, read_number
from salvation.periods.standing import standings
from salvation.tables.model import Column, Heading, Table, Totals
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.sheets import SheetPage

SHOWN_MONTHS = 12


class Ledgers(Page):
    """Every month with its ledgers."""

    title = "专项治理工作台账"
    permission = "table.view"
    template_name = "reports/ledgers.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        county, today = own_county(request.user), timezone.localdate()
        last = Month.of(today) - 1
        months = [last - back for back in range(SHOWN_MONTHS)]
        units = own_units(request.user, county, last)
        found = standings(table=CODE, county=county, units=units, months=months, today=today)
        rows = [{"month": month, "held": [one for one in found[month] if one.submission]} for month in months]
        for row in rows:
            row["done"] = sum(not one.missing for one in found[row["month"]])  # type: ignore[index]
        return self.show({"rows": rows, "county": county, "units": len(units)})


class LedgerSheet(CellActs, SheetPage):
    """One unit's ledger of a month with its way through the flow, remarks at its cells and corrections."""

    permission = "table.view"
    template_name = "reports/ledger.html"
    cells = LEDGER

    def prepare(self) -> None:
        self.submission = shown_table(self.request.user, self.kwargs["pk"], CODE)
        self.read_remarks()

    def table(self) -> Table:
        return TABLE

    def rows(self) -> Sequence[Any]:
        return ledger_rows(self.submission)

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return None

    def page_title(self) -> str:
        version = f"（第{self.submission.version}版，更正）" if self.submission.is_correction else ""
        return f"{self.submission.unit} {self.submission.month.label}专项治理工作台账{version}"

    def mark(self) -> str:
        return "" if self.submission.frozen else "未冻结"

    def heading(self) -> Heading:
        base, month = super().heading(), self.submission.month
        lines = (
            f"填报单位：{self.submission.unit}（盖章）",
            f"统计期：{month.label}",
            f"报送期限：{self.submission.due_on}",
        )
        foot = ("单位负责人（签字）：", "填报人：", "联系电话：")
        return Heading(self.page_title(), base.made_at, lines, foot, (), base.made_by, base.mark)

    def every_cell_leads(self) -> bool:
        return bool(self.mode)

    def drill_url(self, row: Any, column: Column) -> str:
        known = column.code in LABELS
        return self.cell_url(key(row.task, column.code)) if self.mode and known else ""

    def flag(self, row: Any, column: Column) -> tuple[str, str]:
        return self.remarked(key(row.task, column.code))

    def show(self, context: dict[str, Any], **options: Any) -> HttpResponse:
        return super().show({**context, **self.cell_context()}, **options)


class FillLedger(FormPage):
    """What the system does not count: one section a task."""

    permission = "table.fill"
    edits = True
    submit_label = "保存台账"
    success = "已保存"
    hint = "数据列由系统按统计表口径算出的不能填写；没有发生的填 0"
    submission: Submission

    def prepare(self) -> None:
        self.submission = shown_table(self.request.user, self.kwargs["pk"], CODE)
        require(self.request.user, "table.fill", self.submission.unit)

    def page_title(self) -> str:
        return f"填写台账：{self.submission.unit} {self.submission.month.label}"

    def make_form(self, data: Any, files: Any) -> forms.Form:
        form = forms.Form(data)
        for task in TASKS:
            for field, label in (*WORDS.items(), *self._numbers()):
                name = key(task, field)
                if name in FILLABLE:
                    cell = self.submission.cells.get(name) or {}
                    form.fields[name] = _field(label, field, cell.get("manual") or "")
        return form

    def shown_sections(self, form: Any) -> list[dict[str, Any]]:
        """Words first, then the numbers that the system does not count."""
        order = [*WORDS, *(field for field in LABELS if field not in WORDS)]
        return [
            {
                "title": f"{number}. {task.work}",
                "hint": task.focus,
                "anchor": f"section-{number}",
                "fields": [form[key(task, field)] for field in order if key(task, field) in form.fields],
                "bad": any(key(task, field) in form.errors for field in order) if form.is_bound else False,
            }
            for number, task in enumerate(TASKS, start=1)
        ]

    def _numbers(self) -> list[tuple[str, str]]:
        return [(field, label) for field, label in LABELS.items() if field not in WORDS]

    def save(self, form: Any) -> str:
        fill_cells(
            submission=self.submission, values=form.cleaned_data, actor=self.request.user, now=timezone.now()
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("reports:ledger", args=[self.kwargs["pk"]])


def _field(label: str, field: str, initial: str) -> forms.CharField:
    if field in WORDS:
        long = field in ("done", "measures", "next")
        widget = forms.Textarea(attrs={"rows": 2}) if long else forms.TextInput()
        return forms.CharField(label=label, required=False, max_length=500, initial=initial, widget=widget)
    widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off"})
    return forms.CharField(
        label=label,
        required=False,
        max_length=16,
        initial=initial,
        validators=[lambda text: _checked(text, label)],
        widget=widget,
    )


def _checked(text: str, label: str) -> None:
    """Raises ValidationError, so that the words stand at the field and nothing typed is lost."""
    try:
        read_number(text, label)
    except Refusal as refusal:
        raise forms.ValidationError(str(refusal)) from refusal
