"""The filter of benefits."""

from typing import Any

from django import forms

from cases.models.choices import PROGRAMS
from salvation.web.filters import FilterForm


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
