"""The tree of units: 省, 市, 县, 填报单位 (乡镇, 管委会, 园区), 村.

A 填报单位 is not a division: it may own villages whose statistical codes lie in another town
(domain/00 §0.4 #1). The tree therefore follows reporting, and a village keeps its own division code.
"""
# requirements: A02

from django.db import models
from django.db.models import F, Q


class Unit(models.Model):
    """One node of the reporting tree."""

    class Kind(models.TextChoices):
        PROVINCE = "PROVINCE", "省"
        CITY = "CITY", "市"
        COUNTY = "COUNTY", "县（市、区）"
        TOWN = "TOWN", "填报单位"
        VILLAGE = "VILLAGE", "村（社区）"

    code = models.CharField("代码", max_length=12, unique=True)
    name = models.CharField("名称", max_length=60)
    kind = models.CharField("层级", max_length=10, choices=Kind)
    # A town-level unit that is no division (管委会、园区) says what it is.
    form = models.CharField("类型", max_length=20, blank=True)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="children", verbose_name="上级"
    )
    county = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="所属县"
    )
    # Codes from the root down, "/36/3607/360722/360722100/": one prefix test answers "below this unit".
    path = models.CharField("路径", max_length=80, db_index=True, editable=False)
    valid_from = models.DateField("启用日期", default="1949-10-01")
    valid_to = models.DateField("撤并日期", null=True, blank=True)
    successor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="predecessors",
        verbose_name="并入单位",
    )
    sort = models.PositiveIntegerField("排序", default=0)
    head_name = models.CharField("负责人", max_length=50, blank=True)
    contact_name = models.CharField("联系人", max_length=50, blank=True)
    contact_phone = models.CharField("联系电话", max_length=30, blank=True)

    class Meta:
        verbose_name = "单位"
        ordering = ["sort", "code"]
        constraints = [
            models.CheckConstraint(
                name="unit_valid_to_after_from",
                condition=Q(valid_to__isnull=True) | Q(valid_to__gt=F("valid_from")),
            ),
            models.CheckConstraint(
                name="unit_only_province_without_parent",
                condition=Q(parent__isnull=False) | Q(kind="PROVINCE"),
            ),
            models.CheckConstraint(
                name="unit_below_county_has_county",
                condition=~Q(kind__in=["TOWN", "VILLAGE"]) | Q(county__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["county", "kind", "sort"], name="unit_county_kind")]

    def __str__(self) -> str:
        return self.name


class PopulationStat(models.Model):
    """Registered population (户籍人口, persons) of a unit in a year: the denominator of SA15."""

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="populations", verbose_name="单位")
    year = models.PositiveSmallIntegerField("年度")
    hukou_population = models.PositiveIntegerField("户籍人口（人）")
    basis = models.CharField("依据", max_length=200, blank=True)

    class Meta:
        verbose_name = "户籍人口"
        constraints = [models.UniqueConstraint(fields=["unit", "year"], name="population_once_a_year")]

    def __str__(self) -> str:
        return f"{self.unit}{self.year}年"
