"""Forms of an application: the application itself, the household's economy, the visit, photos."""

from typing import Any

from django import forms
from django.utils import timezone

from cases.flows import APPLICATION
from cases.forms.economy import rows_from
from cases.models import Household, Survey, Surveyor
from cases.models.choices import LASTING, TEKUN, Area, Disability, Program, SingleReason, choices
from cases.rules.codes import (
    CareIndicator,
    DutyCategory,
    Employment,
    Exemption,
    ExpenseKind,
    IncomeItem,
    PropertyKind,
)
from cases.rules.materials import ASKED_OF_PEOPLE
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.vault.fields import Sealed
from salvation.web.fields import DateField, FilesField, MoneyField, YesNoField
from salvation.web.filters import FilterForm
from salvation.web.rowsets import RowSet, RowsForm

BLANK = [("", "请选择")]
NONE = [("", "无")]
LEVELS = [(1, "一级"), (2, "二级"), (3, "三级"), (4, "四级")]


class TieRow(forms.Form):
    """One relative in office."""

    member = forms.TypedChoiceField(label="家庭成员", coerce=int)
    relation = forms.ChoiceField(label="是工作人员的")
    staff_name = forms.CharField(label="工作人员姓名", max_length=50)
    staff_place = forms.CharField(label="单位和职务", max_length=100, required=False)

    def __init__(self, *args: Any, people: Any = (), relations: Any = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["member"].choices = [*BLANK, *people]  # type: ignore[attr-defined]
        self.fields["relation"].choices = [*BLANK, *((word, word) for word in relations)]  # type: ignore[attr-defined]


class VillageField(forms.ModelChoiceField):
    """A village of the county with its township: names repeat."""

    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.parent} {obj}"


class ApplicationForm(RowsForm):
    program = forms.ChoiceField(label="申请类别", choices=[*BLANK, *((p.value, p.label) for p in LASTING)])
    applicant_id = forms.TypedChoiceField(label="申请人", coerce=int)
    is_single = forms.BooleanField(label="按单人保申请（第8条）", required=False)
    single_reason = forms.ChoiceField(
        label="单人保依据", required=False, choices=[*NONE, *choices(SingleReason)]
    )
    applied_on = DateField(label="申请日期")
    reason = forms.CharField(
        label="申请理由", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3})
    )
    event = forms.CharField(
        label="因疫、因灾事件",
        required=False,
        max_length=40,
        help_text="属于疫情或灾害的填事件名称，用于专项统计",
    )
    apart_village = VillageField(
        label="另一公示地（本县的户籍地或居住地）",
        queryset=Unit.objects.none(),
        required=False,
        empty_label="没有人户分离",
    )
    apart_place = forms.CharField(
        label="县外的户籍地或居住地",
        required=False,
        max_length=100,
        help_text="例如：某市某区某街道某社区公开栏",
    )
    authorised = YesNoField(label="全部家庭成员已签核对授权书", help_text="没有授权不能查询家庭经济状况")
    kinship_declared = YesNoField(label="申请人已作近亲属申明")
    kinship_flag = YesNoField(
        label="与经办人员、村（社区）干部有近亲属关系",
        help_text="有的，在下面逐人填写，须县级人员入户（第20条）",
    )
    received = forms.MultipleChoiceField(
        label="已收到的材料", required=False, widget=forms.CheckboxSelectMultiple,
        choices=[(item.code, item.label) for item in ASKED_OF_PEOPLE],
        help_text="只勾收到的；登记后列出还缺的，一次性告知",
    )  # fmt: skip
    rowsets = (
        RowSet(
            "ties",
            "近亲属申明",
            TieRow,
            item="近亲属",
            hint="家庭成员中与经办人员、村（社区）干部有近亲属关系的，没有的不填",
        ),
    )

    def __init__(
        self,
        *args: Any,
        people: list[tuple[int, str]],
        relations: list[str],
        villages: Any,
        area: str,
        **kwargs: Any,
    ) -> None:
        self.row_choices = {"people": people, "relations": relations}
        super().__init__(*args, **kwargs)
        other = Program.DIBAO_RURAL if area == Area.URBAN else Program.DIBAO_URBAN
        program: Any = self.fields["program"]
        program.choices = [choice for choice in program.choices if choice[0] != other]
        self.fields["applicant_id"].choices = people  # type: ignore[attr-defined]
        village: Any = self.fields["apart_village"]
        village.queryset = villages.select_related("parent")

    def choices_for_rows(self) -> dict[str, Any]:
        return self.row_choices

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        if cleaned.get("apart_village") and cleaned.get("apart_place"):
            self.add_error("apart_place", "另一公示地在本县的，县外的不填")
        if cleaned.get("kinship_flag") and not self.cleaned_rows.get("ties"):
            self.add_error("kinship_flag", "有近亲属关系的，请在“近亲属申明”中填写是谁、什么关系")
        return cleaned


WAYS = (("monthly", "月值"), ("yearly", "年值"), ("once", "一笔"), ("mu", "亩数"))


class MemberChoiceRow(forms.Form):
    """A row that belongs to a member or to the household as a whole. ``hidden``: what this programme does not ask."""

    member = forms.ChoiceField(label="成员", required=False)

    def __init__(
        self, *args: Any, people: list[tuple[str, str]], hidden: frozenset[str] = frozenset(), **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        for name in hidden & set(self.fields):
            del self.fields[name]
        if "member" in self.fields:
            self.fields["member"].choices = [("", "全户"), *people]  # type: ignore[attr-defined]


class IncomeRow(MemberChoiceRow):
    item = forms.ChoiceField(label="收入（支出）项", choices=[*BLANK, *choices(IncomeItem)])
    way = forms.ChoiceField(
        label="录入方式", required=False, choices=[("", "月值"), *WAYS[1:]], help_text="以年值为准，月值×12"
    )
    amount = forms.DecimalField(label="金额（元）或亩数", min_value=0, max_digits=12, decimal_places=2)
    cost = MoneyField(label="相关成本（元）", required=False)
    received = DateField(label="到账日期（一笔）", required=False)
    crop = forms.CharField(label="作物（按亩）", required=False, max_length=20)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("way") == "once" and not cleaned.get("received"):
            self.add_error("received", "一笔收入须填到账日期")
        if cleaned.get("way") == "mu" and not cleaned.get("crop"):
            self.add_error("crop", "按亩数计算的须填作物")
        return cleaned


class PropertyRow(MemberChoiceRow):
    kind = forms.ChoiceField(label="类型", choices=[*BLANK, *choices(PropertyKind)])
    name = forms.CharField(label="说明", required=False, max_length=60)
    value = MoneyField(label="价值（元）", required=False)
    area = forms.DecimalField(label="面积（㎡）", required=False, min_value=0, max_digits=8, decimal_places=2)
    code = forms.ChoiceField(label="豁免", required=False, choices=[("", "不豁免"), *choices(Exemption)[1:]])
    reason = forms.CharField(label="豁免理由", required=False, max_length=100)
    evidence = forms.CharField(label="佐证", required=False, max_length=100)
    decision = forms.CharField(label="集体决议", required=False, max_length=100)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if cleaned.get("code") and not all(cleaned.get(key) for key in ("reason", "evidence", "decision")):
            self.add_error("code", "豁免须有理由、佐证和集体决议")
        return cleaned


class ExpenseRow(MemberChoiceRow):
    kind = forms.ChoiceField(label="类别", choices=[*BLANK, *choices(ExpenseKind)])
    amount = MoneyField(label="支出（元，近12个月）")
    reimbursed = MoneyField(label="其中报销、补助（元）", required=False)
    public_fee = MoneyField(label="同类公办收费标准（元）", required=False)
    receipts = forms.CharField(
        label="票据", required=False, max_length=60, help_text="张数和票据号，原件扫描后上传到“刚性支出票据”"
    )


class BearerRow(MemberChoiceRow):
    name = forms.CharField(label="义务人姓名", max_length=50)
    relation = forms.CharField(label="关系", required=False, max_length=20)
    birth = DateField(label="出生日期", required=False)
    category = forms.ChoiceField(
        label="类别", required=False, choices=[("", "一般"), *choices(DutyCategory)[1:]]
    )
    disability_kind = forms.ChoiceField(
        label="残疾类别", required=False, choices=[*NONE, *choices(Disability)]
    )
    disability_level = forms.TypedChoiceField(
        label="残疾等级", required=False, coerce=int, empty_value=None, choices=[*NONE, *LEVELS]
    )
    yearly_income = MoneyField(label="本人年收入（元）", required=False)
    monthly_per_capita = MoneyField(label="家庭月人均收入（元）", required=False)
    supported = forms.IntegerField(label="应供养人数", required=False, min_value=1, max_value=50)
    supports_here = forms.IntegerField(label="其中在本户（人）", required=False, min_value=1, max_value=50)
    agreed_monthly = MoneyField(label="协议（判决）月供养费（元）", required=False)
    exempt_reason = forms.CharField(label="不计供养费的理由", required=False, max_length=100)
    no_duty_reason = forms.CharField(
        label="不是法定义务人的原因", required=False, max_length=100,
        help_text="共同生活、没有供养义务的人，如兄弟姐妹",
    )  # fmt: skip
    other_reason = forms.CharField(
        label="省定其他无履行能力情形", required=False, max_length=100, help_text="写明情形和文号"
    )
    property_ok = forms.BooleanField(label="财产符合低收入家庭规定", required=False)
    imprisoned = forms.BooleanField(label="服刑", required=False)
    missing = forms.BooleanField(label="宣告失踪", required=False)
    incapacitated = forms.BooleanField(label="无民事行为能力", required=False)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if bool(cleaned.get("disability_kind")) != bool(cleaned.get("disability_level")):
            self.add_error("disability_level", "残疾类别和等级须一并填写")
        if (cleaned.get("supports_here") or 1) > (cleaned.get("supported") or 1):
            self.add_error("supports_here", "在本户的人数不能多于应供养人数")
        return cleaned


class MemberEconomyRow(MemberChoiceRow):
    employment = forms.ChoiceField(
        label="就业状态", required=False, choices=[("", "按登记"), *choices(Employment)]
    )
    imputed_monthly = MoneyField(label="据实认定月收入（元）", required=False)
    imputed_reason = forms.CharField(label="实事求是认定理由", required=False, max_length=100)
    illness = forms.CharField(label="病种", required=False, max_length=40)
    tier = forms.CharField(label="低保档次", required=False, max_length=4)
    clergy_years = forms.IntegerField(
        label="在宗教场所居住年数",
        required=False,
        min_value=1,
        max_value=100,
        help_text="脱离家庭的宗教教职人员",
    )
    single_other = forms.CharField(
        label="县级以上规定的其他单人保情形", required=False, max_length=100, help_text="写明情形和文号"
    )
    care_lost = forms.MultipleChoiceField(
        label="不能自理的项目（特困评估）",
        required=False,
        choices=choices(CareIndicator),
        widget=forms.CheckboxSelectMultiple,
    )


# What only one programme asks for; elsewhere it is shown where somebody filled it in already.
OF_TEKUN = frozenset(
    {"category", "disability_kind", "disability_level", "yearly_income", "no_duty_reason", "other_reason",
     "property_ok", "imprisoned", "missing", "incapacitated"}
)  # fmt: skip
OF_SINGLE = frozenset({"clergy_years", "single_other"})
# Assessed by two people with photographs in a register of its own (L43 第21条), here only of earlier declarations.
ASSESSED = frozenset({"care_lost"})


class EconomyForm(RowsForm):
    """``asks``: the items of one programme alone that are to be shown."""

    rowsets = (
        RowSet("incomes", "收入与经常性支出", IncomeRow, item="收入", blank=3,
               hint="四类收入、不计入项、税费社保逐项填写；不计入的由系统按规定剔除"),
        RowSet("properties", "财产", PropertyRow, item="财产", blank=1),
        RowSet("expenses", "刚性支出", ExpenseRow, item="支出", blank=1),
        RowSet("duty_bearers", "法定义务人", BearerRow, item="义务人", blank=1,
               hint="依法应当赡养、抚养、扶养本户成员的人，逐人填写"),
        RowSet("members", "成员情况", MemberEconomyRow, item="成员", blank=1, hint="只在需要时填写"),
    )  # fmt: skip

    def __init__(
        self,
        *args: Any,
        people: list[tuple[str, str]],
        asks: frozenset[str] = OF_TEKUN | OF_SINGLE,
        initial: Any = None,
        **kwargs: Any,
    ) -> None:
        self.people = people
        rows = [row for name in ("duty_bearers", "members") for row in (initial or {}).get(name, [])]
        filled = {name for row in rows for name, value in row.items() if value not in (None, "", [], False)}
        self.hidden = (OF_TEKUN | OF_SINGLE | ASSESSED) - asks - filled
        super().__init__(*args, initial=initial, **kwargs)

    @classmethod
    def of_household(
        cls, household: Household, kept: Sealed | None, data: Any, files: Any, asks: frozenset[str]
    ) -> "EconomyForm":
        """The form for today's members, with the sealed declaration kept earlier filled in."""
        members = household.members.filter(left_on__isnull=True).select_related("person")
        people = [(str(member.person_id), member.person.name) for member in members]
        initial = rows_from(sealed_facts.load(kept)) if kept else {}
        return cls(data, files, people=people, asks=asks, initial=initial)

    def choices_for_rows(self) -> dict[str, Any]:
        return {"people": self.people, "hidden": self.hidden}


def asked_by(program: str, *, is_single: bool) -> frozenset[str]:
    """The items a programme asks for beside those of all."""
    if program in TEKUN:
        return OF_TEKUN
    return OF_SINGLE if is_single else frozenset()


class SurveyorRow(forms.Form):
    name = forms.CharField(label="调查人姓名", max_length=50)
    level = forms.ChoiceField(label="所属", choices=[*BLANK, *Surveyor.Level.choices])


class SurveyForm(RowsForm):
    method = forms.ChoiceField(label="方式", choices=Survey.Method.choices)
    visited_at = forms.DateTimeField(
        label="调查时间",
        widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"),
    )
    place = forms.CharField(label="地点", max_length=100)
    present = forms.CharField(
        label="在场家庭成员", max_length=200, help_text="邻里走访、信函、电话的，填走访或联系的对象"
    )
    no_visit_reason = forms.CharField(
        label="不能入户的原因", max_length=200, required=False, help_text="方式为电话（视频）的必填"
    )
    sent_on = DateField(label="信函发出日期", required=False, help_text="方式为信函的必填")
    replied_on = DateField(label="回函日期", required=False)
    findings = forms.CharField(label="调查情况", max_length=4000, widget=forms.Textarea(attrs={"rows": 5}))
    conclusion = forms.CharField(label="结论", max_length=200)
    signed_by_family = YesNoField(label="在场家庭成员已签字")
    photos = FilesField(label="照片", required=False, help_text="家庭住房、生活状况；可多选")
    rowsets = (
        RowSet(
            "surveyors",
            "调查人",
            SurveyorRow,
            item="调查人",
            blank=3,
            hint="两人以上，乡镇、村（社区）两级都要有人",
        ),
    )


class PhotosForm(forms.Form):
    kind = forms.ChoiceField(
        label="类别", choices=[("NOTICE", "公示照片"), ("SURVEY", "入户照片"), ("MATERIAL", "申请材料")]
    )
    files = FilesField(  # type: ignore[assignment]
        label="文件", help_text="公示照片须有开始、结束两张；照片、PDF、Word、Excel，单个不超过20MB"
    )


class ApplicationFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    program = forms.ChoiceField(label="类别", choices=[("", "全部"), *((p.value, p.label) for p in LASTING)])
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *APPLICATION.choices()])
    late = forms.ChoiceField(label="期限", choices=[("", "全部"), ("1", "已逾期")])
    event = forms.CharField(label="因疫、因灾事件", max_length=40)
    emergency = forms.ChoiceField(label="应急简化", choices=[("", "全部"), ("1", "是")])
    lookups = {
        "name": "applicant__name__startswith", "program": "program", "state": "state", "event": "event__contains",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        if self.cleaned_data.get("emergency"):
            rows = rows.filter(emergency__isnull=False)
        return rows.filter(due_on__lt=timezone.localdate()) if self.cleaned_data.get("late") else rows
