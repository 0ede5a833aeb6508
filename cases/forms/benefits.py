"""The filter of benefits."""
# requirements: B04

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef

from cases.models import Survey
from cases.models.choices import PROGRAMS
from salvation.domain.month import Month
from salvation.web.fields import MonthField
from salvation.web.filters import FilterForm


class BenefitFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    program = forms.ChoiceField(label="类别", choices=[("", "全部"), *PROGRAMS])
    village = forms.CharField(label="村（社区）", max_length=30)
    standing = forms.ChoiceField(
        label="状态", choices=[("", "全部"), ("open", "在保（含渐退）"), ("stopped", "已停发")]
    )
    added = MonthField(label="新增月份")
    visit = forms.ChoiceField(label="入户", choices=[("", "全部"), ("none", "新增未入户")])
    lookups = {
        "name": "applicant__name__startswith",
        "program": "program",
        "village": "village__name__contains",
    }

    def narrow(self, rows: Any) -> Any:
        standing = self.cleaned_data.get("standing")
        if added := self.cleaned_data.get("added"):
            rows = rows.filter(first_month=Month.parse(added).first_day)
        if self.cleaned_data.get("visit"):
            rows = _never_visited(rows)
        if standing == "open":
            return rows.filter(stop_month__isnull=True)
        return rows.filter(stop_month__isnull=False) if standing == "stopped" else rows


def _never_visited(rows: Any) -> Any:
    """Decided here, not taken over from a roster, and nobody went to the house (XF25: every new case is visited)."""
    visits = Survey.objects.filter(application__benefit=OuterRef("pk"), method=Survey.Method.HOME)
    return rows.exclude(source="IMPORT").filter(~Exists(visits))
