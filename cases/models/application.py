"""An application on its way, with what was declared, seen on the visit, calculated and noticed."""

from typing import ClassVar

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from cases.flows import APPLICATION, TEKUN_LIMITS
from cases.models.choices import PROGRAMS, RELIEFS, TEKUN, Area, CareLevel, Program, SingleReason, choices
from cases.models.emergency import EmergencyMode
from cases.models.household import Household
from cases.models.notice_sheet import NoticeSheet
from cases.models.person import Person
from salvation.access.models import Access
from salvation.files.models import Attachment
from salvation.flow.models import Clocked
from salvation.flow.table import Deadline, Flow, State
from salvation.units.models import Unit
from salvation.vault.fields import SealedJSONField


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class Application(Clocked):
    """One application for a programme (03 §3.1)."""

    access = Access(
        view="case.view",
        scopes={"handling": "unit", "residence": "household__residence_unit"},
        village="village",
        people="household__members__person",
        lendable=True,
    )
    flow: ClassVar[Flow] = APPLICATION

    class Level(models.TextChoices):
        COUNTY = "COUNTY", "县级确认"
        TOWNSHIP = "TOWNSHIP", "乡镇确认"

    no = models.CharField("受理号", max_length=30, unique=True)
    program = models.CharField("申请类别", max_length=20, choices=PROGRAMS)
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="applications", verbose_name="家庭"
    )
    applicant = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="applications", verbose_name="申请人"
    )
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    # Where the family is registered or lives beside ``village`` (人户分离): the notice hangs there too (L57 第19条).
    apart_village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="另一公示地"
    )
    apart_place = models.CharField(
        "县外的户籍地或居住地", max_length=100, blank=True, default="", db_default=""
    )
    standard_area = models.CharField("标准适用", max_length=5, choices=choices(Area))
    is_single = models.BooleanField("单人保", default=False)
    single_reason = models.CharField("单人保依据", max_length=30, choices=choices(SingleReason), blank=True)
    agent_name = models.CharField("代办人", max_length=50, blank=True)
    reason = models.TextField("申请理由", blank=True)
    # The declaration about relatives in office was made; who they are stands in ``ties``.
    kinship_declared = models.BooleanField("已作近亲属申明", default=False)
    kinship_flag = models.BooleanField("涉及近亲属备案", default=False)
    applied_on = models.DateField("申请日期")
    accepted_on = models.DateField("受理日期", null=True, blank=True)
    # Whose decision it is: fixed by the day of acceptance (B14).
    level = models.CharField("审批层级", max_length=10, choices=Level, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    # First day of the statistical month of the decision (12 §12.1 #1).
    stat_month = models.DateField("统计月", null=True, blank=True)
    # The programme confirmed, which may differ from the one applied for.
    assessment = models.ForeignKey(
        "cases.Assessment", on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    benefit = models.ForeignKey(
        "cases.Benefit", on_delete=models.PROTECT, null=True, blank=True, related_name="applications"
    )
    # The benefit in place of which the family applies (类别转换): it ends where the new one begins.
    converts = models.ForeignKey(
        "cases.Benefit",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="conversions",
        verbose_name="转自待遇",
    )
    # Name of an epidemic or disaster, for the figures of that event (A18).
    event = models.CharField("因疫、因灾事件", max_length=40, blank=True, default="", db_default="")
    # Accepted while simplified procedures ran: what was put off is made up for (A17).
    emergency = models.ForeignKey(
        EmergencyMode,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="applications",
        verbose_name="应急简化",
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    created_at = models.DateTimeField("登记时间", auto_now_add=True)
    demo = models.BooleanField("演示数据", default=False)

    class Meta:
        verbose_name = "救助申请"
        permissions = [("borrow_application", "借阅申请")]
        indexes = [
            models.Index(fields=["unit", "state", "id"], name="application_unit_state"),
            models.Index(fields=["county", "stat_month"], name="application_stat"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["applicant", "program"],
                condition=~Q(state__in=["CONFIRMED", "REJECTED", "NOT_ACCEPTED", "WITHDRAWN", "TERMINATED"]),
                name="application_one_open_a_person",
            )
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.applicant.name}"

    def limit_of(self, state: State) -> Deadline | None:
        """特困 by its own regulation, everything else as 低保 (02 §2.9)."""
        return TEKUN_LIMITS.get(state.code, state.deadline) if self.program in TEKUN else state.deadline

    @property
    def extended_limit(self) -> str:
        """刚性支出 by its own regulation (LGX 第8条)."""
        return "sla.rigid.total_ext" if self.program == Program.RIGID_EXPENSE else super().extended_limit

    def photo_count(self, kind: str) -> int:
        return Attachment.objects.filter(
            subject_type=self._meta.label_lower, subject_id=self.pk, kind=kind, content_type="image/jpeg"
        ).count()


class Declaration(models.Model):
    """The declared economy of the household: income, property, expenses, duty bearers, special facts.

    Kept sealed as one document in the shape of docs/assess.md, so that a file, a form and the rules speak alike.
    """

    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="declarations")
    # None for the facts of a re-assessment without an application.
    application = models.OneToOneField(
        Application, on_delete=models.PROTECT, null=True, related_name="declaration"
    )
    facts = SealedJSONField(verbose_name="家庭经济状况")
    updated_at = models.DateTimeField(auto_now=True)
    updated_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "家庭经济状况"

    def __str__(self) -> str:
        return f"{self.household_id}"


class Assessment(models.Model):
    """A means test with its working: frozen facts, parameters, every line. Append-only."""

    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, null=True, related_name="assessments"
    )
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="assessments")
    program = models.CharField("类别", max_length=20, choices=[*PROGRAMS, *RELIEFS])
    on = models.DateField("核算日期")
    eligible = models.BooleanField("符合条件")
    base = models.DecimalField("补差（基本生活）", max_digits=10, decimal_places=2)
    uplift = models.DecimalField("分类施保", max_digits=10, decimal_places=2)
    care = models.DecimalField("照料护理", max_digits=10, decimal_places=2, default=0)
    total = models.DecimalField("月应发", max_digits=10, decimal_places=2)
    standard = models.DecimalField("保障标准", max_digits=10, decimal_places=2, null=True)
    annual_income = models.DecimalField("年收入", max_digits=14, decimal_places=2)
    per_capita = models.DecimalField("月人均收入", max_digits=14, decimal_places=2)
    people = models.PositiveSmallIntegerField("家庭人口")
    care_level = models.CharField("自理等级", max_length=5, choices=choices(CareLevel), blank=True)
    # verdict document: working lines, failures, nearest miss, shares by member, warnings
    result = SealedJSONField(kind="assessment", verbose_name="计算过程")
    facts = SealedJSONField(verbose_name="核算依据")
    parameters = models.JSONField("参数版本", default=dict)
    unconfirmed = ArrayField(models.CharField(max_length=80), default=list, verbose_name="待县局确认的参数")
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    made_at = models.DateTimeField("核算时间")

    class Meta:
        verbose_name = "核算"
        ordering = ["-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_program_display()} {self.total}"


class Survey(models.Model):
    """A home visit. Never changed: a mistake is followed by a new version (B04)."""

    class Method(models.TextChoices):
        HOME = "HOME", "入户"
        NEIGHBOUR = "NEIGHBOUR", "邻里走访"
        LETTER = "LETTER", "信函"
        PHONE = "PHONE", "电话（视频）"

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="surveys")
    version = models.PositiveSmallIntegerField("版次")
    method = models.CharField("方式", max_length=10, choices=Method, default=Method.HOME)
    visited_at = models.DateTimeField("调查时间")
    place = models.CharField("地点", max_length=100)
    present = models.CharField("在场家庭成员", max_length=200)
    findings = models.TextField("调查情况")
    conclusion = models.CharField("结论", max_length=200)
    signed_by_family = models.BooleanField("家庭成员已签字", default=False)
    # B05: why a call took the place of a visit; when a letter went out and its answer came.
    no_visit_reason = models.CharField("不能入户的原因", max_length=200, blank=True)
    sent_on = models.DateField("发出日期", null=True, blank=True)
    replied_on = models.DateField("回函日期", null=True, blank=True)
    # What was ticked and noted under housing, income, property and expense (cases.observations).
    seen = SealedJSONField("观察记录", kind="survey", null=True)
    spot = models.CharField("定位", max_length=60, blank=True)
    # What the device sends with a record: sent again, it is the same record.
    sent_key = models.UUIDField("上报编号", null=True, unique=True)
    sent_digest = models.CharField(max_length=64, blank=True)
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = "入户调查"
        ordering = ["version"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]
        constraints = [
            models.UniqueConstraint(fields=["application", "version"], name="survey_version_once"),
            models.CheckConstraint(
                name="survey_answer_after_letter",
                condition=Q(replied_on__isnull=True) | Q(replied_on__gte=F("sent_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"第{self.version}次{self.get_method_display()}调查"

    @property
    def subject(self) -> Application:
        """What the visit was made for."""
        return self.application


class Surveyor(models.Model):
    """Somebody who took part in a visit, and of which level he is."""

    class Level(models.TextChoices):
        COUNTY = "COUNTY", "县级"
        TOWN = "TOWN", "乡镇"
        VILLAGE = "VILLAGE", "村（社区）"
        OTHER = "OTHER", "购买服务"

    survey = models.ForeignKey(Survey, on_delete=models.PROTECT, related_name="surveyors")
    name = models.CharField("姓名", max_length=50)
    level = models.CharField("所属", max_length=8, choices=Level)
    user = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = "调查人"

    def __str__(self) -> str:
        return f"{self.name}（{self.get_level_display()}）"


class Notice(models.Model):
    """The public notice of a first review: seven calendar days from the day after posting (L57 第19条)."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="notices")
    posted_on = models.DateField("张贴日期")
    ends_on = models.DateField("公示截止")
    place = models.CharField("公示地点", max_length=100)
    # The other place of a family that is registered elsewhere; None for the village that handles it.
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="另一公示地"
    )
    elsewhere = models.BooleanField("另一地公示", default=False, db_default=False)
    people = models.PositiveSmallIntegerField("家庭人口")
    amount = models.DecimalField("拟保障金额", max_digits=10, decimal_places=2)
    sheet = models.ForeignKey(
        NoticeSheet, on_delete=models.PROTECT, null=True, related_name="notices", verbose_name="公示单"
    )
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "公示"
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="notice_period", condition=Q(ends_on__gt=F("posted_on")))]

    def __str__(self) -> str:
        return f"{self.posted_on}—{self.ends_on}"


class CollectiveDecision(models.Model):
    """What a meeting resolved about one application (集体审批, B15). Recused people do not count."""

    application = models.ForeignKey(Application, on_delete=models.PROTECT, related_name="decisions")
    meeting = models.ForeignKey(
        "registers.Meeting", on_delete=models.PROTECT, related_name="+", verbose_name="会议"
    )
    stage = models.CharField("环节", max_length=20)
    approved = models.BooleanField("同意")
    amount = models.DecimalField("金额", max_digits=10, decimal_places=2)
    note = models.CharField("说明", max_length=300, blank=True)
    # Working days from the meeting to this row, by the clock of the system (系统同步审批, B17).
    lag = models.PositiveSmallIntegerField("会后工作日", null=True)
    made_at = models.DateTimeField("时间", auto_now_add=True)

    class Meta:
        verbose_name = "集体决议"
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.meeting}：{'同意' if self.approved else '不同意'}"
