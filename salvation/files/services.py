"""Keep and give out files; ask for and approve full exports."""

import errno
import hashlib
import logging
import os
import uuid
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Protocol

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.utils import timezone

from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.files.checks import check_file, safe_name
from salvation.files.models import Attachment, ExportRequest
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.vault import crypto

KIND = "file"
FULL = frozenset({errno.ENOSPC, errno.EDQUOT})
NO_SPACE = "服务器存储空间已满，文件没有保存，其他内容也没有保存。请联系系统管理员清理或扩容后再办理"
UNWRITABLE = (
    "服务器的文件存储现在不能写入，文件没有保存，其他内容也没有保存。请联系系统管理员检查存储后再办理"
)
EXPORT_VALID = timedelta(hours=24)
ASKED = "您已申请导出这一份的完整版，正等待批准，不用重复申请"

logger = logging.getLogger(__name__)


@transaction.atomic
def add_attachment(
    *,
    subject: models.Model,
    unit: Unit,
    kind: str,
    name: str,
    content: bytes,
    actor: Any,
    village: Unit | None = None,
    taken_at: datetime | None = None,
    place: str = "",
) -> Attachment:
    """Check, seal and keep a file of ``subject``. Raises Refusal for a file that is not taken.

    ``taken_at``, ``place``: what the device says of a photo that carries neither itself.
    """
    checked = check_file(content, name)
    stored_as = store(checked.content)
    attachment = Attachment.objects.create(
        unit=unit,
        village=village,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        kind=kind,
        name=safe_name(name),
        content_type=checked.content_type,
        size=len(checked.content),
        sha256=hashlib.sha256(checked.content).hexdigest(),
        stored_as=stored_as,
        taken_at=checked.taken_at or taken_at,
        place=checked.place or place,
        added_by=actor,
    )
    record(
        actor=actor,
        action="file.add",
        subject=subject,
        unit=unit,
        facts={"name": attachment.name, "kind": kind},
    )
    return attachment


class Upload(Protocol):
    """A file as a form hands it over."""

    name: str

    def read(self) -> bytes: ...


def add_uploads(
    *, subject: models.Model, unit: Unit, kind: str, uploads: Iterable[Upload], actor: Any, prefix: str = ""
) -> list[Attachment]:
    """Keep the files a form took for ``subject``, in its village if it has one. Raises Refusal for one not taken."""
    return [
        add_attachment(
            subject=subject, unit=unit, village=getattr(subject, "village", None), kind=kind,
            name=f"{prefix}{upload.name}", content=upload.read(), actor=actor,
        )
        for upload in uploads
    ]  # fmt: skip


def store(content: bytes) -> str:
    """Seal content under MEDIA_ROOT; returns the name to keep. Complete on disk before it is named.

    Raises Refusal when the disk is full or may not be written; nothing is left behind then.
    """
    name = uuid.uuid4().hex
    path = _path(name)
    try:
        write_whole(path, crypto.seal_bytes(content, KIND))
    except OSError as error:
        logger.error("cannot keep a file in %s: %s", path.parent, error)
        raise Refusal(NO_SPACE if error.errno in FULL else UNWRITABLE) from error
    return name


def write_whole(path: Path, content: bytes) -> None:
    """A file is there whole or not at all, also when the machine stops meanwhile. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_suffix(".part")
    try:
        with partial.open("wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        partial.replace(path)
    except OSError:
        with suppress(OSError):
            partial.unlink(missing_ok=True)
        raise


def load(stored_as: str) -> bytes:
    """The clear content. Raises Refusal when the file is gone from the disk."""
    path = _path(stored_as)
    if not path.is_file():
        raise Refusal("文件已不在存储中，请联系管理员从备份恢复")
    return crypto.open_bytes(path.read_bytes(), KIND)


def discard(stored_as: str) -> None:
    """Remove a file that was made anew. Nothing that somebody handed in or signed is ever removed."""
    _path(stored_as).unlink(missing_ok=True)


def _path(name: str) -> Path:
    return Path(settings.MEDIA_ROOT) / name[:2] / name


def read_attachment(*, attachment: Attachment, actor: Any) -> bytes:
    """Give a file out, journalled."""
    record(
        actor=actor,
        action="file.read",
        subject=attachment,
        unit=attachment.unit,
        facts={"name": attachment.name},
    )
    return load(attachment.stored_as)


def attachments_of(subject: models.Model) -> models.QuerySet[Attachment]:
    return Attachment.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk).order_by(
        "id"
    )


@transaction.atomic
def request_export(*, subject: models.Model, unit: Unit, reason: str, actor: Any) -> ExportRequest:
    """Ask for the unmasked version. Raises Refusal without a reason and while an earlier request of this person waits."""
    require(actor, "export.sensitive", unit)
    if len(reason.strip()) < 4:
        raise Refusal("请写明导出完整版的用途（不少于4个字）", field="reason")
    try:
        with transaction.atomic():
            made = ExportRequest.objects.create(
                unit=unit,
                subject_type=subject._meta.label_lower,
                subject_id=subject.pk,
                reason=reason.strip(),
                requested_by=actor,
            )
    except IntegrityError as error:
        raise Refusal(ASKED) from error
    record(actor=actor, action="export.request", subject=subject, unit=unit, facts={"reason": reason})
    return made


@transaction.atomic
def decide_export(*, request_id: int, approve: bool, actor: Any) -> ExportRequest:
    """A second person approves or refuses; an approval lasts a day. Raises Refusal."""
    found: ExportRequest = ExportRequest.objects.select_for_update().select_related("unit").get(pk=request_id)
    require(actor, "export.approve", found.unit)
    if found.requested_by_id == actor.pk:
        raise Refusal("申请人不能批准自己的导出申请", rule="07 §7.3 第9条")
    if found.state != ExportRequest.State.WAITING:
        raise Refusal(f"该申请{found.get_state_display()}")
    found.state = ExportRequest.State.APPROVED if approve else ExportRequest.State.REFUSED
    found.decided_by, found.decided_at = actor, timezone.now()
    found.expires_at = found.decided_at + EXPORT_VALID if approve else None
    found.save()
    record(actor=actor, action="export.approve", subject=found, unit=found.unit, facts={"approved": approve})
    return found


def approved_export(*, subject: models.Model, actor: Any) -> ExportRequest:
    """The valid approval of this person for this subject. Raises Refusal without one."""
    found: ExportRequest | None = ExportRequest.objects.filter(
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        requested_by=actor,
        state=ExportRequest.State.APPROVED,
        expires_at__gt=timezone.now(),
    ).first()
    if found is None:
        raise Refusal("导出完整版须先申请并经第二人批准，批准后24小时内有效", rule="12 §12.1 第9条")
    return found
