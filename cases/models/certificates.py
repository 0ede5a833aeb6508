"""特困救助供养证 with its yearly review (D14), and 孤儿 as a tag (D15)."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cases.models.care import PersonRecord


class SupportCertificate(PersonRecord):
    """The booklet a person holds while he is supported; collected when support ends."""

    class Collected(models.TextChoices):
        ENDED = "ENDED", "终止供养收回"
        DEATH = "DEATH", "死亡收回"
        REPLACED = "REPLACED", "损毁换发"
        LOST = "LOST", "遗失作废"

    no = models.CharField("供养证号", max_length=40, unique=True, editable=False)
    issued_on = models.DateField("发证日期")
    collected_on = models.DateField("收回日期", null=True, blank=True)
    collected = models.CharField("收回原因", max_length=8, choices=Collected, blank=True)

    class Meta:
        verbose_name = "供养证"
        ordering = ["-issued_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(collected_on__isnull=True), name="certificate_one_held"
            ),
            models.CheckConstraint(
                name="certificate_collected_has_reason",
                condition=Q(collected_on__isnull=True, collected="")
                | Q(collected_on__gte=F("issued_on")) & ~Q(collected=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.no}"


class CertificateReview(PersonRecord):
    """The yearly stamp in a certificate."""

    class Outcome(models.TextChoices):
        PASSED = "PASSED", "符合条件，加盖年审章"
        FAILED = "FAILED", "不符合条件，办理终止"

    certificate = models.ForeignKey(
        SupportCertificate,
        on_delete=models.PROTECT,
        editable=False,
        related_name="reviews",
        verbose_name="供养证",
    )
    year = models.PositiveSmallIntegerField("年度")
    reviewed_on = models.DateField("年审日期")
    reviewer = models.CharField("年审人", max_length=50)
    outcome = models.CharField("结论", max_length=8, choices=Outcome)

    class Meta:
        verbose_name = "供养证年审"
        ordering = ["-year", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["certificate", "year"], name="certificate_review_once_a_year")
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.year}年审"


# The exclusion matrix (02 §2.8) between two tables: a tag counts from the month after the recognition to the month of its
# end. The person's row is locked, so that two who write at the same moment see each other (see TermMember).
ORPHAN_NOT_TEKUN = pgtrigger.Trigger(
    name="not_on_tekun",
    when=pgtrigger.After,
    operation=pgtrigger.Insert | pgtrigger.Update,
    func="""
    PERFORM 1 FROM cases_person WHERE id = NEW.person_id FOR UPDATE;
    IF EXISTS (
        SELECT 1 FROM cases_termmember m
        JOIN cases_benefitterm t ON t.id = m.term_id
        JOIN cases_benefit b ON b.id = t.benefit_id AND starts_with(b.program, 'TEKUN')
        WHERE m.person_id = NEW.person_id AND m.months && cases_orphan_months(NEW.recognised_on, NEW.ended_on)
    ) THEN
        RAISE EXCEPTION '特困供养与孤儿、事实无人抚养儿童保障不能同时享受' USING ERRCODE = 'exclusion_violation';
    END IF;
    RETURN NEW;
    """,
)


class OrphanTag(PersonRecord):
    """That a child is on the orphans' allowance: he chose it instead of 特困 (L43 第9条)."""

    class Kind(models.TextChoices):
        ORPHAN = "ORPHAN", "孤儿"
        DE_FACTO = "DE_FACTO", "事实无人抚养儿童"

    kind = models.CharField("类别", max_length=8, choices=Kind)
    recognised_on = models.DateField("认定日期")
    ended_on = models.DateField("终止日期", null=True, blank=True)

    class Meta:
        verbose_name = "孤儿标签"
        ordering = ["-recognised_on", "-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person"], condition=Q(ended_on__isnull=True), name="orphan_tag_one_counts"
            )
        ]
        triggers = [ORPHAN_NOT_TEKUN]

    def __str__(self) -> str:
        return f"{self.person.name} {self.get_kind_display()}"
