"""Benefits as month ranges: a change closes one range and opens the next (design §3).

``Benefit`` is the entitlement; ``BenefitTerm`` one range of months with its amounts; ``TermMember`` a person covered
in that range. The exclusion matrix of 02 §2.8 is a constraint: nobody is covered twice in a month.
"""
# requirements: C09 part

import pghistory
import pgtrigger
from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q, Value

from cases.models.choices import (
    PROGRAMS,
    Area,
    CareLevel,
    SingleReason,
    Source,
    Standing,
    StopReason,
    choices,
)
from cases.models.household import Household
from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class SingleValueRange(Func):
    """int8range(x, x, '[]'): equality of an integer inside a GiST exclusion without any extension."""

    function = "int8range"

    def __init__(self, field: str) -> None:
        super().__init__(F(field), F(field), Value("[]"))


class SingleDayRange(SingleValueRange):
    """daterange(x, x, '[]'): equality of a day inside a GiST exclusion."""

    function = "daterange"


def family_follows() -> pgtrigger.Trigger:
    """Its ranges speak for another family, or for one person, when a benefit does."""
    return pgtrigger.Trigger(
        name="family_follows", level=pgtrigger.Row, when=pgtrigger.After,
        operation=pgtrigger.UpdateOf("household_id", "program", "is_single"),
        condition=pgtrigger.AnyChange("household", "program", "is_single"),
        func="UPDATE cases_benefitterm SET family = NULL WHERE benefit_id = NEW.id; RETURN NULL;",
    )  # fmt: skip


def family_of_range() -> pgtrigger.Trigger:
    """``family`` is read from the benefit, whatever was written."""
    func = """
    SELECT CASE WHEN b.is_single OR starts_with(b.program, 'TEKUN') THEN NULL ELSE b.household_id END INTO NEW.family
    FROM cases_benefit b WHERE b.id = NEW.benefit_id;
    RETURN NEW;
    """
    return pgtrigger.Trigger(
        name="family_of_range", level=pgtrigger.Row, when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.UpdateOf("benefit_id", "family"), func=func,
    )  # fmt: skip


def months_of_members() -> pgtrigger.Trigger:
    """Who is covered in a range is covered in its months, however they are changed: one look at a set of written rows."""
    return pgtrigger.Trigger(
        name="months_of_members", level=pgtrigger.Statement, when=pgtrigger.After, operation=pgtrigger.Update,
        referencing=pgtrigger.Referencing(new="changed"),
        func="""
        UPDATE cases_termmember m SET months = c.months FROM changed c WHERE m.term_id = c.id AND m.months <> c.months;
        RETURN NULL;
        """,
    )  # fmt: skip


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Benefit(ScopedModel):
    """The entitlement of a household (or one person of it) under a programme."""

    access = Access(
        view="case.view", scopes={"handling": "unit"}, village="village", people="household__members__person"
    )

    no = models.CharField("低保（特困）证号", max_length=40, blank=True)
    program = models.CharField("类别", max_length=20, choices=PROGRAMS)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="benefits", verbose_name="家庭"
    )
    applicant = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="申请人")
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    standard_area = models.CharField("标准适用", max_length=5, choices=choices(Area))
    is_single = models.BooleanField("单人保", default=False)
    single_reason = models.CharField("单人保依据", max_length=30, choices=choices(SingleReason), blank=True)
    source = models.CharField("来源", max_length=12, choices=Source)
    # First day of the first month, and of the first month without payment.
    first_month = models.DateField("起始月")
    stop_month = models.DateField("停发月", null=True, blank=True)
    stop_reason = models.CharField("停发原因", max_length=20, choices=StopReason, blank=True)
    # The benefit this one continues without a gap: another programme, support mode or township.
    predecessor = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="successors",
        verbose_name="原待遇",
    )
    batch = models.ForeignKey(
        "intake.Batch", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "待遇"
        constraints = [
            models.CheckConstraint(
                name="benefit_stop_after_start",
                condition=Q(stop_month__isnull=True) | Q(stop_month__gte=F("first_month")),
            ),
            models.CheckConstraint(
                name="benefit_stop_has_reason", condition=Q(stop_month__isnull=True) | ~Q(stop_reason="")
            ),
            models.CheckConstraint(
                name="benefit_single_has_reason", condition=Q(is_single=False) | ~Q(single_reason="")
            ),
            models.CheckConstraint(
                name="benefit_months_are_first_days",
                condition=Q(first_month__day=1) & (Q(stop_month__isnull=True) | Q(stop_month__day=1)),
            ),
        ]
        indexes = [
            models.Index(fields=["unit", "program"], name="benefit_unit_program"),
            models.Index(fields=["no"], opclasses=["varchar_pattern_ops"], name="benefit_no_begins"),
        ]
        triggers = [family_follows()]

    def __str__(self) -> str:
        return f"{self.applicant.name} {self.get_program_display()}"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class BenefitTerm(models.Model):
    """Amounts in a range of months (yuan a month). Only the end of the range is ever changed."""

    benefit = models.ForeignKey(Benefit, on_delete=models.PROTECT, related_name="terms", verbose_name="待遇")
    months = DateRangeField("月份")
    standing = models.CharField("状态", max_length=10, choices=Standing, default=Standing.ACTIVE)
    # 差额或分档（特困为基本生活）, 分类施保, 照料护理
    base = models.DecimalField("补差（基本生活）", max_digits=10, decimal_places=2)
    uplift = models.DecimalField("分类施保", max_digits=10, decimal_places=2, default=0)
    care = models.DecimalField("照料护理", max_digits=10, decimal_places=2, default=0)
    total = models.DecimalField("月应发", max_digits=10, decimal_places=2)
    standard = models.DecimalField("保障标准", max_digits=10, decimal_places=2, null=True)
    per_capita_income = models.DecimalField("月人均收入", max_digits=12, decimal_places=2, null=True)
    care_level = models.CharField("自理等级", max_length=5, choices=choices(CareLevel), blank=True)
    assessment = models.ForeignKey(
        "cases.Assessment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    order = models.ForeignKey(
        "cases.ChangeOrder", on_delete=models.PROTECT, null=True, blank=True, related_name="opened_terms"
    )
    # The household a 低保, 边缘 or 刚性支出 benefit speaks for as a whole; none for one person (特困, 单人保). By trigger.
    family = models.BigIntegerField("全户", null=True, editable=False)

    class Meta:
        verbose_name = "待遇期间"
        ordering = ["benefit", "months"]
        constraints = [
            models.CheckConstraint(
                name="term_parts_add_up", condition=Q(total=F("base") + F("uplift") + F("care"))
            ),
            models.CheckConstraint(
                name="term_not_negative", condition=Q(base__gte=0, uplift__gte=0, care__gte=0)
            ),
            models.CheckConstraint(name="term_months_not_empty", condition=Q(months__isempty=False)),
            ExclusionConstraint(
                name="term_no_overlap",
                expressions=[
                    (SingleValueRange("benefit_id"), RangeOperators.OVERLAPS),
                    ("months", RangeOperators.OVERLAPS),
                ],
            ),
            # 低保, 边缘 and 刚性支出 of a whole family exclude each other, also where they name different members.
            ExclusionConstraint(
                name="family_helped_once_a_month",
                expressions=[
                    (SingleValueRange("family"), RangeOperators.OVERLAPS),
                    ("months", RangeOperators.OVERLAPS),
                ],
                condition=Q(family__isnull=False),
            ),
        ]
        triggers = [family_of_range(), months_of_members()]

    def __str__(self) -> str:
        return f"{self.benefit_id} {self.months}"


def _on_added(func: str, **operations: pgtrigger.Operation) -> list[pgtrigger.Trigger]:
    """The same look at a whole set of written rows, called ``added``, after each of the named operations."""
    return [
        pgtrigger.Trigger(
            name=name, level=pgtrigger.Statement, when=pgtrigger.After, operation=operation, func=func,
            referencing=pgtrigger.Referencing(new="added"),
        )
        for name, operation in operations.items()
    ]  # fmt: skip


def in_months_of_term() -> list[pgtrigger.Trigger]:
    """Nobody is covered in other months than those of the range: else the exclusion would look at the wrong ones."""
    func = """
    IF EXISTS (SELECT 1 FROM added m JOIN cases_benefitterm t ON t.id = m.term_id WHERE t.months <> m.months) THEN
        RAISE EXCEPTION '保障成员的月份与待遇期间不一致' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NULL;
    """
    return _on_added(func, months_added=pgtrigger.Insert, months_changed=pgtrigger.Update)


def tekun_is_no_orphan() -> list[pgtrigger.Trigger]:
    """特困 excludes the orphans' allowance (02 §2.8, L43 第9条): one look at a whole set of written rows.

    Only people on 特困 are locked, so that a tag written at the same moment waits.
    """
    func = """
    PERFORM 1 FROM cases_person p WHERE p.id IN (
        SELECT m.person_id FROM added m
        JOIN cases_benefitterm t ON t.id = m.term_id
        JOIN cases_benefit b ON b.id = t.benefit_id AND starts_with(b.program, 'TEKUN')
    ) FOR SHARE;
    IF EXISTS (
        SELECT 1 FROM cases_orphantag o
        JOIN added m ON m.person_id = o.person_id AND m.months && cases_orphan_months(o.recognised_on, o.ended_on)
        JOIN cases_benefitterm t ON t.id = m.term_id
        JOIN cases_benefit b ON b.id = t.benefit_id AND starts_with(b.program, 'TEKUN')
    ) THEN
        RAISE EXCEPTION '特困供养与孤儿、事实无人抚养儿童保障不能同时享受' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NULL;
    """
    return _on_added(func, no_orphan_added=pgtrigger.Insert, no_orphan_changed=pgtrigger.Update)


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class TermMember(models.Model):
    """A person covered in a term with his parts of it."""

    term = models.ForeignKey(
        BenefitTerm, on_delete=models.PROTECT, related_name="covered", verbose_name="待遇期间"
    )
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="coverage", verbose_name="人员")
    # Copy of the term's months: the exclusion constraint needs them in this row. They follow the term's by trigger.
    months = DateRangeField("月份")
    base = models.DecimalField("份额", max_digits=10, decimal_places=2, default=0)
    uplift = models.DecimalField("分类施保", max_digits=10, decimal_places=2, default=0)
    uplift_kinds = ArrayField(models.CharField(max_length=12), default=list, verbose_name="分类施保类别")

    class Meta:
        verbose_name = "保障成员"
        constraints = [
            models.UniqueConstraint(fields=["term", "person"], name="covered_once_a_term"),
            ExclusionConstraint(
                name="person_covered_once_a_month",
                expressions=[
                    (SingleValueRange("person_id"), RangeOperators.OVERLAPS),
                    ("months", RangeOperators.OVERLAPS),
                ],
            ),
        ]
        triggers = [*tekun_is_no_orphan(), *in_months_of_term()]

    def __str__(self) -> str:
        return f"{self.person_id} {self.months}"


class Hold(ScopedModel):
    """A reason, written by a higher room, why a person's lines must not be paid now."""

    access = Access(view="case.view", scopes={"handling": "unit"}, people="person")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="holds", verbose_name="人员")
    reason = models.CharField("原因", max_length=200)
    source = models.CharField("来源", max_length=60)
    from_month = models.DateField("自哪月起")
    created_at = models.DateTimeField("设立时间", auto_now_add=True)
    lifted_at = models.DateTimeField("解除时间", null=True, blank=True)
    lifted_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="解除人"
    )

    class Meta:
        verbose_name = "发放阻断"

    def __str__(self) -> str:
        return self.reason
