"""公示单: what is posted on the village's board, several households on one sheet (4.9, J01)."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from salvation.access.models import Access, ScopedModel
from salvation.files.models import Attachment
from salvation.units.models import Unit


class NoticeSheet(ScopedModel):
    """One sheet of a village, a kind of programme and a day of posting. ``rows`` hold only what may be public."""

    access = Access(view="notice.view", scopes={"handling": "unit"}, village="village")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    group = models.CharField("类别", max_length=20)
    year = models.PositiveSmallIntegerField("年度")
    number = models.PositiveIntegerField("批次")
    posted_on = models.DateField("张贴日期")
    ends_on = models.DateField("公示截止")
    place = models.CharField("公示地点", max_length=100)
    rows = models.JSONField("公示内容", default=list)
    withdrawn_on = models.DateField("撤下日期", null=True)
    withdrawn_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        verbose_name="撤下登记人",
    )

    class Meta:
        verbose_name = "公示单"
        constraints = [
            models.UniqueConstraint(fields=["unit", "group", "year", "number"], name="notice_sheet_number"),
            models.UniqueConstraint(
                fields=["village", "group", "posted_on", "place"], name="notice_sheet_once_a_day"
            ),
            models.CheckConstraint(
                name="notice_sheet_withdrawn_after_end",
                condition=Q(withdrawn_on__isnull=True) | Q(withdrawn_on__gt=F("ends_on")),
            ),
        ]

    def photo_count(self) -> int:
        """Photos of the sheet itself: those of one household's own notice lie with its application."""
        return Attachment.objects.filter(
            subject_type=self._meta.label_lower, subject_id=self.pk, kind="NOTICE", content_type="image/jpeg"
        ).count()

    def __str__(self) -> str:
        what = "公示" if self.group == "特困终止" else "初审公示"
        return f"{self.unit}{self.year}年第{self.number}批{self.group}{what}（{self.village}）"
