"""Who was helped at the end of a month: one row a covered person, partitioned by month, never changed."""

import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models

from cases.models.choices import PROGRAMS, Area, Standing, choices
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class BenefitSnapshot(ScopedModel):
    """A covered person on the last day of ``month``. Household amounts stand on the applicant's row (``is_head``)."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person_id")

    month = models.DateField("月份")
    county = models.ForeignKey(Unit, on_delete=models.DO_NOTHING, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.DO_NOTHING, related_name="+", verbose_name="单位")
    village = models.ForeignKey(Unit, on_delete=models.DO_NOTHING, related_name="+", verbose_name="村")
    program = models.CharField("类别", max_length=20, choices=PROGRAMS)
    standing = models.CharField("状态", max_length=10, choices=Standing)
    standard_area = models.CharField("城乡", max_length=5, choices=choices(Area))
    benefit_id = models.BigIntegerField("待遇")
    term_id = models.BigIntegerField("待遇期间")
    household_id = models.BigIntegerField("家庭")
    person_id = models.BigIntegerField("人员")
    is_head = models.BooleanField("申请人行")
    is_single = models.BooleanField("单人保")
    base = models.DecimalField("补差", max_digits=10, decimal_places=2)
    uplift = models.DecimalField("分类施保", max_digits=10, decimal_places=2)
    care = models.DecimalField("照料护理", max_digits=10, decimal_places=2)
    total = models.DecimalField("月应发", max_digits=10, decimal_places=2)
    tags = ArrayField(models.CharField(max_length=12), default=list, verbose_name="标签")

    class Meta:
        verbose_name = "月末快照"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        indexes = [
            models.Index(fields=["county", "month", "unit"], name="snapshot_county_month"),
            models.Index(fields=["person_id", "month"], name="snapshot_person"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.person_id}"
