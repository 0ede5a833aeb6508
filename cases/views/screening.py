"""单人保筛查 (B22): who might get 低保 alone and does not, found in the register; people still apply and are judged."""
# requirements: B22

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils import timezone

from cases.models import Person
from cases.models.choices import Disability
from cases.selectors_single import ILL, MIND, SEVERE, screened
from salvation.domain.ages import age
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.filters import FilterForm
from salvation.web.pages.lists import ListPage

REASONS = (("SEVERE", "重残（一、二级）"), ("MIND", "三级智力、精神残疾"), ("ILL", "重病"))
FILTERS = {"SEVERE": SEVERE, "MIND": MIND, "ILL": ILL}
STATES = {
    "MARGINAL": State("边缘家庭成员，可以申请", "good"),
    "APPLYING": State("已在申请", "wait"),
    "OTHER": State("家庭未认定为边缘", "ended"),
}


class ScreenedPerson(Person):
    """Somebody with a reason of 单人保, as this page shows him."""

    class Meta:
        proxy = True


def reason_of(person: Any) -> str:
    """The reasons of the register in words; no diagnosis (05 §5.7)."""
    severe = person.disability_level in (1, 2)
    mind = person.disability_level == 3 and person.disability_kind in (
        Disability.INTELLECT,
        Disability.MENTAL,
    )
    found = zip((severe, mind, person.critical_illness), (label for _, label in REASONS), strict=True)
    return "、".join(label for holds, label in found if holds)


def _state(person: Any) -> str:
    if person.applying:
        return "APPLYING"
    return "MARGINAL" if person.marginal else "OTHER"


SCREENING = Table(
    "single-screening",
    "单人保筛查",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("state", "情况", Kind.STATE, value=_state, states=STATES, priority=2),
        Column("reason", "依据", value=reason_of, priority=3),
        Column("id_no", "身份证号", Kind.ID),
        Column("age", "年龄", Kind.COUNT, value=lambda p: age(p.birth_date, timezone.localdate()) if p.birth_date else None),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
    ),
)  # fmt: skip


class ScreeningFilter(FilterForm):
    state = forms.ChoiceField(
        label="情况",
        choices=[
            ("", "全部"),
            ("marginal", "边缘家庭成员"),
            ("applying", "已在申请"),
            ("other", "家庭未认定为边缘"),
        ],
    )
    reason = forms.ChoiceField(label="依据", choices=[("", "全部"), *REASONS])
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {"village": "village__name__contains"}

    def narrow(self, rows: Any) -> Any:
        match self.cleaned_data.get("state"):
            case "marginal":
                rows = rows.filter(marginal=True, applying=False)
            case "applying":
                rows = rows.filter(applying=True)
            case "other":
                rows = rows.filter(marginal=False, applying=False)
        reason = FILTERS.get(self.cleaned_data.get("reason") or "")
        return rows.filter(reason) if reason else rows


class SingleScreening(ListPage):
    title = "单人保筛查"
    permission = "case.view"
    model = ScreenedPerson
    table = SCREENING
    filter_form = ScreeningFilter
    lead_in = (
        "库中的重残、三级智力精神残疾、重病人员，现在没有享受低保、特困的。边缘家庭的成员可以单独申请（第8条）；"
        "家庭还没有认定的，先申请边缘认定。"
    )
    empty = ("没有符合条件的人员", "人员的残疾、重病情况在“家庭”登记时填写")

    def narrow(self, rows: Any) -> Any:
        return screened(rows).select_related("unit", "village")

    def row_url(self, row: Any) -> str:
        return reverse("cases:person", args=[row.pk])
