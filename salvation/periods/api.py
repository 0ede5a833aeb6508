"""Submitted tables through the interface: which unit's table of which month, and its cells."""

from typing import Any

from django import forms
from django.urls import path
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from salvation.api.fields import MonthField, UnitRef
from salvation.api.resources import ListResource, RecordResource
from salvation.periods.flows import SUBMISSION
from salvation.periods.models import PERIODICALS, Submission
from salvation.web import fields as web_fields
from salvation.web.filters import FilterForm


class SubmissionFilter(FilterForm):
    table = forms.CharField(label="报表代码", max_length=40)
    month = web_fields.MonthField(label="统计月")
    unit = forms.CharField(label="单位", max_length=30)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *SUBMISSION.choices()])
    lookups = {"table": "table", "unit": "unit__name__contains", "state": "state"}

    def narrow(self, rows: Any) -> Any:
        month = self.cleaned_data.get("month")
        return rows.filter(period=f"{month}-01") if month else rows


class SubmissionRow(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    table = serializers.CharField()
    table_label = serializers.SerializerMethodField()
    unit = UnitRef()
    month = MonthField(source="period")
    version = serializers.IntegerField()
    corrects = serializers.IntegerField(source="corrects_id", allow_null=True, help_text="所更正的版本")
    state = serializers.ChoiceField(choices=SUBMISSION.choices())
    frozen = serializers.BooleanField()
    zero = serializers.BooleanField(help_text="零报告")

    def get_table_label(self, row: Submission) -> str:
        declared = PERIODICALS.get(row.table)
        return declared.label if declared else row.table


class CellRow(serializers.Serializer[Any]):
    key = serializers.CharField()
    label = serializers.CharField()  # type: ignore[assignment]
    value = serializers.CharField(allow_null=True, help_text="生效的值：人工填报优先")
    auto = serializers.CharField(allow_null=True, help_text="系统统计值")
    manual = serializers.CharField(allow_null=True, help_text="人工填报值")


class SubmissionRecord(SubmissionRow):
    cells = serializers.SerializerMethodField()

    @extend_schema_field(CellRow(many=True))
    def get_cells(self, row: Submission) -> Any:
        declared = PERIODICALS.get(row.table)
        label = declared.cell_label if declared else str
        return CellRow([_cell(key, label(key), cell) for key, cell in row.cells.items()], many=True).data


def _cell(key: str, label: str, cell: dict[str, Any]) -> dict[str, Any]:
    auto, manual = cell.get("auto"), cell.get("manual")
    value = manual if manual not in (None, "") else auto
    return {"key": key, "label": label, "auto": auto, "manual": manual, "value": value}


class Submissions(ListResource):
    """报表列表：各单位各月的报送"""

    permission = "table.view"
    label = "报表"
    model = Submission
    filter_form = SubmissionFilter
    serializer_class = SubmissionRow

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit")


class OneSubmission(RecordResource):
    """一份报表及其数据项"""

    permission = "table.view"
    label = "报表"
    model = Submission
    serializer_class = SubmissionRecord

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit")


urlpatterns = [
    path("tables/", Submissions.as_view(), name="tables"),
    path("tables/<int:pk>/", OneSubmission.as_view(), name="table"),
]
