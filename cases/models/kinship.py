"""Relatives of people who work in assistance, and the filings about those of them who are helped (B20, B21)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.kinship_flow import CONCLUSIONS, FILING
from cases.models.application import Application
from cases.models.person import Person
from salvation.access.models import Access
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.registers.models import StaffMember
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


class StaffRelative(models.Model):
    """A relative as the member of staff declared him; himself too, so that his own application is found."""

    SELF = "本人"

    staff = models.ForeignKey(StaffMember, on_delete=models.PROTECT, related_name="relatives")
    relation = models.CharField("关系", max_length=12)
    name = models.CharField("姓名", max_length=50)
    id_no = SealedField(kind="citizen_id", verbose_name="身份证号")
    id_index = BlindIndexField(db_index=True, editable=False)

    class Meta:
        verbose_name = "工作人员近亲属"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["staff", "id_index"], name="relative_once_a_staff_member")
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.relation}）"


class KinshipFiling(FlowSubject):
    """That a helped person is a relative of somebody who works where he is helped."""

    access = Access(view="kinship.view", scopes={"handling": "unit"}, people="person")
    flow: ClassVar[Flow] = FILING
    # The due date is that of the yearly inspection, not of each state.
    keeps_due: ClassVar[bool] = True

    class Level(models.TextChoices):
        VILLAGE = "VILLAGE", "村报乡镇"
        TOWN = "TOWN", "乡镇报县"
        COUNTY = "COUNTY", "县报市"

    staff = models.ForeignKey(
        StaffMember, on_delete=models.PROTECT, related_name="filings", verbose_name="工作人员"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="filings", verbose_name="救助对象"
    )
    relation = models.CharField("关系", max_length=12)
    level = models.CharField("备案级别", max_length=8, choices=Level)
    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="filings",
        verbose_name="申请",
    )
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    filing_no = models.CharField("备案号", max_length=40, blank=True)
    filed_on = models.DateField("备案日期", null=True, blank=True)
    ended_on = models.DateField("终止日期", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "近亲属备案"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["staff", "person"], condition=~Q(state="TERMINATED"), name="filing_once_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.staff.name}与{self.person.name}"


class FilingReview(models.Model):
    """What a yearly inspection of a filed person found (B21)."""

    filing = models.ForeignKey(KinshipFiling, on_delete=models.PROTECT, related_name="reviews")
    inspected_on = models.DateField("排查日期")
    conclusion = models.CharField("结论", max_length=8, choices=CONCLUSIONS)
    finding = models.TextField("核查记录")
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "备案排查"
        ordering = ["-inspected_on", "-id"]

    def __str__(self) -> str:
        return f"{self.inspected_on} {self.get_conclusion_display()}"
