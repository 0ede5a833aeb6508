"""The journal for auditors: who did, saw and exported what. Reading it is itself journalled by the export."""

from typing import Any

from django import forms
from django.utils import timezone

from salvation.journal.actions import ACTIONS, wording
from salvation.journal.models import Entry
from salvation.journal.wording import said
from salvation.tables.model import Column, Table
from salvation.web.fields import DateField
from salvation.web.filters import FilterForm
from salvation.web.pages.lists import ListPage


def _time(entry: Entry) -> str:
    return f"{timezone.localtime(entry.at):%Y-%m-%d %H:%M:%S}"


JOURNAL = Table(
    "journal",
    "操作日志",
    (
        Column("at", "时间", value=_time, priority=2, sort="at", width=20),
        Column("actor_name", "操作人", priority=1),
        Column("unit", "单位", value="unit.name"),
        Column("action", "动作", value=lambda entry: wording(entry.action), priority=3),
        Column("facts", "内容", value=lambda entry: said(entry.facts), width=48),
        Column(
            "subject", "对象", value=lambda e: f"{e.subject_type} {e.subject_id or ''}".strip(), optional=True
        ),
        Column("address", "来源地址", optional=True),
    ),
)


class JournalFilter(FilterForm):
    actor = forms.CharField(label="操作人", max_length=50)
    action = forms.ChoiceField(label="动作")
    since = DateField(label="日期从")
    until = DateField(label="到")
    lookups = {
        "actor": "actor_name__startswith",
        "action": "action",
        "since": "at__date__gte",
        "until": "at__date__lte",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = sorted(ACTIONS.items(), key=lambda pair: pair[1])
        self.fields["action"].choices = [("", "全部"), *choices]  # type: ignore[attr-defined]


class Journal(ListPage):
    title = "操作日志"
    permission = "journal.view"
    model = Entry
    table = JOURNAL
    filter_form = JournalFilter
    default_sort = "-pk"
    empty = ("没有符合条件的日志", "放宽日期或动作再查")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit")
