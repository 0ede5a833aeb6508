"""The signed roster on paper: kept as it was when the unit signed it."""

import pgtrigger
from django.conf import settings
from django.db import models

from funds.models.roster import Roster
from salvation.access.models import Access, ScopedModel


class SignedPaper(ScopedModel):
    """The PDF of a signed version, sealed on disk. ``sha256`` is of the file's bytes, beside the content's hash inside."""

    access = Access(view="roster.view", scopes={"handling": "roster__unit"})

    roster = models.ForeignKey(Roster, on_delete=models.PROTECT, related_name="papers", verbose_name="花名表")
    version = models.PositiveIntegerField("版次")
    content_hash = models.CharField("内容校验", max_length=64)
    stored_as = models.CharField("存储名", max_length=40)
    name = models.CharField("文件名", max_length=200)
    size = models.PositiveIntegerField("大小（字节）")
    sha256 = models.CharField("文件校验", max_length=64)
    made_at = models.DateTimeField("生成时间")
    signed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="签章人"
    )

    class Meta:
        verbose_name = "签章花名表"
        ordering = ["-made_at", "-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.name
