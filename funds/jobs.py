"""Background jobs of funds: one service call each (domain/11)."""

from typing import Any

from django.urls import reverse
from django.utils import timezone

from funds.deadlines import book_for
from funds.models import PayLine, Roster
from funds.services.papers import keep_paper
from funds.services.roster_flow import PAPER_JOB
from funds.services.rosters import generate_rosters
from salvation.domain.month import Month
from salvation.intake.copying import analyse
from salvation.jobs.services import Running, job

GENERATE, PAPER = "roster.generate", PAPER_JOB


@job(GENERATE, label="生成花名表")
def roster_generate(run: Running) -> dict[str, Any]:
    """Draft next month's rosters of a county. The run's period is the month in which they are due to be made."""
    made_in = Month.parse(run.period)
    month = made_in + int(book_for(run.unit, made_in)["funds.roster_month_offset"])
    if _is_over_before_it_began(run, month):
        return {"skipped": f"{month.label}已经结束，本县从下一个发放月起生成花名表"}
    rosters = generate_rosters(unit=run.unit, month=month, actor=run.run.requested_by, now=timezone.now())
    # Thousands of new rows: the planner must know of them before people open the pages.
    analyse(PayLine, Roster)
    lines, amount = sum(roster.lines for roster in rosters), sum(roster.amount for roster in rosters)
    return {"month": str(month), "rosters": len(rosters), "lines": lines, "amount": str(amount)}


@job(PAPER, label="生成花名表签章版")
def roster_paper(run: Running) -> dict[str, Any]:
    """The period of the run is the roster's id and version."""
    roster_id, version = run.period.split("-v")[0], run.period.split("-v")[1].split("-")[0]
    paper = keep_paper(roster_id=int(roster_id), version=int(version))
    return {"文件": paper.name, "url": reverse("funds:roster", args=[roster_id])}


def _is_over_before_it_began(run: Running, month: Month) -> bool:
    """A county new to the system is not given drafts for months that were paid elsewhere."""
    if run.run.requested_by is not None or month.next_day > timezone.localdate():
        return False
    return not Roster.objects.filter(county=run.unit).exists()
