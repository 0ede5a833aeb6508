"""监测预警 in the browser: the list, one alert until it is settled, a sign brought by somebody (B34)."""
# requirements: B34

from typing import Any, ClassVar

from django import forms
from django.urls import reverse
from django.utils import timezone

from cases.alert_flow import ALERT, DISPOSALS
from cases.models import MonitoringAlert, Person
from cases.services.alerts import take_alert
from salvation.access.services import get_visible, require
from salvation.tables.model import Column, Kind, Table
from salvation.web.filters import FilterForm
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab
from salvation.web.piles import open_first

STATES = {state.code: state for state in ALERT.states}
ALERTS = Table(
    "alerts",
    "监测预警",
    (
        Column("name", "对象", Kind.NAME, value="person.name", priority=1, link=True, sort="person__name"),
        Column("state", "状态", Kind.STATE, states=STATES, priority=2),
        Column("kind", "类型", value="get_kind_display", priority=3),
        Column("source", "来源", value="get_source_display"),
        Column("reason", "预警情况", width=36),
        Column("raised_on", "预警日期", Kind.DATE, sort="raised_on"),
        Column("due_on", "办理期限", Kind.DATE, sort="due_on"),
        Column("disposal", "处置", value="get_disposal_display"),
        Column("settled_on", "处置日期", Kind.DATE, optional=True),
        Column("unit", "单位", value="unit.name"),
        Column("village", "村（社区）", value="village.name"),
    ),
)
ALL = ("", "全部")


class AlertFilter(FilterForm):
    kind = forms.ChoiceField(label="类型", choices=[ALL, *MonitoringAlert.Kind.choices])
    source = forms.ChoiceField(label="来源", choices=[ALL, *MonitoringAlert.Source.choices])
    state = forms.ChoiceField(label="状态", choices=[ALL, *ALERT.choices()])
    disposal = forms.ChoiceField(label="处置", choices=[ALL, *DISPOSALS])
    name = forms.CharField(label="姓名", max_length=50)
    village = forms.CharField(label="村（社区）", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "kind": "kind", "source": "source", "state": "state", "disposal": "disposal", "name": "person__name__startswith",
        "village": "village__name__contains",
    }  # fmt: skip


class AlertList(ListPage):
    title = "监测预警"
    permission = "case.view"
    model = MonitoringAlert
    table = ALERTS
    piles = open_first(ALERT)
    filter_form = AlertFilter
    record_url = "cases:alert"
    lead_in = "每周由系统筛查，也可以在人员页面登记平台、部门和群众反映的情况。核查后处置：申请、告知、转介、变更，或者不属实。"
    empty = ("没有在办的预警", "办结的在“已办结”；每周一自动筛查，别处来的在人员页面点“登记预警”")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("person", "unit", "village")


def matter(page: Any, alert: MonitoringAlert) -> dict[str, Any]:
    return {"alert": alert}


class AlertRecord(RecordPage):
    model = MonitoringAlert
    permission = "case.view"
    tabs = (Tab("matter", "情况", "cases/alert.html", matter),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("person", "unit", "village", "household__head", "recorded_by")

    def head(self, subject: MonitoringAlert) -> Head:
        facts = (
            ("类型", subject.get_kind_display()),
            ("来源", subject.get_source_display()),
            ("单位", f"{subject.unit}{subject.village}"),
            ("预警日期", f"{subject.raised_on:%Y-%m-%d}"),
        )
        links = [Link("人员", reverse("cases:person", args=[subject.person_id]))]
        if subject.household_id:
            links.append(Link("家庭", reverse("cases:household", args=[subject.household_id])))
        return Head(f"{subject.person.name}（监测预警）", facts, links)


class AlertForm(forms.Form):
    kind = forms.ChoiceField(label="类型", choices=MonitoringAlert.Kind.choices, widget=forms.RadioSelect)
    source = forms.ChoiceField(label="来源", choices=MonitoringAlert.Source.choices[3:])
    reason = forms.CharField(label="预警情况", max_length=300, widget=forms.Textarea(attrs={"rows": 3}))


class NewAlert(FormPage):
    title = "登记监测预警"
    permission = "case.survey"
    form_class = AlertForm
    submit_label = "登记"
    success = "已登记，请按期核查"
    person: Person

    def prepare(self) -> None:
        rows = Person.objects.select_related("unit", "unit__county", "village")
        self.person = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, "case.survey", self.person.village)

    def page_title(self) -> str:
        return f"{self.title}：{self.person.name}"

    def save(self, form: Any) -> str:
        made = take_alert(
            person=self.person, actor=self.request.user, now=timezone.now(), **form.cleaned_data
        )
        return reverse("cases:alert", args=[made.pk])

    def cancel_url(self) -> str:
        return reverse("cases:person", args=[self.kwargs["pk"]])
