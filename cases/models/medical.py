"""Contracts with hospitals (D07, D08) and nursing insurance (D10) of people on 特困."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import RangeOperators
from django.db import models
from django.db.models import F, Q

from cases.models.benefit import SingleValueRange
from cases.models.care import PersonRecord
from cases.models.ranges import DayRange


class MedicalContract(PersonRecord):
    """A person and the hospital that treats him without payment beforehand; one of a kind at a time."""

    class Kind(models.TextChoices):
        ORDINARY = "ORDINARY", "县域普通病定点"
        SPECIAL = "SPECIAL", "市域特殊病种定向定点"

    class Disease(models.TextChoices):
        MENTAL = "MENTAL", "精神障碍"
        INTELLECT = "INTELLECT", "智力障碍"

    kind = models.CharField("签约类型", max_length=8, choices=Kind)
    hospital = models.CharField("医院", max_length=80)
    disease = models.CharField("病种", max_length=9, choices=Disease, blank=True)
    diagnosis = models.CharField("诊断证明", max_length=120, blank=True, help_text="残疾证没有登记病种的填写")
    from_on = models.DateField("起始日期")
    until_on = models.DateField("终止日期")

    class Meta:
        verbose_name = "医疗签约"
        ordering = ["-from_on", "-id"]
        constraints = [
            models.CheckConstraint(name="contract_days", condition=Q(until_on__gte=F("from_on"))),
            models.CheckConstraint(
                name="contract_special_has_disease",
                condition=Q(kind="SPECIAL") & ~Q(disease="") | Q(kind="ORDINARY", disease=""),
            ),
            *(
                ExclusionConstraint(
                    name=f"contract_one_{kind.lower()}",
                    condition=Q(kind=kind),
                    expressions=[
                        (SingleValueRange("person"), RangeOperators.OVERLAPS),
                        (DayRange("from_on", "until_on"), RangeOperators.OVERLAPS),
                    ],
                )
                for kind in ("ORDINARY", "SPECIAL")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.get_kind_display()}"


class NursingInsurance(PersonRecord):
    """住院护理保险 of a year, with what it paid when he lay in hospital."""

    year = models.PositiveSmallIntegerField("年度")
    insurer = models.CharField("承保机构", max_length=80)
    premium = models.DecimalField("保费（元）", max_digits=10, decimal_places=2)
    insured = models.DecimalField("保额（元）", max_digits=12, decimal_places=2)
    claimed_on = models.DateField("出险日期", null=True, blank=True)
    hospital = models.CharField("住院医院", max_length=80, blank=True)
    carer = models.CharField("护工", max_length=50, blank=True)
    claim = models.DecimalField("理赔金额（元）", max_digits=12, decimal_places=2, null=True, blank=True)

    class Meta:
        verbose_name = "住院护理保险"
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["person", "year"], name="nursing_insurance_once_a_year"),
            models.CheckConstraint(
                name="nursing_insurance_amounts",
                condition=Q(premium__gte=0, insured__gte=0) & (Q(claim__isnull=True) | Q(claim__gte=0)),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.year}年"
