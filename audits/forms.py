"""Forms of rectification."""

from typing import Any

from django import forms
from django.utils import timezone

from audits.flows import RECTIFICATION
from audits.models import RectificationItem
from salvation.units.models import Unit
from salvation.web.fields import DateField, FilesField, MoneyField, YesNoField
from salvation.web.filters import FilterForm

BLANK = [("", "请选择")]


class ItemForm(forms.Form):
    unit = forms.ModelChoiceField(label="责任单位", queryset=Unit.objects.none())
    category = forms.ChoiceField(label="问题类别", choices=[*BLANK, *RectificationItem.Category.choices])
    source = forms.ChoiceField(label="发现来源", choices=[*BLANK, *RectificationItem.Source.choices])
    basis = forms.CharField(label="依据文号", required=False, max_length=100)
    found_on = DateField(label="发现日期")
    description = forms.CharField(label="问题描述", max_length=4000, widget=forms.Textarea(attrs={"rows": 4}))
    people = forms.IntegerField(label="涉及人数", min_value=0, max_value=1_000_000, initial=0)
    amount = MoneyField(label="涉及金额（元）", initial="0")
    responsible = forms.CharField(label="责任人", max_length=50)
    immediate = YesNoField(label="立行立改")
    deadline = DateField(label="整改时限")
    cause = forms.ChoiceField(label="原因类别", choices=[*BLANK, *RectificationItem.Cause.choices])
    cause_note = forms.CharField(label="原因分析", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))
    plan = forms.CharField(label="整改措施", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}))

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class EvidenceForm(forms.Form):
    files = FilesField(label="整改佐证", help_text="照片、PDF、Word、Excel，单个不超过20MB")  # type: ignore[assignment]


class ItemFilter(FilterForm):
    category = forms.ChoiceField(label="类别", choices=[("", "全部"), *RectificationItem.Category.choices])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *RECTIFICATION.choices()])
    late = forms.ChoiceField(label="期限", choices=[("", "全部"), ("1", "已逾期")])
    lookups = {"category": "category", "state": "state"}

    def narrow(self, rows: Any) -> Any:
        if not self.cleaned_data.get("late"):
            return rows
        return rows.filter(deadline__lt=timezone.localdate(), state__in=["RECTIFYING", "REVIEWING"])
