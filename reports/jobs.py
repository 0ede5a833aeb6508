"""Background jobs of reports: one service call each."""

from typing import Any

from django.utils import timezone

from reports.governance.services import CODE, close_month
from reports.ledger.services import draft_ledgers
from reports.summary.services import draft_summaries
from salvation.domain.month import Month
from salvation.jobs.services import Running, job
from salvation.periods.models import Urge
from salvation.periods.standing import urge_outstanding

GENERATE = "stat.generate"
# Code, day, hour, minute, whom it reminds (domain/11 stat.remind).
REMINDERS = (
    ("stat.remind.7", 7, 9, 0, Urge.Level.CLERK),
    ("stat.remind.9", 9, 9, 0, Urge.Level.CLERK),
    ("stat.remind.10", 10, 9, 0, Urge.Level.CLERK),
    ("stat.remind.leader", 10, 18, 0, Urge.Level.LEADER),
    ("stat.remind.late", 11, 0, 10, Urge.Level.COUNTY),
)


@job(GENERATE, label="冻结上月并生成统计表")
def generate(run: Running) -> dict[str, Any]:
    drafted = close_month(county=run.unit, month=Month.parse(run.period), now=timezone.now())
    return {"submissions": len(drafted)}


LEDGER = "ledger.monthly"


@job(LEDGER, label="生成上月专项治理工作台账")
def draft_ledger(run: Running) -> dict[str, Any]:
    drafted = draft_ledgers(county=run.unit, month=Month.parse(run.period), now=timezone.now())
    return {"submissions": len(drafted)}


def _remind(run: Running) -> dict[str, Any]:
    level = next(level for code, *_, level in REMINDERS if code == run.run.job)
    month = Month.parse(run.period)
    asked = urge_outstanding(county=run.unit, month=month, table=CODE, level=level, now=timezone.now())
    return {"urged": len(asked)}


for _code, _day, _hour, _minute, _level in REMINDERS:
    job(_code, label=f"统计表{_level.label}（{_day}日）")(_remind)


# Code, day, hour: drafted on the 20th, refreshed for the last time on the 24th of June (domain/11 report.summary).
SUMMARIES = (("report.summary", 20, 2), ("report.refresh", 24, 18))
JUNE = 6


def _summaries(run: Running) -> dict[str, Any]:
    month = Month.parse(run.period)
    if month.month != JUNE:
        return {"reports": 0}
    return {"reports": draft_summaries(county=run.unit, month=month - 1, now=timezone.now())}


for _code, _, _ in SUMMARIES:
    job(_code, label="起草、刷新专项治理报告")(_summaries)
