"""困难群众数据库 (B27): one file a household for everybody with a status, and what is missing before help can be paid."""
# requirements: B27

from typing import Any, ClassVar

from django import forms
from django.db.models import Exists
from django.utils import timezone

from cases.models import Household
from cases.models.choices import PROGRAMS
from cases.registry import helped, with_status
from salvation.tables.model import Column, Kind, Table
from salvation.web.filters import FilterForm
from salvation.web.pages.lists import ListPage

LACKS = (("account", "收款账户"), ("number", "有效证号"), ("economy", "近一年经济状况"))


class RegistryHousehold(Household):
    """A household as the registry shows it."""

    class Meta:
        proxy = True


def tags(household: Any) -> str:
    """Its statuses in words."""
    words = [benefit.get_program_display() for benefit in household.running]
    words += ["在办申请"] if household.applying else []
    words += ["近一年临时救助"] if household.relieved else []
    words += ["主动发现核查中"] if household.found else []
    return "、".join(dict.fromkeys(words))


def lacks(household: Any) -> str:
    """What is to be completed, in words; nothing when whole."""
    return "、".join(label for key, label in LACKS if getattr(household, f"no_{key}"))


REGISTRY = Table(
    "registry",
    "困难群众数据库",
    (
        Column("head", "户主", Kind.NAME, value="head.name", priority=1, link=True, sort="head__name"),
        Column("tags", "身份", value=tags, priority=2),
        Column("lacks", "缺项", value=lacks, priority=3),
        Column("no", "户编号", sort="no"),
        Column("people", "人口", Kind.COUNT, value=lambda household: len(household.present)),
        Column("unit", "受理单位", value="handling_unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("poverty_cause", "致困原因", value=lambda h: h.get_poverty_cause_display(), optional=True),
        Column("created_at", "建档日期", Kind.DATE, sort="created_at", optional=True),
    ),
)


class RegistryFilter(FilterForm):
    name = forms.CharField(label="户主姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    program = forms.ChoiceField(
        label="身份",
        choices=[
            ("", "全部"),
            *PROGRAMS,
            ("APPLYING", "在办申请"),
            ("RELIEVED", "近一年临时救助"),
            ("FOUND", "主动发现核查中"),
        ],
    )
    lacking = forms.ChoiceField(label="缺项", choices=[("", "全部"), *LACKS])
    lookups: ClassVar[dict[str, str]] = {
        "name": "head__name__startswith",
        "village": "village__name__contains",
    }

    def narrow(self, rows: Any) -> Any:
        status, lacking = self.cleaned_data.get("program"), self.cleaned_data.get("lacking")
        if status in ("APPLYING", "RELIEVED", "FOUND"):
            rows = rows.filter(**{status.lower(): True})
        elif status:
            rows = rows.filter(Exists(helped(timezone.localdate()).filter(program=status)))
        return rows.filter(**{f"no_{lacking}": True}) if lacking else rows


class Registry(ListPage):
    title = "困难群众数据库"
    permission = "case.view"
    model = RegistryHousehold
    table = REGISTRY
    filter_form = RegistryFilter
    record_url = "cases:household"
    lead_in = (
        "凡救助必用库，凡受助必入库（004 第8条）。缺账户、缺有效证号的不能发放；经济状况超过一年的须更新。"
    )
    empty = ("没有符合条件的家庭", "受理任何救助前先在“家庭”登记，建立一户一档")

    def narrow(self, rows: Any) -> Any:
        return with_status(rows, timezone.localdate()).select_related("head", "handling_unit", "village")
