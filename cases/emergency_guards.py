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
    there = {
        "VISIT": every.filter(surveys__method="HOME", surveys__signed_by_family=True),
        "CHECK": every.filter(checks__reported_on__isnull=False),
        "NOTICE": every.filter(notices__ends_on__lt=today, pk__in=_photographed()),
    }
    wanted = Q(pk__in=[])
    for step in mode.replaced:
        wanted |= ~Q(pk__in=there[step].values("pk"))
    return every.filter(wanted)


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
