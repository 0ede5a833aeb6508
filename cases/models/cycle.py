"""The monthly cycle (C01) and what each village signs in it (C02)."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class MonthlyCycle(models.Model):
    """A county's month of changes: open until the closing day; what comes later belongs to the next one."""

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    month = models.DateField("周期")
    opened_at = models.DateTimeField("开启时间")
    closed_at = models.DateTimeField("关闭时间", null=True, blank=True)

    class Meta:
        verbose_name = "动态管理周期"
        constraints = [
            models.UniqueConstraint(fields=["county", "month"], name="cycle_once_a_month"),
            models.CheckConstraint(name="cycle_first_day", condition=Q(month__day=1)),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y年%-m月}"


class VillageAttestation(ScopedModel):
    """村（社区）签字报表: who is helped in a village and what changed, signed every month, no change too."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village")

    cycle = models.ForeignKey(
        MonthlyCycle, on_delete=models.PROTECT, related_name="attestations", verbose_name="周期"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    households = models.PositiveIntegerField("在保户数")
    people = models.PositiveIntegerField("在保人数")
    signer = models.CharField("签字人", max_length=50, blank=True, default="")
    signed_on = models.DateField("签字日期", null=True, blank=True)
    # None until it is signed; signing says whether anything changed.
    changed = models.BooleanField("有变化", null=True)
    remark = models.TextField("变化内容", blank=True, default="")
    registered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    registered_at = models.DateTimeField("登记时间", null=True)
    # How often the village was urged, and when last (domain/11 attest.remind).
    urges = models.PositiveSmallIntegerField("催办次数", default=0, db_default=0)
    urged_on = models.DateField("最近催办", null=True, blank=True)

    class Meta:
        verbose_name = "村签字报表"
        constraints = [
            models.UniqueConstraint(fields=["cycle", "village"], name="attested_once_a_cycle"),
            models.CheckConstraint(
                name="attestation_signed_whole",
                condition=Q(signed_on__isnull=True, signer="", changed__isnull=True)
                | (Q(signed_on__isnull=False, changed__isnull=False) & ~Q(signer="")),
            ),
            models.CheckConstraint(
                name="attestation_change_is_named", condition=~Q(changed=True) | ~Q(remark="")
            ),
        ]
        indexes = [models.Index(fields=["unit", "cycle"], name="attestation_unit")]

    def __str__(self) -> str:
        return f"{self.village}{self.cycle}签字报表"


class SheetBook(ScopedModel):
    """All sheets of a unit's villages for one cycle in one PDF, to be printed and handed out."""

    access = Access(view="case.view", scopes={"handling": "unit"})

    cycle = models.ForeignKey(MonthlyCycle, on_delete=models.PROTECT, related_name="+", verbose_name="周期")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    villages = models.PositiveIntegerField("村（社区）数")
    households = models.PositiveIntegerField("在保户数")
    stored_as = models.CharField(max_length=80)
    name = models.CharField("文件名", max_length=150)
    size = models.PositiveIntegerField("字节数")
    sha256 = models.CharField("哈希", max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="打印人"
    )
    made_at = models.DateTimeField("生成时间")

    class Meta:
        verbose_name = "签字报表合订本"
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["unit", "cycle"], name="sheet_book_unit")]

    def __str__(self) -> str:
        return self.name
