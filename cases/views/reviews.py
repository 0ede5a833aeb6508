"""核查任务 and 到期提醒 in the browser."""

from collections.abc import Sequence
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlencode

from django import forms
from django.db.models import Case, F, Value, When
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.models import LifeEvent, ReviewTask
from cases.services.reviews import campaigns, completion, events_ahead, start_campaign
from salvation.access.reach import reach_of
from salvation.access.services import get_visible
from salvation.tables.model import Column, Kind, State, Table, Totals, ratio
from salvation.units.models import Unit
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.sheets import SheetPage, Version

STATES = {
    "OPEN": State("待核查", "wait"),
    "LATE": State("逾期未核查", "bad"),
    "DONE": State("已核查", "good"),
}


def state_of(task: ReviewTask) -> str:
    """Asked of the dates, never stored."""
    if task.done_on:
        return "DONE"
    return "LATE" if task.due_on < timezone.localdate() else "OPEN"


REVIEWS = Table(
    "reviews",
    "核查任务",
    (
        Column("applicant", "申请人", Kind.NAME, value="benefit.applicant.name", priority=1, link=True),
        Column("program", "类别", value=lambda task: task.benefit.get_program_display()),
        Column("state", "状态", Kind.STATE, value=state_of, states=STATES, priority=2),
        Column("due_on", "核查期限", Kind.DATE, sort="due_on", priority=3),
        Column("source", "来源", value=lambda task: task.campaign or task.get_source_display()),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("done_on", "核查日期", Kind.DATE, sort="done_on"),
        Column("outcome", "结论", value=lambda task: task.get_outcome_display()),
    ),
)


class ReviewFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    unit = forms.CharField(label="受理单位", max_length=30)
    village = forms.CharField(label="村（社区）", max_length=30)
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), ("open", "待核查"), ("late", "逾期"), ("done", "已核查")]
    )
    source = forms.ChoiceField(label="来源", choices=[("", "全部"), *ReviewTask.Source.choices])
    lookups: ClassVar[dict[str, str]] = {
        "name": "benefit__applicant__name__startswith",
        "unit": "unit__name__contains",
        "village": "village__name__contains",
        "source": "source",
    }

    def narrow(self, rows: Any) -> Any:
        match self.cleaned_data.get("state"):
            case "open":
                return rows.filter(done_on__isnull=True)
            case "late":
                return rows.filter(done_on__isnull=True, due_on__lt=timezone.localdate())
            case "done":
                return rows.filter(done_on__isnull=False)
        return rows


class Reviews(ListPage):
    title = "核查任务"
    permission = "case.view"
    model = ReviewTask
    table = REVIEWS
    filter_form = ReviewFilter
    record_url = "cases:review"
    # What is open comes first, by its limit.
    default_sort = "turn"
    create_url = "cases:new_campaign"
    create_permission = "review.campaign"
    create_label = "部署全面排查"
    lead_in = "到期前30日自动列出；全面排查与到期核查合并，一户只走一次：入户、核对、核算齐了才能登记结论。"
    empty = ("没有符合条件的核查任务", "核查到期前30日自动列出")

    def narrow(self, rows: Any) -> Any:
        turn = Case(When(done_on__isnull=True, then=F("due_on")), default=Value(date.max))
        return rows.annotate(turn=turn).select_related("benefit__applicant", "unit", "village")


class CampaignForm(forms.Form):
    unit = forms.ModelChoiceField(label="范围", queryset=Unit.objects.none(), empty_label="请选择")
    title = forms.CharField(label="排查名称", max_length=60, help_text="如“2024年低保全面排查”")
    until = DateField(label="完成期限")

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class NewCampaign(FormPage):
    title = "部署全面排查"
    permission = "review.campaign"
    form_class = CampaignForm
    check_answers = True
    submit_label = "生成核查任务"

    def make_form(self, data: Any, files: Any) -> CampaignForm:
        user: Any = self.request.user
        seats = [post.unit.path for post in user.current_posts if post.unit.kind == Unit.Kind.COUNTY]
        units = Unit.objects.none()
        for path in seats:
            found = Unit.objects.filter(path__startswith=path, kind__in=(Unit.Kind.COUNTY, Unit.Kind.TOWN))
            units = units | found
        return CampaignForm(data, files, units=units.order_by("path"))

    def save(self, form: Any) -> str:
        made = start_campaign(actor=self.request.user, now=timezone.now(), **form.cleaned_data)
        self.success = f"{made:,}户列入核查，已有待核查任务的合并"
        return reverse("cases:reviews") + "?state=open"

    def cancel_url(self) -> str:
        return reverse("cases:reviews")


COMPLETION = Table(
    "review-completion",
    "核查完成情况",
    (
        Column("name", "单位", value=lambda row: row["name"], priority=1),
        Column("tasks", "应核查", Kind.COUNT, value=lambda row: row["tasks"]),
        Column("done", "已核查", Kind.COUNT, value=lambda row: row["done"], priority=2),
        Column("open", "待核查", Kind.COUNT, value=lambda row: row["open"]),
        Column("late", "逾期", Kind.COUNT, value=lambda row: row["late"], priority=3),
        Column(
            "rate", "完成率（%）", Kind.PERCENT, definition="已核查÷应核查", ratio=("done", "tasks"),
            value=lambda row: ratio(row["done"], row["tasks"]),
        ),
    ),
)  # fmt: skip


class Completion(SheetPage):
    """By village for a town, by town for the county; of one town by village for the county too."""

    title = "核查完成情况"
    permission = "case.view"

    def prepare(self) -> None:
        user: Any = self.request.user
        county = any(post.unit.kind == Unit.Kind.COUNTY for post in user.current_posts)
        asked = self.request.GET.get("unit", "")
        towns = Unit.objects.filter(kind=Unit.Kind.TOWN, pk__in=reach_of(user, "case.view").units)
        self.town = towns.filter(pk=asked).first() if county and asked.isdecimal() else None
        self.by = "village" if self.town or not county else "unit"
        self.campaign = self.request.GET.get("campaign", "")[:60]
        self.found = completion(
            user, self.by, timezone.localdate(), self.town.pk if self.town else None, self.campaign
        )

    def page_title(self) -> str:
        return f"{self.town or ''}{self.campaign or ''}{self.title}"

    def versions(self) -> Sequence[Version]:
        """This year's reviews, or one campaign's (C11)."""
        town = {"unit": self.town.pk} if self.town else {}
        titles = ["", *campaigns(self.request.user)]
        return [
            Version(
                title or "本年度全部核查",
                f"?{urlencode({**town, 'campaign': title})}",
                title == self.campaign,
            )
            for title in titles
        ]

    def drill_url(self, row: Any, column: Column) -> str:
        """From a town to its villages, from figures to the tasks."""
        if column.code in {"name", "rate"} and self.by == "unit":
            return f"?{urlencode({'unit': row['pk'], 'campaign': self.campaign})}"
        wanted = {"done": "done", "open": "open", "late": "late"}.get(column.code)
        if wanted is None and column.code != "tasks":
            return ""
        return f"{reverse('cases:reviews')}?{self.by}={row['name']}&state={wanted or ''}"

    def every_cell_leads(self) -> bool:
        return True

    def table(self) -> Table:
        return COMPLETION

    def rows(self) -> Sequence[Any]:
        return self.found

    def total(self, rows: Sequence[Any]) -> Totals | None:
        return COMPLETION.total_row(rows) if len(rows) > 1 else None


EVENTS = Table(
    "life-events",
    "到期提醒",
    (
        Column("person", "人员", Kind.NAME, value="person.name", priority=1, link=True),
        Column("kind", "事项", value=lambda event: event.get_kind_display(), priority=2),
        Column("on", "日期", Kind.DATE, sort="on", priority=3),
        Column("program", "类别", value=lambda event: event.benefit.get_program_display()),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
        Column("noted_on", "提醒日期", Kind.DATE, optional=True),
    ),
)


class EventFilter(FilterForm):
    kind = forms.ChoiceField(label="事项", choices=[("", "全部"), *LifeEvent.Kind.choices])
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {"kind": "kind", "village": "village__name__contains"}


class LifeEvents(ListPage):
    title = "到期提醒"
    permission = "case.view"
    model = LifeEvent
    table = EVENTS
    filter_form = EventFilter
    record_url = "cases:life_event"
    default_sort = "on"
    lead_in = "每周一列出今后30天内满16、18、60周岁、渐退期满、认定到期等，请提前核实并办理变更。"
    empty = ("没有到期提醒", "每周一自动更新")

    def narrow(self, rows: Any) -> Any:
        ahead = events_ahead(self.request.user, timezone.localdate()).values("pk")
        return rows.filter(pk__in=ahead).select_related("person", "benefit", "unit", "village")


class LifeEventPage(Page):
    """From a reminder to the benefit it is about."""

    title = "到期提醒"
    permission = "case.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(LifeEvent.objects.all(), request.user, pk=pk)
        return HttpResponseRedirect(reverse("cases:benefit", args=[found.benefit_id]))
