"""What a proposed parameter would do to single households: rows of a trial, no decision about anybody."""

from django.db import models

from cases.models.benefit import Benefit
from cases.models.choices import PROGRAMS
from cases.models.household import Household
from salvation.access.models import Access, ScopedModel
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit


class SimulatedChange(ScopedModel):
    """One household on whom a proposed parameter would tell; amounts are yuan a month."""

    access = Access(
        view="case.view", scopes={"handling": "unit"}, village="village", people="household__members__person"
    )

    class Kind(models.TextChoices):
        ENTER = "ENTER", "可能新纳入"
        LEAVE = "LEAVE", "不再符合"
        GAIN = "GAIN", "金额增加"
        LOSE = "LOSE", "金额减少"
        CHECK = "CHECK", "须逐户核查"

    version = models.ForeignKey(
        ParameterVersion, on_delete=models.CASCADE, related_name="+", verbose_name="参数"
    )
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="受理单位")
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    household = models.ForeignKey(Household, on_delete=models.CASCADE, related_name="+", verbose_name="家庭")
    benefit = models.ForeignKey(
        Benefit, on_delete=models.CASCADE, null=True, related_name="+", verbose_name="待遇"
    )
    program = models.CharField("类别", max_length=20, choices=PROGRAMS)
    kind = models.CharField("影响", max_length=6, choices=Kind)
    before = models.DecimalField("现参数下月应发", max_digits=10, decimal_places=2)
    after = models.DecimalField("新参数下月应发", max_digits=10, decimal_places=2)
    reason = models.CharField("说明", max_length=200, blank=True)
    # What a standard gives each covered person more: [{person, base, uplift, care}], yuan a month.
    shares = models.JSONField("成员增减", default=list)
    standard_before = models.DecimalField("原保障标准", max_digits=10, decimal_places=2, null=True)
    standard_after = models.DecimalField("新保障标准", max_digits=10, decimal_places=2, null=True)

    class Meta:
        verbose_name = "参数影响"
        indexes = [models.Index(fields=["version", "unit"], name="simulated_version_unit")]
        # A household may hold several benefits of a programme, one for each member covered singly.
        constraints = [
            models.UniqueConstraint(
                fields=["version", "household", "program", "benefit"],
                name="simulated_once_a_version",
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.household} {self.get_kind_display()}"
