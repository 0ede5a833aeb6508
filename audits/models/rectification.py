"""Problems and their rectification (H01)."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models

from audits.flows import RECTIFICATION
from salvation.access.models import Access
from salvation.files.models import Attachment
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class RectificationItem(FlowSubject):
    """A problem of a unit: what, where from, who mends it until when, and why it came about."""

    access = Access(view="rectify.view", scopes={"handling": "unit"})
    flow: ClassVar[Flow] = RECTIFICATION
    keeps_due: ClassVar[bool] = True

    class Category(models.TextChoices):
        """The nine kinds of problem of the campaign (000: three 不精准, three 不规范, three 机制)."""

        DIBAO = "DIBAO", "城乡低保对象认定不精准"
        TEKUN = "TEKUN", "特困人员救助兜底不精准"
        MARGINAL = "MARGINAL", "低保边缘和支出型困难家庭识别不精准"
        TEMP = "TEMP", "临时救助审核审批不规范"
        FUNDS = "FUNDS", "困难群众救助补助资金管理不规范"
        DISHONESTY = "DISHONESTY", "社会救助失信惩戒制度运用不规范"
        COUNCIL = "COUNCIL", "议事机构运行机制不健全"
        DISCIPLINE = "DISCIPLINE", "侵害群众利益查处与容错免责激励不健全"
        PILOT = "PILOT", "社会救助改革创新试点工作机制不健全"

    class Source(models.TextChoices):
        STATE = "STATE", "国家督查检查"
        PROVINCE = "PROVINCE", "省级督查检查"
        CITY = "CITY", "市级督查检查"
        AUDIT = "AUDIT", "审计"
        INSPECTION = "INSPECTION", "巡察"
        THIRD_PARTY = "THIRD_PARTY", "第三方绩效评估"
        COUNTY = "COUNTY", "县级检查"
        SELF = "SELF", "自查"
        PETITION = "PETITION", "信访举报"

    class Cause(models.TextChoices):
        POLICY = "POLICY", "政策不熟"
        PROCEDURE = "PROCEDURE", "程序不到位"
        DATA = "DATA", "信息比对不及时"
        STAFF = "STAFF", "力量不足"
        DUTY = "DUTY", "履职不力"
        SYSTEM = "SYSTEM", "制度不健全"
        OTHER = "OTHER", "其他"

    no = models.CharField("问题编号", max_length=30, unique=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="责任单位")
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    category = models.CharField("问题类别", max_length=12, choices=Category)
    source = models.CharField("发现来源", max_length=12, choices=Source)
    basis = models.CharField("依据文号", max_length=100, blank=True)
    found_on = models.DateField("发现日期")
    description = models.TextField("问题描述")
    people = models.PositiveIntegerField("涉及人数", default=0)
    amount = models.DecimalField("涉及金额（元）", max_digits=14, decimal_places=2, default=0)
    responsible = models.CharField("责任人", max_length=50, blank=True)
    immediate = models.BooleanField("立行立改", default=False)
    deadline = models.DateField("整改时限", null=True, blank=True)
    cause = models.CharField("原因类别", max_length=10, choices=Cause, blank=True)
    cause_note = models.TextField("原因分析", blank=True)
    plan = models.TextField("整改措施", blank=True)
    result = models.TextField("整改情况", blank=True)
    done_on = models.DateField("完成日期", null=True, blank=True)
    opinion = models.TextField("复核意见", blank=True)
    # Statistical months (first days): filed, closed last, dismissed. Reopening clears closed.
    filed_month = models.DateField("立案统计月", null=True, blank=True)
    closed_month = models.DateField("销号统计月", null=True, blank=True)
    dismissed_month = models.DateField("不属实统计月", null=True, blank=True)
    # What the system found it by, once each; empty for what a person recorded.
    origin = models.CharField("系统来源", max_length=60, null=True, unique=True, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "问题整改"
        ordering = ["-id"]
        indexes = [models.Index(fields=["county", "filed_month"], name="rectification_filed")]

    def __str__(self) -> str:
        return f"{self.no} {self.get_category_display()}"

    @property
    def desk_unit(self) -> Unit:
        """Nobody reviews his own unit's problem (07 §7.3 第4条): it waits at the county."""
        return self.county if self.state == "REVIEWING" else self.unit

    def evidence_count(self) -> int:
        return Attachment.objects.filter(
            subject_type=self._meta.label_lower, subject_id=self.pk, kind="EVIDENCE"
        ).count()
