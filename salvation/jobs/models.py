"""Runs of background jobs: one per (job, unit, period), with progress, lease and heartbeat."""

from django.conf import settings
from django.db import models
from django.utils import timezone

from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class Run(ScopedModel):
    """A job run. A run whose lease ended without a result belonged to a dead worker and may be taken again."""

    access = Access(view="register.view", scopes={"handling": "unit"})

    class State(models.TextChoices):
        WAITING = "WAITING", "等待"
        RUNNING = "RUNNING", "进行中"
        DONE = "DONE", "完成"
        FAILED = "FAILED", "未完成"
        CANCELLED = "CANCELLED", "已取消"

    job = models.CharField("任务", max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    period = models.CharField("期间", max_length=40)
    state = models.CharField("状态", max_length=10, choices=State, default=State.WAITING)
    progress = models.PositiveIntegerField("已办", default=0)
    total = models.PositiveIntegerField("总数", default=0)
    message = models.CharField("说明", max_length=300, blank=True)
    result = models.JSONField("结果", default=dict)
    requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("建立时间", auto_now_add=True)
    started_at = models.DateTimeField("开始时间", null=True)
    finished_at = models.DateTimeField("结束时间", null=True)
    lease_until = models.DateTimeField("租约", null=True)
    # Counted over all restarts and never set back: by it a worker knows whether the run is still his.
    attempts = models.PositiveIntegerField("次数", default=0)
    attempts_before = models.PositiveIntegerField("重新启动前的次数", default=0)

    class Meta:
        verbose_name = "任务"
        constraints = [models.UniqueConstraint(fields=["job", "unit", "period"], name="run_once_a_period")]

    def __str__(self) -> str:
        return f"{self.job} {self.unit} {self.period}"

    @property
    def percent(self) -> int:
        return min(100, self.progress * 100 // self.total) if self.total else 0

    @property
    def interrupted(self) -> bool:
        """Its worker died: the lease ended without a result."""
        ended = self.lease_until is not None and self.lease_until < timezone.now()
        return self.state == self.State.RUNNING and ended


class Pulse(models.Model):
    """The last tick of the schedule, one row: by it a clock that jumped is noticed (salvation.jobs.clock)."""

    at = models.DateTimeField("上次运行")
    trouble = models.CharField("时间异常", max_length=300, blank=True)

    class Meta:
        verbose_name = "定时运行"

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M}"
