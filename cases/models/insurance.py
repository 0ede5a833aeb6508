"""养老、医疗保障衔接 (N08): in which year somebody was insured, and whether his premium was paid for him."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class InsuranceBatch(ScopedModel):
    """One list as the insurance office handed it over; who on it is unknown to the register is only counted."""

    access = Access(view="case.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    source = models.CharField("来源部门", max_length=60)
    as_of = models.DateField("数据日期")
    rows = models.PositiveIntegerField("名单人数")
    matched = models.PositiveIntegerField("比中人数")
    stored_as = models.CharField("密封文件", max_length=64)
    sha256 = models.CharField("文件哈希", max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    made_at = models.DateTimeField("导入时间", auto_now_add=True)

    class Meta:
        verbose_name = "参保名单"
        ordering = ["-made_at"]

    def __str__(self) -> str:
        return f"{self.source}{self.as_of:%Y-%m-%d}参保名单"


class Insurance(ScopedModel):
    """One person's standing in one insurance in one year; the latest word counts."""

    access = Access(
        view="case.view", scopes={"handling": "person__unit"}, village="person__village", people="person"
    )

    class Kind(models.TextChoices):
        MEDICAL = "MEDICAL", "基本医疗保险"
        PENSION = "PENSION", "基本养老保险"

    class Scheme(models.TextChoices):
        RESIDENT = "RESIDENT", "城乡居民"
        EMPLOYEE = "EMPLOYEE", "职工"

    class Standing(models.TextChoices):
        INSURED = "INSURED", "已参保"
        RECEIVING = "RECEIVING", "已领取待遇"
        LAPSED = "LAPSED", "断缴"
        NONE = "NONE", "未参保"

    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="insurances", verbose_name="人员"
    )
    kind = models.CharField("险种", max_length=8, choices=Kind)
    year = models.PositiveSmallIntegerField("年度")
    scheme = models.CharField("类型", max_length=8, choices=Scheme, blank=True, default="")
    standing = models.CharField("参保状态", max_length=10, choices=Standing)
    # Yuan of the premium that was paid for him (资助参保).
    subsidised = models.DecimalField("资助参保（元）", max_digits=8, decimal_places=2, default=0)
    as_of = models.DateField("数据日期")
    note = models.CharField("说明", max_length=200, blank=True, default="")
    batch = models.ForeignKey(
        InsuranceBatch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="insured",
        verbose_name="名单",
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now=True)

    class Meta:
        verbose_name = "参保情况"
        ordering = ["-year", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["person", "kind", "year"], name="insurance_once_a_year"),
            models.CheckConstraint(name="insurance_subsidy_not_negative", condition=Q(subsidised__gte=0)),
            models.CheckConstraint(
                name="insurance_subsidy_of_insured",
                condition=Q(subsidised=0) | Q(standing__in=["INSURED", "RECEIVING"]),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.year}年{self.get_kind_display()}：{self.get_standing_display()}"
