"""Forms of households, people and accounts."""

from typing import Any

from django import forms
from django.urls import reverse_lazy

from cases.models.choices import (
    AccountKind,
    Area,
    Disability,
    IdStatus,
    Labour,
    PovertyCause,
    Relation,
    Sex,
    choices,
)
from cases.rules.codes import NotCounted
from cases.services.people import PersonInput
from salvation.units.models import Unit
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm
from salvation.web.rowsets import RowSet, RowsForm

BLANK = [("", "请选择")]
CHECK_URL = reverse_lazy("cases:check_id")


class MemberRow(forms.Form):
    name = forms.CharField(label="姓名", max_length=50)
    id_no = forms.CharField(
        label="身份证号",
        required=False,
        max_length=24,
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-check-url": CHECK_URL}),
    )
    relation = forms.ChoiceField(label="与户主关系", choices=[*BLANK, *Relation.choices])
    phone = forms.CharField(label="电话", required=False, max_length=20)
    labour = forms.ChoiceField(label="劳动能力", required=False, choices=[("", "有"), *choices(Labour)[1:]])
    disability_kind = forms.ChoiceField(
        label="残疾类别", required=False, choices=[("", "无"), *choices(Disability)]
    )
    disability_level = forms.TypedChoiceField(
        label="残疾等级",
        required=False,
        coerce=int,
        empty_value=None,
        choices=[("", "无"), (1, "一级"), (2, "二级"), (3, "三级"), (4, "四级")],
    )
    critical_illness = forms.BooleanField(label="重病", required=False)
    in_school = forms.BooleanField(label="在读", required=False)
    exclude_reason = forms.ChoiceField(
        label="不计入家庭人口的原因", required=False, choices=[("", "计入"), *choices(NotCounted)]
    )
    id_status = forms.ChoiceField(
        label="无有效证号时的说明", required=False, choices=[("", "证号有效"), *IdStatus.choices[1:]]
    )
    birth_date = DateField(label="出生日期（无证号时）", required=False)
    sex = forms.ChoiceField(label="性别（无证号时）", required=False, choices=[("", "按证号"), *Sex.choices])

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not cleaned.get("id_no") and not cleaned.get("id_status"):
            self.add_error("id_no", "请填写身份证号；确实没有的，在“无有效证号时的说明”中选择原因")
        if bool(cleaned.get("disability_kind")) != bool(cleaned.get("disability_level")):
            self.add_error("disability_level", "残疾类别和等级须一并填写")
        return cleaned


def person_input(row: dict[str, Any]) -> PersonInput:
    """A filled member row as the service takes it."""
    facts = {
        "labour": row["labour"] or Labour.FULL.value,
        "disability_kind": row["disability_kind"],
        "disability_level": row["disability_level"],
        "critical_illness": row["critical_illness"],
        "in_school": row["in_school"],
    }
    return PersonInput(
        name=row["name"],
        id_no=row["id_no"],
        relation=row["relation"],
        phone=row["phone"],
        id_status=row["id_status"] or IdStatus.VALID,
        birth_date=row["birth_date"],
        sex=row["sex"],
        counted=not row["exclude_reason"],
        exclude_reason=row["exclude_reason"],
        facts=facts,
    )


class HouseholdForm(RowsForm):
    village = forms.ModelChoiceField(label="村（社区）", queryset=Unit.objects.none(), empty_label="请选择")
    group_name = forms.CharField(label="组", required=False, max_length=30)
    address = forms.CharField(label="住址", required=False, max_length=150)
    standard_area = forms.ChoiceField(
        label="标准适用", choices=choices(Area), widget=forms.RadioSelect,
        help_text="按户籍登记地、是否有承包土地或参加集体收益分配，由人判断，不按身份证号推断",
    )  # fmt: skip
    poverty_cause = forms.ChoiceField(
        label="主要致困原因", required=False, choices=[*BLANK, *PovertyCause.choices]
    )
    rowsets = (
        RowSet(
            "members",
            "家庭成员",
            MemberRow,
            item="成员",
            blank=3,
            hint="共同生活的家庭成员（第7条）；户主须有一名",
        ),
    )

    def __init__(self, *args: Any, villages: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["village"].queryset = villages  # type: ignore[attr-defined]


class AccountForm(forms.Form):
    holder_name = forms.ChoiceField(label="户名（家庭成员）")
    kind = forms.ChoiceField(label="账户类型", choices=AccountKind.choices)
    bank_name = forms.CharField(label="开户银行", max_length=60)
    number = forms.CharField(
        label="账号",
        max_length=30,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )
    start = DateField(label="启用日期")

    def __init__(self, *args: Any, names: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["holder_name"].choices = [(name, name) for name in names]  # type: ignore[attr-defined]


class HouseholdFilter(FilterForm):
    name = forms.CharField(label="户主姓名", max_length=50)
    no = forms.CharField(label="户编号", max_length=40)
    village = forms.CharField(label="村（社区）", max_length=30)
    area = forms.ChoiceField(label="城乡", choices=[("", "全部"), *choices(Area)])
    lookups = {
        "name": "head__name__startswith",
        "no": "no__startswith",
        "village": "village__name__contains",
        "area": "standard_area",
    }


class PersonFilter(FilterForm):
    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups = {"name": "name__startswith", "village": "village__name__contains"}


class RevealForm(forms.Form):
    reason = forms.CharField(
        label="查看用途", min_length=2, max_length=100, help_text="查看完整证号会写入日志"
    )
