"""Background jobs of cases: one service call each."""

from datetime import date
from typing import Any

from django.utils import timezone

from cases.services.changes import end_grace_periods
from cases.services.notices import pass_expired_notices
from salvation.jobs.services import Running, job

GRACE, NOTICE = "grace.expiry", "notice.expire"


@job(GRACE, label="渐退期满停发")
def grace_expiry(run: Running) -> dict[str, Any]:
    on = date.fromisoformat(run.period)
    return {"stopped": end_grace_periods(county_id=run.unit.pk, on=on, now=timezone.now())}


@job(NOTICE, label="公示期满流转")
def notice_expire(run: Running) -> dict[str, Any]:
    on = date.fromisoformat(run.period)
    return {"passed": pass_expired_notices(county_id=run.unit.pk, on=on, now=timezone.now())}
