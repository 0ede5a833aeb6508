"""追缴建议 in the browser: what was paid too much, month by month, with its sum; handed over to be recovered."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.models import Person, RecoveryProposal
from cases.services.recoveries import OPEN, sum_of, take_over
from salvation.access.services import get_visible
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.filters import FilterForm
from salvation.web.pages.base import Page
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab

STATES = {
    "OPEN": State("待追缴", "wait"),
    "TAKEN": State("已移交追缴", "good"),
    "WITHDRAWN": State("已撤销", "ended"),
}


def state_of(proposal: RecoveryProposal) -> str:
    """Asked of the dates, never stored."""
    if proposal.withdrawn_at:
        return "WITHDRAWN"
    return "TAKEN" if proposal.taken_over_at else "OPEN"


RECOVERIES = Table(
    "recoveries",
    "追缴建议",
    (
        Column("person", "人员", Kind.NAME, value="person.name", priority=1, link=True),
        Column("state", "状态", Kind.STATE, value=state_of, states=STATES, priority=2),
        Column("program", "类别", value=lambda row: row.benefit.get_program_display()),
        Column("cause", "原因", value=lambda row: row.get_cause_display()),
        Column("kind", "变更类型", value=lambda row: row.order.get_kind_display()),
        Column("event_on", "发生日期", Kind.DATE, sort="event_on"),
        Column("found_on", "发现日期", Kind.DATE, sort="found_on"),
        Column("first_month", "多发起始月", Kind.MONTH, sort="first_month"),
        Column("last_month", "多发截止月", Kind.MONTH),
        Column("months", "月数", Kind.COUNT),
        Column("amount", "多发金额（元）", Kind.MONEY, sort="amount", priority=3),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("order", "变更单", value="order.no", optional=True),
    ),
)


class RecoveryFilter(FilterForm):
    name = forms.CharField(label="人员", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    unit = forms.CharField(label="受理单位", max_length=30)
    cause = forms.ChoiceField(label="原因", choices=[("", "全部"), *RecoveryProposal.Cause.choices])
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), *((code, state.label) for code, state in STATES.items())]
    )
    lookups: ClassVar[dict[str, str]] = {
        "name": "person__name__startswith",
        "village": "village__name__contains",
        "unit": "unit__name__contains",
        "cause": "cause",
    }

    def narrow(self, rows: Any) -> Any:
        found = {
            "OPEN": OPEN,
            "TAKEN": Q(taken_over_at__isnull=False),
            "WITHDRAWN": Q(withdrawn_at__isnull=False),
        }
        return rows.filter(found.get(self.cleaned_data.get("state") or "", Q()))


class Recoveries(ListPage):
    title = "追缴建议"
    permission = "case.view"
    model = RecoveryProposal
    table = RECOVERIES
    filter_form = RecoveryFilter
    record_url = "cases:recovery"
    template_name = "cases/recoveries.html"
    lead_in = (
        "死亡发现滞后的、变更告知晚于发放的，以及生效后又红冲的，系统从应当变更的月份起逐月比较变更前后的应发，"
        "自动测算多发金额；以银行发放成功的为准追缴。"
    )
    empty = ("没有追缴建议", "变更生效（红冲）时，已签章花名表的月份发多了的，自动测算并列在这里")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("person", "benefit", "unit", "village", "order")

    def context(self, *args: Any) -> dict[str, Any]:
        return {**super().context(*args), "sum": sum_of(self.matching)}


def working(page: Any, proposal: RecoveryProposal) -> dict[str, Any]:
    user: Any = page.request.user
    sums = {part["person"]: part["amount"] for part in proposal.parts}
    names = Person.objects.visible_to(user).filter(pk__in=sums).order_by("pk").values_list("pk", "name")
    return {
        "proposal": proposal,
        "parts": [(pk, name, sums[pk]) for pk, name in names],
        "may_take_over": user.may("change.review", proposal.unit),
    }


class RecoveryRecord(RecordPage):
    model = RecoveryProposal
    permission = "case.view"
    tabs: ClassVar[Any] = (Tab("working", "逐月测算", "cases/recovery.html", working),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(
            "person", "benefit", "benefit__household", "unit", "village", "order", "taken_over_by"
        )

    def head(self, subject: RecoveryProposal) -> Head:
        about = [
            ("原因", subject.get_cause_display()),
            ("变更", f"{subject.order.get_kind_display()}（{subject.order.no}）"),
            ("死亡日期" if subject.cause == RecoveryProposal.Cause.DEATH else "发生日期", subject.event_on),
            ("发现日期", subject.found_on),
            (
                "多发月份",
                f"{subject.first_month:%Y年%-m月}至{subject.last_month:%Y年%-m月}，{subject.months}个月",
            ),
            ("多发金额", f"{subject.amount:,.2f}元"),
            ("受理单位", subject.unit),
        ]
        if subject.taken_over_at:
            about.append(
                ("移交", f"{timezone.localtime(subject.taken_over_at):%Y-%m-%d} {subject.taken_over_by}")
            )
        links = [
            Link("变更单", reverse("cases:change", args=[subject.order_id])),
            Link("家庭", reverse("cases:household", args=[subject.benefit.household_id])),
        ]
        return Head(f"{subject.person.name}：追缴建议", about, links, STATES[state_of(subject)])


class TakeOver(Page):
    """Hand a proposal over to be recovered."""

    title = "移交追缴"
    permission = "change.review"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(RecoveryProposal.objects.select_related("unit"), request.user, pk=pk)
        take_over(proposal=found, actor=request.user, now=timezone.now())
        messages.success(request, "已移交追缴")
        return HttpResponseRedirect(reverse("cases:recovery", args=[pk]))
