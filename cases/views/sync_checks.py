"""系统同步审批 in the browser: the day of the meeting beside that of the confirmation (B17)."""
# requirements: B17

from typing import Any, ClassVar

from django import forms
from django.db.models import F
from django.utils import timezone

from cases.models import Application
from cases.models.choices import LASTING
from cases.sync_checks import limit_of, with_lag
from salvation.access.place import own_county
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.filters import FilterForm
from salvation.web.pages.lists import ListPage

STATES = {
    "IN_TIME": State("按时", "good"),
    "LATE": State("超过期限", "bad"),
    "UNKNOWN": State("以前的件没有记录", "ended"),
}


class DecidedApplication(Application):
    """A decided application as this page shows it."""

    class Meta:
        proxy = True


def _state(row: Any) -> str:
    if row.lag is None:
        return "UNKNOWN"
    return "LATE" if row.lag > row.limit else "IN_TIME"


SYNC = Table(
    "sync-checks",
    "系统同步审批",
    (
        Column("applicant", "申请人", Kind.NAME, value="applicant.name", priority=1, link=True),
        Column("state", "情况", Kind.STATE, value=_state, states=STATES, priority=2),
        Column("lag", "会后工作日", Kind.COUNT, priority=3, definition="会议日期到系统确认日期的工作日"),
        Column("meeting_on", "会议日期", Kind.DATE),
        Column("confirmed_on", "系统确认日期", Kind.DATE, sort="decided_on"),
        Column("recorded_at", "会议记录时间", Kind.DATE, definition="会议录入系统的日期，不能修改"),
        Column("no", "受理号", sort="no"),
        Column("program", "类别", value=lambda a: a.get_program_display()),
        Column("unit", "受理单位", value="unit.name"),
    ),
)


class SyncFilter(FilterForm):
    name = forms.CharField(label="申请人", max_length=50)
    program = forms.ChoiceField(label="类别", choices=[("", "全部"), *((p.value, p.label) for p in LASTING)])
    late = forms.ChoiceField(label="情况", choices=[("", "全部"), ("1", "超过期限")])
    lookups: ClassVar[dict[str, str]] = {"name": "applicant__name__startswith", "program": "program"}

    def narrow(self, rows: Any) -> Any:
        return rows.filter(lag__gt=F("limit")) if self.cleaned_data.get("late") else rows


class SyncChecks(ListPage):
    title = "系统同步审批"
    permission = "case.view"
    model = DecidedApplication
    table = SYNC
    filter_form = SyncFilter
    default_sort = "-decided_on"
    record_url = "cases:application"
    lead_in = "会议决定后应在规定的工作日内在系统确认（002 第29条）。确认日期由系统记录，不能倒签；超过期限的每晚列入问题整改。"
    empty = ("没有符合条件的申请", "确认或不予确认的申请列在这里")

    def narrow(self, rows: Any) -> Any:
        limit = limit_of(own_county(self.request.user), timezone.localdate())
        return with_lag(rows, limit).select_related("applicant", "unit")
