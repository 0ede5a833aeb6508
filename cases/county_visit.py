"""When the county itself visits before a confirmation: relatives of staff, complaints, objections (L57 第20条).

Reads the application's own relations and imports no model of this room, so that guards, lists and duties ask the same.
"""
# requirements: B21

from datetime import date
from typing import Any, NamedTuple

from django.db.models import QuerySet

from salvation.duties.models import Duty
from salvation.parameters.book import at

REVIEWING = ("COUNTY_REVIEW", "TOWN_CONFIRM")
# What calls for the visit where kinship does not (parameter complaint.county_visit).
EVERY, REPORTED, NOTHING = "EVERY", "REPORTED", "NOTHING"
FORCING = ((EVERY, "投诉、举报和公示异议"), (REPORTED, "投诉、举报"), (NOTHING, "都不须"))
# What is awaited stands as a duty on the county's desk, from the step before the confirmation until it was made.
DUTY = "application.county_visit"


def asked() -> QuerySet[Duty]:
    """The same of many applications at once: the county's open duties."""
    return Duty.objects.filter(kind=DUTY, done_at__isnull=True)


class Awaited(NamedTuple):
    """What calls for the county's visit, in words, and the first day on which it counts."""

    why: str
    since: date | None


def awaited(application: Any, today: date) -> Awaited | None:
    """What the case waits for; None when nothing calls for a visit of the county or it was made."""
    on = application.accepted_on or today
    words, since = [], None
    if application.kinship_flag and at("kinship.county_visit", on=on, unit=application.unit).value:
        words.append("涉及近亲属备案")
    forcing = at("complaint.county_visit", on=on, unit=application.unit).value
    if forcing != NOTHING and (complaint := application.complaints.order_by("received_on").last()):
        words.append("有投诉、举报")
        since = complaint.received_on
    if forcing == EVERY and (objection := application.objections.order_by("raised_on").last()):
        words.append("公示期有异议")
        since = max(since or objection.raised_on, objection.raised_on)
    if not words:
        return None
    visits = application.surveys.filter(method="HOME", surveyors__level="COUNTY")
    if since is not None:
        visits = visits.filter(visited_at__date__gte=since)
    return None if visits.exists() else Awaited("、".join(words), since)


def lacking(application: Any, today: date) -> str | None:
    """Why the case still waits for the county's own visit; None when nothing calls for it or it was made."""
    waits = awaited(application, today)
    if waits is None:
        return None
    when = f"在{waits.since:%Y年%m月%d日}（含当日）以后" if waits.since else ""
    return f"该件{waits.why}，须有县级人员{when}入户后才能确认（第20条）"
