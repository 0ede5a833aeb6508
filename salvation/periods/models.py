"""Periodical submissions: a table × a unit × a month, with versions.

An app declares a table by registering a ``Periodical``: how its automatic figures are drafted, which cells a
person fills, which cross-checks it must pass.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.db import models

from salvation.access.models import Access, ScopedModel
from salvation.domain.month import Month
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.periods.checks import Check, Outcome, judge
from salvation.periods.flows import SUBMISSION
from salvation.units.models import Unit


@dataclass(frozen=True)
class Periodical:
    """``fillable``: cell keys people may fill; ``counted``: those the system counts, changed only by a correction.

    ``completes`` adds what follows from figures filled in: (cells, figures of the month before, values) → values.
    """

    code: str
    label: str
    fillable: frozenset[str]
    url: Callable[[Any], str]
    counted: frozenset[str] = frozenset()
    # Fillable cells that hold words instead of a number.
    texts: frozenset[str] = frozenset()
    checks: tuple[Check, ...] = ()
    # Whether cumulative figures begin anew in a submission's month.
    restarts: Callable[[Any], bool] = lambda submission: False
    completes: Callable[[Mapping[str, Any], Mapping[str, Any], dict[str, str]], dict[str, str]] | None = None
    # How a cell is called in messages.
    cell_label: Callable[[str], str] = field(default=str)


PERIODICALS: dict[str, Periodical] = {}


def register(periodical: Periodical) -> None:
    PERIODICALS[periodical.code] = periodical


class Submission(FlowSubject):
    """One unit's table for one month. ``cells``: key → {auto, manual, by, at, was, why}; numbers as strings.

    ``was`` and ``why`` stand in cells that a correction changed: the figure before, and the reason.
    """

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
    # Check code → {text, by, at}: why figures that do not tie are right all the same.
    explanations = models.JSONField("勾稽说明", default=dict)
    # Everything that nobody filled in was said to be zero, in one act.
    zero = models.BooleanField("零报告", default=False)
    # A corrected version says what it corrects and why.
    corrects = models.ForeignKey(
        "self",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="corrections",
        verbose_name="更正",
    )
    correction_reason = models.TextField("更正原因", blank=True)

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

    def before(self) -> Mapping[str, Any]:
        """The figures of the unit's month before, in the version that counts."""
        held = in_force(Submission.objects.filter(table=self.table, unit=self.unit_id))
        found = held.filter(period=(self.month - 1).first_day).order_by("-version").first()
        if found is None:
            return {}
        if not self.periodical.restarts(self):
            return dict(found.cells)
        return {key: {"auto": "0"} if key.endswith(".c") else cell for key, cell in found.cells.items()}

    def outcomes(self) -> list[Outcome]:
        """Every cross-check of the table over this unit's figures."""
        return judge(self.periodical.checks, self.cells, self.before(), self.explanations)

    def failed_checks(self) -> Sequence[str]:
        """Sentences of the cross-checks for which it cannot be signed."""
        return [
            f"{outcome.sentence}{'，请更正数据或填写说明' if outcome.check.explain else ''}"
            for outcome in self.outcomes()
            if outcome.blocks
        ]

    @property
    def is_correction(self) -> bool:
        return self.corrects_id is not None


class CellRemark(ScopedModel):
    """What the county asks about one cell when it returns a table, and what the unit answers."""

    access = Access(view="table.view", scopes={"handling": "submission__unit"})

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="remarks", verbose_name="报送"
    )
    cell = models.CharField("数据项", max_length=40)
    text = models.CharField("批注", max_length=300)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="批注人"
    )
    at = models.DateTimeField("批注时间")
    answer = models.CharField("答复", max_length=300, blank=True)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    answered_at = models.DateTimeField("答复时间", null=True, blank=True)

    class Meta:
        verbose_name = "单元格批注"
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                name="remark_answer_is_signed",
                condition=models.Q(answer="") | models.Q(answered_at__isnull=False),
            )
        ]

    def __str__(self) -> str:
        return f"{self.cell} {self.text}"


class Urge(ScopedModel):
    """A unit was asked for its table (催报). Never changed."""

    access = Access(view="table.view", scopes={"handling": "submission__unit"})

    class Level(models.TextChoices):
        CLERK = "CLERK", "催报经办人"
        LEADER = "LEADER", "通知单位负责人"
        COUNTY = "COUNTY", "逾期升级县局"

    submission = models.ForeignKey(
        Submission, on_delete=models.PROTECT, related_name="urges", verbose_name="报送"
    )
    level = models.CharField("层级", max_length=8, choices=Level)
    at = models.DateTimeField("时间")
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="催报人"
    )
    note = models.CharField("说明", max_length=200, blank=True)

    class Meta:
        verbose_name = "催报"
        ordering = ["-at", "-id"]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.submission} {self.get_level_display()}"


def in_force(rows: models.QuerySet[Any]) -> models.QuerySet[Any]:
    """Without corrections that the county has not accepted: until then the version before them counts."""
    return rows.exclude(
        models.Q(corrects__isnull=False) & ~models.Q(state__in=("ACCEPTED", "FROZEN", "CORRECTED"))
    )
