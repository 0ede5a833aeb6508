"""提标减标 in the browser: choose a confirmed standard, see what it does, decide, follow, take back."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.jobs import ADJUST, ADJUST_TRY, ADJUST_UNDO
from cases.models import SimulatedChange, StandardAdjustment
from cases.rules.standards import is_standard
from cases.services.adjustment_orders import back_pay
from cases.services.adjustments import ask_adjustment, ask_trial, ask_undo, by_unit, months_passed
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.jobs.models import Run
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS
from salvation.registers.models import Meeting
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.fields import MonthField
from salvation.web.following import follow
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

STATES = {
    "ASKED": State("正在试算", "wait"),
    "TRIED": State("已试算，待局务会", "wait"),
    "DECIDED": State("正在执行", "wait"),
    "MADE": State("已生效", "good"),
    "UNDONE": State("已撤回", "ended"),
}


def state_of(adjustment: StandardAdjustment) -> str:
    """Asked of the dates, never stored."""
    if adjustment.undone_at:
        return "UNDONE"
    if adjustment.made_at:
        return "MADE"
    if adjustment.meeting_id:
        return "DECIDED"
    return "TRIED" if adjustment.tried_at else "ASKED"


def name_of(version: ParameterVersion) -> str:
    declared = PARAMETERS[version.key]
    return f"{declared.label} {declared.shown(version.value)}（{version.unit}，{version.valid_from}起）"


ADJUSTMENTS = Table(
    "adjustments",
    "提标减标",
    (
        Column("version", "新标准", value=lambda row: name_of(row.version), priority=1, link=True),
        Column("state", "状态", Kind.STATE, value=state_of, states=STATES, priority=2),
        Column("effective_month", "执行月", Kind.MONTH, sort="effective_month"),
        Column("benefits", "户次", Kind.COUNT, priority=3, definition="调整的在保待遇；特困按人"),
        Column("monthly", "月增减（元）", Kind.MONEY),
        Column("back_pay", "补发合计（元）", Kind.MONEY),
        Column("leaving", "不再符合", Kind.COUNT),
        Column("entering", "可能新纳入", Kind.COUNT),
        Column("left_out", "须逐户办理", Kind.COUNT),
        Column("basis", "依据文号", value="version.basis", optional=True),
    ),
)


class Adjustments(ListPage):
    title = "提标减标"
    permission = "change.adjust"
    model = StandardAdjustment
    table = ADJUSTMENTS
    record_url = "cases:adjustment"
    create_url = "cases:new_adjustment"
    create_permission = "change.adjust"
    create_label = "办理提标减标"
    lead_in = "新标准先在“参数”中录入并由第二人确认；在这里按规则逐户试算谁增谁减、谁进谁出、每月多少钱，再经局务会一次调整全县在保待遇。"
    empty = ("还没有办理过提标减标", "新标准确认后点“办理提标减标”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("version__unit", "county")


class TrialForm(forms.Form):
    version = forms.TypedChoiceField(label="新标准", coerce=int)
    effective_month = MonthField(
        label="执行月", help_text="文件规定的月份；早于本月的，已签章月份的差额由花名表补发"
    )

    def __init__(self, *args: Any, versions: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(version.pk, name_of(version)) for version in versions]
        self.fields["version"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]


class NewAdjustment(FormPage):
    """Choose what to try out: nothing is written about anybody."""

    title = "办理提标减标"
    permission = "change.adjust"
    form_class = TrialForm
    drafts = False
    submit_label = "试算"
    hint = (
        "先试算：按新、旧标准把在保家庭和已申报家庭逐户核算一遍，不改变任何待遇。看过结果再提交局务会执行。"
    )

    def versions(self) -> list[ParameterVersion]:
        """Confirmed standards of this person's county that were not carried out yet."""
        rows = ParameterVersion.objects.visible_to(self.request.user).filter(state="CONFIRMED")
        mine = StandardAdjustment.objects.visible_to(self.request.user)
        done = mine.filter(undone_at__isnull=True).values("version")
        found = rows.exclude(pk__in=done).select_related("unit").order_by("-valid_from", "key")
        return [version for version in found if is_standard(version.key)]

    def make_form(self, data: Any, files: Any) -> TrialForm:
        return TrialForm(data, files, versions=self.versions())

    def save(self, form: Any) -> str:
        rows = ParameterVersion.objects.select_related("unit", "unit__county")
        version = get_visible(rows, self.request.user, pk=form.cleaned_data["version"])
        month = Month.parse(form.cleaned_data["effective_month"])
        made = ask_trial(version=version, month=month, actor=self.request.user, now=timezone.now())
        return try_again(made, self.request.user)

    def cancel_url(self) -> str:
        return reverse("cases:adjustments")


def try_again(adjustment: StandardAdjustment, user: Any) -> str:
    """Start the trial; where to look: at its progress, or at its result when it is done at once."""
    result = reverse("cases:adjustment", args=[adjustment.pk])
    return follow(code=ADJUST_TRY, unit=adjustment.county, period=str(adjustment.pk), actor=user, done=result)


class TryAgain(Page):
    """Make the trial of an adjustment that nobody decided on anew."""

    title = "重新试算"
    permission = "change.adjust"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rows = StandardAdjustment.objects.select_related("county")
        found: StandardAdjustment = get_visible(rows, request.user, pk=pk)
        require(request.user, "change.adjust", found.county)
        if state_of(found) not in {"ASKED", "TRIED"}:
            raise Refusal("该批调整已提交执行或已撤回，不能再试算")
        return HttpResponseRedirect(try_again(found, request.user))


class MeetingForm(forms.Form):
    meeting = forms.TypedChoiceField(label="局务会", coerce=int, help_text="先在“会议”登记")

    def __init__(self, *args: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        held = [(meeting.pk, str(meeting)) for meeting in meetings]
        self.fields["meeting"].choices = [("", "请选择"), *held]  # type: ignore[attr-defined]


class DecideAdjustment(FormPage):
    """The bureau's meeting decides on what the trial shows."""

    title = "经局务会执行"
    permission = "change.adjust"
    form_class = MeetingForm
    check_answers = True
    drafts = False
    submit_label = "按新标准调整"
    adjustment: StandardAdjustment

    def prepare(self) -> None:
        rows = StandardAdjustment.objects.select_related("county", "version__unit")
        self.adjustment = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "change.adjust", self.adjustment.county)

    def make_form(self, data: Any, files: Any) -> MeetingForm:
        meetings = Meeting.objects.visible_to(self.request.user).filter(kind=Meeting.Kind.BUREAU)
        return MeetingForm(data, files, meetings=meetings.order_by("-held_on")[:50])

    def warnings(self, form: Any) -> Sequence[str]:
        found = self.adjustment
        said = [f"将调整{found.benefits:,}户（人）的待遇，每月增减{found.monthly:+,.2f}元"]
        if months := months_passed(found, timezone.localdate()):
            said.append(
                f"自{found.effective_month:%Y年%-m月}起追溯{months}个月，合计约{found.monthly * months:,.2f}元；"
                "已签章月份的差额在下期花名表补发"
            )
        if found.leaving:
            said.append(f"{found.leaving:,}户按新标准不再符合：生成停发单草稿，由乡镇核实后报批，现发不变")
        if found.entering:
            said.append(f"{found.entering:,}户可能新纳入：列入各乡镇的主动发现，核查后由本人申请")
        if found.left_out:
            said.append(f"{found.left_out:,}户须逐户核查，不在本批")
        said.append("渐退期内的按原额，不调整；在办的变更单须按新金额重新登记")
        return said

    def save(self, form: Any) -> str:
        user = self.request.user
        meeting = get_visible(Meeting.objects.all(), user, pk=form.cleaned_data["meeting"])
        found = ask_adjustment(adjustment=self.adjustment, meeting=meeting, actor=user, now=timezone.now())
        return follow(code=ADJUST, unit=found.county, period=str(found.pk), actor=user)

    def cancel_url(self) -> str:
        return reverse("cases:adjustment", args=[self.kwargs["pk"]])


def trial(page: Any, adjustment: StandardAdjustment) -> dict[str, Any]:
    """The trial's sums by unit and the households it names, as far as this person sees them."""
    rows = SimulatedChange.objects.visible_to(page.request.user).filter(version=adjustment.version_id)
    named = rows.select_related("household__head", "unit", "village")
    units = by_unit(rows)
    keys = ("gain", "lose", "enter", "leave", "check", "paid", "new", "change")
    mine = Run.objects.visible_to(page.request.user).filter(period=str(adjustment.pk))
    return {
        "adjustment": adjustment,
        "units": units,
        "total": {key: sum(row[key] for row in units) for key in keys},
        "named": [
            (label, kind, named.filter(kind=kind).order_by("unit__sort", "pk")[:20])
            for kind, label in (("LEAVE", "不再符合"), ("ENTER", "可能新纳入"), ("CHECK", "须逐户核查"))
        ],
        "effects": reverse("cases:effects", args=[adjustment.version_id]),
        "run": mine.filter(job__in=(ADJUST_TRY, ADJUST)).order_by("-pk").first(),
        "stage": state_of(adjustment),
        "months": months_passed(adjustment, timezone.localdate()),
    }


def facts(page: Any, adjustment: StandardAdjustment) -> dict[str, Any]:
    months: dict[Any, list[Decimal]] = defaultdict(list)
    for _, month, amount in back_pay(adjustment, timezone.localdate()):
        months[month].append(amount)
    orders = adjustment.orders.select_related("benefit__applicant", "unit", "village")
    return {
        "adjustment": adjustment,
        "months": [(month, len(amounts), sum(amounts)) for month, amounts in sorted(months.items())],
        "orders": orders.filter(kind="STD_ADJUST").order_by("pk")[:50],
        "stops": orders.exclude(kind="STD_ADJUST").order_by("pk")[:50],
    }


class AdjustmentRecord(RecordPage):
    model = StandardAdjustment
    permission = "change.adjust"
    tabs: ClassVar[Any] = (
        Tab("trial", "逐户试算", "cases/adjustment_trial.html", trial),
        Tab("facts", "调整结果", "cases/adjustment.html", facts),
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("version__unit", "county", "meeting", "asked_by")

    def head(self, subject: StandardAdjustment) -> Head:
        state = state_of(subject)
        about = [
            ("新标准", name_of(subject.version)),
            ("依据文号", subject.version.basis),
            ("执行月", f"{subject.effective_month:%Y年%-m月}"),
            ("局务会", subject.meeting or "待提交"),
            ("办理人", subject.asked_by),
        ]
        links = []
        if state == "TRIED":
            links.append(Link("经局务会执行", reverse("cases:decide_adjustment", args=[subject.pk])))
        if subject.undone_at:
            about.append(("撤回理由", subject.undone_because))
        else:
            label = "整批撤回" if subject.made_at else "放弃本批"
            links.append(Link(label, reverse("cases:undo_adjustment", args=[subject.pk])))
        return Head(str(subject), about, links, STATES[state])


class BecauseForm(forms.Form):
    because = forms.CharField(label="撤回理由", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class UndoAdjustment(FormPage):
    title = "整批撤回"
    permission = "change.adjust"
    form_class = BecauseForm
    check_answers = True
    drafts = False
    submit_label = "整批撤回"
    adjustment: StandardAdjustment

    def prepare(self) -> None:
        rows = StandardAdjustment.objects.select_related("county", "version__unit")
        self.adjustment = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "change.adjust", self.adjustment.county)

    def warnings(self, form: Any) -> Sequence[str]:
        found = self.adjustment
        if not found.made_at:
            return ["还没有写入任何待遇；放弃后该标准可以重新办理"]
        return [
            f"{found.benefits:,}户（人）恢复调整前的金额，本批生成的停发单草稿作废；调整之后又办理过变更的，不能整批撤回"
        ]

    def save(self, form: Any) -> str:
        user, found = self.request.user, self.adjustment
        ask_undo(adjustment=found, because=form.cleaned_data["because"], actor=user)
        return follow(code=ADJUST_UNDO, unit=found.county, period=str(found.pk), actor=user)

    def cancel_url(self) -> str:
        return reverse("cases:adjustment", args=[self.kwargs["pk"]])
