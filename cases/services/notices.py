"""Notices that ran their seven days go on by themselves (domain/11 notice.expire)."""
# requirements: B12

from datetime import date, datetime

from cases.models import Application
from salvation.domain.errors import Refusal
from salvation.flow.engine import perform

NEXT_STEP = {Application.Level.COUNTY: "notice_over_county", Application.Level.TOWNSHIP: "notice_over_town"}


def pass_expired_notices(*, county_id: int, on: date, now: datetime) -> int:
    """Move applications whose notice ended before ``on``; those without photos stay with the clerk. Returns how many."""
    waiting = Application.objects.filter(
        county=county_id, state="NOTICING", notices__ends_on__lt=on
    ).distinct()
    passed = 0
    for application in waiting:
        try:
            perform(
                subject=application, step=NEXT_STEP[Application.Level(application.level)], actor=None, now=now
            )
        except Refusal:
            continue
        passed += 1
    return passed
