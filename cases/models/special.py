"""一事一议 (B16): a case that fits no rule and still needs help."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from cases.models.application import Application
from cases.models.choices import PROGRAMS
from cases.special_flow import SPECIAL
from salvation.access.models import Access
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit


class SpecialDeliberation(FlowSubject):
    """One deliberation about one application; what it grants is confirmed in the application's own flow."""

    access = Access(
        view="case.view", scopes={"handling": "unit"}, village="application__village",
        people="application__household__members__person",
    )  # fmt: skip
    flow: ClassVar[Flow] = SPECIAL

    no = models.CharField("编号", max_length=40, unique=True)
    application = models.ForeignKey(
        Application, on_delete=models.PROTECT, related_name="specials", verbose_name="申请"
    )
    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="申报单位")
    difficulty = models.TextField("难点")
    proposed = models.CharField("拟纳入类别", max_length=20, choices=PROGRAMS)
    basis = models.TextField("依据")
    filed_on = models.DateField("申报日期")
    opinion = models.TextField("初核意见", blank=True)
    meeting = models.ForeignKey(
        "registers.Meeting",
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name="会议",
    )
    program = models.CharField("会议确定类别", max_length=20, choices=PROGRAMS, blank=True)
    amount = models.DecimalField("月救助金", max_digits=10, decimal_places=2, null=True, blank=True)
    # What the formula gave on the day of the meeting: the deviation stays readable.
    calculated = models.DecimalField("核算金额", max_digits=10, decimal_places=2, null=True, blank=True)
    reason = models.TextField("会议意见", blank=True)
    valid_until = models.DateField("有效期止", null=True, blank=True)
    decided_on = models.DateField("决定日期", null=True, blank=True)
    # First day of the month in which the decision counts (12 §12.1 #1).
    stat_month = models.DateField("统计月", null=True, blank=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = "一事一议"
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["application"],
                condition=Q(state__in=["DRAFT", "CHECKING", "MEETING", "AGREED"]),
                name="special_one_an_application",
            ),
            models.CheckConstraint(
                name="special_grant_is_whole",
                condition=Q(program="")
                | Q(meeting__isnull=False, amount__isnull=False, valid_until__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.no} {self.application.applicant.name}"
