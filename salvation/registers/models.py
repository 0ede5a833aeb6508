"""Records kept by simple registers that belong to the platform: meetings and policy documents."""

from datetime import date

from django.conf import settings
from django.db import models

from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class Meeting(ScopedModel):
    """A meeting and what it resolved. Decisions about single cases are rows of the rooms that own the cases."""

    access = Access(view="register.view", scopes={"handling": "unit"})

    class Kind(models.TextChoices):
        MOBILIZE = "MOBILIZE", "动员部署会"
        PANEL = "PANEL", "领导组集体审批会"
        JOINT = "JOINT", "联席会议"
        BUREAU = "BUREAU", "局务会"
        SPECIAL = "SPECIAL", "一事一议"
        LEADING = "LEADING", "领导小组会议"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("类型", max_length=10, choices=Kind)
    number = models.CharField("会议号", max_length=40, blank=True)
    title = models.CharField("名称", max_length=150)
    held_on = models.DateField("日期")
    place = models.CharField("地点", max_length=100)
    host = models.CharField("主持人", max_length=50)
    # One name a line.
    attendees = models.TextField("签到人员", help_text="一行一人")
    absent = models.TextField("缺席人员", blank=True, help_text="一行一人，请假的写事由，例如：张三：出差")
    recused = models.TextField("回避人员", blank=True, help_text="一行一人；回避人不计入法定人数")
    agenda = models.TextField("议题", blank=True)
    resolutions = models.TextField("议定事项", blank=True)
    quorum = models.PositiveSmallIntegerField("法定人数", null=True, blank=True)
    recorded_at = models.DateTimeField("记录时间", auto_now_add=True)

    class Meta:
        verbose_name = "会议"
        ordering = ["-held_on", "-id"]

    def __str__(self) -> str:
        return f"{self.held_on:%Y-%m-%d} {self.title}"

    @property
    def attending(self) -> int:
        """How many signed in and do not stand back (回避人不计)."""
        recused = set(self.recused.split())
        return len({name for name in self.attendees.split() if name not in recused})


class PolicyDocument(ScopedModel):
    """A document with its place in the chain of forwarding (A01). Open to everybody who reads registers."""

    access = Access(view="register.view", scopes={"handling": "unit"}, shared=True)

    class Level(models.TextChoices):
        STATE = "STATE", "国家"
        PROVINCE = "PROVINCE", "省"
        CITY = "CITY", "市"
        COUNTY = "COUNTY", "县"
        TOWN = "TOWN", "乡镇"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="登记单位")
    number = models.CharField("文号", max_length=60, db_index=True)
    title = models.CharField("标题（原文）", max_length=200)
    issuer = models.CharField("发文机关", max_length=100)
    level = models.CharField("层级", max_length=10, choices=Level)
    issued_on = models.DateField("成文日期", null=True, blank=True)
    effective_on = models.DateField("施行日期", null=True, blank=True)
    repealed_on = models.DateField("废止日期", null=True, blank=True)
    parent = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="children",
        verbose_name="上位文件",
    )
    keywords = models.CharField("关键词", max_length=150, blank=True)
    note = models.CharField("备注", max_length=200, blank=True)

    class Meta:
        verbose_name = "政策文件"
        ordering = ["-issued_on", "-id"]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    def validity(self, on: date) -> str:
        """VALID, COMING (施行日期 not reached) or REPEALED on a day: derived, never stored."""
        if self.repealed_on and self.repealed_on <= on:
            return "REPEALED"
        return "COMING" if self.effective_on and self.effective_on > on else "VALID"


class StaffMember(ScopedModel):
    """Somebody who works in social assistance, or a village worker (M05); third-party staff too (M04).

    The roster is what the kinship filing rests on: relatives of these people are filed and visited by the county.
    """

    access = Access(view="register.view", scopes={"handling": "unit"})

    class Kind(models.TextChoices):
        OFFICER = "OFFICER", "经办人员"
        LEADER = "LEADER", "分管领导"
        VILLAGE = "VILLAGE", "村（社区）工作人员"
        THIRD_PARTY = "THIRD_PARTY", "购买服务机构人员"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    name = models.CharField("姓名", max_length=50)
    kind = models.CharField("类别", max_length=12, choices=Kind)
    post = models.CharField("岗位", max_length=60)
    organisation = models.CharField("所属机构", max_length=100, blank=True, help_text="购买服务机构人员必填")
    qualification = models.CharField("资格证书", max_length=100, blank=True)
    from_on = models.DateField("任职日期")
    until_on = models.DateField("离任日期", null=True, blank=True)
    pledged_on = models.DateField("保密承诺日期", null=True, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    # His login, so that he sees no file of his own or his relatives (7.2).
    account = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="staff_entries",
        verbose_name="系统账号",
    )

    class Meta:
        verbose_name = "经办人员"
        ordering = ["unit", "name"]
        constraints = [
            models.CheckConstraint(
                name="staff_period",
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gte=models.F("from_on")),
            ),
            models.CheckConstraint(
                name="staff_third_party_pledged",
                condition=~models.Q(kind="THIRD_PARTY")
                | (models.Q(pledged_on__isnull=False) & ~models.Q(organisation="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.get_kind_display()}）"


class ReviewPanel(ScopedModel):
    """The township's review panel, led by its head (A10, 002 L53)."""

    access = Access(view="register.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    leader = models.CharField("组长", max_length=50)
    leader_post = models.CharField("组长职务", max_length=30, help_text="须由乡（镇）长、主任担任")
    members = models.TextField("成员", help_text="一行一人")
    term = models.CharField("届期", max_length=40, blank=True)
    from_on = models.DateField("成立日期")
    until_on = models.DateField("届满日期", null=True, blank=True)
    document = models.CharField("成立文号", max_length=60, blank=True)

    class Meta:
        verbose_name = "审核确认领导组"
        ordering = ["unit", "-from_on"]

    def __str__(self) -> str:
        return f"{self.unit}审核确认领导组"


class MeetingRule(ScopedModel):
    """议事规则 of a body that meets: how often, how many must come, who may be away (A12)."""

    access = Access(view="register.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    kind = models.CharField("会议类型", max_length=10, choices=Meeting.Kind)
    body = models.CharField("议事机构", max_length=80, help_text="例如：县社会救助工作领导小组")
    text = models.TextField("议事规则全文")
    per_year = models.PositiveSmallIntegerField("每年应开次数")
    quorum = models.PositiveSmallIntegerField("法定人数")
    members = models.TextField("成员", blank=True, help_text="一行一人；填了的，逐次核对签到和请假")
    leave = models.TextField("请假规则", blank=True)
    most_absent = models.PositiveSmallIntegerField("一次最多缺席人数", null=True, blank=True)
    document = models.CharField("文号", max_length=60, blank=True)
    from_on = models.DateField("施行日期")
    until_on = models.DateField("停止日期", null=True, blank=True)

    class Meta:
        verbose_name = "议事规则"
        ordering = ["unit", "kind", "-from_on"]
        constraints = [
            models.UniqueConstraint(
                fields=["unit", "kind"],
                condition=models.Q(until_on__isnull=True),
                name="meeting_rule_one_in_force",
            ),
            models.CheckConstraint(
                name="meeting_rule_period",
                condition=models.Q(until_on__isnull=True) | models.Q(until_on__gt=models.F("from_on")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.body}议事规则"


class MemberUnit(ScopedModel):
    """成员单位 of the county's joint conference (A11)."""

    access = Access(view="register.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    name = models.CharField("成员单位", max_length=80)
    task = models.CharField("职责", max_length=200, blank=True)
    contact = models.CharField("联络员", max_length=50, blank=True)
    phone = models.CharField("联系电话", max_length=30, blank=True)
    from_on = models.DateField("加入日期")
    until_on = models.DateField("退出日期", null=True, blank=True)

    class Meta:
        verbose_name = "成员单位"
        ordering = ["unit", "name"]

    def __str__(self) -> str:
        return self.name


class MeetingTask(ScopedModel):
    """One resolution of a conference that somebody has to carry out (A11)."""

    access = Access(view="register.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    meeting = models.ForeignKey(Meeting, on_delete=models.PROTECT, related_name="tasks", verbose_name="会议")
    what = models.CharField("议定事项", max_length=300)
    responsible = models.CharField("责任单位", max_length=80, blank=True)
    due_on = models.DateField("完成期限")
    done_on = models.DateField("完成日期", null=True, blank=True)
    result = models.TextField("落实情况", blank=True)

    class Meta:
        verbose_name = "议定事项"
        ordering = ["due_on", "id"]
        constraints = [
            models.UniqueConstraint(fields=["meeting", "what"], name="meeting_task_once"),
            models.CheckConstraint(
                name="meeting_task_done_has_result",
                condition=models.Q(done_on__isnull=True) | ~models.Q(result=""),
            ),
        ]

    def __str__(self) -> str:
        return self.what[:40]
