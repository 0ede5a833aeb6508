"""Background jobs of audits: one service call each."""

from datetime import date
from typing import Any

from django.utils import timezone

from audits.found import file_found
from salvation.jobs.services import Running, job

FOUND = "problems.found"


@job(FOUND, label="系统发现问题")
def problems_found(run: Running) -> dict[str, Any]:
    """Each night; the period of the run is a day."""
    made = file_found(county=run.unit, on=date.fromisoformat(run.period), now=timezone.now())
    return {"新增问题": made}
