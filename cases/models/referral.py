"""转介专项救助 (B35): what a family needs that other departments give, handed over by list, answered, followed up."""

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models.household import Household
from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class Need(models.TextChoices):
    """A need and, by it, the department that meets it."""

    MEDICAL = "MEDICAL", "医疗救助"
    EDUCATION = "EDUCATION", "教育救助"
    HOUSING = "HOUSING", "住房救助"
    JOB = "JOB", "就业救助"
    DISASTER = "DISASTER", "受灾人员救助"
    DISABILITY = "DISABILITY", "残疾人帮扶"
    LEGAL = "LEGAL", "司法救助、法律援助"
    CHARITY = "CHARITY", "慈善帮扶"


DEPARTMENTS = {
    Need.MEDICAL: "医疗保障局",
    Need.EDUCATION: "教育局",
    Need.HOUSING: "住房和城乡建设局",
    Need.JOB: "人力资源和社会保障局",
    Need.DISASTER: "应急管理局",
    Need.DISABILITY: "残疾人联合会",
    Need.LEGAL: "司法局",
    Need.CHARITY: "慈善总会",
}


class ReferralBatch(ScopedModel):
    """One list handed to one department: who took it out and for what; the file itself lies sealed."""

    access = Access(view="case.view", scopes={"handling": "unit"}, people="referrals__person")

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    need = models.CharField("需求", max_length=12, choices=Need)
    purpose = models.CharField("用途", max_length=200)
    rows = models.PositiveIntegerField("人数")
    stored_as = models.CharField("密封文件", max_length=64)
    sha256 = models.CharField("文件哈希", max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="推送人"
    )
    made_at = models.DateTimeField("推送时间", auto_now_add=True)

    class Meta:
        verbose_name = "转介名单"
        ordering = ["-id"]

    def __str__(self) -> str:
        return f"{self.made_at:%Y-%m-%d}{self.get_need_display()}转介名单"

    @property
    def department(self) -> str:
        return DEPARTMENTS[Need(self.need)]


class Referral(ScopedModel):
    """One need of one person: raised, handed over, answered."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")

    class Outcome(models.TextChoices):
        HELPED = "HELPED", "已给予救助"
        WAITING = "WAITING", "正在办理"
        UNFIT = "UNFIT", "不符合条件"
        ALREADY = "ALREADY", "已在享受"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="referrals", verbose_name="家庭"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="referrals", verbose_name="人员"
    )
    need = models.CharField("需求", max_length=12, choices=Need)
    situation = models.CharField("困难情况", max_length=300)
    raised_on = models.DateField("提出日期")
    raised_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    batch = models.ForeignKey(
        ReferralBatch,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="referrals",
        verbose_name="推送名单",
    )
    pushed_on = models.DateField("推送日期", null=True, blank=True)
    answered_on = models.DateField("反馈日期", null=True, blank=True)
    outcome = models.CharField("反馈结果", max_length=8, choices=Outcome, blank=True, default="")
    amount = models.DecimalField("救助金额（元）", max_digits=10, decimal_places=2, null=True, blank=True)
    answer = models.CharField("反馈说明", max_length=300, blank=True, default="")

    class Meta:
        verbose_name = "转介"
        ordering = ["-raised_on", "-id"]
        indexes = [models.Index(fields=["unit", "need", "pushed_on"], name="referral_unit_need")]
        constraints = [
            # One open matter a person and need: two lists do not ask twice.
            models.UniqueConstraint(
                fields=["person", "need"], condition=Q(outcome__in=["", "WAITING"]), name="referral_one_open"
            ),
            models.CheckConstraint(
                name="referral_answer_after_push",
                condition=Q(answered_on__isnull=True) | Q(answered_on__gte=F("pushed_on")),
            ),
            models.CheckConstraint(
                name="referral_answered_has_outcome", condition=Q(answered_on__isnull=True) | ~Q(outcome="")
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name}：{self.get_need_display()}"

    @property
    def department(self) -> str:
        return DEPARTMENTS[Need(self.need)]

    @property
    def stage(self) -> str:
        """Asked of what is filled in, never stored."""
        if self.outcome and self.outcome != self.Outcome.WAITING:
            return "ANSWERED"
        return "PUSHED" if self.pushed_on else "RAISED"
