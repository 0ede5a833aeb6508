"""Subjects of flows and the append-only record of their transitions."""

from datetime import date
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models

from salvation.access.models import ScopedModel
from salvation.flow.table import Deadline, Flow, State
from salvation.units.models import Unit


class FlowSubject(ScopedModel):
    """A record whose ``state`` is written only by ``perform()``.

    ``unit_field`` names the attribute that holds the unit responsible for it (受理单位).
    """

    flow: ClassVar[Flow]
    unit_field: ClassVar[str] = "unit"
    # The due date belongs to the subject (a report's 10th), not to each of its states.
    keeps_due: ClassVar[bool] = False

    state = models.CharField("状态", max_length=24, db_index=True)
    state_since = models.DateTimeField("进入状态时间", null=True, blank=True)
    due_on = models.DateField("办理期限", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def flow_unit(self) -> Unit:
        unit: Unit = getattr(self, self.unit_field)
        return unit

    @property
    def desk_unit(self) -> Unit:
        """At whose desk the subject waits: the unit in charge, unless the next step is not its own to take."""
        return self.flow_unit

    @property
    def meetings_since(self) -> date | None:
        """From which day on a meeting may have decided: not on what was not accepted yet. None for any day."""
        accepted: date | None = getattr(self, "accepted_on", None)
        return accepted

    def limit_of(self, state: State) -> Deadline | None:
        """How long the subject may stay in a state; some kinds of subjects have limits of their own."""
        return state.deadline

    def get_state_display(self) -> str:
        return self.flow.state(self.state).label

    @property
    def state_tone(self) -> str:
        return self.flow.state(self.state).tone


class Clocked(FlowSubject):
    """A subject of a flow with a clock. ``clocks`` writes these fields; whether it is late is asked, never stored."""

    clock_from = models.DateField("计时起点", null=True, blank=True)
    clock_days = models.PositiveSmallIntegerField("时限（工作日）", null=True, blank=True)
    paused_on = models.DateField("暂停计时日", null=True, blank=True)
    paused_days = models.PositiveSmallIntegerField("已暂停（工作日）", default=0, db_default=0)
    extension = models.CharField("延长情形", max_length=24, blank=True, db_default="")
    extension_note = models.CharField("延长说明", max_length=300, blank=True, db_default="")
    extended_at = models.DateTimeField("延长时间", null=True, blank=True)
    extended_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    total_due_on = models.DateField("总期限", null=True, blank=True)

    class Meta:
        abstract = True

    @property
    def extended_limit(self) -> str:
        """The parameter of the longer limit; some kinds of subjects have one of their own."""
        return self.flow.clock.extended if self.flow.clock else ""

    def get_extension_display(self) -> str:
        clock = self.flow.clock
        return dict(clock.grounds).get(self.extension, "") if clock else ""


class Transition(models.Model):
    """One step of one subject: who moved it from where to where, when, why, with which facts."""

    flow = models.CharField("流程", max_length=30)
    subject_id = models.BigIntegerField("对象")
    step = models.CharField("步骤", max_length=30)
    from_state = models.CharField("原状态", max_length=24)
    to_state = models.CharField("新状态", max_length=24)
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="办理人"
    )
    role = models.CharField("身份", max_length=60, blank=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    at = models.DateTimeField("时间")
    # The statistical month this event counts in: its own month, or the first one not frozen yet (12 §12.1 #1).
    stat_month = models.DateField("统计月")
    comment = models.TextField("意见", blank=True)
    data = models.JSONField("内容", default=dict)

    class Meta:
        verbose_name = "流转记录"
        ordering = ["at", "id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [
            models.Index(fields=["flow", "subject_id"], name="transition_subject"),
            models.Index(fields=["flow", "to_state", "stat_month"], name="transition_stat"),
        ]

    def __str__(self) -> str:
        return f"{self.flow}#{self.subject_id} {self.step}"


class StatFreeze(models.Model):
    """The moment from which events of a county's month count in a later one. Written when a month is frozen."""

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    month = models.DateField("统计月")
    frozen_at = models.DateTimeField("冻结时刻")

    class Meta:
        verbose_name = "统计冻结"
        constraints = [models.UniqueConstraint(fields=["county", "month"], name="freeze_once_a_month")]

    def __str__(self) -> str:
        return f"{self.county} {self.month:%Y-%m}"


class RunningNumber(models.Model):
    """The last number given under a prefix (unit, kind and year)."""

    prefix = models.CharField("前缀", max_length=40, primary_key=True)
    last = models.PositiveIntegerField("最后一号")

    class Meta:
        verbose_name = "流水号"

    def __str__(self) -> str:
        return f"{self.prefix}{self.last}"
