"""Forms of funds. None of them has a field for an amount: amounts come from the benefits."""

from typing import Any

from django import forms

from funds.flows import ROSTER
from funds.models.choices import LineState, Mark
from funds.models.roster import BOOKS
from salvation.web.fields import MonthField
from salvation.web.filters import FilterForm


class RosterFilter(FilterForm):
    month = MonthField(label="发放月")
    unit = forms.CharField(label="单位", max_length=30)
    program = forms.ChoiceField(label="册", choices=[("", "全部"), *BOOKS])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *ROSTER.choices()])
    lookups = {"unit": "unit__name__contains", "program": "program", "state": "state"}

    def narrow(self, rows: Any) -> Any:
        month = self.cleaned_data.get("month")
        return rows.filter(month=f"{month}-01") if month else rows


class LineFilter(FilterForm):
    name = forms.CharField(label="户主（申请人）", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    mark = forms.ChoiceField(label="增减", choices=[("", "全部"), *Mark.choices])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *LineState.choices])
    lookups = {
        "name": "name__startswith",
        "village": "village_name__contains",
        "mark": "mark",
        "state": "state",
    }


class GenerateForm(forms.Form):
    month = MonthField(label="发放月", help_text="钱属于哪个月，如 2022-06；一般是下个月")


class ReasonForm(forms.Form):
    reason = forms.CharField(label="剔除理由", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class NoteForm(forms.Form):
    note = forms.CharField(label="核实情况", max_length=200, widget=forms.Textarea(attrs={"rows": 3}))


class ConfirmForm(forms.Form):
    """Nothing to fill in: the page says what will happen."""


class ApproveManyForm(forms.Form):
    month = forms.ChoiceField(label="发放月")
    meeting = forms.ChoiceField(
        label="局务会", help_text="同意本批发放的县民政局局务会；先在“会议”登记（002 第31条）"
    )

    def __init__(
        self, *args: Any, months: list[tuple[str, str]], meetings: list[tuple[int, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["month"].choices = months  # type: ignore[attr-defined]
        self.fields["meeting"].choices = [("", "请选择会议"), *meetings]  # type: ignore[attr-defined]
