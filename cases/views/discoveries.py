"""主动发现 in the browser: the list, the matter with its ways on, the form for whoever was found."""
# requirements: B25

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from cases.discovery_flow import DISCOVERY
from cases.forms.discoveries import DiscoveryFilter, DiscoveryForm
from cases.models import Discovery, Household
from cases.services.discoveries import OPEN, Found, register_discovery, settle_household
from cases.views.households import NewHousehold, own_villages
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.tables.model import Column, Kind, Table
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab
from salvation.web.piles import open_first

STATES = {state.code: state for state in DISCOVERY.states}
DISCOVERIES = Table(
    "discoveries",
    "主动发现",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("state", "状态", Kind.STATE, states=STATES, priority=2),
        Column("hardship", "困难类型", value=lambda d: d.get_hardship_display(), priority=3),
        Column("origin", "来源", value=lambda d: d.get_origin_display()),
        Column("unit", "单位", value="unit.name"),
        Column("village", "村（社区）", value=lambda d: d.village.name if d.village else ""),
        Column("found_on", "发现日期", Kind.DATE, sort="found_on"),
        Column("due_on", "办理期限", Kind.DATE, sort="due_on"),
        Column("checked_on", "核查日期", Kind.DATE, optional=True),
        Column("informed_on", "告知日期", Kind.DATE, optional=True),
        Column("outcome", "结论", value=lambda d: d.get_outcome_display()),
        Column(
            "application", "申请", value=lambda d: d.application.no if d.application else "", optional=True
        ),
        Column("event", "事件", optional=True),
    ),
)


class DiscoveryList(ListPage):
    title = "主动发现"
    permission = "case.view"
    model = Discovery
    table = DISCOVERIES
    piles = open_first(DISCOVERY)
    filter_form = DiscoveryFilter
    record_url = "cases:discovery"
    create_url = "cases:new_discovery"
    create_permission = "case.create"
    create_label = "登记主动发现"
    lead_in = "发现困难群众先登记、核查、告知政策，符合条件的代为申请。发现不等于纳入（第28条）。"
    empty = ("没有在办的主动发现", "村（社区）报告、走访、热线、部门推送的，点“登记主动发现”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village", "application")


def matter(page: Any, discovery: Discovery) -> dict[str, Any]:
    """What was found, seen, told, and what came of it."""
    return {"discovery": discovery, "listed": discovery.monitored.select_related("batch")}


class DiscoveryRecord(RecordPage):
    model = Discovery
    permission = "case.view"
    tabs = (Tab("matter", "情况", "cases/discovery.html", matter),)

    def narrow(self, rows: Any) -> Any:
        related = (
            "unit",
            "village",
            "county",
            "person",
            "household__head",
            "application",
            "relief",
            "recorded_by",
        )
        return rows.select_related(*related)

    def head(self, subject: Discovery) -> Head:
        facts = (
            ("困难类型", subject.get_hardship_display()),
            ("来源", subject.get_origin_display()),
            ("单位", f"{subject.unit}{subject.village or ''}"),
            ("发现日期", f"{subject.found_on:%Y-%m-%d}"),
        )
        return Head(f"{subject.name}（主动发现）", facts, self._links(subject))

    def _links(self, subject: Discovery) -> list[Link]:
        user: Any = self.request.user
        if subject.state not in OPEN or not user.may("case.create", subject.village or subject.unit):
            return []
        if subject.household_id is None:
            return [Link("登记家庭", reverse("cases:discovery_household", args=[subject.pk]))]
        pk = [subject.household_id]
        return [
            Link("申请救助", reverse("cases:new_application", args=pk)),
            Link("申请临时救助", reverse("cases:new_relief", args=pk)),
        ]


class NewDiscovery(FormPage):
    title = "登记主动发现"
    permission = "case.create"
    submit_label = "登记"
    success = "已登记，请按期核查"
    hint = "只登记知道的；核查时再补。符合条件的在核查后代为申请，资料自动带入"
    sections = (
        Section("人员", ("village", "name", "id_no", "phone")),
        Section("发现", ("origin", "found_by", "found_on")),
        Section("困难", ("hardship", "event", "situation")),
    )

    def make_form(self, data: Any, files: Any) -> DiscoveryForm:
        villages = own_villages(self.request.user)
        return DiscoveryForm(data, files, villages=villages, initial={"found_on": timezone.localdate()})

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        village = cleaned.pop("village")
        made = register_discovery(
            given=Found(**cleaned), village=village, actor=self.request.user, now=timezone.now()
        )
        return reverse("cases:discovery", args=[made.pk])

    def cancel_url(self) -> str:
        return reverse("cases:discoveries")


class HouseholdOfDiscovery(NewHousehold):
    """Register the household of somebody found, with what is known of him filled in."""

    drafts = False
    discovery: Discovery

    def prepare(self) -> None:
        rows = Discovery.objects.select_related("unit", "village", "household")
        self.discovery = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "case.create", self.discovery.village or self.discovery.unit)
        if self.discovery.household is not None or self.discovery.state not in OPEN:
            raise Refusal("该主动发现已登记家庭或已有结论，不用再登记")

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        shown = super().get(request, *args, **kwargs)
        if self._whole_number():
            facts = {"purpose": "登记家庭"}
            record(
                actor=request.user,
                action="mask.reveal",
                subject=self.discovery,
                unit=self.discovery.unit,
                facts=facts,
            )
        return shown

    def _whole_number(self) -> str:
        """Taken over where the person may read it; else it is typed from the papers."""
        user: Any = self.request.user
        found = self.discovery
        return found.id_no.plain() if found.id_no and user.may("mask.unmask", found.unit) else ""

    def initial(self) -> dict[str, Any]:
        found = self.discovery
        phone = found.phone.plain() if found.phone else ""
        head = {"name": found.name, "id_no": self._whole_number(), "relation": "HEAD", "phone": phone}
        return {"village": found.village_id, "members": [head]}

    def page_title(self) -> str:
        return f"{self.title}：{self.discovery.name}"

    def settle(self, household: Household) -> None:
        settle_household(discovery=self.discovery, household=household, actor=self.request.user)

    def cancel_url(self) -> str:
        return reverse("cases:discovery", args=[self.kwargs["pk"]])
