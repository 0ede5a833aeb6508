"""Forms of temporary relief."""

from typing import Any

from django import forms
from django.utils import timezone

from cases.models import Relief
from cases.models.choices import RELIEFS, AccountKind, choices
from cases.relief_flow import RELIEF
from cases.rules.codes import Situation
from salvation.web.fields import DateField, MoneyField, YesNoField
from salvation.web.filters import FilterForm

BLANK = [("", "请选择")]
EXPENSES = frozenset({Situation.MEDICAL_COST, Situation.EDUCATION_COST})


class ReliefForm(forms.Form):
    program = forms.ChoiceField(label="类型", choices=[*BLANK, *RELIEFS])
    situation = forms.ChoiceField(label="情形", choices=[*BLANK, *choices(Situation)])
    applicant_id = forms.TypedChoiceField(label="申请人", coerce=int)
    persons = forms.IntegerField(label="受助人数", min_value=1, max_value=50)
    happened_on = DateField(label="发生日期")
    applied_on = DateField(label="申请日期")
    reason = forms.CharField(label="困难情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))
    from_elsewhere = YesNoField(
        label="户籍不在本县", initial="no", help_text="急难型由急难发生地受理，不受户籍、居住地限制"
    )
    event = forms.CharField(
        label="因疫、因灾事件",
        required=False,
        max_length=40,
        help_text="属于疫情或灾害的填事件名称，用于专项统计",
    )
    proposed = MoneyField(label="会议提出金额（特别救助，元）", required=False)

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["applicant_id"].choices = people  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        program, situation = cleaned.get("program"), cleaned.get("situation")
        if program == "TEMP_EXPENSE" and situation and situation not in EXPENSES:
            self.add_error("situation", "支出型的情形须是医疗支出或教育支出")
        if program == "TEMP_EMERGENCY" and situation in EXPENSES:
            self.add_error("situation", "医疗、教育支出属于支出型")
        if program == "TEMP_SPECIAL" and not cleaned.get("proposed"):
            self.add_error("proposed", "特别救助须填会议提出的金额")
        return cleaned


class VisitForm(forms.Form):
    visited_on = DateField(label="核实日期")
    visitors = forms.CharField(label="核实人员", max_length=100, help_text="两人以上，用顿号隔开")
    findings = forms.CharField(label="核实情况", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))


class PayeeForm(forms.Form):
    channel = forms.ChoiceField(label="发放方式", choices=Relief.Channel.choices, widget=forms.RadioSelect)
    number = forms.CharField(
        label="申请人本人账号", required=False, max_length=30, help_text="已登记的不显示全号，不更换的不用填"
    )
    kind = forms.ChoiceField(label="账户类型", required=False, choices=[*BLANK, *AccountKind.choices])
    bank_name = forms.CharField(label="开户银行", required=False, max_length=60)
    cash_reason = forms.CharField(label="现金发放理由", required=False, max_length=200)

    def __init__(self, *args: Any, known: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.known = known

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("channel") != Relief.Channel.CASH:
            for name, label in (("number", "账号"), ("kind", "账户类型")):
                if not cleaned.get(name) and not (name == "number" and self.known):
                    self.add_error(name, f"请填写{label}；发给监护人、照料人的不受理（002 第33条）")
        return cleaned


class FilingForm(forms.Form):
    note = forms.CharField(
        label="备案意见", required=False, max_length=300, help_text="没有问题可以不填；需要复核的写明"
    )


class ReliefFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    program = forms.ChoiceField(label="类型", choices=[("", "全部"), *RELIEFS])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *RELIEF.choices()])
    wanted = forms.ChoiceField(
        label="待办",
        choices=[
            ("", "全部"),
            ("late", "已逾期"),
            ("advance", "先行救助待补手续"),
            ("file", "待报县备案"),
            ("risk", "返贫致贫风险人口"),
        ],
    )
    event = forms.CharField(label="因疫、因灾事件", max_length=40)
    lookups = {
        "name": "applicant__name__startswith", "program": "program", "state": "state", "event": "event__contains",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        match self.cleaned_data.get("wanted"):
            case "late":
                return rows.filter(due_on__lt=timezone.localdate())
            case "advance":
                return rows.filter(state="ADVANCE_PAID")
            case "risk":
                return rows.filter(at_risk=True)
            case "file":
                return rows.filter(level="TOWNSHIP", decided_on__isnull=False, filed_on__isnull=True)
        return rows
