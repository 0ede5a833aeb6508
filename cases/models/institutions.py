"""供养服务机构 and who lives there (D11)."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from cases.models.benefit import SingleValueRange
from cases.models.care import PersonRecord
from cases.models.change import ChangeOrder
from cases.models.ranges import DayRange
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit
from salvation.vault.fields import SealedField


class Institution(ScopedModel):
    """An institution that takes people in; it is paid for whoever lives there."""

    access = Access(view="case.view", scopes={"handling": "unit"})

    class Kind(models.TextChoices):
        TEKUN = "TEKUN", "特困供养服务机构"
        ELDERLY = "ELDERLY", "养老机构"
        CHILD = "CHILD", "儿童福利机构"
        MENTAL = "MENTAL", "精神卫生福利机构"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="主管单位")
    county = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", editable=False, verbose_name="县"
    )
    name = models.CharField("机构名称", max_length=80)
    kind = models.CharField("机构类型", max_length=8, choices=Kind)
    credit_code = models.CharField("统一社会信用代码", max_length=18, blank=True)
    legal_person = models.CharField("法定代表人", max_length=50)
    address = models.CharField("地址", max_length=120)
    beds = models.PositiveSmallIntegerField("床位数")
    bank = models.CharField("开户银行", max_length=60, blank=True)
    account_name = models.CharField("账户名称", max_length=80, blank=True)
    account = SealedField(kind="account", null=True, blank=True, verbose_name="对公账号")
    closed_on = models.DateField("停用日期", null=True, blank=True)
    demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        verbose_name = "供养机构"
        ordering = ["name"]
        constraints = [
            models.UniqueConstraint(fields=["county", "name"], name="institution_once_a_county"),
            models.CheckConstraint(name="institution_has_beds", condition=Q(beds__gte=1)),
        ]

    def __str__(self) -> str:
        return self.name


class Residence(PersonRecord):
    """A person living in an institution. One at a time, and one person a bed, also against raw SQL."""

    class Leaving(models.TextChoices):
        HOME = "HOME", "转为分散供养"
        OTHER_HOME = "OTHER_HOME", "转到其他机构"
        DEATH = "DEATH", "死亡"
        ENDED = "ENDED", "终止供养"

    institution = models.ForeignKey(
        Institution, on_delete=models.PROTECT, related_name="residences", verbose_name="机构"
    )
    bed = models.PositiveSmallIntegerField("床位号")
    from_on = models.DateField("入住日期")
    # The last day there.
    until_on = models.DateField("退住日期", null=True, blank=True)
    leaving = models.CharField("退住原因", max_length=10, choices=Leaving, blank=True)
    note = models.CharField("说明", max_length=300, blank=True)
    order = models.ForeignKey(
        ChangeOrder,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="变更单",
    )

    class Meta:
        verbose_name = "在院登记"
        ordering = ["-from_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="residence_days",
                condition=Q(until_on__isnull=True) | Q(until_on__gte=F("from_on")),
            ),
            models.CheckConstraint(
                name="residence_leaving_has_reason", condition=Q(until_on__isnull=True) | ~Q(leaving="")
            ),
            models.CheckConstraint(name="residence_bed", condition=Q(bed__gte=1)),
            ExclusionConstraint(
                name="residence_one_a_person",
                expressions=[
                    (SingleValueRange("person"), RangeOperators.OVERLAPS),
                    (DayRange("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
            ),
            ExclusionConstraint(
                name="residence_one_a_bed",
                expressions=[
                    (SingleValueRange("institution"), RangeOperators.OVERLAPS),
                    (SingleValueRange("bed"), RangeOperators.OVERLAPS),
                    (DayRange("from_on", "until_on"), RangeOperators.OVERLAPS),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.institution.name}"
