"""The emergency mode of a county (A17): which steps may be made up for later, by which document, until when."""

from typing import ClassVar

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cases.emergency_flow import EMERGENCY, REPLACED
from salvation.access.models import Access
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit


class EmergencyMode(FlowSubject):
    """From opening to the last paper made up for. One runs at a time in a county."""

    access = Access(view="case.view", scopes={"handling": "unit"})
    flow: ClassVar[Flow] = EMERGENCY

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    number = models.CharField("开启文号", max_length=60)
    event = models.CharField("事件", max_length=40, help_text="疫情或灾害名称")
    from_on = models.DateField("开始日期")
    until_on = models.DateField("结束日期", null=True, blank=True)
    replaced = ArrayField(models.CharField(max_length=8, choices=REPLACED), verbose_name="可后补的环节")
    closing_no = models.CharField("关闭文号", max_length=60, blank=True)
    closed_on = models.DateField("关闭日期", null=True, blank=True)
    catch_up_until = models.DateField("补齐期限", null=True, blank=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="申请人"
    )

    class Meta:
        verbose_name = "应急简化程序"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit"],
                condition=Q(state__in=["ASKED", "OPEN", "CLOSING"]),
                name="emergency_one_a_county",
            ),
            models.CheckConstraint(
                name="emergency_period", condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event}（{self.number}）"

    def shown_replaced(self) -> str:
        """The steps in words."""
        return "；".join(label for code, label in REPLACED if code in self.replaced)
