"""监测预警 (B34): a sign that somebody is missed, no longer fits, or does not get what the policies promise."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.alert_flow import ALERT, DISPOSALS
from cases.models.application import Application
from cases.models.change import ChangeOrder
from cases.models.household import Household
from cases.models.person import Person
from cases.models.referral import Referral
from salvation.access.models import Access
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class MonitoringAlert(FlowSubject):
    """One sign about one person, from whatever source, until it is settled."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")
    flow: ClassVar[Flow] = ALERT

    class Kind(models.TextChoices):
        MISSED = "MISSED", "未纳入但疑似符合"
        UNFIT = "UNFIT", "已纳入疑似不符"
        UNDONE = "UNDONE", "政策未落实"

    class Source(models.TextChoices):
        SCREENING = "SCREENING", "单人保筛查"
        DEATH = "DEATH", "已登记死亡"
        INSURANCE = "INSURANCE", "参保比对"
        PLATFORM = "PLATFORM", "省、市监测平台"
        DEPARTMENT = "DEPARTMENT", "部门推送"
        REPORT = "REPORT", "群众反映、走访"

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="alerts", verbose_name="对象")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, null=True, blank=True, related_name="alerts", verbose_name="家庭"
    )
    kind = models.CharField("类型", max_length=8, choices=Kind)
    source = models.CharField("来源", max_length=12, choices=Source)
    reason = models.CharField("预警情况", max_length=300)
    raised_on = models.DateField("预警日期")
    checked_on = models.DateField("核查日期", null=True, blank=True)
    checkers = models.CharField("核查人员", max_length=100, blank=True)
    finding = models.TextField("核查情况", blank=True)
    disposal = models.CharField("处置", max_length=10, choices=DISPOSALS, blank=True)
    disposal_note = models.TextField("处置说明", blank=True)
    settled_on = models.DateField("处置日期", null=True, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )

    class Meta:
        verbose_name = "监测预警"
        ordering = ["-raised_on", "-id"]
        indexes = [models.Index(fields=["unit", "state", "id"], name="alert_unit_state")]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "source"], condition=~Q(state="SETTLED"), name="alert_one_open_a_source"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person.name}（{self.get_kind_display()}）"

    def backed(self, disposal: str) -> bool:
        """Whether what a disposal speaks of was registered since the alert (an application: is there at all)."""
        home = self.household_id
        match disposal:
            case "APPLY":
                ended = {"REJECTED", "NOT_ACCEPTED", "WITHDRAWN", "TERMINATED"}
                return Application.objects.filter(household=home).exclude(state__in=ended).exists()
            case "REFERRED":
                return Referral.objects.filter(household=home, raised_on__gte=self.raised_on).exists()
            case _:
                orders = ChangeOrder.objects.filter(benefit__household=home)
                return orders.filter(created_at__date__gte=self.raised_on).exclude(state="CANCELLED").exists()
