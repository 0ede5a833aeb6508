"""The append-only record of who did, saw and exported what.

Rows are written in the transaction of the act. A sealing step a little later chains them by hash: chaining
inside the transaction would make every writer wait for the one before. Partitioned by month of ``at``.
"""

import pgtrigger
from django.conf import settings
from django.db import models

from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class Entry(ScopedModel):
    """One act. ``facts`` are masked before they come here."""

    access = Access(view="journal.view", scopes={"handling": "unit"})

    at = models.DateTimeField("时间")
    # Transaction number: entries of finished transactions can be sealed without missing late ones.
    xid = models.BigIntegerField(editable=False)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="操作人"
    )
    actor_name = models.CharField("操作人姓名", max_length=50)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="单位")
    action = models.CharField("动作", max_length=60)
    subject_type = models.CharField("对象类别", max_length=60, blank=True)
    subject_id = models.BigIntegerField("对象", null=True)
    facts = models.JSONField("内容", default=dict)
    address = models.CharField("来源地址", max_length=45, blank=True)

    class Meta:
        verbose_name = "日志"
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="entry_subject"),
            models.Index(fields=["actor", "at"], name="entry_actor"),
            models.Index(fields=["xid", "id"], name="entry_xid"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.action}"


class Seal(models.Model):
    """A block of entries [from_xid, to_xid) with its digest over the previous one (HMAC-SM3)."""

    from_xid = models.BigIntegerField()
    to_xid = models.BigIntegerField(unique=True)
    entries = models.PositiveIntegerField()
    digest = models.CharField(max_length=64)
    at = models.DateTimeField()

    class Meta:
        verbose_name = "日志封条"
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.from_xid}–{self.to_xid}"


class Epoch(models.Model):
    """A restored database counts transactions anew in its new server; ``shift`` lifts its numbers above the old ones."""

    shift = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        verbose_name = "日志纪元"
        triggers = [
            pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} +{self.shift}"
