"""Open and close the emergency mode of a county; what was put off is listed and asked for by a day (A17)."""
# requirements: A17

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from cases.emergency_flow import REPLACED
from cases.emergency_guards import RUNNING, lacking, pieces_lacking
from cases.models import Application
from cases.models.emergency import EmergencyMode
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.duties.services import close_duties, open_duties, open_duty
from salvation.flow.clock import due_date
from salvation.flow.engine import begin, refresh_duty
from salvation.flow.table import Context, Deadline
from salvation.parameters.book import at
from salvation.units.models import Unit

CATCH_UP = "emergency.catch_up"


@transaction.atomic
def ask_emergency(
    *,
    unit: Unit,
    number: str,
    event: str,
    from_on: date,
    until_on: date | None,
    replaced: Sequence[str],
    actor: Any,
    now: datetime,
) -> EmergencyMode:
    """Ask for the mode; another person opens it. Raises Refusal while one runs."""
    require(actor, "param.edit", unit)
    if not set(replaced) or not set(replaced) <= {code for code, _ in REPLACED}:
        raise Refusal("请至少选择一个可以后补的环节", field="replaced")
    if until_on is not None and until_on < from_on:
        raise Refusal("结束日期不能早于开始日期", field="until_on")
    mode = EmergencyMode(
        unit=unit, number=number.strip(), event=event.strip(), from_on=from_on, until_on=until_on, replaced=list(replaced),
        asked_by=actor,
    )  # fmt: skip
    try:
        with transaction.atomic():
            begin(mode, actor=actor, now=now)
    except IntegrityError as error:
        raise Refusal("本县已有在执行的应急简化程序，请先关闭") from error
    return mode


def running_mode(county: Unit, *, on: date) -> EmergencyMode | None:
    """What a case accepted on a day falls under."""
    open_end = Q(until_on__isnull=True) | Q(until_on__gte=on)
    return EmergencyMode.objects.filter(open_end, unit=county, state__in=RUNNING, from_on__lte=on).first()


# Effects.


def on_opened(context: Context) -> None:
    """The county's desk asks for the closing by the day the document names."""
    context.keep(due_on=context.subject.until_on)


def on_confirmed(context: Context) -> None:
    """Of an application: what was put off waits at the township from this day on, by a day (A17)."""
    application = context.subject
    if pieces_lacking(application, timezone.localdate(context.now)):
        open_duty(**_asked(application, _catch_up_until(application, context.now), context.now))


def _catch_up_until(application: Application, now: datetime) -> date | None:
    """The day of the closing document once it is known; before that the parameter's days from confirmation, 0 for none."""
    mode, today = application.emergency, timezone.localdate(now)
    if mode is not None and mode.catch_up_until is not None:
        return mode.catch_up_until
    limit = Deadline("emergency.catch_up_days")
    days = int(at(limit.parameter, on=today, unit=application.unit).value)
    return due_date(limit, start=today, unit=application.unit) if days else None


def _asked(application: Application, until: date | None, now: datetime) -> dict[str, Any]:
    pieces = "、".join(pieces_lacking(application, timezone.localdate(now)))
    return {
        "kind": CATCH_UP, "subject_id": application.pk, "unit": application.unit, "permission": "case.submit",
        "title": f"补齐应急手续：{application.applicant.name}（{pieces}）", "now": now, "due_on": until,
        "url": reverse("cases:application", args=[application.pk]),
    }  # fmt: skip


def on_closing(context: Context) -> None:
    subject, given = context.subject, context.data["catch_up_until"]
    subject.closing_no = str(context.data["closing_no"])[:60]
    subject.catch_up_until = given if isinstance(given, date) else date.fromisoformat(str(given))
    subject.save(update_fields=["closing_no", "catch_up_until"])


def on_kept(context: Context) -> None:
    """Not closed after all: the day asked for goes, the document's end counts again."""
    context.keep(closing_no="", catch_up_until=None, due_on=context.subject.until_on)


def on_closed(context: Context) -> None:
    """Each case that lacks something stays on the desk of its township, now by the day of the closing document."""
    subject = context.subject
    subject.closed_on = timezone.localdate(context.now)
    subject.due_on = subject.catch_up_until
    subject.save(update_fields=["closed_on", "due_on"])
    waiting = list(lacking(subject, subject.closed_on).select_related("unit", "applicant", "emergency"))
    close_duties(kind=CATCH_UP, subjects=[application.pk for application in waiting], now=context.now)
    open_duties(_asked(application, subject.catch_up_until, context.now) for application in waiting)
    refresh_duty(subject, now=context.now, actor=context.actor)


EFFECTS = {"open": (on_opened,), "ask_close": (on_closing,), "keep": (on_kept,), "close": (on_closed,)}


APPLICATION = {"confirm_county": (on_confirmed,), "confirm_town": (on_confirmed,)}


def close_made_up(*, county: Unit, now: datetime) -> int:
    """Duties of cases that have everything by now are done; returns how many."""
    done = 0
    for mode in EmergencyMode.objects.filter(unit=county, state__in=(*RUNNING, "CLOSED")):
        still = set(lacking(mode, timezone.localdate(now)).values_list("pk", flat=True))
        open_ones = Duty.objects.filter(
            kind=CATCH_UP, done_at__isnull=True, subject_id__in=mode.applications.values("pk")
        )
        done += open_ones.exclude(subject_id__in=still).update(done_at=now)
    return done
