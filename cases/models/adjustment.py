"""提标减标 (C12): one act by which a confirmed standard reaches everybody it pays."""

from django.conf import settings
from django.db import models
from django.db.models import Q

from salvation.access.models import Access, ScopedModel
from salvation.parameters.models import ParameterVersion
from salvation.registers.models import Meeting
from salvation.units.models import Unit


class StandardAdjustment(ScopedModel):
    """The batch of STD_ADJUST orders that one confirmed parameter version brought.

    Tried out first (``tried_at``), decided by a meeting, carried out by a job (``made_at``); the figures are the trial's
    until then.
    """

    access = Access(view="change.adjust", scopes={"handling": "county"})

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    version = models.ForeignKey(
        ParameterVersion, on_delete=models.PROTECT, related_name="+", verbose_name="新标准"
    )
    meeting = models.ForeignKey(
        Meeting, on_delete=models.PROTECT, null=True, blank=True, related_name="+", verbose_name="局务会"
    )
    effective_month = models.DateField("执行月")
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="办理人"
    )
    asked_at = models.DateTimeField("办理时间")
    tried_at = models.DateTimeField("试算时间", null=True, blank=True)
    made_at = models.DateTimeField("生效时间", null=True, blank=True)
    undone_at = models.DateTimeField("撤回时间", null=True, blank=True)
    undone_because = models.CharField("撤回理由", max_length=300, blank=True, default="")
    benefits = models.PositiveIntegerField("户（人）次", default=0)
    # Left for a person to decide: what the paid amount does not tell, what the lower standard would bring to nothing.
    left_out = models.PositiveIntegerField("须逐户办理", default=0)
    # Judged by the rules: who no longer meets the standard gets a drafted stop, who may come in is looked into.
    leaving = models.PositiveIntegerField("不再符合（户）", default=0)
    entering = models.PositiveIntegerField("可能新纳入（户）", default=0)
    monthly = models.DecimalField("月增减（元）", max_digits=14, decimal_places=2, default=0)
    back_pay = models.DecimalField("补发合计（元）", max_digits=14, decimal_places=2, default=0)

    class Meta:
        verbose_name = "提标减标"
        constraints = [
            models.UniqueConstraint(
                fields=["version"], condition=Q(undone_at__isnull=True), name="adjustment_once_a_version"
            ),
            models.CheckConstraint(name="adjustment_first_day", condition=Q(effective_month__day=1)),
            models.CheckConstraint(
                name="adjustment_made_was_decided",
                condition=Q(made_at__isnull=True) | Q(meeting__isnull=False),
            ),
            models.CheckConstraint(
                name="adjustment_undone_has_reason",
                condition=Q(undone_at__isnull=True) | ~Q(undone_because=""),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.effective_month:%Y年%-m月}起按{self.version.basis}调整"
