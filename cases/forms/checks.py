"""Forms of the core check: hand requests over, take answers in, add one by hand."""

from typing import Any

from django import forms

from cases.check_flow import CHECK
from cases.models import CheckResult
from salvation.web.fields import DateField, MoneyField
from salvation.web.filters import FilterForm
from salvation.web.rowsets import RowSet, RowsForm

BLANK = [("", "请选择")]


class CheckFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    no = forms.CharField(label="提请号", max_length=40)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *CHECK.choices()])
    lookups = {"name": "application__applicant__name__startswith", "no": "no__startswith", "state": "state"}


class ExportForm(forms.Form):
    requests = forms.TypedMultipleChoiceField(
        label="提请", coerce=int, widget=forms.CheckboxSelectMultiple, error_messages={"required": "请至少选择一件提请"}
    )  # fmt: skip
    reason = forms.CharField(
        label="用途", max_length=200, help_text="文件含完整证号，只供核对使用；用途和经办人写入日志"
    )

    def __init__(self, *args: Any, waiting: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["requests"].choices = waiting  # type: ignore[attr-defined]


class ImportForm(forms.Form):
    file = forms.FileField(
        label="核对结果文件", help_text="Excel 或 CSV；列名与导出的提请表一致，一行一人一个部门"
    )


class AnswerRow(forms.Form):
    person_id = forms.TypedChoiceField(label="被核对人", coerce=int)
    department = forms.ChoiceField(label="部门", choices=[*BLANK, *CheckResult.Department.choices])
    finding = forms.CharField(label="核对情况", max_length=500)
    amount = MoneyField(label="金额（元）", required=False)
    suspicious = forms.BooleanField(label="疑点", required=False)
    as_of = DateField(label="数据日期", required=False)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person_id"].choices = [*BLANK, *people]  # type: ignore[attr-defined]


class AnswersForm(RowsForm):
    rowsets = (
        RowSet(
            "answers", "部门结果", AnswerRow, item="结果", blank=3, hint="保存后不能修改，更正时再登记一条"
        ),
    )

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        self.people = people
        super().__init__(*args, **kwargs)

    def choices_for_rows(self) -> dict[str, Any]:
        return {"people": self.people}
