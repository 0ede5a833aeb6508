"""追缴建议 (C08): what was paid after it should have stopped, month by month, until the funds' side takes it over."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.benefit import Benefit
from cases.models.change import ChangeOrder
from cases.models.person import Person
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit


class RecoveryProposal(ScopedModel):
    """One overpayment an order brought to light. Amounts are what was due by the ranges; payment decides in the end."""

    access = Access(
        view="case.view",
        scopes={"handling": "unit"},
        village="village",
        people="benefit__household__members__person",
    )

    class Cause(models.TextChoices):
        DEATH = "DEATH", "死亡后继续发放"
        LATE = "LATE", "变更生效晚于发放"
        REVERSED = "REVERSED", "红冲前已发放"

    order = models.OneToOneField(
        ChangeOrder, on_delete=models.PROTECT, related_name="recovery", verbose_name="变更单"
    )
    benefit = models.ForeignKey(
        Benefit, on_delete=models.PROTECT, related_name="recoveries", verbose_name="待遇"
    )
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, related_name="recoveries", verbose_name="涉及人员"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    cause = models.CharField("原因", max_length=10, choices=Cause)
    event_on = models.DateField("发生日期")
    found_on = models.DateField("发现日期")
    # First days of the first and the last month paid too much.
    first_month = models.DateField("多发起始月")
    last_month = models.DateField("多发截止月")
    months = models.PositiveSmallIntegerField("月数")
    amount = models.DecimalField("多发金额（元）", max_digits=12, decimal_places=2)
    # The working: [{month, paid, due, over}], yuan.
    lines = models.JSONField("逐月测算", default=list)
    # By persons, where it can be told apart: [{person, amount}], yuan.
    parts = models.JSONField("按人", default=list, db_default=[])
    taken_over_at = models.DateTimeField("移交追缴时间", null=True, blank=True)
    taken_over_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Set when the order is struck out: then nothing was paid too much.
    withdrawn_at = models.DateTimeField("撤销时间", null=True, blank=True)
    made_at = models.DateTimeField("测算时间", auto_now_add=True)

    class Meta:
        verbose_name = "追缴建议"
        ordering = ["-id"]
        indexes = [models.Index(fields=["unit", "-id"], name="recovery_unit")]
        constraints = [
            models.CheckConstraint(name="recovery_has_amount", condition=Q(amount__gt=0, months__gte=1)),
            models.CheckConstraint(
                name="recovery_first_days", condition=Q(first_month__day=1, last_month__day=1)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.person.name} {self.get_cause_display()}"
