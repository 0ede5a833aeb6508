"""Deadlines as rows: what must be done, by whom, until when. Whether it is late is computed, never stored."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class CalendarDay(models.Model):
    """A day on which the bureau's calendar differs from the published one."""

    day = models.DateField("日期", primary_key=True)
    is_workday = models.BooleanField("是工作日")
    note = models.CharField("说明", max_length=60, blank=True)

    class Meta:
        verbose_name = "工作日历"

    def __str__(self) -> str:
        return f"{self.day} {'班' if self.is_workday else '休'}"


class Duty(ScopedModel):
    """Something that waits at a unit for the holders of a permission."""

    access = Access(view="register.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="村"
    )
    permission = models.CharField("谁办", max_length=40)
    kind = models.CharField("事项", max_length=40)
    subject_id = models.BigIntegerField("对象")
    title = models.CharField("标题", max_length=120)
    url = models.CharField("地址", max_length=200)
    opened_at = models.DateTimeField("产生时间")
    due_on = models.DateField("期限", null=True, blank=True)
    done_at = models.DateTimeField("办结时间", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "待办"
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "subject_id"], condition=Q(done_at__isnull=True), name="duty_once_open"
            )
        ]
        indexes = [
            models.Index(
                fields=["unit", "permission", "due_on"], condition=Q(done_at__isnull=True), name="duty_open"
            )
        ]

    def __str__(self) -> str:
        return self.title


class Reminder(ScopedModel):
    """That a unit was reminded, or its delays reported upwards, on a day. Never changed."""

    access = Access(view="register.view", scopes={"handling": "unit"})

    class Level(models.TextChoices):
        AHEAD = "AHEAD", "到期前提醒经办人"
        UNIT = "UNIT", "逾期，升级到单位负责人"
        COUNTY = "COUNTY", "逾期，升级到县局"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    level = models.CharField("层级", max_length=8, choices=Level)
    on = models.DateField("日期")
    at = models.DateTimeField("时间")
    duties = models.PositiveIntegerField("件数")
    oldest = models.DateField("最早期限")

    class Meta:
        verbose_name = "提醒"
        ordering = ["-on", "-id"]
        constraints = [models.UniqueConstraint(fields=["unit", "level", "on"], name="reminder_once_a_day")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.unit} {self.get_level_display()} {self.on}"
