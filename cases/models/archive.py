"""The electronic archive (K01): one a household, with every matter that was closed, and bundles made of it."""

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cases.models.household import Household
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class CaseArchive(ScopedModel):
    """一户一档: opened when the household's first matter is closed. It follows the household to another township."""

    access = Access(
        view="case.view",
        scopes={"handling": "household__handling_unit"},
        village="household__village",
        people="household__members__person",
    )

    no = models.CharField("档号", max_length=40, unique=True)
    household = models.OneToOneField(
        Household, on_delete=models.PROTECT, related_name="archive", verbose_name="家庭"
    )
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    opened_on = models.DateField("立卷日期")

    class Meta:
        verbose_name = "电子档案"
        ordering = ["-id"]

    def __str__(self) -> str:
        return self.no


class ArchivedMatter(models.Model):
    """A closed matter in its archive. ``missing`` is what the last look found wanting: the list is filtered by it."""

    archive = models.ForeignKey(
        CaseArchive, on_delete=models.PROTECT, related_name="matters", verbose_name="电子档案"
    )
    number = models.PositiveSmallIntegerField("件号")
    subject_type = models.CharField("对象类别", max_length=60)
    subject_id = models.BigIntegerField("对象")
    title = models.CharField("题名", max_length=150)
    closed_on = models.DateField("办结日期")
    filed_at = models.DateTimeField("归档时间")
    missing = ArrayField(models.CharField(max_length=120), default=list, verbose_name="缺件")
    checked_at = models.DateTimeField("核对时间")

    class Meta:
        verbose_name = "归档事项"
        ordering = ["archive", "number"]
        constraints = [
            models.UniqueConstraint(fields=["subject_type", "subject_id"], name="matter_archived_once"),
            models.UniqueConstraint(fields=["archive", "number"], name="matter_number_once_an_archive"),
        ]
        indexes = [models.Index(fields=["archive"], condition=~Q(missing=[]), name="archived_matter_lacking")]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class ArchiveBundle(ScopedModel):
    """One archive made into one PDF for a purpose: only who asked for it may fetch it, as long as it is kept."""

    access = Access(
        view="case.view",
        scopes={"handling": "household__handling_unit"},
        village="household__village",
        people="household__members__person",
    )

    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="bundles", verbose_name="家庭"
    )
    purpose = models.CharField("用途", max_length=200)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="制作人"
    )
    requested_at = models.DateTimeField("申请时间")
    made_at = models.DateTimeField("完成时间", null=True, blank=True)
    valid_until = models.DateField("保留至", null=True, blank=True)
    # Empty before it is made, and again when its time is over.
    stored_as = models.CharField(max_length=64, blank=True, default="", db_default="")
    sha256 = models.CharField("文件哈希", max_length=64, blank=True, default="", db_default="")
    pieces = models.PositiveIntegerField("件数", default=0)
    pages = models.PositiveIntegerField("页数", default=0)

    class Meta:
        verbose_name = "档案合订件"
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                name="bundle_kept_has_hash", condition=Q(stored_as="") | (~Q(sha256="") & Q(pages__gt=0))
            )
        ]

    def __str__(self) -> str:
        return f"{self.household}合订件"
