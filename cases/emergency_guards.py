"""Guards of the emergency mode, and what it still lets a case leave out. Imports no model of cases."""

from datetime import date
from typing import Any

from django.db.models import Count, Q
from django.utils import timezone

from salvation.files.models import Attachment
from salvation.flow.marks import needs_data
from salvation.flow.table import Context

RUNNING = ("OPEN", "CLOSING")


def allows(application: Any, step: str) -> bool:
    """Whether a step may be made up for later: only while the mode runs, and only for cases accepted in it."""
    mode = application.emergency
    return mode is not None and mode.state in RUNNING and step in mode.replaced


def lacking(mode: Any, today: date) -> Any:
    """Confirmed cases of a mode that still lack what was put off, as a queryset of its applications."""
    every = mode.applications.filter(state="CONFIRMED")
    wanted = Q(pk__in=[])
    for step in mode.replaced:
        wanted |= ~Q(pk__in=_made_up(every, step, today).values("pk"))
    return every.filter(wanted)


def _made_up(cases: Any, step: str, today: date) -> Any:
    """Of these cases, those that have by now what the step asks for."""
    if step == "VISIT":
        return cases.filter(surveys__method="HOME", surveys__signed_by_family=True)
    if step == "CHECK":
        return cases.filter(checks__reported_on__isnull=False)
    return cases.filter(notices__ends_on__lt=today, pk__in=_photographed())


PIECES = {"VISIT": "补入户调查", "CHECK": "补经济状况核对", "NOTICE": "公示满期并补两张照片"}


def pieces_lacking(application: Any, today: date) -> list[str]:
    """What a confirmed case still lacks of what was put off, in words."""
    mode = application.emergency
    if mode is None or application.state != "CONFIRMED":
        return []
    cases = mode.applications.filter(pk=application.pk)
    return [
        PIECES[step] for step in PIECES if step in mode.replaced and not _made_up(cases, step, today).exists()
    ]


def _photographed() -> Any:
    photos = Attachment.objects.filter(
        subject_type="cases.application", kind="NOTICE", content_type="image/jpeg"
    )
    twice = photos.order_by().values("subject_id").annotate(taken=Count("pk")).filter(taken__gte=2)
    return twice.values("subject_id")


@needs_data
def catch_up_ahead(context: Context) -> str | None:
    given: Any = context.data.get("catch_up_until")
    until = given if isinstance(given, date) else date.fromisoformat(str(given))
    return None if until > timezone.localdate(context.now) else "补齐手续期限须晚于今天"


def nothing_open(context: Context) -> str | None:
    """Closed for good only when every case has what was put off."""
    waiting = lacking(context.subject, timezone.localdate(context.now)).count()
    return f"还有 {waiting} 件没有补齐手续，见“补办清单”" if waiting else None
