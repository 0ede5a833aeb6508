"""Records that a device sends: once each, however often they are sent; photos one by one, each once."""
# requirements: B04, B05

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction

from cases.models import Application, ReviewImage, ReviewTask, ReviewVisit, Survey, SurveyImage
from cases.services.applications import record_survey
from cases.services.review_evidence import record_visit
from cases.services.visit_rules import SurveyDetails, SurveyorInput
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.files.services import add_attachment
from salvation.vault.facts import dump

PHOTOS = 30
SIGNATURES = 10
SIGNS = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
TAKEN = "这份记录的上报编号已经用过，没有再次保存。请在页面上点“作为新的一次上报”"


@dataclass(frozen=True, slots=True)
class Signature:
    """What a finger drew: ``kind`` of SurveyImage, whose it is, the PNG."""

    kind: str
    name: str
    image: bytes


def digest_of(given: Mapping[str, Any]) -> str:
    """Fingerprint of what was sent, to tell a repetition from other words under the same key."""
    return hashlib.sha256(dump(given).encode()).hexdigest()


# A visit is made for an application or for a review; both are recorded by their own service, sent by one rule.
Subject = Application | ReviewTask
Record = Survey | ReviewVisit


@transaction.atomic
def send_survey(
    *,
    subject: Subject,
    key: UUID,
    digest: str,
    surveyors: Sequence[SurveyorInput],
    signatures: Sequence[Signature],
    details: SurveyDetails,
    actor: Any,
    **record: Any,
) -> tuple[Record, bool]:
    """The record sent under ``key`` and whether it is new; ``record`` as in ``record_survey``. Raises Refusal."""
    require(actor, "case.survey", subject.village)
    # The subject's lock makes the second of two sendings wait for the first.
    type(subject).objects.select_for_update(of=("self",)).get(pk=subject.pk)
    known: Record | None = _records(subject).model.objects.filter(sent_key=key).first()
    if known is not None:
        return _same(known, subject, digest, actor), False
    signed = any(one.kind == SurveyImage.Kind.FAMILY for one in signatures)
    record["signed_by_family"] = signed or record["signed_by_family"]
    details = replace(details, sent_key=key, sent_digest=digest)
    try:
        with transaction.atomic():
            made = _write(subject, surveyors=surveyors, details=details, actor=actor, **record)
    except IntegrityError as error:
        raise Refusal(TAKEN) from error
    for one in signatures:
        label = dict(SurveyImage.Kind.choices)[one.kind]
        _keep(made, one.kind, f"{label}-{one.name}.png", one.image, one.name, actor)
    return made, True


def _records(subject: Subject) -> Any:
    return subject.surveys if isinstance(subject, Application) else subject.visits


def _write(subject: Subject, **record: Any) -> Record:
    if isinstance(subject, Application):
        return record_survey(application=subject, **record)
    return record_visit(task=subject, **record)


def _same(known: Record, subject: Subject, digest: str, actor: Any) -> Record:
    """The record that was sent before. Raises Refusal where it is somebody else's, another's, or says other things."""
    if known.recorded_by_id != actor.pk or known.subject.pk != subject.pk:
        raise Refusal(TAKEN)
    if known.sent_digest != digest:
        raise Refusal(
            f"这份记录已上报为第{known.version}次调查，之后又改过内容。上报过的不能修改，"
            "请点“作为新的一次上报”，两次都会保留",
            rule="01 B04",
        )
    return known


@transaction.atomic
def send_photo(
    *,
    survey: Record,
    key: UUID,
    content: bytes,
    name: str,
    actor: Any,
    taken_at: datetime | None = None,
    place: str = "",
) -> tuple[SurveyImage | ReviewImage, bool]:
    """Add a photo to one's own record and whether it is new. Raises Refusal for what is no photo.

    Also after the matter moved on: the visit was recorded in time, its photos came later over a weak network.
    """
    subject: Subject = survey.subject
    require(actor, "case.survey", subject.village)
    if survey.recorded_by_id != actor.pk:
        raise PermissionDenied("照片只能由记录这次调查的人补传")
    type(subject).objects.select_for_update(of=("self",)).get(pk=subject.pk)
    known = survey.images.model.objects.filter(sent_key=key).first()
    if known is not None:
        if not survey.images.filter(pk=known.pk).exists():
            raise Refusal("这张照片的上报编号已经用过，没有再次保存")
        return known, False
    if survey.images.filter(kind=SurveyImage.Kind.PHOTO).count() >= PHOTOS:
        where = "申请页面“上传照片与材料”" if isinstance(survey, Survey) else "核查页面再记一次，在其"
        raise Refusal(f"一次调查最多 {PHOTOS} 张照片，其余的请在{where}中补传")
    return _keep(survey, SurveyImage.Kind.PHOTO, name, content, "", actor, key, taken_at, place), True


def _keep(
    survey: Record,
    kind: str,
    name: str,
    content: bytes,
    label: str,
    actor: Any,
    key: UUID | None = None,
    taken_at: datetime | None = None,
    place: str = "",
) -> Any:
    subject = survey.subject
    if not content.startswith(SIGNS):
        raise Refusal(f"“{name[:60]}”不是 JPG 或 PNG 照片，没有保存。请用相机重新拍摄", field="image")
    attachment = add_attachment(
        subject=subject, unit=subject.unit, village=subject.village,
        kind="SURVEY" if kind == SurveyImage.Kind.PHOTO else "SIGNATURE",
        name=f"第{survey.version}次-{name}", content=content, actor=actor, taken_at=taken_at, place=place,
    )  # fmt: skip
    return survey.images.create(attachment=attachment, kind=kind, label=label[:50], sent_key=key)
