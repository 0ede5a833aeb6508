"""People who may need help and did not ask: found by somebody (B25), or on the list of monitored households (B26)."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.discovery_flow import DISCOVERY, OUTCOMES, WAYS
from cases.models.application import Application
from cases.models.benefit import Benefit
from cases.models.household import Household
from cases.models.person import Person
from cases.models.relief import Relief
from salvation.access.models import Access, ScopedModel
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


class Discovery(FlowSubject):
    """One person found to be in difficulty. He need not be in the register yet."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")
    flow: ClassVar[Flow] = DISCOVERY

    class Origin(models.TextChoices):
        VILLAGE = "VILLAGE", "村（社区）报告"
        VISIT = "VISIT", "走访发现"
        MATCHING = "MATCHING", "数据比对"
        HOTLINE = "HOTLINE", "服务热线"
        DEPARTMENT = "DEPARTMENT", "部门推送"
        SELF = "SELF", "本人或他人求助"
        LIST = "LIST", "三类人员名单"
        STANDARD = "STANDARD", "标准调整试算"
        STOPPED = "STOPPED", "停发后核对"

    class Hardship(models.TextChoices):
        NO_LABOUR = "NO_LABOUR", "无（弱）劳动力"
        ILLNESS = "ILLNESS", "因病"
        DISABILITY = "DISABILITY", "因残"
        DISASTER = "DISASTER", "因灾"
        EPIDEMIC = "EPIDEMIC", "因疫"
        ACCIDENT = "ACCIDENT", "意外事故"
        SCHOOL = "SCHOOL", "因学"
        OTHER = "OTHER", "其他"

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村（社区）"
    )
    name = models.CharField("姓名", max_length=50)
    id_no = SealedField(kind="citizen_id", null=True, blank=True, verbose_name="身份证号")
    id_index = BlindIndexField(null=True, blank=True, editable=False, db_index=True)
    phone = SealedField(kind="phone", null=True, blank=True, verbose_name="电话")
    origin = models.CharField("来源", max_length=12, choices=Origin)
    hardship = models.CharField("困难类型", max_length=12, choices=Hardship)
    # Name of an epidemic or disaster, carried into the application (A18).
    event = models.CharField("因疫、因灾事件", max_length=40, blank=True)
    situation = models.TextField("困难情况")
    found_on = models.DateField("发现日期")
    found_by = models.CharField("发现人（推送部门）", max_length=60, blank=True)
    checked_on = models.DateField("核查日期", null=True, blank=True)
    checkers = models.CharField("核查人员", max_length=100, blank=True)
    finding = models.TextField("核查情况", blank=True)
    informed_on = models.DateField("告知日期", null=True, blank=True)
    way = models.CharField("告知方式", max_length=8, choices=WAYS, blank=True)
    outcome = models.CharField("结论", max_length=10, choices=OUTCOMES, blank=True)
    outcome_note = models.TextField("结论说明", blank=True)
    closed_on = models.DateField("结论日期", null=True, blank=True)
    # First days of the months in which the check and the telling count (12 §12.1 #1).
    checked_month = models.DateField("核查统计月", null=True, blank=True)
    informed_month = models.DateField("告知统计月", null=True, blank=True)
    person = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discoveries",
        verbose_name="人员",
    )
    household = models.ForeignKey(
        Household,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discoveries",
        verbose_name="家庭",
    )
    application = models.ForeignKey(
        Application,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discoveries",
        verbose_name="申请",
    )
    relief = models.ForeignKey(
        Relief,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="discoveries",
        verbose_name="临时救助",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "主动发现"
        ordering = ["-found_on", "-id"]
        indexes = [models.Index(fields=["unit", "state", "id"], name="discovery_unit_state")]
        constraints = [
            # One open matter a person, so that two villages do not visit twice.
            models.UniqueConstraint(
                fields=["county", "id_index"],
                condition=Q(state__in=["FOUND", "CHECKED", "INFORMED"]),
                name="discovery_one_open_a_person",
            ),
            models.CheckConstraint(
                name="discovery_checked_after_found",
                condition=Q(checked_on__isnull=True) | Q(checked_on__gte=F("found_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_hardship_display()}）"


class MonitorBatch(ScopedModel):
    """One list of monitored households as the department of rural revival handed it over (三类人员)."""

    access = Access(view="case.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    title = models.CharField("名单", max_length=100)
    source = models.CharField("来源部门", max_length=60)
    valid_from = models.DateField("有效期起")
    valid_until = models.DateField("有效期止")
    people = models.PositiveIntegerField("人数", default=0)
    helped = models.PositiveIntegerField("已纳入", default=0)
    stored_as = models.CharField("密封文件", max_length=64)
    sha256 = models.CharField("文件哈希", max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    made_at = models.DateTimeField("导入时间", auto_now_add=True)

    class Meta:
        verbose_name = "三类人员名单"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(name="monitor_period", condition=Q(valid_until__gte=F("valid_from")))
        ]

    def __str__(self) -> str:
        return self.title


class MonitoredPerson(ScopedModel):
    """Somebody on such a list: helped already when it came in, or looked into by a discovery."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")

    class Category(models.TextChoices):
        UNSTABLE = "UNSTABLE", "脱贫不稳定户"
        MARGIN_POOR = "MARGIN_POOR", "边缘易致贫户"
        SUDDEN = "SUDDEN", "突发严重困难户"

    batch = models.ForeignKey(
        MonitorBatch, on_delete=models.PROTECT, related_name="rows", verbose_name="名单"
    )
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村（社区）"
    )
    name = models.CharField("姓名", max_length=50)
    id_no = SealedField(kind="citizen_id", verbose_name="身份证号")
    id_index = BlindIndexField(editable=False, db_index=True)
    category = models.CharField("类别", max_length=12, choices=Category)
    risk = models.CharField("风险原因", max_length=100, blank=True)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="monitored", verbose_name="人员"
    )
    # Running when the list was matched.
    benefit = models.ForeignKey(
        Benefit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="待遇"
    )
    # For those found helped: the month in which the matching counts.
    matched_month = models.DateField("比对统计月", null=True, blank=True)
    discovery = models.ForeignKey(
        Discovery,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="monitored",
        verbose_name="核查",
    )

    class Meta:
        verbose_name = "三类人员"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["batch", "id_index"], name="monitored_once_a_list"),
            models.CheckConstraint(
                name="monitored_helped_or_looked_into",
                condition=Q(benefit__isnull=False) | Q(discovery__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_category_display()}）"
