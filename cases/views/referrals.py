"""转介 in the browser: needs, lists to departments, answers, and everything a family was helped with (B35, B27)."""
# requirements: B27, B35

from typing import Any, ClassVar

from django import forms
from django.http import FileResponse, HttpRequest
from django.urls import reverse
from django.utils import timezone

from cases import dossier
from cases.dossier import Entry
from cases.models import Household, Referral, ReferralBatch
from cases.models.referral import DEPARTMENTS, Need
from cases.services.referrals import Answer, answer_one, import_answers, push_list, raise_need, read_list
from salvation.access.place import own_county
from salvation.access.services import get_visible, require
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.downloads import download
from salvation.web.fields import DateField, MoneyField
from salvation.web.filters import FilterForm
from salvation.web.pages.base import ScopedPage
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage

STAGES = {
    "RAISED": State("待推送", "wait"),
    "PUSHED": State("待反馈", "wait"),
    "ANSWERED": State("已反馈", "good"),
}
REFERRALS = Table(
    "referrals",
    "转介专项救助",
    (
        Column("name", "姓名", Kind.NAME, value="person.name", priority=1, link=True, sort="person__name"),
        Column("stage", "状态", Kind.STATE, states=STAGES, priority=2),
        Column("need", "需求", value="get_need_display", priority=3),
        Column("department", "部门"),
        Column("situation", "困难情况", width=30),
        Column("raised_on", "提出日期", Kind.DATE, sort="raised_on"),
        Column("pushed_on", "推送日期", Kind.DATE, sort="pushed_on"),
        Column("answered_on", "反馈日期", Kind.DATE),
        Column("outcome", "反馈结果", value="get_outcome_display"),
        Column("amount", "救助金额（元）", Kind.MONEY),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name", optional=True),
        Column("answer", "反馈说明", optional=True, width=30),
    ),
)
BATCHES = Table(
    "referral-batches",
    "推送名单",
    (
        Column("title", "名单", value=str, priority=1, link=True),
        Column("department", "部门", priority=2),
        Column("rows", "人数", Kind.COUNT, priority=3),
        Column("purpose", "用途"),
        Column("made_by", "推送人", value=lambda batch: str(batch.made_by or "")),
        Column("made_at", "推送时间", Kind.DATE, sort="made_at"),
    ),
)


class ReferralFilter(FilterForm):
    need = forms.ChoiceField(label="需求", choices=[("", "全部"), *Need.choices])
    stage = forms.ChoiceField(
        label="状态", choices=[("", "全部"), *((k, s.label) for k, s in STAGES.items())]
    )
    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "need": "need", "name": "person__name__startswith", "village": "village__name__contains",
    }  # fmt: skip

    def narrow(self, rows: Any) -> Any:
        match self.cleaned_data.get("stage"):
            case "RAISED":
                return rows.filter(pushed_on__isnull=True)
            case "PUSHED":
                return rows.filter(pushed_on__isnull=False, outcome__in=("", "WAITING"))
            case "ANSWERED":
                return rows.exclude(outcome__in=("", "WAITING"))
        return rows


class ReferralList(ListPage):
    title = "转介专项救助"
    permission = "case.view"
    model = Referral
    table = REFERRALS
    filter_form = ReferralFilter
    create_url = "cases:push_referrals"
    create_permission = "case.review"
    create_label = "推送给部门"
    lead_in = (
        "入户、巡访、回访中发现的医疗、教育、住房等需求，由县局按部门推送名单、收回反馈，形成一户一条救助链。"
    )
    empty = ("没有符合条件的转介", "在家庭的“救助链”中点“登记需求”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("person", "unit", "village")

    def row_url(self, row: Any) -> str:
        return reverse("cases:household", args=[row.household_id]) + "?tab=chain"


def chain(page: Any, household: Household) -> dict[str, Any]:
    """Everything the family was helped with, by whom, in the order of time; the needs with their answers."""
    user = page.request.user
    referrals = Referral.objects.visible_to(user).filter(household=household).select_related("person")
    members = household.members.select_related("person")
    found: dict[Entry, None] = {}
    for member in members:
        found |= dict.fromkeys(one for one in dossier.entries(member.person, user) if one.kind in HELP)
    return {
        "referrals": referrals,
        "entries": sorted(found, key=lambda entry: entry.on, reverse=True)[:200],
        "may_raise": user.may("case.survey", household.village),
        "may_answer": user.may("case.edit", household.handling_unit)
        or user.may("case.review", household.handling_unit),
        "household": household,
    }


HELP = ("申请", "待遇", "变更", "临时救助", "照料", "转介")


class NeedForm(forms.Form):
    person = forms.TypedChoiceField(label="谁的需求", coerce=int)
    need = forms.ChoiceField(
        label="需求", choices=[(need.value, f"{need.label}（{DEPARTMENTS[need]}）") for need in Need]
    )
    situation = forms.CharField(label="困难情况", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))
    raised_on = DateField(label="提出日期")

    def __init__(self, *args: Any, people: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["person"].choices = people  # type: ignore[attr-defined]


class NewReferral(FormPage):
    title = "登记转介需求"
    permission = "case.survey"
    submit_label = "登记"
    success = "已登记，由县局推送给部门"
    household: Household

    def prepare(self) -> None:
        rows = Household.objects.select_related("head", "handling_unit", "village")
        self.household = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "case.survey", self.household.village)

    def page_title(self) -> str:
        return f"{self.title}：{self.household}"

    def make_form(self, data: Any, files: Any) -> NeedForm:
        members = self.household.members.filter(left_on__isnull=True).select_related("person")
        people = [(member.person_id, member.person.name) for member in members]
        return NeedForm(data, files, people=people, initial={"raised_on": timezone.localdate()})

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        raise_need(
            household=self.household, person_id=cleaned.pop("person"), actor=self.request.user, **cleaned
        )
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:household", args=[self.kwargs["pk"]]) + "?tab=chain"


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(label="反馈结果", choices=Referral.Outcome.choices, widget=forms.RadioSelect)
    amount = MoneyField(label="救助金额（元）", required=False)
    answer = forms.CharField(label="反馈说明", required=False, max_length=300)
    answered_on = DateField(label="反馈日期")


class AnswerReferral(FormPage):
    title = "登记转介反馈"
    permission = "case.view"
    form_class = AnswerForm
    submit_label = "保存反馈"
    success = "反馈已登记"
    drafts = False
    referral: Referral

    def prepare(self) -> None:
        user: Any = self.request.user
        if not user.may("case.review"):
            require(user, "case.edit")
        rows = Referral.objects.select_related("person", "unit")
        self.referral = get_visible(rows, user, pk=self.kwargs["pk"])

    def page_title(self) -> str:
        return f"{self.title}：{self.referral}"

    def initial(self) -> dict[str, Any]:
        return {"answered_on": timezone.localdate(), "outcome": self.referral.outcome or "HELPED"}

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        on = cleaned.pop("answered_on")
        answer_one(referral=self.referral, answer=Answer(**cleaned), answered_on=on, actor=self.request.user)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("cases:household", args=[self.referral.household_id]) + "?tab=chain"


class PushForm(forms.Form):
    need = forms.ChoiceField(
        label="推送给", choices=[(need.value, f"{DEPARTMENTS[need]}（{need.label}）") for need in Need]
    )
    purpose = forms.CharField(label="用途", max_length=200, help_text="名单含完整证号，用途写入日志")


class PushReferrals(FormPage):
    title = "推送转介名单"
    permission = "case.review"
    form_class = PushForm
    submit_label = "生成名单并推送"
    drafts = False
    hint = "把等待推送的需求按部门生成一份 Excel，密封保存，经第二人批准后24小时内下载，每次下载写入日志；部门填好反馈结果后在“导入反馈”中收回"

    def save(self, form: Any) -> str:
        made = push_list(
            **form.cleaned_data,
            county=own_county(self.request.user),
            actor=self.request.user,
            now=timezone.now(),
        )
        self.success = f"已生成{made.department}的名单 {made.rows} 人，已提请第二人批准，批准后在列表中下载"
        return reverse("cases:referral_lists")

    def cancel_url(self) -> str:
        return reverse("cases:referrals")


class ReferralBatches(ListPage):
    title = "转介名单"
    permission = "case.review"
    model = ReferralBatch
    table = BATCHES
    create_url = "cases:push_referrals"
    create_permission = "case.review"
    create_label = "推送给部门"
    empty = ("还没有推送过名单", "有等待推送的需求后点“推送给部门”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("made_by")

    def row_url(self, row: Any) -> str:
        return reverse("files:whole", args=[row._meta.label_lower, row.pk])


class ReferralFile(ScopedPage):
    title = "下载转介名单"
    permission = "case.review"
    model = ReferralBatch

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        batch = self.subject(pk=pk)
        return download(read_list(batch=batch, actor=request.user), f"{batch}-{batch.pk}.xlsx")


class ImportForm(forms.Form):
    answered_on = DateField(label="反馈日期")
    file = forms.FileField(label="反馈文件", help_text="部门填好“反馈结果”的原名单；Excel 或 CSV")


class ImportAnswers(FormPage):
    title = "导入转介反馈"
    permission = "case.review"
    form_class = ImportForm
    submit_label = "导入"
    drafts = False
    hint = "按身份证号、姓名和需求对应。有一行对不上，整个文件不写入，并列出行号、栏目、原因和改法"

    def initial(self) -> dict[str, Any]:
        return {"answered_on": timezone.localdate()}

    def save(self, form: Any) -> str:
        content = form.cleaned_data["file"].read()
        on = form.cleaned_data["answered_on"]
        made = import_answers(
            content=content, county=own_county(self.request.user), answered_on=on, actor=self.request.user
        )
        self.success = f"已登记 {made} 条反馈"
        return reverse("cases:referrals")

    def cancel_url(self) -> str:
        return reverse("cases:referrals")
