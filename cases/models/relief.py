"""Temporary relief (临时救助): a single payment for a sudden need or a burden of costs (02 §2.7, 03 §3.3)."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models.choices import RELIEFS, AccountKind, choices
from cases.models.household import Household
from cases.models.person import Person
from cases.relief_flow import RELIEF
from cases.rules.codes import Situation
from salvation.access.models import Access
from salvation.files.models import Attachment
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit
from salvation.vault.fields import SealedField, SealedJSONField


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Relief(FlowSubject):
    """One grant of temporary relief, from the need to the visit after the payment."""

    access = Access(
        view="relief.view",
        scopes={"handling": "unit"},
        village="village",
        people="household__members__person",
        lendable=True,
    )
    flow: ClassVar[Flow] = RELIEF

    class Level(models.TextChoices):
        TOWNSHIP = "TOWNSHIP", "乡镇审批"
        COUNTY = "COUNTY", "县级审批"

    class Channel(models.TextChoices):
        ONE_CARD = "ONE_CARD", "一卡通"
        RESERVE = "RESERVE", "乡镇备用金"
        CASH = "CASH", "现金（例外）"

    class Outcome(models.TextChoices):
        EASED = "EASED", "困难已缓解"
        STILL = "STILL", "仍有困难，申请低保"
        REFERRED = "REFERRED", "转介专项救助"
        OTHER = "OTHER", "其他"

    no = models.CharField("受理号", max_length=30, unique=True)
    program = models.CharField("类型", max_length=20, choices=RELIEFS)
    situation = models.CharField("情形", max_length=20, choices=choices(Situation))
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="reliefs", verbose_name="家庭"
    )
    applicant = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="reliefs", verbose_name="申请人"
    )
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    # Where an emergency struck a household registered elsewhere (L18 14: no condition of hukou).
    from_elsewhere = models.BooleanField("户籍不在本县", default=False)
    happened_on = models.DateField("发生日期")
    applied_on = models.DateField("申请日期")
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    persons = models.PositiveSmallIntegerField("受助人数")
    reason = models.TextField("困难情况")
    # Name of an epidemic or disaster, for the figures of that event (A18).
    event = models.CharField("事件", max_length=40, blank=True)
    # What a meeting proposes for special relief (一事一议).
    proposed = models.DecimalField("会议提出金额", max_digits=10, decimal_places=2, null=True, blank=True)
    facts = SealedJSONField(verbose_name="家庭经济状况", null=True)
    assessment = models.ForeignKey(
        "cases.Assessment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    visited_on = models.DateField("核实日期", null=True, blank=True)
    visitors = models.CharField("核实人员", max_length=100, blank=True)
    findings = models.TextField("核实情况", blank=True)
    level = models.CharField("审批层级", max_length=10, choices=Level, blank=True)
    meeting = models.ForeignKey(
        "registers.Meeting",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="会议",
    )
    amount = models.DecimalField("救助金额", max_digits=10, decimal_places=2, null=True, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    # First help, papers later (先行救助): what was given before the decision.
    advance = models.BooleanField("先行救助", default=False)
    # The money goes to the applicant's own account and to nobody else's (E06).
    account = SealedField(kind="account", null=True, blank=True, verbose_name="收款账号")
    account_kind = models.CharField("账户类型", max_length=8, choices=AccountKind, blank=True)
    bank = models.CharField("开户银行", max_length=60, blank=True)
    channel = models.CharField("发放方式", max_length=10, choices=Channel, blank=True)
    cash_reason = models.CharField("现金发放理由", max_length=200, blank=True)
    paid_on = models.DateField("到账日期", null=True, blank=True)
    voucher = models.CharField("凭证号", max_length=40, blank=True)
    # First day of the month in which the payment counts (12 §12.1 #1).
    stat_month = models.DateField("统计月", null=True, blank=True)
    # Month in which the papers of an advance were completed.
    settled_month = models.DateField("补齐统计月", null=True, blank=True)
    filed_on = models.DateField("报县备案日期", null=True, blank=True)
    filing_note = models.CharField("备案意见", max_length=300, blank=True)
    outcome = models.CharField("回访结论", max_length=10, choices=Outcome, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "临时救助"
        permissions = [("borrow_relief", "借阅临时救助")]
        indexes = [
            models.Index(fields=["unit", "state", "id"], name="relief_unit_state"),
            models.Index(fields=["county", "stat_month"], name="relief_stat"),
        ]
        constraints = [
            models.CheckConstraint(
                name="relief_amount_positive", condition=Q(amount__isnull=True) | Q(amount__gt=0)
            ),
            models.CheckConstraint(
                name="relief_paid_has_amount", condition=Q(paid_on__isnull=True) | Q(amount__isnull=False)
            ),
            models.CheckConstraint(
                name="relief_cash_has_reason", condition=~Q(channel="CASH") | ~Q(cash_reason="")
            ),
            models.CheckConstraint(
                name="relief_happened_before_application", condition=Q(happened_on__lte=F("applied_on"))
            ),
            models.UniqueConstraint(
                fields=["household", "situation"],
                condition=Q(
                    state__in=["DRAFT", "ACCEPTED", "ADVANCE", "DECIDE_TOWN", "DECIDE_COUNTY", "PAYING"]
                ),
                name="relief_one_open_a_situation",
            ),
        ]
        triggers = [pgtrigger.Protect(name="never_deleted", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.no} {self.applicant.name}"

    def material_count(self) -> int:
        """How many papers lie with it (依据、票据、签字的审批表)."""
        return Attachment.objects.filter(
            subject_type=self._meta.label_lower, subject_id=self.pk, kind="MATERIAL"
        ).count()
