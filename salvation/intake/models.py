"""Batches of imported rows and remembered column mappings."""

from django.conf import settings
from django.db import models

from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class Batch(ScopedModel):
    """One uploaded file on its way through upload → columns → preview → commit (→ undo)."""

    access = Access(view="intake.roster", scopes={"handling": "unit"})

    class State(models.TextChoices):
        UPLOADED = "UPLOADED", "已上传"
        PREVIEWED = "PREVIEWED", "已预览"
        COMMITTED = "COMMITTED", "已入库"
        UNDONE = "UNDONE", "已撤销"
        REFUSED = "REFUSED", "读不出"

    intake = models.CharField("导入种类", max_length=30)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    # What the declared import needs beside the file: programme, month.
    options = models.JSONField("参数", default=dict)
    file_name = models.CharField("文件名", max_length=150)
    # The upload lies sealed in the file store.
    stored_as = models.CharField(max_length=80)
    sha256 = models.CharField("哈希", max_length=64)
    mapping = models.JSONField("列对应", default=dict)
    report = models.JSONField("结果", default=dict)
    state = models.CharField("状态", max_length=10, choices=State, default=State.UPLOADED)
    added_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    added_at = models.DateTimeField("上传时间", auto_now_add=True)
    committed_at = models.DateTimeField("入库时间", null=True)
    undone_at = models.DateTimeField("撤销时间", null=True)

    class Meta:
        verbose_name = "导入批次"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.file_name}（{self.get_state_display()}）"


class SavedMapping(models.Model):
    """How a sender mapped the columns of a head last time: offered again to him for the same head."""

    intake = models.CharField(max_length=30)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+")
    sender = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+", verbose_name="上传人"
    )
    head = models.CharField("表头指纹", max_length=64)
    mapping = models.JSONField(default=dict)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = "列对应记忆"
        constraints = [
            models.UniqueConstraint(
                fields=["intake", "unit", "sender", "head"],
                name="mapping_once_a_sender",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.unit} {self.intake}"
