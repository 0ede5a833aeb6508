"""The family's duty to say what changed (C17, L57 第30条): what it reported itself, and what was found unreported."""

from django.db import models
from django.db.models import F, Q

from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class SelfReport(ScopedModel):
    """One change in a helped family, and whether the family reported it."""

    access = Access(view="case.view", scopes={"handling": "unit"}, village="village", people="person")

    class Matter(models.TextChoices):
        INCOME = "INCOME", "收入变化"
        JOB = "JOB", "就业、失业"
        PROPERTY = "PROPERTY", "财产变化"
        MEMBERS = "MEMBERS", "人口增减"
        DEATH = "DEATH", "死亡"
        MOVE = "MOVE", "迁移、外出"
        HEALTH = "HEALTH", "患病、残疾变化"
        OTHER = "OTHER", "其他"

    class Way(models.TextChoices):
        REPORTED = "REPORTED", "家庭主动报告"
        FOUND = "FOUND", "未报告，被发现"

    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    person = models.ForeignKey(Person, on_delete=models.PROTECT, related_name="reports", verbose_name="人员")
    matter = models.CharField("事项", max_length=10, choices=Matter)
    way = models.CharField("方式", max_length=10, choices=Way)
    happened_on = models.DateField("变化日期")
    reported_on = models.DateField("报告（发现）日期")
    content = models.CharField("情况", max_length=500)
    handling = models.CharField(
        "处理", max_length=300, blank=True, help_text="例如：已登记减发变更单；已批评教育"
    )
    recorded_at = models.DateTimeField("登记时间", auto_now_add=True)

    class Meta:
        verbose_name = "家庭变化报告"
        ordering = ["-reported_on", "-id"]
        constraints = [
            models.CheckConstraint(name="report_after_change", condition=Q(reported_on__gte=F("happened_on")))
        ]

    def __str__(self) -> str:
        return f"{self.person.name}：{self.get_matter_display()}"
