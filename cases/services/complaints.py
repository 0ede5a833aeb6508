"""Record complaints about an application; what calls for the county's own visit waits on the county's desk (B21)."""
# requirements: B21

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from cases.county_visit import DUTY, REVIEWING, asked, awaited
from cases.flows import APPLICATION
from cases.models import Application, Complaint
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.duties.services import close_duty, open_duty
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record

register(complaint__record="登记投诉举报")


def may_be_recorded(application: Application) -> bool:
    """From acceptance to the decision."""
    return application.accepted_on is not None and application.state not in APPLICATION.ended


@transaction.atomic
def record_complaint(
    *, application: Application, received_on: date, channel: str, content: str, actor: Any, now: datetime
) -> Complaint:
    """Keep a complaint about a case in hand. Raises Refusal before acceptance and after the decision."""
    require(actor, "register.edit", application.unit)
    locked = Application.objects.select_for_update().get(pk=application.pk)
    if locked.accepted_on is None or not may_be_recorded(locked):
        raise Refusal(
            f"该件现在是“{locked.get_state_display()}”，受理以后、决定以前才能登记投诉、举报；"
            "已在保的请在“监测预警”登记线索后核查"
        )
    today = timezone.localdate(now)
    if not locked.accepted_on <= received_on <= today:
        raise Refusal(
            f"收到日期须在受理（{locked.accepted_on:%Y-%m-%d}）以后、今天以前（含当日）", field="received_on"
        )
    made = Complaint.objects.create(
        application=locked,
        received_on=received_on,
        channel=channel,
        content=content.strip(),
        recorded_by=actor,
    )
    record(actor=actor, action="complaint.record", subject=locked, unit=locked.unit)
    ask_county_visit(locked, now=now, actor=actor)
    return made


def ask_county_visit(application: Application, *, now: datetime, actor: Any) -> None:
    """Open the county's duty while a case waits for its visit before a confirmation; close it once it was made."""
    today = timezone.localdate(now)
    waits = awaited(application, today) if application.state in REVIEWING else None
    if waits is None:
        close_duty(kind=DUTY, subject_id=application.pk, now=now, actor=actor)
        return
    if asked().filter(subject_id=application.pk).exists():
        return
    open_duty(
        kind=DUTY, subject_id=application.pk, unit=application.county, permission="case.review",
        title=f"县级入户：{application.applicant.name}（{waits.why}）", now=now, due_on=application.due_on,
        url=reverse("cases:application", args=[application.pk]) + "?tab=surveys",
    )  # fmt: skip


def on_moved(context: Context) -> None:
    """A case comes to the confirmation, or leaves it."""
    ask_county_visit(context.subject, now=context.now, actor=context.actor)


EFFECTS = {
    step.code: (on_moved,)
    for step in APPLICATION.steps
    if step.target in REVIEWING or set(step.sources) & set(REVIEWING)
}
