"""三类人员 in the browser: lists that came in, people on them, progress by unit."""
# requirements: B26

from typing import Any

from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.forms.discoveries import MonitoredFilter, MonitorForm
from cases.models import MonitorBatch, MonitoredPerson
from cases.services.monitored import Sheet, import_monitored, progress
from cases.views.discoveries import STATES as WAYS
from salvation.access.place import own_county
from salvation.access.services import get_visible
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Kind, Labelled, State, Table
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab
from salvation.web.piles import Pile

STATES: dict[str, Labelled] = {"HELPED": State("已纳入", "good"), **WAYS}
MONITORED = Table(
    "monitored",
    "三类人员",
    (
        Column("name", "姓名", Kind.NAME, priority=1, link=True, sort="name"),
        Column("state", "排查", Kind.STATE, states=STATES, priority=2,
               value=lambda row: row.discovery.state if row.discovery else "HELPED"),
        Column("category", "类别", value=lambda row: row.get_category_display(), priority=3),
        Column("risk", "风险原因"),
        Column("unit", "单位", value="unit.name"),
        Column("village", "村（社区）", value=lambda row: row.village.name if row.village else ""),
        Column("program", "享受待遇", value=lambda row: row.benefit.get_program_display() if row.benefit else ""),
        Column("outcome", "结论", value=lambda row: row.discovery.get_outcome_display() if row.discovery else "已在救助中"),
        Column("note", "结论说明", value=lambda row: row.discovery.outcome_note if row.discovery else "", optional=True),
        Column("checked_on", "核查日期", Kind.DATE, value=lambda row: row.discovery.checked_on if row.discovery else None),
        Column("due_on", "办理期限", Kind.DATE, value=lambda row: row.discovery.due_on if row.discovery else None, optional=True),
        Column("batch", "名单", value="batch.title"),
    ),
)  # fmt: skip
BATCHES = Table(
    "monitor-batches",
    "三类人员名单",
    (
        Column("title", "名单", priority=1, link=True),
        Column("source", "来源部门"),
        Column("valid_from", "有效期起", Kind.DATE, sort="valid_from"),
        Column("valid_until", "有效期止", Kind.DATE, sort="valid_until"),
        Column("people", "人数", Kind.COUNT, priority=2),
        Column("helped", "导入时已纳入", Kind.COUNT, priority=3),
        Column("made_by", "导入人", value=lambda batch: str(batch.made_by or "")),
        Column("made_at", "导入时间", Kind.DATE, sort="made_at"),
    ),
)
PROGRESS = Table(
    "monitor-progress",
    "分单位进度",
    (
        Column("unit", "单位", priority=1),
        Column("people", "人数", Kind.COUNT, priority=2),
        Column("helped", "已纳入", Kind.COUNT),
        Column("waiting", "待核查", Kind.COUNT, priority=3),
        Column("checked", "核查中", Kind.COUNT),
        Column("concluded", "已有结论", Kind.COUNT),
        Column("applied", "其中：已申请救助", Kind.COUNT),
        Column("unfit", "其中：不符合", Kind.COUNT),
    ),
)


PILES = (
    Pile("open", "在办", Q(discovery__state__in=("FOUND", "CHECKED", "INFORMED"))),
    Pile("closed", "已有结论", Q(discovery__state="CLOSED")),
    Pile("helped", "已纳入", Q(benefit__isnull=False)),
)


class MonitoredList(ListPage):
    title = "三类人员"
    permission = "case.view"
    model = MonitoredPerson
    table = MONITORED
    piles = PILES
    filter_form = MonitoredFilter
    record_url = "cases:monitored_person"
    create_url = "cases:new_monitor"
    create_permission = "case.review"
    create_label = "导入名单"
    lead_in = "脱贫不稳定户、边缘易致贫户、突发严重困难户。未纳入救助的逐人核查，给出结论（000 第29条）。"
    empty = (
        "没有等着核查的人员",
        "已有结论、已纳入的在上面各栏；新名单由县局从乡村振兴部门取得后点“导入名单”",
    )

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village", "batch", "discovery", "benefit")


class MonitoredPage(Page):
    """From a row to what is being done: the check, else the benefit."""

    title = "三类人员"
    permission = "case.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(MonitoredPerson.objects.all(), request.user, pk=pk)
        if found.discovery_id:
            return HttpResponseRedirect(reverse("cases:discovery", args=[found.discovery_id]))
        return HttpResponseRedirect(reverse("cases:benefit", args=[found.benefit_id]))


class MonitorBatches(ListPage):
    title = "三类人员名单"
    permission = "case.view"
    model = MonitorBatch
    table = BATCHES
    record_url = "cases:monitor"
    create_url = "cases:new_monitor"
    create_permission = "case.review"
    create_label = "导入名单"
    empty = ("还没有导入过名单", "县局每季度或半年从乡村振兴部门取得名单后导入")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("made_by")


def by_unit(page: Any, batch: MonitorBatch) -> dict[str, Any]:
    rows = progress(batch, page.request.user)
    total = PROGRESS.total_row(rows) if len(rows) > 1 else None
    return {"batch": batch, "markup": html_table(PROGRESS, rows, look=Look(css="cards"), total=total)}


class MonitorRecord(RecordPage):
    model = MonitorBatch
    permission = "case.view"
    tabs = (Tab("progress", "进度", "cases/monitor.html", by_unit),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("made_by")

    def head(self, subject: MonitorBatch) -> Head:
        facts = (
            ("来源部门", subject.source),
            ("有效期", f"{subject.valid_from:%Y-%m-%d} 至 {subject.valid_until:%Y-%m-%d}"),
            ("人数", f"{subject.people:,}（导入时已纳入 {subject.helped:,}）"),
        )
        people = f"{reverse('cases:monitored')}?batch={subject.pk}"
        return Head(subject.title, facts, [Link("逐人查看", people)])


class NewMonitor(FormPage):
    title = "导入三类人员名单"
    permission = "case.review"
    form_class = MonitorForm
    submit_label = "导入并比对"
    drafts = False
    hint = "按身份证号与在保对象比对；未纳入的给所在单位生成核查任务。有一行不对，整个文件不写入，并列出行号和原因"

    def save(self, form: Any) -> str:
        cleaned = dict(form.cleaned_data)
        upload = cleaned.pop("file")
        made = import_monitored(
            sheet=Sheet(content=upload.read(), **cleaned), county=own_county(self.request.user),
            actor=self.request.user, now=timezone.now(),
        )  # fmt: skip
        self.success = (
            f"已导入 {made.people} 人，其中已纳入 {made.helped} 人，其余 {made.people - made.helped} 人待核查"
        )
        return reverse("cases:monitor", args=[made.pk])

    def cancel_url(self) -> str:
        return reverse("cases:monitors")
