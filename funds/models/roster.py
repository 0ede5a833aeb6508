"""发放花名表: one book of one unit and programme for one pay month (F01, domain/04 §4.2, 4.3)."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q

from cases.models import Benefit
from cases.models.choices import PAID, Program
from funds.flows import ROSTER
from funds.models.choices import OPEN_STATES
from salvation.access.models import Access, ScopedModel
from salvation.domain.month import Month
from salvation.flow.models import FlowSubject
from salvation.flow.table import Flow
from salvation.units.models import Unit

BOOKS = [(program.value, program.label) for program in PAID]
_CONTENT = (
    "lines", "households", "people", "amount", "backpay_lines", "backpay_amount", "excluded", "blocked", "last_households",
    "last_people", "last_amount", "in_households", "in_people", "in_amount", "out_households", "out_people", "out_amount",
    "content_hash", "previous_id", "unit_id", "program", "month", "version",
)  # fmt: skip
_OLD, _NEW = (", ".join(f"{row}.{name}" for name in _CONTENT) for row in ("OLD", "NEW"))
_SIGNED = f"OLD.state NOT IN {OPEN_STATES}"


def _ties(what: str) -> models.CheckConstraint:
    """上月 + 增 − 减 = 本月, for households, people and money (4.3)."""
    return models.CheckConstraint(
        name=f"roster_ties_{what}",
        condition=Q(**{what: F(f"last_{what}") + F(f"in_{what}") - F(f"out_{what}")}),
    )


class Roster(FlowSubject):
    """One book with its totals. ``month`` is the first day of the month the money is for.

    Households and people count regular lines, back pay only adds money: 上月 is last month's without back pay.
    """

    access = Access(view="roster.view", scopes={"handling": "unit"})
    flow: ClassVar[Flow] = ROSTER

    county = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县")
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位")
    program = models.CharField("册", max_length=20, choices=BOOKS)
    month = models.DateField("发放月")
    previous = models.ForeignKey(
        "self", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="上期花名表"
    )
    # Grows when regenerating changed the content.
    version = models.PositiveSmallIntegerField("版次", default=0)
    made_at = models.DateTimeField("生成时间", null=True)
    lines = models.PositiveIntegerField("笔数", default=0)
    households = models.PositiveIntegerField("户数", default=0)
    people = models.PositiveIntegerField("人数", default=0)
    amount = models.DecimalField("应发金额", max_digits=14, decimal_places=2, default=0)
    backpay_lines = models.PositiveIntegerField("补发笔数", default=0)
    backpay_amount = models.DecimalField("补发金额", max_digits=14, decimal_places=2, default=0)
    excluded = models.PositiveIntegerField("剔除笔数", default=0)
    blocked = models.PositiveIntegerField("缺账户笔数", default=0)
    last_households = models.PositiveIntegerField("上月户数", default=0)
    last_people = models.PositiveIntegerField("上月人数", default=0)
    last_amount = models.DecimalField("上月金额（不含补发）", max_digits=14, decimal_places=2, default=0)
    in_households = models.PositiveIntegerField("增加户数", default=0)
    in_people = models.PositiveIntegerField("增加人数", default=0)
    in_amount = models.DecimalField("增加金额（含补发）", max_digits=14, decimal_places=2, default=0)
    out_households = models.PositiveIntegerField("减少户数", default=0)
    out_people = models.PositiveIntegerField("减少人数", default=0)
    out_amount = models.DecimalField("减少金额", max_digits=14, decimal_places=2, default=0)
    # SHA-256 of the canonical lines; the one the clerk checked must be the one the leader signs.
    content_hash = models.CharField("内容校验", max_length=64, blank=True)
    checked_hash = models.CharField("核对时校验", max_length=64, blank=True)
    meeting = models.ForeignKey(
        "registers.Meeting", on_delete=models.PROTECT, null=True, related_name="+", verbose_name="局务会"
    )

    class Meta:
        verbose_name = "花名表"
        constraints = [
            models.UniqueConstraint(fields=["unit", "program", "month"], name="roster_once_a_month"),
            models.CheckConstraint(name="roster_month_is_first_day", condition=Q(month__day=1)),
            _ties("households"),
            _ties("people"),
            _ties("amount"),
        ]
        indexes = [models.Index(fields=["county", "month"], name="roster_county_month")]
        triggers = [
            pgtrigger.Protect(
                name="signed_content",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(f"{_SIGNED} AND ({_OLD}) IS DISTINCT FROM ({_NEW})"),
            ),
            # Asked at the end of the transaction: the step writes the state before the meeting.
            pgtrigger.Trigger(
                name="approved_by_meeting",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Condition("NEW.state = 'BUREAU_APPROVED'"),
                func=(
                    "IF EXISTS (SELECT 1 FROM funds_roster r WHERE r.id = NEW.id AND r.state = 'BUREAU_APPROVED' "
                    "AND r.meeting_id IS NULL) THEN RAISE EXCEPTION '没有局务会，不能批准发放'; END IF; RETURN NULL;"
                ),
            ),
            pgtrigger.Protect(
                name="signed_stays", operation=pgtrigger.Delete, condition=pgtrigger.Condition(_SIGNED)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.unit}{self.month_label}{self.get_program_display()}花名表"

    @property
    def month_label(self) -> str:
        return Month.of(self.month).label

    @property
    def is_open(self) -> bool:
        """Whether its content may still change."""
        return self.state in OPEN_STATES

    @property
    def is_tekun(self) -> bool:
        return self.program in (Program.TEKUN_DISPERSED, Program.TEKUN_CENTRALIZED)


class Exclusion(ScopedModel):
    """剔除待核: a clerk keeps one payment out of a roster. Released after the facts were settled, it is paid later."""

    access = Access(
        view="roster.view", scopes={"handling": "roster__unit"}, people="benefit__household__members__person"
    )

    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="exclusions", verbose_name="花名表"
    )
    benefit = models.ForeignKey(Benefit, on_delete=models.PROTECT, related_name="+", verbose_name="待遇")
    for_month = models.DateField("归属月")
    reason = models.CharField("剔除理由", max_length=200)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", verbose_name="剔除人"
    )
    made_at = models.DateTimeField("剔除时间")
    released_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="核实人"
    )
    released_at = models.DateTimeField("核实时间", null=True)
    release_note = models.CharField("核实情况", max_length=200, blank=True)

    class Meta:
        verbose_name = "剔除待核"
        constraints = [
            models.UniqueConstraint(fields=["roster", "benefit", "for_month"], name="exclusion_once_a_line"),
            models.CheckConstraint(
                name="exclusion_release_has_note", condition=Q(released_at__isnull=True) | ~Q(release_note="")
            ),
        ]

    def __str__(self) -> str:
        return self.reason
