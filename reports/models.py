"""Tables of reports."""

from typing import ClassVar

import pghistory
from django.conf import settings
from django.db import models

from reports.summary.flows import SUMMARY
from salvation.access.models import Access
from salvation.domain.month import Month
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit


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
