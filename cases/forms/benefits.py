"""Forms of change orders."""

from typing import Any

from django import forms

from cases.flows import CHANGE_ORDER
from cases.models.choices import PROGRAMS, ChangeKind, StopReason
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm

STOPS = [c for c in StopReason.choices if c[0] not in {"DEATH", "GRACE_END"}]
GRACE_REASONS = [("EMPLOYMENT", "就业后收入超过标准"), ("OTHER", "其他")]


class NoteForm(forms.Form):
    note = forms.CharField(label="变更事由", max_length=1000, widget=forms.Textarea(attrs={"rows": 3}))


class StopForm(NoteForm):
    reason = forms.ChoiceField(label="停发原因", choices=[("", "请选择"), *STOPS])
    field_order = ("reason", "note")


class DeathForm(NoteForm):
    person = forms.TypedChoiceField(label="死亡成员", coerce=int)
    died_on = DateField(label="死亡日期")
    field_order = ("person", "died_on", "note")

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class GraceForm(NoteForm):
    reason = forms.ChoiceField(label="渐退原因", choices=GRACE_REASONS)
    months = forms.IntegerField(
        label="渐退月数", min_value=1, max_value=6, help_text="最长6个月，期满自动停发"
    )
    field_order = ("reason", "months", "note")


class BenefitFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    program = forms.ChoiceField(label="类别", choices=[("", "全部"), *PROGRAMS])
    village = forms.CharField(label="村（社区）", max_length=30)
    standing = forms.ChoiceField(
        label="状态", choices=[("", "全部"), ("open", "在保（含渐退）"), ("stopped", "已停发")]
    )
    lookups = {
        "name": "applicant__name__startswith",
        "program": "program",
        "village": "village__name__contains",
    }

    def narrow(self, rows: Any) -> Any:
        standing = self.cleaned_data.get("standing")
        if standing == "open":
            return rows.filter(stop_month__isnull=True)
        return rows.filter(stop_month__isnull=False) if standing == "stopped" else rows


class ChangeFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    kind = forms.ChoiceField(label="类型", choices=[("", "全部"), *ChangeKind.choices])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *CHANGE_ORDER.choices()])
    lookups = {"name": "benefit__applicant__name__startswith", "kind": "kind", "state": "state"}
