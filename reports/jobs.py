"""Background jobs of reports: one service call each."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from reports.governance.export import county_paper
from reports.governance.services import CODE, close_month
from reports.ledger.services import draft_ledgers
from reports.summary.services import draft_summaries
from salvation.access.reach import reach_of
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.files.services import discard, store
from salvation.jobs.services import Running, job
from salvation.periods.models import Urge
from salvation.periods.standing import urge_outstanding
from salvation.units.selectors import reporting_units

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


PAPER = "stat.paper"


@job(PAPER, label="生成统计表PDF")
def paper(run: Running) -> dict[str, Any]:
    """The county's table as its reader sees it. The period is the month and the reader; a file made before goes."""
    user, month = run.run.requested_by, Month.parse(run.period.partition(".")[0])
    if user is None:
        raise Refusal("统计表PDF由查看的人生成，请在统计表页点“PDF”")
    run.report(0, 1, "正在排版")
    reach = reach_of(user, "table.view")
    units = [unit for unit in reporting_units(run.unit, on=month.last_day) if unit.pk in reach.units]
    whole = user.may("table.view", run.unit)
    made = county_paper(run.unit, month, units, whole=whole, made_by=str(user))
    kept = {
        "stored_as": store(made.content),
        "name": made.name,
        "digest": made.digest,
        "rows": made.rows,
        "units": [unit.pk for unit in units],
    }
    if before := run.run.result.get("kept"):
        discard(before["stored_as"])
    run.report(1, 1, "已完成")
    address = f"{reverse('reports:county_sheet', args=[str(month)])}?file={run.run.pk}"
    return {"文件": made.name, "url": address, "action": "下载文件", "kept": kept}


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
