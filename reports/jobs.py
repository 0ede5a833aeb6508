"""Background jobs of reports: one service call each."""

from typing import Any

from django.utils import timezone

from reports.governance.services import close_month
from salvation.domain.month import Month
from salvation.jobs.services import Running, job

GENERATE = "stat.generate"


@job(GENERATE, label="冻结上月并生成统计表")
def generate(run: Running) -> dict[str, Any]:
    drafted = close_month(county=run.unit, month=Month.parse(run.period), now=timezone.now())
    return {"submissions": len(drafted)}
