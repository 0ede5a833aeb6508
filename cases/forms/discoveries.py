"""Forms of active discovery and of the lists of monitored households."""

from typing import Any

from django import forms
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from cases.discovery_flow import DISCOVERY, OUTCOMES
from cases.forms.households import CHECK_URL
from cases.models import Discovery, MonitorBatch, MonitoredPerson
from salvation.units.models import Unit
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm

BLANK = [("", "请选择")]
ALL = [("", "全部")]
BY_HAND = [choice for choice in Discovery.Origin.choices if choice[0] != Discovery.Origin.LIST]


class DiscoveryForm(forms.Form):
    village = forms.ModelChoiceField(label="村（社区）", queryset=Unit.objects.none(), empty_label="请选择")
    name = forms.CharField(label="姓名", max_length=50)
    id_no = forms.CharField(
        label="身份证号", required=False, max_length=24, help_text="还不知道的可以先不填",
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-check-url": CHECK_URL}),
    )  # fmt: skip
    phone = forms.CharField(label="电话", required=False, max_length=20)
    origin = forms.ChoiceField(label="来源", choices=[*BLANK, *BY_HAND])
    found_by = forms.CharField(
        label="发现人（推送部门）",
        required=False,
        max_length=60,
        help_text="村干部、网格员、热线工单号或部门名称",
    )
    found_on = DateField(label="发现日期")
    hardship = forms.ChoiceField(label="困难类型", choices=[*BLANK, *Discovery.Hardship.choices])
    event = forms.CharField(
        label="因疫、因灾事件",
        required=False,
        max_length=40,
        help_text="属于疫情或灾害的填事件名称，带入申请",
    )
    situation = forms.CharField(label="困难情况", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, villages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages  # type: ignore[attr-defined]


class DiscoveryFilter(FilterForm):
    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    origin = forms.ChoiceField(label="来源", choices=[*ALL, *Discovery.Origin.choices])
    hardship = forms.ChoiceField(label="困难类型", choices=[*ALL, *Discovery.Hardship.choices])
    state = forms.ChoiceField(label="状态", choices=[*ALL, *DISCOVERY.choices()])
    outcome = forms.ChoiceField(label="结论", choices=[*ALL, *OUTCOMES])
    late = forms.ChoiceField(label="期限", choices=[*ALL, ("1", "已逾期")])
    lookups = {
        "name": "name__startswith", "village": "village__name__contains", "origin": "origin", "hardship": "hardship",
        "state": "state", "outcome": "outcome",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        if not self.cleaned_data.get("late"):
            return rows
        return rows.filter(due_on__lt=timezone.localdate()).exclude(state__in=DISCOVERY.ended)


class MonitoredFilter(FilterForm):
    batch = forms.ModelChoiceField(label="名单", queryset=MonitorBatch.objects.none(), empty_label="全部")
    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    category = forms.ChoiceField(label="类别", choices=[*ALL, *MonitoredPerson.Category.choices])
    found = forms.ChoiceField(
        label="排查结果",
        choices=[*ALL, ("helped", "已纳入"), ("waiting", "待核查"), ("underway", "核查中"), ("closed", "已有结论")],
    )  # fmt: skip
    outcome = forms.ChoiceField(label="结论", choices=[*ALL, *OUTCOMES])
    lookups = {
        "batch": "batch", "name": "name__startswith", "village": "village__name__contains", "category": "category",
        "outcome": "discovery__outcome",
    }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = MonitoredPerson.objects.visible_to(self.user).filter(batch=OuterRef("pk"))
        batches: Any = self.fields["batch"]
        batches.queryset = MonitorBatch.objects.filter(Exists(own))

    def narrow(self, rows: Any) -> Any:
        states = {
            "helped": Q(benefit__isnull=False),
            "waiting": Q(discovery__state="FOUND"),
            "underway": Q(discovery__state__in=("CHECKED", "INFORMED")),
            "closed": Q(discovery__state="CLOSED"),
        }
        wanted = self.cleaned_data.get("found")
        return rows.filter(states[wanted]) if wanted else rows


class MonitorForm(forms.Form):
    title = forms.CharField(label="名单名称", max_length=100, help_text="例如：2026年第四季度三类人员名单")
    source = forms.CharField(label="来源部门", max_length=60, initial="乡村振兴部门")
    valid_from = DateField(label="有效期起")
    valid_until = DateField(label="有效期止")
    file = forms.FileField(
        label="名单文件", help_text="Excel 或 CSV；须有姓名、身份证号、类别，库中没有的人还须有乡镇"
    )
