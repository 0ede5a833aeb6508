"""Dated, unit-scoped values that two persons entered and confirmed (domain/09)."""

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class TwoPersons(ScopedModel):
    """Something of a unit that one person enters and another confirms (07 §7.3 第5条), valid from a day on."""

    access = Access(view="param.view", scopes={"handling": "unit"})

    class State(models.TextChoices):
        PROPOSED = "PROPOSED", "待确认"
        CONFIRMED = "CONFIRMED", "已确认"
        REJECTED = "REJECTED", "已退回"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="适用单位")
    valid_from = models.DateField("生效日期")
    valid_to = models.DateField("失效日期", null=True, blank=True)
    basis = models.CharField("依据文号", max_length=200)
    state = models.CharField("状态", max_length=10, choices=State, default=State.PROPOSED)
    entered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="录入人"
    )
    entered_at = models.DateTimeField("录入时间", auto_now_add=True)
    confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="确认人",
    )
    confirmed_at = models.DateTimeField("确认时间", null=True, blank=True)

    class Meta:
        abstract = True


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ParameterVersion(TwoPersons):
    """The value of a key for a unit and everything below it from a day on."""

    key = models.CharField("参数", max_length=80)
    value = models.JSONField("取值")

    class Meta:
        verbose_name = "参数版本"
        ordering = ["key", "-valid_from"]
        constraints = [
            models.CheckConstraint(
                name="parameter_two_persons",
                condition=Q(confirmed_by__isnull=True) | ~Q(confirmed_by=F("entered_by")),
            ),
            models.CheckConstraint(
                name="parameter_confirmed_has_person",
                condition=~Q(state="CONFIRMED") | Q(confirmed_at__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["key", "unit", "valid_from"],
                condition=Q(state="CONFIRMED"),
                name="parameter_one_confirmed_a_day",
            ),
        ]
        indexes = [models.Index(fields=["key", "unit", "valid_from"], name="parameter_lookup")]

    def __str__(self) -> str:
        return f"{self.key}@{self.valid_from}"
