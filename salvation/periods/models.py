"""Periodical submissions: a table × a unit × a month, with versions.

An app declares a table by registering a ``Periodical``: how its automatic figures are drafted, which cells a
person fills, which cross-checks it must pass.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.conf import settings
from django.db import models

from salvation.access.models import Access
from salvation.domain.month import Month
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.periods.flows import SUBMISSION
from salvation.units.models import Unit


@dataclass(frozen=True)
class Periodical:
    """``fillable``: cell keys people may fill; ``checks``: sentences of failed cross-checks for a submission."""

    code: str
    label: str
    fillable: frozenset[str]
    checks: Callable[[Any], Sequence[str]]
    url: Callable[[Any], str]


PERIODICALS: dict[str, Periodical] = {}


def register(periodical: Periodical) -> None:
    PERIODICALS[periodical.code] = periodical


class Submission(FlowSubject):
    """One unit's table for one month. ``cells``: key → {auto, manual, by, at, note}; numbers as strings."""

    access = Access(view="table.view", scopes={"handling": "unit"})
    flow: ClassVar[Flow] = SUBMISSION
    keeps_due: ClassVar[bool] = True

    table = models.CharField("报表", max_length=40)
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    period = models.DateField("统计月")
    version = models.PositiveSmallIntegerField("版本", default=1)
    cells = models.JSONField("数据", default=dict)
    # Drafted from a frozen month: only then it may be signed.
    frozen = models.BooleanField("已冻结", default=False)
    generated_at = models.DateTimeField("生成时间", null=True)
    filled_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="填报人"
    )

    class Meta:
        verbose_name = "报送"
        ordering = ["-period", "unit__sort"]
        constraints = [
            models.UniqueConstraint(
                fields=["table", "unit", "period", "version"], name="submission_once_a_version"
            )
        ]
        indexes = [models.Index(fields=["table", "county", "period"], name="submission_county")]

    def __str__(self) -> str:
        return f"{self.unit} {self.month.label}"

    @property
    def month(self) -> Month:
        return Month.of(self.period)

    @property
    def periodical(self) -> Periodical:
        return PERIODICALS[self.table]

    def failed_checks(self) -> Sequence[str]:
        return self.periodical.checks(self)
