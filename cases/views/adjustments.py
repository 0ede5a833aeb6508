"""提标减标 in the browser: choose a confirmed standard, see what it does, decide, follow, take back."""

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils import timezone

from cases.jobs import ADJUST, ADJUST_UNDO
from cases.models import StandardAdjustment
from cases.services.adjustments import STANDARDS, ask_adjustment, ask_undo, back_pay, preview
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.jobs.models import Run
from salvation.jobs.services import start
from salvation.jobs.tasks import execute
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS
from salvation.registers.models import Meeting
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.fields import MonthField
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

STATES = {
    "ASKED": State("正在生成", "wait"),
    "MADE": State("已生效", "good"),
    "UNDONE": State("已撤回", "ended"),
}


def state_of(adjustment: StandardAdjustment) -> str:
    """Asked of the dates, never stored."""
    if adjustment.undone_at:
        return "UNDONE"
    return "MADE" if adjustment.made_at else "ASKED"


def name_of(version: ParameterVersion) -> str:
    return f"{PARAMETERS[version.key].label} {version.value}（{version.unit}，{version.valid_from}起）"


ADJUSTMENTS = Table(
    "adjustments",
    "提标减标",
    (
        Column("version", "新标准", value=lambda row: name_of(row.version), priority=1, link=True),
        Column("state", "状态", Kind.STATE, value=state_of, states=STATES, priority=2),
        Column("effective_month", "执行月", Kind.MONTH, sort="effective_month"),
        Column("benefits", "户（人）次", Kind.COUNT, priority=3),
        Column("monthly", "月增减（元）", Kind.MONEY),
        Column("back_pay", "补发合计（元）", Kind.MONEY),
        Column("left_out", "须逐户办理", Kind.COUNT),
        Column("basis", "依据文号", value="version.basis"),
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
    lead_in = "新标准先在“参数”中录入并由第二人确认，可先试算影响；再经局务会在这里一次调整全县在保待遇。"
    empty = ("还没有办理过提标减标", "新标准确认后点“办理提标减标”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("version__unit", "county")


class AdjustmentForm(forms.Form):
    version = forms.TypedChoiceField(label="新标准", coerce=int)
    effective_month = MonthField(
        label="执行月", help_text="文件规定的月份；早于本月的，已签章月份的差额由花名表补发"
    )
    meeting = forms.TypedChoiceField(label="局务会", coerce=int, help_text="先在“会议”登记")

    def __init__(self, *args: Any, versions: Any, meetings: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = [(version.pk, name_of(version)) for version in versions]
        self.fields["version"].choices = [("", "请选择"), *offered]  # type: ignore[attr-defined]
        held = [(meeting.pk, str(meeting)) for meeting in meetings]
        self.fields["meeting"].choices = [("", "请选择"), *held]  # type: ignore[attr-defined]


class NewAdjustment(FormPage):
    title = "办理提标减标"
    permission = "change.adjust"
    form_class = AdjustmentForm
    check_answers = True
    drafts = False
    submit_label = "按新标准调整"

    def versions(self) -> list[ParameterVersion]:
        """Confirmed standards of this person's county that were not carried out yet."""
        rows = ParameterVersion.objects.visible_to(self.request.user).filter(state="CONFIRMED")
        mine = StandardAdjustment.objects.visible_to(self.request.user)
        done = mine.filter(undone_at__isnull=True).values("version")
        found = rows.exclude(pk__in=done).select_related("unit").order_by("-valid_from", "key")
        return [version for version in found if version.key.startswith(STANDARDS)]

    def make_form(self, data: Any, files: Any) -> AdjustmentForm:
        meetings = Meeting.objects.visible_to(self.request.user).filter(kind=Meeting.Kind.BUREAU)
        return AdjustmentForm(
            data, files, versions=self.versions(), meetings=meetings.order_by("-held_on")[:50]
        )

    def chosen(self, form: Any) -> tuple[ParameterVersion, Month]:
        """The version and month of the form, through what this person may see."""
        rows = ParameterVersion.objects.select_related("unit", "unit__county")
        version = get_visible(rows, self.request.user, pk=form.cleaned_data["version"])
        return version, Month.parse(form.cleaned_data["effective_month"])

    def warnings(self, form: Any) -> Sequence[str]:
        version, month = self.chosen(form)
        try:
            found = preview(version=version, month=month, today=timezone.localdate())
        except Refusal as refusal:
            return [str(refusal)]
        said = [f"将调整{found.benefits:,}户（人）的待遇，每月增减{found.monthly:+,.2f}元"]
        if found.months:
            said.append(
                f"自{month.label}起追溯{found.months}个月，合计约{found.back_pay:,.2f}元；已签章月份的差额在下期花名表补发"
            )
        if found.left_out:
            said.append(f"有{found.left_out:,}户减到零元以下，不在本批，须逐户核查办理")
        said.append("渐退期内的按原额，不调整；在办的变更单须按新金额重新登记")
        return said

    def save(self, form: Any) -> str:
        version, month = self.chosen(form)
        meeting = get_visible(Meeting.objects.all(), self.request.user, pk=form.cleaned_data["meeting"])
        user = self.request.user
        made = ask_adjustment(version=version, month=month, meeting=meeting, actor=user, now=timezone.now())
        run = start(code=ADJUST, unit=made.county, period=str(made.pk), actor=user, enqueue=execute.delay)
        return reverse("web:job", args=[run.pk])

    def cancel_url(self) -> str:
        return reverse("cases:adjustments")


def facts(page: Any, adjustment: StandardAdjustment) -> dict[str, Any]:
    months: dict[Any, list[Decimal]] = defaultdict(list)
    for _, month, amount in back_pay(adjustment, timezone.localdate()):
        months[month].append(amount)
    orders = adjustment.orders.select_related("benefit__applicant", "unit", "village").order_by("pk")
    return {
        "adjustment": adjustment,
        "months": [(month, len(amounts), sum(amounts)) for month, amounts in sorted(months.items())],
        "orders": orders[:50],
        "run": Run.objects.visible_to(page.request.user).filter(job=ADJUST, period=str(adjustment.pk)).last(),
    }


class AdjustmentRecord(RecordPage):
    model = StandardAdjustment
    permission = "change.adjust"
    tabs: ClassVar[Any] = (Tab("facts", "调整结果", "cases/adjustment.html", facts),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("version__unit", "county", "meeting", "asked_by")

    def head(self, subject: StandardAdjustment) -> Head:
        shown = [
            ("新标准", name_of(subject.version)),
            ("依据文号", subject.version.basis),
            ("执行月", f"{subject.effective_month:%Y年%-m月}"),
            ("局务会", subject.meeting),
            ("办理人", subject.asked_by),
        ]
        links = []
        if subject.undone_at:
            shown.append(("撤回理由", subject.undone_because))
        else:
            links.append(Link("整批撤回", reverse("cases:undo_adjustment", args=[subject.pk])))
        return Head(str(subject), shown, links, STATES[state_of(subject)])


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
        return [f"{self.adjustment.benefits:,}户（人）恢复调整前的金额；调整之后又办理过变更的，不能整批撤回"]

    def save(self, form: Any) -> str:
        user, found = self.request.user, self.adjustment
        ask_undo(adjustment=found, because=form.cleaned_data["because"], actor=user)
        run = start(
            code=ADJUST_UNDO,
            unit=found.county,
            period=str(found.pk),
            actor=user,
            enqueue=execute.delay,
            again=True,
        )
        return reverse("web:job", args=[run.pk])

    def cancel_url(self) -> str:
        return reverse("cases:adjustment", args=[self.kwargs["pk"]])
