"""弱势群体全面核对 (G16): lists that departments handed over, the year's round, and what is known of each person."""

import pghistory
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import F, Q

from cases.models.choices import CareLevel, choices
from cases.models.discovery import Discovery
from cases.models.person import Person
from cases.rules.groups import Group, Health, Housing, Level, Livelihood, LivesWith, Schooling, Work
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


class GroupList(ScopedModel):
    """People of one group as the department that keeps them handed them over."""

    access = Access(view="case.view", scopes={"handling": "unit"})

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    group = models.CharField("人群", max_length=8, choices=choices(Group))
    source = models.CharField("来源部门", max_length=60)
    as_of = models.DateField("数据日期")
    people = models.PositiveIntegerField("名单人数")
    known = models.PositiveIntegerField("在库人数")
    stored_as = models.CharField("密封文件", max_length=64)
    sha256 = models.CharField("文件哈希", max_length=64)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="导入人"
    )
    made_at = models.DateTimeField("导入时间", auto_now_add=True)

    class Meta:
        verbose_name = "人群名单"
        ordering = ["-as_of", "-id"]
        constraints = [
            models.CheckConstraint(name="group_list_known_are_listed", condition=Q(known__lte=F("people")))
        ]

    def __str__(self) -> str:
        return f"{self.get_group_display()}名单（{self.source}，{self.as_of:%Y-%m-%d}）"


class ListedPerson(ScopedModel):
    """Somebody on such a list, in the register or not (also the 名单 that B28 compares with who is helped)."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")
    recognised_by = ("person",)

    class Able(models.TextChoices):
        """Labour as the list says it (004 第8条)."""

        FULL = "FULL", "有劳动能力"
        PARTIAL = "PARTIAL", "部分丧失劳动能力"
        NONE = "NONE", "完全丧失劳动能力"

    listing = models.ForeignKey(GroupList, on_delete=models.PROTECT, related_name="rows", verbose_name="名单")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村（社区）"
    )
    name = models.CharField("姓名", max_length=50)
    id_no = SealedField(kind="citizen_id", verbose_name="身份证号")
    id_index = BlindIndexField(editable=False, db_index=True)
    # From the number, so that age can be asked of many at once.
    birth_date = models.DateField("出生日期")
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="listed", verbose_name="人员"
    )
    detail = models.CharField("类别", max_length=60, blank=True)
    ill = models.BooleanField("重病", default=False)
    severely_disabled = models.BooleanField("重残", default=False)
    able = models.CharField("劳动能力", max_length=8, choices=Able, blank=True)

    class Meta:
        verbose_name = "名单人员"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["listing", "id_index"], name="listed_once_a_list")]

    def __str__(self) -> str:
        return self.name


class GroupRound(models.Model):
    """One year's full check of a county; shown only through its entries."""

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    year = models.PositiveSmallIntegerField("年度")
    due_on = models.DateField("完成期限")
    refreshed_at = models.DateTimeField("底册更新时间")
    started_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="部署人"
    )
    started_at = models.DateTimeField("部署时间", auto_now_add=True)

    class Meta:
        verbose_name = "弱势群体核对年度"
        ordering = ["-year"]
        constraints = [models.UniqueConstraint(fields=["county", "year"], name="group_round_once_a_year")]

    def __str__(self) -> str:
        return f"{self.year}年弱势群体全面核对"


@pghistory.track(pghistory.UpdateEvent(), pghistory.DeleteEvent())
class GroupEntry(ScopedModel):
    """One person of the year's base list (底册), and what was found of his five aspects. Empty: not known yet."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")

    class Outcome(models.TextChoices):
        CLEAR = "CLEAR", "情况清楚，暂无救助需求"
        HELPED = "HELPED", "已在救助中，情况无变化"
        CHANGED = "CHANGED", "已在救助中，情况有变化，另办变更"
        NEEDS = "NEEDS", "可能符合救助条件，转主动发现"
        GONE = "GONE", "已死亡或迁出，不再核对"

    round = models.ForeignKey(
        GroupRound, on_delete=models.PROTECT, related_name="entries", verbose_name="年度"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="surveyed", verbose_name="人员"
    )
    # Of whom only a list knows: none of the register yet.
    id_no = SealedField(kind="citizen_id", null=True, blank=True, editable=False)
    id_index = BlindIndexField(null=True, blank=True, editable=False)
    name = models.CharField("姓名", max_length=50)
    birth_date = models.DateField("出生日期", null=True)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="村（社区）"
    )
    groups = ArrayField(models.CharField(max_length=8, choices=choices(Group)), verbose_name="人群")
    lives_with = models.CharField(
        "居住情况", max_length=12, choices=choices(LivesWith), blank=True, default=""
    )
    carer = models.CharField("监护人（照料人）", max_length=60, blank=True, default="")
    health = models.CharField("健康状况", max_length=8, choices=choices(Health), blank=True, default="")
    self_care = models.CharField("自理能力", max_length=4, choices=choices(CareLevel), blank=True, default="")
    work = models.CharField("就业情况", max_length=8, choices=choices(Work), blank=True, default="")
    schooling = models.CharField(
        "就学情况", max_length=12, choices=choices(Schooling), blank=True, default=""
    )
    level = models.CharField("文化程度", max_length=8, choices=choices(Level), blank=True, default="")
    housing = models.CharField("住房", max_length=12, choices=choices(Housing), blank=True, default="")
    livelihood = models.CharField(
        "主要生活来源", max_length=8, choices=choices(Livelihood), blank=True, default=""
    )
    note = models.TextField("困难和需求", blank=True, default="")
    outcome = models.CharField("结论", max_length=8, choices=Outcome, blank=True, default="")
    checked_on = models.DateField("核对日期", null=True, blank=True)
    checkers = models.CharField("核对人员", max_length=100, blank=True, default="")
    discovery = models.ForeignKey(
        Discovery, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="主动发现"
    )
    recorded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="登记人"
    )
    recorded_at = models.DateTimeField("登记时间", null=True, blank=True)

    class Meta:
        verbose_name = "弱势群体核对"
        ordering = ["id"]
        indexes = [
            models.Index(fields=["round", "unit", "village"], name="group_entry_unit"),
            GinIndex(fields=["groups"], name="group_entry_groups"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "person"],
                condition=Q(person__isnull=False),
                name="group_entry_once_a_person",
            ),
            models.UniqueConstraint(
                fields=["round", "id_index"],
                condition=Q(person__isnull=True),
                name="group_entry_once_a_number",
            ),
            models.CheckConstraint(
                name="group_entry_of_somebody", condition=Q(person__isnull=False) | Q(id_index__isnull=False)
            ),
            models.CheckConstraint(
                name="group_entry_concluded_has_day", condition=Q(outcome="") | Q(checked_on__isnull=False)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}（{self.group_words}）"

    @property
    def group_words(self) -> str:
        """The groups in words."""
        return "、".join(Group(code).label for code in self.groups)
