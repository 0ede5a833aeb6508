"""定期核查 (C03, C11): one open task a benefit, whoever asks for it, so that nobody is visited twice."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.application import Assessment, Survey, Surveyor
from cases.models.benefit import Benefit
from cases.models.check import CheckRequest
from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit
from salvation.vault.fields import SealedJSONField


class ReviewTask(ScopedModel):
    """A household to be visited and judged again by a day."""

    access = Access(
        view="case.view",
        scopes={"handling": "unit"},
        village="village",
        people="benefit__household__members__person",
    )

    class Source(models.TextChoices):
        DUE = "DUE", "定期核查到期"
        CAMPAIGN = "CAMPAIGN", "全面排查"
        DEATH = "DEATH", "成员死亡后重核"
        JOB = "JOB", "成员就业后重核"
        LEFT = "LEFT", "成员转特困后重核"

    class Outcome(models.TextChoices):
        SAME = "SAME", "无明显变化，维持"
        CHANGED = "CHANGED", "有变化，已登记变更单"
        STOP = "STOP", "不再符合，另办停发或渐退"
        ENDED = "ENDED", "待遇已终止，不再核查"

    benefit = models.ForeignKey(
        Benefit, on_delete=models.PROTECT, related_name="reviews", verbose_name="待遇"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    source = models.CharField("来源", max_length=10, choices=Source)
    campaign = models.CharField("排查", max_length=60, blank=True, default="")
    due_on = models.DateField("核查期限")
    done_on = models.DateField("核查日期", null=True, blank=True)
    outcome = models.CharField("结论", max_length=10, choices=Outcome, blank=True, default="")
    note = models.TextField("核查情况", blank=True, default="")
    order = models.ForeignKey(
        "cases.ChangeOrder", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # What the conclusion rests on: the new means test; the report of the core check, or one on paper.
    assessment = models.ForeignKey(
        Assessment, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="核算"
    )
    check_report = models.ForeignKey(
        CheckRequest,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="核对报告",
    )
    paper_report = models.CharField("书面核对报告文号", max_length=60, blank=True, default="", db_default="")
    paper_report_on = models.DateField("书面核对报告日期", null=True, blank=True)
    done_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="核查人"
    )

    class Meta:
        verbose_name = "核查任务"
        constraints = [
            models.UniqueConstraint(
                fields=["benefit"], condition=Q(done_on__isnull=True), name="review_one_open_a_benefit"
            ),
            models.CheckConstraint(
                name="review_done_has_outcome", condition=Q(done_on__isnull=True) | ~Q(outcome="")
            ),
        ]
        indexes = [models.Index(fields=["unit", "due_on"], name="review_unit_due")]

    def __str__(self) -> str:
        return f"{self.benefit}核查"


class ReviewVisit(models.Model):
    """A visit for a review. Never changed: a mistake is followed by a new version, as with an application's survey."""

    review = models.ForeignKey(
        ReviewTask, on_delete=models.PROTECT, related_name="visits", verbose_name="核查任务"
    )
    version = models.PositiveSmallIntegerField("版次")
    method = models.CharField("方式", max_length=10, choices=Survey.Method, default=Survey.Method.HOME)
    visited_at = models.DateTimeField("调查时间")
    place = models.CharField("地点", max_length=100)
    present = models.CharField("在场家庭成员", max_length=200)
    findings = models.TextField("调查情况")
    conclusion = models.CharField("结论", max_length=200)
    signed_by_family = models.BooleanField("家庭成员已签字", default=False)
    no_visit_reason = models.CharField("不能入户的原因", max_length=200, blank=True)
    sent_on = models.DateField("发出日期", null=True, blank=True)
    replied_on = models.DateField("回函日期", null=True, blank=True)
    # As with an application's survey: what was seen, where the device stood, under which key it was sent.
    seen = SealedJSONField("观察记录", kind="survey", null=True)
    spot = models.CharField("定位", max_length=60, blank=True, default="", db_default="")
    sent_key = models.UUIDField("上报编号", null=True, unique=True)
    sent_digest = models.CharField(max_length=64, blank=True, default="", db_default="")
    # Who went: [{name, level}].
    surveyors = models.JSONField("调查人", default=list)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = "核查入户记录"
        ordering = ["version"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [models.UniqueConstraint(fields=["review", "version"], name="review_visit_once")]

    def __str__(self) -> str:
        return f"第{self.version}次{self.get_method_display()}核查"

    @property
    def subject(self) -> ReviewTask:
        """What the visit was made for."""
        return self.review

    @property
    def people(self) -> str:
        """Who went, in words."""
        levels = dict(Surveyor.Level.choices)
        return "、".join(f"{one['name']}（{levels[one['level']]}）" for one in self.surveyors)


class LifeEvent(ScopedModel):
    """A day in somebody's life that calls for a look: written each Monday for the weeks ahead, never changed."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")

    class Kind(models.TextChoices):
        TURNS_16 = "TURNS_16", "满16周岁"
        TURNS_18 = "TURNS_18", "满18周岁"
        TURNS_60 = "TURNS_60", "满60周岁"
        GRACE_ENDS = "GRACE_ENDS", "渐退期满"
        RECOGNITION_ENDS = "RECOGNITION_ENDS", "认定到期"
        RESTS_LONG = "RESTS_LONG", "暂停发放未结论"
        ASSESSMENT_ENDS = "ASSESSMENT_ENDS", "自理能力评定到期"
        AGREEMENT_ENDS = "AGREEMENT_ENDS", "照料协议到期，须续签"
        CONTRACT_ENDS = "CONTRACT_ENDS", "医疗签约到期"
        SUPPORT_ENDED = "SUPPORT_ENDED", "终止供养，核对其他救助"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="+", verbose_name="人员")
    benefit = models.ForeignKey(Benefit, on_delete=models.PROTECT, related_name="+", verbose_name="待遇")
    kind = models.CharField("事项", max_length=20, choices=Kind)
    on = models.DateField("日期")
    noted_on = models.DateField("提醒日期")

    class Meta:
        verbose_name = "到期提醒"
        constraints = [models.UniqueConstraint(fields=["person", "kind", "on"], name="life_event_once")]
        indexes = [models.Index(fields=["unit", "on"], name="life_event_unit")]

    def __str__(self) -> str:
        return f"{self.person} {self.get_kind_display()}"
