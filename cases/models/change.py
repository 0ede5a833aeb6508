"""Change orders: the only way an open benefit changes (03 §3.2)."""

from decimal import Decimal
from typing import ClassVar

import pghistory
from django.conf import settings
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import Q

from cases.flows import CHANGE_ORDER
from cases.models.adjustment import StandardAdjustment
from cases.models.benefit import Benefit, SingleDayRange, SingleValueRange
from cases.models.choices import PROGRAMS, ChangeKind, StopReason
from cases.models.person import Person
from cases.rules.changes import ALONE_NOT_NEEDED, CAUSES
from salvation.access.models import Access
from salvation.files.models import Attachment
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit
from salvation.vault.fields import SealedJSONField


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class ChangeOrder(FlowSubject):
    """One change of one benefit from a month on, with old and new amounts."""

    access = Access(
        view="case.view",
        scopes={"handling": "unit"},
        village="village",
        people="benefit__household__members__person",
        kept_by="from_unit",
    )
    flow: ClassVar[Flow] = CHANGE_ORDER
    # Nobody has to do anything with these; what took effect may still be struck out, and come back out of another.
    settled: ClassVar[frozenset[str]] = CHANGE_ORDER.ended | {"EFFECTIVE", "MERGED"}

    no = models.CharField("变更单号", max_length=30, unique=True)
    kind = models.CharField("类型", max_length=16, choices=ChangeKind)
    benefit = models.ForeignKey(Benefit, on_delete=models.PROTECT, related_name="orders", verbose_name="待遇")
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    # The member concerned (death, member added or removed).
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="涉及成员"
    )
    stop_reason = models.CharField("停发原因", max_length=20, choices=StopReason, blank=True)
    # Day of the event (death, employment …); not the day of entry.
    event_on = models.DateField("发生日期", null=True, blank=True)
    effective_month = models.DateField("生效月")
    grace_until = models.DateField("渐退期满停发月", null=True, blank=True)
    old_total = models.DecimalField("原月应发", max_digits=10, decimal_places=2)
    new_base = models.DecimalField("新补差", max_digits=10, decimal_places=2, default=0)
    new_uplift = models.DecimalField("新分类施保", max_digits=10, decimal_places=2, default=0)
    new_care = models.DecimalField("新照料护理", max_digits=10, decimal_places=2, default=0)
    new_total = models.DecimalField("新月应发", max_digits=10, decimal_places=2)
    # Shares of the members that stay covered: [{person, base, uplift, kinds}]
    shares = models.JSONField("成员份额", default=list)
    household_out = models.BooleanField("整户退出", default=False)
    reason = models.TextField("事由")
    # Why a member comes or goes, or the payment rests: codes of cases.rules.changes.
    cause = models.CharField(
        "具体原因", max_length=20, choices=list(CAUSES.items()), blank=True, default="", db_default=""
    )
    new_program = models.CharField(
        "转入类别", max_length=20, choices=PROGRAMS, blank=True, default="", db_default=""
    )
    to_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收单位"
    )
    to_village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="接收村（社区）"
    )
    # The town that agreed to let the household go: from then on it reads this order, and no other of the family's.
    from_unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="迁出单位"
    )
    # From which month a resumed benefit is paid again; earlier than the effective month is back pay.
    pay_from = models.DateField("补发起始月", null=True, blank=True)
    # The benefit that this order opened in place of the stopped one (类别转换, 供养形式, 迁移).
    successor = models.OneToOneField(
        Benefit,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="opened_by",
        verbose_name="接续待遇",
    )
    # The later order of the same month that this one went into.
    merged_into = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="absorbed",
        verbose_name="并入变更单",
    )
    adjustment = models.ForeignKey(
        StandardAdjustment,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="orders",
        verbose_name="标准调整",
    )
    # What the order will write beside amounts (new head, account, person's facts), sealed.
    details = SealedJSONField(kind="change_details", null=True, blank=True, verbose_name="变更明细")
    # The benefit's ranges as they were from the effective month on: striking the order out brings them back.
    before = models.JSONField("变更前各期", null=True, blank=True)
    # First day of the statistical month in which the order took effect (12 §12.1 #1).
    stat_month = models.DateField("统计月", null=True, blank=True)
    notified_on = models.DateField("告知日期", null=True, blank=True)
    # The paper that was seen (cases.rules.proofs); its scans are files of the order.
    proof = models.CharField("佐证", max_length=40, blank=True, default="", db_default="")
    assessment = models.ForeignKey(
        "cases.Assessment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "变更单"
        indexes = [
            models.Index(fields=["unit", "state", "id"], name="change_unit_state"),
            models.Index(fields=["county", "stat_month"], name="change_stat"),
        ]
        constraints = [
            # Deferred: an earlier order of the month goes into the later one in the same transaction.
            ExclusionConstraint(
                name="change_one_effective_a_month",
                expressions=[
                    (SingleValueRange("benefit_id"), RangeOperators.OVERLAPS),
                    (SingleDayRange("effective_month"), RangeOperators.OVERLAPS),
                ],
                condition=Q(state="EFFECTIVE") & ~Q(kind__in=ALONE_NOT_NEEDED),
                deferrable=models.Deferrable.DEFERRED,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.get_kind_display()}"

    def has_scans(self) -> bool:
        """Whether there is a photo or scan of what the order rests on."""
        return Attachment.objects.filter(subject_type=self._meta.label_lower, subject_id=self.pk).exists()

    @property
    def change(self) -> Decimal:
        """Yuan a month more (or less) than before."""
        return self.new_total - self.old_total


class ChangePerson(models.Model):
    """A person who enters or leaves cover by an order: what group 3 of the statistics counts."""

    order = models.ForeignKey(
        ChangeOrder, on_delete=models.PROTECT, related_name="people", verbose_name="变更单"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="人员")
    leaves = models.BooleanField("退出")

    class Meta:
        verbose_name = "变更人员"
        constraints = [models.UniqueConstraint(fields=["order", "person"], name="change_person_once")]

    def __str__(self) -> str:
        return f"{self.order_id} {self.person_id}"
