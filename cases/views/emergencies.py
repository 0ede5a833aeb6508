"""应急简化程序 in the browser: open, close, and the list of what is to be made up for."""
# requirements: A17

from typing import Any

from django import forms
from django.urls import reverse
from django.utils import timezone

from cases.emergency_flow import EMERGENCY, REPLACED
from cases.emergency_guards import lacking
from cases.models import Application, EmergencyMode
from cases.services.emergencies import ask_emergency
from cases.tables import APPLICATIONS
from salvation.access.place import own_county
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Kind, Table
from salvation.web.fields import DateField
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, RecordPage, Tab

STATES = {state.code: state for state in EMERGENCY.states}
MODES = Table(
    "emergencies",
    "应急简化程序",
    (
        Column("event", "事件", priority=1, link=True),
        Column("state", "状态", Kind.STATE, states=STATES, priority=2),
        Column("number", "开启文号"),
        Column("from_on", "开始日期", Kind.DATE, sort="from_on", priority=3),
        Column("until_on", "结束日期", Kind.DATE),
        Column("replaced", "可后补的环节", value=lambda mode: mode.shown_replaced()),
        Column("closing_no", "关闭文号"),
        Column("catch_up_until", "补齐期限", Kind.DATE),
    ),
)
# What one list of cases shows at most; the rest is reached by the list of applications.
SHOWN = 200


class EmergencyList(ListPage):
    title = "应急简化程序"
    permission = "param.edit"
    model = EmergencyMode
    table = MODES
    record_url = "cases:emergency"
    create_url = "cases:new_emergency"
    create_permission = "param.edit"
    create_label = "申请开启"
    lead_in = "疫情、灾害期间按文件简化程序；期内受理的申请自动标记，关闭后按补办清单补齐（004 第10条）。"
    empty = ("没有开启过应急简化程序", "有文件依据时点“申请开启”，由另一人确认")


def catch_up(page: Any, mode: EmergencyMode) -> dict[str, Any]:
    """Cases of this person's units that lack something, and how many were accepted in the mode."""
    own = Application.objects.visible_to(page.request.user).filter(emergency=mode)
    waiting = lacking(mode, timezone.localdate()).filter(pk__in=own.values("pk"))
    rows = waiting.select_related("applicant", "unit", "village").order_by("unit__sort", "pk")[:SHOWN]
    look = Look(row_url=lambda row: reverse("cases:application", args=[row.pk]), css="cards")
    return {
        "mode": mode, "accepted": own.count(), "waiting": waiting.count(), "shown": SHOWN,
        "markup": html_table(APPLICATIONS, rows, look=look),
    }  # fmt: skip


class EmergencyRecord(RecordPage):
    model = EmergencyMode
    permission = "case.view"
    tabs = (Tab("catch-up", "补办清单", "cases/emergency.html", catch_up),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit")

    def head(self, subject: EmergencyMode) -> Head:
        until = f"{subject.until_on:%Y-%m-%d}" if subject.until_on else "关闭之日"
        facts = (
            ("开启文号", subject.number),
            ("期间", f"{subject.from_on:%Y-%m-%d} 至 {until}"),
            ("关闭文号", subject.closing_no or "未关闭"),
        )
        return Head(f"{subject.event}（应急简化）", facts)


class EmergencyForm(forms.Form):
    number = forms.CharField(label="开启文号", max_length=60)
    event = forms.CharField(label="事件", max_length=40, help_text="疫情或灾害名称")
    from_on = DateField(label="开始日期")
    until_on = DateField(label="结束日期", required=False, help_text="没有规定的不填，关闭时为止")
    replaced = forms.MultipleChoiceField(
        label="可后补的环节", choices=REPLACED, widget=forms.CheckboxSelectMultiple,
        error_messages={"required": "请至少选择一个环节"},
    )  # fmt: skip


class NewEmergency(FormPage):
    title = "申请开启应急简化程序"
    permission = "param.edit"
    form_class = EmergencyForm
    check_answers = True
    submit_label = "提交确认"
    success = "已提交，由另一人确认后开启"
    hint = "开启后，期内受理的申请可以先办后补；近亲属备案、有投诉举报的县级入户不能省"

    def save(self, form: Any) -> str:
        made = ask_emergency(
            unit=own_county(self.request.user),
            actor=self.request.user,
            now=timezone.now(),
            **form.cleaned_data,
        )
        return reverse("cases:emergency", args=[made.pk])

    def cancel_url(self) -> str:
        return reverse("cases:emergencies")
