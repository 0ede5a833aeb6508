"""Tables of reports."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models.choices import PROGRAMS
from reports.summary.flows import SUMMARY
from salvation.access.models import Access, ScopedModel
from salvation.domain.month import Month
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class SummaryReport(FlowSubject):
    """The 专项治理情况报告 of a unit (or the county) for a year: figures kept as read, written parts by people."""

    access = Access(view="report.view", scopes={"handling": "unit"})
    flow: ClassVar[Flow] = SUMMARY
    keeps_due: ClassVar[bool] = True

    # Before it had a way of its own, a report was a draft.
    state = models.CharField("状态", max_length=24, db_index=True, default=SUMMARY.initial)

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    # The month whose table the figures come from (May for the report of 25 June).
    period = models.DateField("统计月")
    figures = models.JSONField("数字", default=dict)
    frozen = models.BooleanField("取自冻结的统计表", default=False)
    # 快报: events of the following month up to a day, never mixed with the frozen figures: {until, figures}.
    flash = models.JSONField("快报", default=dict)
    texts = models.JSONField("编写部分", default=dict)
    read_at = models.DateTimeField("取数时间")
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    updated_at = models.DateTimeField("修改时间", auto_now=True)

    class Meta:
        verbose_name = "专项治理情况报告"
        ordering = ["-period", "unit__sort"]
        constraints = [models.UniqueConstraint(fields=["unit", "period"], name="summary_once_a_period")]

    def __str__(self) -> str:
        return f"{self.unit}{self.period.year}年专项治理情况报告"

    @property
    def month(self) -> Month:
        return Month.of(self.period)

    @property
    def is_county(self) -> bool:
        return self.unit_id == self.county_id


class ExternalBatch(ScopedModel):
    """One export of the province's system (“数字民政”) as it was read back, with the rows that were wrong (B32)."""

    access = Access(view="table.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    as_of = models.DateField("数据日期")
    # Everybody of the unit is in it: who is not, is not in the province's system either.
    whole = models.BooleanField("全部在保对象")
    rows = models.PositiveIntegerField("行数")
    taken = models.PositiveIntegerField("已回填")
    # [{place, field, reason, remedy}]: no numbers, no names.
    problems = models.JSONField("有问题的行", default=list)
    stored_as = models.CharField("密封文件", max_length=64)
    sha256 = models.CharField("文件哈希", max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    made_at = models.DateTimeField("导入时间", auto_now_add=True)

    class Meta:
        verbose_name = "省系统回填"
        ordering = ["-made_at"]
        constraints = [
            models.CheckConstraint(name="external_taken_are_rows", condition=Q(taken__lte=F("rows")))
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.as_of:%Y-%m-%d}省系统数据"


class ExternalRecord(ScopedModel):
    """What the province's system says of one applicant under one programme, as of its latest export (B32)."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")
    recognised_by = ("person",)

    class Standing(models.TextChoices):
        ACTIVE = "ACTIVE", "在保"
        SUSPENDED = "SUSPENDED", "暂停"
        STOPPED = "STOPPED", "停保"

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="村（社区）"
    )
    person = models.ForeignKey(
        "cases.Person", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="人员"
    )
    name = models.CharField("姓名", max_length=50)
    id_no = SealedField(kind="citizen_id", verbose_name="身份证号")
    id_index = BlindIndexField(editable=False)
    program = models.CharField("类别", max_length=20, choices=PROGRAMS)
    ext_no = models.CharField("省系统编号", max_length=60)
    people = models.PositiveSmallIntegerField("保障人数", null=True)
    amount = models.DecimalField("月保障金（元）", max_digits=10, decimal_places=2, null=True)
    # Empty where the export does not say.
    standing = models.CharField("状态", max_length=10, choices=Standing, blank=True, default="")
    as_of = models.DateField("数据日期")
    batch = models.ForeignKey(
        ExternalBatch, on_delete=models.PROTECT, related_name="records", verbose_name="回填"
    )
    synced_at = models.DateTimeField("回填时间")

    class Meta:
        verbose_name = "省系统记录"
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["id_index", "program", "county"], name="external_once_a_programme"
            )
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.ext_no}）"
