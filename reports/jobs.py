"""Background jobs of reports: one service call each."""

from typing import Any

from django.utils import timezone

from reports.governance.services import CODE, close_month
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


def _remind(run: Running) -> dict[str, Any]:
    level = next(level for code, *_, level in REMINDERS if code == run.run.job)
    month = Month.parse(run.period)
    asked = urge_outstanding(county=run.unit, month=month, table=CODE, level=level, now=timezone.now())
    return {"urged": len(asked)}


for _code, _day, _hour, _minute, _level in REMINDERS:
    job(_code, label=f"统计表{_level.label}（{_day}日）")(_remind)
