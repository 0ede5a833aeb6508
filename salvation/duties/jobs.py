"""Background jobs of duties: one service call each."""

from datetime import date
from typing import Any

from django.utils import timezone

from salvation.duties.reminders import remind
from salvation.jobs.services import Running, job

REMIND = "duty.remind"


@job(REMIND, label="期限提醒与升级")
def send_reminders(run: Running) -> dict[str, Any]:
    """The period of the run is the day whose reminders are sent."""
    written = remind(county=run.unit, on=date.fromisoformat(run.period), now=timezone.now())
    return {"提醒": written}
