"""Voices on an application: objections during the notice, complaints, the villagers' deliberation (B11, B13, B21)."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.flows import OUTCOMES
from cases.models.application import Application


class Objection(models.Model):
    """An objection to a notice, with or without a name, and what came of it."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="objections")
    raised_on = models.DateField("提出日期")
    objector = models.CharField("异议人", max_length=50, blank=True)
    content = models.TextField("异议内容")
    handling = models.TextField("处理情况", blank=True)
    conclusion = models.CharField("结论", max_length=10, choices=OUTCOMES, blank=True)
    closed_on = models.DateField("办结日期", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "公示异议"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.objector or '匿名'}：{self.content[:20]}"


class Complaint(models.Model):
    """What somebody said against an application in hand; who said it is not kept here. Append-only."""

    class Channel(models.TextChoices):
        CALL = "CALL", "来电"
        LETTER = "LETTER", "来信、信箱"
        VISIT = "VISIT", "来访"
        WEB = "WEB", "网络、热线转办"
        HANDED = "HANDED", "上级或部门转来"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="complaints")
    received_on = models.DateField("收到日期")
    channel = models.CharField("来源", max_length=8, choices=Channel)
    content = models.TextField("反映事项")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "投诉举报"
        ordering = ["-received_on", "-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.received_on} {self.get_channel_display()}"


class DemocraticReview(models.Model):
    """A deliberation of villagers' representatives: who was due, who came, how they voted."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="debates")
    held_on = models.DateField("评议日期")
    place = models.CharField("评议地点", max_length=100)
    host = models.CharField("主持人", max_length=50)
    due = models.PositiveSmallIntegerField("应到代表")
    present = models.PositiveSmallIntegerField("实到代表")
    agree = models.PositiveSmallIntegerField("认为属实")
    disagree = models.PositiveSmallIntegerField("认为不属实")
    abstain = models.PositiveSmallIntegerField("弃权")
    conclusion = models.CharField("评议意见", max_length=300)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "民主评议"
        ordering = ["-held_on", "-id"]
        constraints = [
            # Two thirds of the representatives (B11).
            models.CheckConstraint(name="debate_quorum", condition=Q(due__lte=F("present") * 1.5)),
            models.CheckConstraint(
                name="debate_votes", condition=Q(present=F("agree") + F("disagree") + F("abstain"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.held_on} 民主评议"
