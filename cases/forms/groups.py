"""Forms and filters of 弱势群体核对 (G16)."""

from typing import Any, ClassVar

from django import forms
from django.db.models import Q
from django.utils import timezone

from cases.models import GroupEntry, GroupList, ListedPerson
from cases.models.choices import CareLevel, choices
from cases.rules.groups import Aspect, Group, Health, Housing, Level, Livelihood, LivesWith, Schooling, Work
from cases.selectors_groups import STAYS, UNPLACED, lacking, newest_lists
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm

ALL = [("", "全部")]
UNKNOWN = [("", "没有掌握")]


class EntryFilter(FilterForm):
    year = forms.RegexField(r"^20[0-9]{2}$", label="年度", error_messages={"invalid": "请按“2026”填写年度"})
    group = forms.ChoiceField(label="人群", choices=[*ALL, *choices(Group)])
    state = forms.ChoiceField(
        label="核对",
        choices=[
            *ALL,
            ("open", "待核对"),
            ("late", "逾期"),
            ("done", "已核对"),
            ("counted", "底册内（不含已死亡、迁出）"),
        ],
    )
    lack = forms.ChoiceField(
        label="未掌握", choices=[*ALL, ("ANY", "任一方面"), *((a.value, f"{a.label}情况") for a in Aspect)]
    )
    known = forms.ChoiceField(
        label="已掌握",
        choices=[*ALL, ("ANY", "五方面都掌握"), *((a.value, f"{a.label}情况") for a in Aspect)],
    )
    outcome = forms.ChoiceField(label="结论", choices=[*ALL, *GroupEntry.Outcome.choices])
    name = forms.CharField(label="姓名", max_length=50)
    unit = forms.CharField(label="单位", max_length=30)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "name": "name__startswith", "unit": "unit__name__contains", "outcome": "outcome",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        asked = self.cleaned_data
        if village := asked.get("village"):
            named = Q(village__isnull=True) if village == UNPLACED else Q(village__name__contains=village)
            rows = rows.filter(named)
        if group := asked.get("group"):
            rows = rows.filter(groups__contains=[group])
        if lack := asked.get("lack"):
            rows = lacking(rows, lack)
        if known := asked.get("known"):
            rows = rows.exclude(outcome=GroupEntry.Outcome.GONE).exclude(
                pk__in=lacking(rows, known).values("pk")
            )
        waiting = Q(checked_on__isnull=True)
        match asked.get("state"):
            case "open":
                return rows.filter(waiting)
            case "late":
                return rows.filter(waiting, round__due_on__lt=timezone.localdate())
            case "done":
                return rows.exclude(waiting).filter(STAYS)
            case "counted":
                return rows.filter(STAYS)
        return rows


class EntryForm(forms.Form):
    lives_with = forms.ChoiceField(label="居住情况", required=False, choices=[*UNKNOWN, *choices(LivesWith)])
    carer = forms.CharField(
        label="监护人（照料人）", required=False, max_length=60,
        help_text="未成年人必填；生活不能自理的填照料人。写姓名和关系，例如：谢建国（祖父）",
    )  # fmt: skip
    health = forms.ChoiceField(label="健康状况", required=False, choices=[*UNKNOWN, *choices(Health)])
    self_care = forms.ChoiceField(label="自理能力", required=False, choices=[*UNKNOWN, *choices(CareLevel)])
    work = forms.ChoiceField(label="就业情况", required=False, choices=[*UNKNOWN, *choices(Work)])
    schooling = forms.ChoiceField(label="就学情况", required=False, choices=[*UNKNOWN, *choices(Schooling)])
    level = forms.ChoiceField(
        label="文化程度", required=False, choices=[*UNKNOWN, *choices(Level)], help_text="已读完的最高一级"
    )
    housing = forms.ChoiceField(label="住房", required=False, choices=[*UNKNOWN, *choices(Housing)])
    livelihood = forms.ChoiceField(
        label="主要生活来源", required=False, choices=[*UNKNOWN, *choices(Livelihood)]
    )
    note = forms.CharField(
        label="困难和需求", required=False, max_length=1000, widget=forms.Textarea(attrs={"rows": 3}),
        help_text="可能符合救助条件的必填，带入主动发现",
    )  # fmt: skip
    outcome = forms.ChoiceField(
        label="结论", choices=[("", "请选择"), *GroupEntry.Outcome.choices],
        help_text="选“转主动发现”的，保存后自动登记一件主动发现，按期核查并引导申请",
    )  # fmt: skip
    checked_on = DateField(label="核对日期")
    checkers = forms.CharField(label="核对人员", max_length=100)

    def __init__(self, *args: Any, may_discover: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not may_discover:
            outcome: Any = self.fields["outcome"]
            outcome.choices = [one for one in outcome.choices if one[0] != GroupEntry.Outcome.NEEDS]
            outcome.help_text = "可能符合救助条件的，由乡镇经办登记结论，转主动发现"


class RoundForm(forms.Form):
    year = forms.IntegerField(label="年度", min_value=2020, max_value=2099)
    due_on = DateField(label="完成期限")


class ListForm(forms.Form):
    group = forms.ChoiceField(label="人群", choices=[("", "请选择"), *choices(Group)])
    source = forms.CharField(
        label="来源部门", max_length=60, help_text="例如：县乡村振兴部门、县残联、县卫健委、县教育局"
    )
    as_of = DateField(label="数据日期")
    file = forms.FileField(
        label="名单文件",
        help_text="Excel 或 CSV；须有姓名、身份证号，库中没有的人还须有乡镇；可有村、类别、重病、重残、劳动能力",
    )


class ListedFilter(FilterForm):
    listing = forms.ModelChoiceField(label="名单", queryset=GroupList.objects.none(), empty_label="现行名单")
    group = forms.ChoiceField(label="人群", choices=[*ALL, *choices(Group)])
    known = forms.ChoiceField(label="在库", choices=[*ALL, ("yes", "在库"), ("no", "不在库")])
    helped = forms.ChoiceField(label="救助", choices=[*ALL, ("yes", "在保"), ("no", "不在保")])
    name = forms.CharField(label="姓名", max_length=50)
    unit = forms.CharField(label="单位", max_length=30)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "group": "listing__group", "name": "name__startswith", "unit": "unit__name__contains",
        "village": "village__name__contains",
    }  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        own = ListedPerson.objects.visible_to(self.user).values("listing")
        listings: Any = self.fields["listing"]
        listings.queryset = GroupList.objects.filter(pk__in=own)

    def narrow(self, rows: Any) -> Any:
        asked = self.cleaned_data
        listing = asked.get("listing")
        newest = newest_lists(timezone.localdate()).values("pk")
        rows = rows.filter(listing=listing) if listing else rows.filter(listing__in=newest)
        if known := asked.get("known"):
            rows = rows.filter(person__isnull=known == "no")
        if helped := asked.get("helped"):
            rows = rows.filter(helped=helped == "yes")
        return rows
