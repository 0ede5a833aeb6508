"""特困照料: ability to look after oneself (D02), reported changes of it, and the wish for a form of support (D01)."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from cases.models.change import ChangeOrder
from cases.models.choices import CareLevel, choices
from cases.models.person import Person
from cases.rules.codes import CareIndicator
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class PersonRecord(ScopedModel):
    """A record about a person on 特困, in the scope of the unit and village he had when it was made."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")

    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="人员")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    demo = models.BooleanField("演示数据", default=False, editable=False)

    class Meta:
        abstract = True


class CareAssessment(PersonRecord):
    """Six things a person can or cannot do alone, judged by at least two; never changed, followed by the next one."""

    class Cause(models.TextChoices):
        FIRST = "FIRST", "首次评定"
        REGULAR = "REGULAR", "定期复评"
        CHANGED = "CHANGED", "情况变化复核"

    class Body(models.TextChoices):
        TOWN = "TOWN", "乡镇（街道）"
        COUNTY = "COUNTY", "县级民政部门"
        THIRD_PARTY = "THIRD_PARTY", "第三方机构"

    cause = models.CharField("评定事由", max_length=8, choices=Cause)
    assessed_on = models.DateField("评定日期")
    lost = ArrayField(
        models.CharField(max_length=8, choices=choices(CareIndicator)),
        default=list, blank=True, verbose_name="不能自主完成的",
    )  # fmt: skip
    level = models.CharField("评定等级", max_length=5, choices=choices(CareLevel), editable=False)
    # One name a line.
    assessors = models.TextField("评估人", help_text="一行一人，不少于2人")
    body = models.CharField("评估机构类型", max_length=12, choices=Body)
    organisation = models.CharField("评估机构名称", max_length=80, blank=True)
    note = models.TextField("评定情况", blank=True)
    next_on = models.DateField("下次评定日期", editable=False)
    # The draft that brings another level into the payment.
    order = models.ForeignKey(
        ChangeOrder,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="变更单",
    )

    class Meta:
        verbose_name = "生活自理能力评定"
        ordering = ["-assessed_on", "-id"]
        constraints = [
            models.CheckConstraint(
                name="care_next_after_assessed", condition=Q(next_on__gt=models.F("assessed_on"))
            )
        ]
        indexes = [models.Index(fields=["person", "-assessed_on"], name="care_assessment_latest")]

    def __str__(self) -> str:
        return f"{self.person.name} {self.assessed_on:%Y-%m-%d} {self.get_level_display()}"


class ReportedChange(PersonRecord):
    """Somebody said that a person can do less, or more, than before: to be assessed within 10 working days (第23条)."""

    reported_on = models.DateField("报告日期")
    reporter = models.CharField("报告人", max_length=50)
    what = models.TextField("变化情况")
    due_on = models.DateField("复核期限", editable=False)
    assessment = models.ForeignKey(
        CareAssessment,
        on_delete=models.PROTECT,
        null=True,
        editable=False,
        related_name="+",
        verbose_name="复核评定",
    )

    class Meta:
        verbose_name = "自理能力变化报告"
        ordering = ["-reported_on", "-id"]

    def __str__(self) -> str:
        return f"{self.person.name} {self.reported_on:%Y-%m-%d} 变化报告"


class CareWish(PersonRecord):
    """Where a person wants to be supported. One wish counts at a time; the next ends it."""

    class Wish(models.TextChoices):
        CENTRALIZED = "CENTRALIZED", "愿意集中供养"
        DISPERSED = "DISPERSED", "愿意分散供养"

    wish = models.CharField("供养意愿", max_length=12, choices=Wish)
    registered_on = models.DateField("登记日期")
    said_by = models.CharField("表达人", max_length=50, help_text="本人；无民事行为能力的为监护人")
    note = models.CharField("说明", max_length=300, blank=True)
    ended_on = models.DateField("撤回日期", null=True, blank=True)

    class Meta:
        verbose_name = "供养意愿"
        ordering = ["-registered_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_on__isnull=True), name="care_wish_one_counts"
            )
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.get_wish_display()}"
