"""Who handed in when, who is missing, and asking for what is missing (催报; L07, 03 §3.8, domain/11)."""
# requirements: L07

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.utils import timezone

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.services import open_duty
from salvation.flow.models import Transition
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.periods.effects import COUNTY_DUTY, LEADER_DUTY
from salvation.periods.models import Submission, Urge
from salvation.units.models import Unit

register(submission__urge="催报")

WITH_UNIT = frozenset({"PENDING", "DRAFT_READY", "FILLING", "READY", "SIGNED", "RETURNED"})


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a unit stands with a table of a month. Late or not is told by the dates, never stored.

    ``handed_in``: the day it first came in; ``returns``: how often the county sent it back.
    """

    unit: Unit
    submission: Submission | None
    due_on: date | None
    handed_in: date | None
    returns: int
    urges: int
    today: date

    @property
    def missing(self) -> bool:
        return self.submission is None or self.submission.state in WITH_UNIT

    @property
    def days_late(self) -> int:
        """Calendar days after the deadline, of what came in late or is late now; 0 otherwise."""
        if self.due_on is None:
            return 0
        return max(0, ((self.handed_in or self.today) - self.due_on).days)

    @property
    def word(self) -> str:
        if self.handed_in is None:
            return "逾期未报" if self.days_late else "未报"
        return "迟报" if self.days_late else "按时"

    @property
    def tone(self) -> str:
        return {"逾期未报": "bad", "未报": "wait", "迟报": "bad", "按时": "good"}[self.word]


def standings(
    *, table: str, county: Unit, units: Iterable[Unit], months: Sequence[Month], today: date
) -> dict[Month, list[Standing]]:
    """Every unit in every month, in four statements whatever their number."""
    held = Submission.objects.filter(
        table=table, county=county, period__in=[month.first_day for month in months], version=1
    ).select_related("unit", "county")
    by_place = {(one.unit_id, one.period): one for one in held}
    ids = [one.pk for one in by_place.values()]
    steps = Transition.objects.filter(flow="submission", subject_id__in=ids).order_by().values("subject_id")
    first = dict(steps.filter(step="submit").annotate(at=Min("at")).values_list("subject_id", "at"))
    returns = dict(steps.filter(step="return").annotate(n=Count("pk")).values_list("subject_id", "n"))
    asked = Urge.objects.filter(submission__in=ids).order_by().values("submission")
    urges = dict(asked.annotate(n=Count("pk")).values_list("submission", "n"))
    units = list(units)
    return {
        month: [
            _standing(unit, by_place.get((unit.pk, month.first_day)), first, returns, urges, today)
            for unit in units
        ]
        for month in months
    }


def _standing(
    unit: Unit,
    submission: Submission | None,
    first: Mapping[int, datetime],
    returns: Mapping[int, int],
    urges: Mapping[int, int],
    today: date,
) -> Standing:
    if submission is None:
        return Standing(unit, None, None, None, 0, 0, today)
    at = first.get(submission.pk)
    # Months taken over from before the system went to work came in on time.
    taken_over = at is None and submission.state not in WITH_UNIT
    handed_in = timezone.localdate(at) if at else submission.due_on if taken_over else None
    key = submission.pk
    return Standing(
        unit, submission, submission.due_on, handed_in, returns.get(key, 0), urges.get(key, 0), today
    )


def outstanding(county: Unit, month: Month) -> QuerySet[Submission]:
    """First versions of all tables of a month that are still with their units."""
    rows = Submission.objects.filter(county=county, period=month.first_day, version=1, state__in=WITH_UNIT)
    return rows.select_related("unit", "county")


@transaction.atomic
def urge(*, submission: Submission, actor: Any, now: datetime, note: str = "") -> Urge:
    """The county asks a unit for its table: its leader finds it on his desk. Raises Refusal once it came in."""
    require(actor, "table.accept", submission.unit)
    locked = (
        Submission.objects.select_for_update(of=("self",))
        .select_related("unit", "county")
        .get(pk=submission.pk)
    )
    if locked.state not in WITH_UNIT:
        raise Refusal(f"{locked.unit}的表{locked.get_state_display()}，不用再催")
    return _urge(locked, Urge.Level.LEADER, now, actor=actor, note=note.strip()[:200])


@transaction.atomic
def urge_outstanding(*, county: Unit, month: Month, table: str, level: str, now: datetime) -> list[Urge]:
    """What the jobs of the 7th to 11th do: one reminder a unit, level and day, however late the job runs."""
    today = timezone.localdate(now)
    asked = set(
        Urge.objects.filter(submission__county=county, level=level, at__date=today).values_list(
            "submission", flat=True
        )
    )
    waiting = outstanding(county, month).filter(table=table, frozen=True).select_for_update(of=("self",))
    return [_urge(one, level, now) for one in waiting if one.pk not in asked]


def _urge(submission: Submission, level: str, now: datetime, *, actor: Any = None, note: str = "") -> Urge:
    made = Urge.objects.create(submission=submission, level=level, at=now, by=actor, note=note)
    facts = {"level": made.get_level_display(), "month": str(submission.month)}
    record(actor=actor, action="submission.urge", subject=submission, unit=submission.unit, facts=facts)
    label = f"{submission.month.label}{submission.periodical.label}"
    if level == Urge.Level.LEADER:
        _put_on_desk(submission, LEADER_DUTY, submission.unit, "table.sign", f"催报：{label}还没有报送", now)
    elif level == Urge.Level.COUNTY:
        title = f"逾期未报：{submission.unit}{label}"
        _put_on_desk(submission, COUNTY_DUTY, submission.county, "table.accept", title, now)
    return made


def _put_on_desk(
    submission: Submission, kind: str, unit: Unit, permission: str, title: str, now: datetime
) -> None:
    open_duty(
        kind=kind,
        subject_id=submission.pk,
        unit=unit,
        permission=permission,
        title=title,
        url=submission.periodical.url(submission),
        now=now,
        due_on=submission.due_on,
    )
