"""Photos and signatures of a visit, for an application or a review: which attachment belongs to which record."""

import pgtrigger
from django.db import models

from cases.models.application import Survey
from cases.models.review import ReviewVisit
from salvation.files.models import Attachment


class SurveyImage(models.Model):
    """A photo or a signature of one record. Like the record it is never changed."""

    class Kind(models.TextChoices):
        PHOTO = "PHOTO", "照片"
        FAMILY = "FAMILY", "家庭成员签字"
        SURVEYOR = "SURVEYOR", "调查人签字"

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="images")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=8, choices=Kind)
    label = models.CharField("说明", max_length=50, blank=True)
    # What the device sends with a photo: sent again, it is the same photo.
    sent_key = models.UUIDField("上报编号", null=True, unique=True)

    class Meta:
        verbose_name = "入户影像"
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.label or self.get_kind_display()


class ReviewImage(models.Model):
    """The same of a visit for a review."""

    visit = models.ForeignKey(ReviewVisit, on_delete=models.PROTECT, related_name="images")
    attachment = models.OneToOneField(Attachment, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField("类别", max_length=8, choices=SurveyImage.Kind)
    label = models.CharField("说明", max_length=50, blank=True)
    sent_key = models.UUIDField("上报编号", null=True, unique=True)

    class Meta:
        verbose_name = "核查影像"
        ordering = ["id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.label or self.get_kind_display()
