"""一事一议 in the browser: the list, one deliberation, the form that proposes it."""
# requirements: B16

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils import timezone

from cases.models import SpecialDeliberation
from cases.models.choices import PROGRAMS
from cases.services.specials import propose_special
from cases.special_flow import SPECIAL
from cases.views.applications import ApplicationForms
from salvation.tables.model import Column, Kind, Table
from salvation.web.filters import FilterForm
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

STATES = {state.code: state for state in SPECIAL.states}
SPECIALS = Table(
    "specials",
    "一事一议",
    (
        Column("applicant", "申请人", Kind.NAME, value="application.applicant.name", priority=1, link=True),
        Column("no", "编号", sort="no"),
        Column("state", "状态", Kind.STATE, states=STATES, priority=2),
        Column("unit", "申报单位", value="unit.name"),
        Column("proposed", "拟纳入类别", value=lambda s: s.get_proposed_display(), priority=3),
        Column("program", "会议确定类别", value=lambda s: s.get_program_display()),
        Column("calculated", "核算金额（元/月）", Kind.MONEY),
        Column("amount", "会议确定金额（元/月）", Kind.MONEY, sort="amount"),
        Column("filed_on", "申报日期", Kind.DATE, sort="filed_on"),
        Column("decided_on", "决定日期", Kind.DATE, sort="decided_on"),
        Column("valid_until", "有效期止", Kind.DATE, sort="valid_until"),
    ),
)


class SpecialFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *SPECIAL.choices()])
    program = forms.ChoiceField(label="会议确定类别", choices=[("", "全部"), *PROGRAMS])
    lookups: ClassVar[dict[str, str]] = {
        "name": "application__applicant__name__startswith", "state": "state", "program": "program",
    }  # fmt: skip


class SpecialList(ListPage):
    title = "一事一议"
    permission = "case.view"
    model = SpecialDeliberation
    table = SPECIALS
    filter_form = SpecialFilter
    record_url = "cases:special"
    lead_in = (
        "不符合常规条件但确有特殊困难的，逐案由会议研究，会议须指定合法的救助类别（002 第29条，000 第73条）。"
    )
    empty = ("没有符合条件的一事一议", "在核算后的申请中点“申报一事一议”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("application__applicant", "unit")


def matter(page: Any, special: SpecialDeliberation) -> dict[str, Any]:
    return {"special": special}


class SpecialRecord(RecordPage):
    model = SpecialDeliberation
    permission = "case.view"
    tabs = (Tab("matter", "情况", "cases/special.html", matter),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(
            "application__applicant", "application__assessment", "unit", "county", "meeting"
        )

    def head(self, subject: SpecialDeliberation) -> Head:
        facts = (
            ("编号", subject.no),
            ("申报单位", subject.unit),
            ("申报日期", f"{subject.filed_on:%Y-%m-%d}"),
        )
        links = [Link("申请", reverse("cases:application", args=[subject.application_id]))]
        return Head(f"{subject.application.applicant.name}的一事一议", facts, links)


class SpecialForm(forms.Form):
    difficulty = forms.CharField(
        label="难点", max_length=2000, widget=forms.Textarea(attrs={"rows": 4}),
        help_text="按常规为什么不能纳入，实际困难在哪里",
    )  # fmt: skip
    proposed = forms.ChoiceField(label="拟纳入类别", choices=[("", "请选择"), *PROGRAMS])
    basis = forms.CharField(
        label="依据", max_length=2000, widget=forms.Textarea(attrs={"rows": 3}), help_text="政策依据和佐证"
    )


class NewSpecial(ApplicationForms):
    title = "申报一事一议"
    permission = "case.submit"
    form_class = SpecialForm
    submit_label = "保存"
    success = "已保存，请提交县局初核"
    hint = "县局初核后由一事一议会议或联席会议研究。会议同意的，仍须公示、审核确认"

    def initial(self) -> dict[str, Any]:
        return {"proposed": self.application.program}

    def save(self, form: Any) -> str:
        made = propose_special(
            application=self.application, actor=self.request.user, now=timezone.now(), **form.cleaned_data
        )
        return reverse("cases:special", args=[made.pk])
