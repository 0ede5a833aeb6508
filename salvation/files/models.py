"""Attachments (sealed on disk, scoped as their subject) and two-person requests for full exports."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from salvation.access.models import Access, ScopedModel, SubjectQuerySet
from salvation.units.models import Unit


class Attachment(ScopedModel):
    """A file that belongs to a subject. The content lies sealed under MEDIA_ROOT, named by its own id."""

    access = Access(view="file.view", scopes={"handling": "unit"}, village="village")
    objects = SubjectQuerySet.as_manager()  # type: ignore[misc]

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村"
    )
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.BigIntegerField("对象")
    kind = models.CharField("类别", max_length=30)
    name = models.CharField("文件名", max_length=150)
    content_type = models.CharField("类型", max_length=100)
    size = models.PositiveBigIntegerField("大小（字节）")
    sha256 = models.CharField("哈希", max_length=64)
    stored_as = models.CharField(max_length=80, unique=True)
    # Where and when a photo was taken, read from it before it was sealed.
    taken_at = models.DateTimeField("拍摄时间", null=True, blank=True)
    place = models.CharField("拍摄地点", max_length=60, blank=True)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField("上传时间", auto_now_add=True)

    class Meta:
        verbose_name = "附件"
        indexes = [models.Index(fields=["subject_type", "subject_id"], name="attachment_subject")]

    def __str__(self) -> str:
        return self.name


class ExportRequest(ScopedModel):
    """A request for an unmasked export: reason, second person, expiry (12 §12.1 #9)."""

    access = Access(view="export.request", scopes={"handling": "unit"})
    duty_kind: ClassVar[str] = "export"
    objects = SubjectQuerySet.as_manager()  # type: ignore[misc]

    class State(models.TextChoices):
        WAITING = "WAITING", "待批准"
        APPROVED = "APPROVED", "已批准"
        REFUSED = "REFUSED", "未批准"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.BigIntegerField("对象")
    reason = models.CharField("用途", max_length=300)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="申请人"
    )
    requested_at = models.DateTimeField("申请时间", auto_now_add=True)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="批准人"
    )
    decided_at = models.DateTimeField("批准时间", null=True)
    expires_at = models.DateTimeField("失效时间", null=True)

    class Meta:
        verbose_name = "完整版导出申请"
        constraints = [
            models.CheckConstraint(
                name="export_two_persons",
                condition=Q(decided_by__isnull=True) | ~Q(decided_by=F("requested_by")),
            ),
            models.UniqueConstraint(
                name="export_once_waiting", fields=["subject_type", "subject_id", "requested_by"],
                condition=Q(state="WAITING"),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.requested_by}：{self.reason}"
