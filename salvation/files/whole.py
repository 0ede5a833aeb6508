"""Files with whole ID or account numbers leave the system by one rule (12 §12.1 #9, 07 §7.3 #9).

An app declares each kind with ``register``. Whoever takes one out needs the permission of the work it belongs to and
``export.sensitive``, both at the unit; a written purpose; the consent of a second person, which lasts a day; and the
download stands in the journal with purpose and consent. The file itself carries who took it and when.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone

from salvation.access.models import ScopedModel
from salvation.access.reach import reach_of
from salvation.access.services import require
from salvation.duties.services import close_duty, open_duty
from salvation.files.models import ExportRequest
from salvation.files.services import approved_export, decide_export, request_export
from salvation.journal.services import record
from salvation.units.models import Unit

PERMISSION = "export.sensitive"
Name = Callable[[Any], str]


@dataclass(frozen=True, slots=True)
class Whole:
    """A kind of file with whole numbers. ``permission``: of the work it belongs to; ``unit``: where both are asked for.

    ``file``: where it is downloaded; ``back``: where one comes from; ``title``: what it is, for the second person.
    """

    model: type[ScopedModel]
    label: str
    permission: str
    unit: Callable[[Any], Unit]
    file: Name
    back: Name
    title: Name = str


WHOLE: dict[str, Whole] = {}


def register(*kinds: Whole) -> None:
    """Add kinds by the label of their model. Called in ``AppConfig.ready()``."""
    WHOLE.update({kind.model._meta.label_lower: kind for kind in kinds})


def kind_of(subject: models.Model) -> Whole:
    """Raises KeyError for a subject that was never declared."""
    return WHOLE[subject._meta.label_lower]


def may_ask(actor: Any, subject: models.Model) -> bool:
    kind = kind_of(subject)
    unit = kind.unit(subject)
    return bool(actor.may(kind.permission, unit) and actor.may(PERMISSION, unit))


def must_may(actor: Any, subject: models.Model) -> Unit:
    """The unit of the subject. Raises PermissionDenied without one of the two permissions."""
    kind = kind_of(subject)
    unit = kind.unit(subject)
    require(actor, kind.permission, unit)
    require(actor, PERMISSION, unit)
    return unit


@transaction.atomic
def ask_whole(*, subject: models.Model, reason: str, actor: Any, now: datetime) -> ExportRequest:
    """Ask a second person. Raises Refusal without a purpose and while an earlier request waits, PermissionDenied."""
    unit = must_may(actor, subject)
    made = request_export(subject=subject, unit=unit, reason=reason, actor=actor)
    open_duty(
        kind=ExportRequest.duty_kind, subject_id=made.pk, unit=unit, permission="export.approve", now=now, due_on=None,
        title=f"批准导出完整版：{kind_of(subject).title(subject)}（{actor}）",
        url=reverse("files:decide_export", args=[made.pk]),
    )  # fmt: skip
    return made


@transaction.atomic
def decide_whole(*, request_id: int, approve: bool, actor: Any, now: datetime) -> ExportRequest:
    """Approve or refuse. Raises Refusal for one's own request or one already decided, Http404 for one of a file to stand
    back from."""
    get_object_or_404(ExportRequest.objects.without_recused(actor), pk=request_id)
    found = decide_export(request_id=request_id, approve=approve, actor=actor)
    close_duty(kind=ExportRequest.duty_kind, subject_id=request_id, now=now, actor=actor)
    return found


def consent_of(*, subject: models.Model, actor: Any) -> Mapping[str, str]:
    """Purpose and second person of a valid consent, for the journal. Raises Refusal, PermissionDenied."""
    must_may(actor, subject)
    found = approved_export(subject=subject, actor=actor)
    return {"reason": found.reason, "approved_by": str(found.decided_by)}


@transaction.atomic
def note_taken(*, subject: models.Model, action: str, actor: Any, **facts: Any) -> None:
    """The download in the journal, with purpose and consent. Raises Refusal, PermissionDenied."""
    consent = consent_of(subject=subject, actor=actor)
    unit = kind_of(subject).unit(subject)
    record(actor=actor, action=action, subject=subject, unit=unit, facts={**facts, **consent})


def requests_for(subject: models.Model, user: Any) -> QuerySet[ExportRequest]:
    """This person's own requests for a subject, newest first."""
    return ExportRequest.objects.filter(
        subject_type=subject._meta.label_lower, subject_id=subject.pk, requested_by=user
    ).order_by("-requested_at", "-pk")


def valid_request(subject: models.Model, user: Any) -> ExportRequest | None:
    """The consent this person may use now."""
    return requests_for(subject, user).filter(expires_at__gt=timezone.now()).first()


def requests_to_decide(user: Any) -> QuerySet[ExportRequest]:
    """Requests that wait for a second person in this person's units, but for files he must stand back from (回避)."""
    units = reach_of(user, "export.approve").units
    waiting = ExportRequest.objects.filter(unit__in=units, state=ExportRequest.State.WAITING)
    others = waiting.exclude(requested_by=user).without_recused(user)
    return others.select_related("unit", "requested_by").order_by("requested_at")


def title_of(found: ExportRequest) -> str:
    """What a request is about; empty when the kind or the subject is gone."""
    kind = WHOLE.get(found.subject_type)
    subject = kind.model._base_manager.filter(pk=found.subject_id).first() if kind else None
    return f"{kind.label}：{kind.title(subject)}" if kind and subject else ""
