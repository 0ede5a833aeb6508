"""The county's joint conference (A11): at least so many a year, and a word a month before each half year ends."""
# requirements: A11

from datetime import date, datetime, timedelta

from django.db import transaction
from django.urls import reverse

from salvation.duties.models import Duty
from salvation.duties.services import open_duty
from salvation.parameters.book import at
from salvation.registers.models import Meeting
from salvation.units.models import Unit

JOINT = "joint.conferences"
AHEAD = 30
# Ends of the halves of the year, and how many of the year's halves are over by then.
ENDS = ((6, 30, 1), (12, 31, 2))


def wanted_by(on: date, least: int) -> tuple[date, int] | None:
    """Until when how many must have been held, within the month before an end; else None."""
    for month, day, halves in ENDS:
        end = on.replace(month=month, day=day)
        if end - timedelta(days=AHEAD) <= on <= end:
            return end, -(-least * halves // 2)
    return None


def held_in(county: Unit, on: date) -> int:
    """Joint conferences of the year so far."""
    rows = Meeting.objects.filter(kind=Meeting.Kind.JOINT, unit=county, held_on__year=on.year)
    return rows.filter(held_on__lte=on).count()


@transaction.atomic
def warn_of_conferences(*, county: Unit, on: date, now: datetime) -> bool:
    """Open or close the duty of the county; returns whether one is open."""
    least = int(at("conference.min_per_year", on=on, unit=county).value)
    due, held = wanted_by(on, least), held_in(county, on)
    waiting = Duty.objects.filter(kind=JOINT, subject_id=county.pk, done_at__isnull=True)
    if due is None or held >= due[1]:
        # Held, or the year is over: a conference cannot be made up for.
        waiting.update(done_at=now)
        return False
    if not waiting.filter(due_on=due[0]).exists():
        open_duty(
            kind=JOINT, subject_id=county.pk, unit=county, permission="register.edit", now=now, due_on=due[0],
            title=f"本年联席会议已开{held}次，{due[0]:%-m月%-d日}前须开{due[1]}次",
            url=f"{reverse('registers:list', kwargs={'code': 'meetings'})}?kind=JOINT",
        )  # fmt: skip
    return True
