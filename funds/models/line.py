"""The lines of a roster: frozen copies of every fact a payment rests on, and who left since last month."""

import pgtrigger
from django.db import models
from django.db.models import F, Q

from cases.models import Benefit, Household
from cases.models.choices import (
    AccountKind,
    CareLevel,
    ChangeKind,
    PayeeKind,
    Relation,
    Standing,
    StopReason,
    choices,
)
from funds.models.choices import (
    OPEN_STATES,
    Block,
    Cause,
    ExcludedAs,
    LeaveReason,
    LineKind,
    LineState,
    Mark,
)
from funds.models.roster import BOOKS, Roster
from salvation.access.models import Access, ScopedModel
from salvation.units.models import Unit
from salvation.vault.fields import BlindIndexField, SealedField


def frozen_with_roster() -> list[pgtrigger.Trigger]:
    """Rows are written anew while their roster is open, never edited, and stay as they are once it is signed.

    Statement triggers over transition tables: one look at the rosters for a whole set of rows.
    """

    def unless_open(
        name: str, operation: pgtrigger.Operation, rows: str, referencing: pgtrigger.Referencing
    ) -> pgtrigger.Trigger:
        return pgtrigger.Trigger(
            name=name,
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=operation,
            referencing=referencing,
            func=(
                f"IF EXISTS (SELECT 1 FROM funds_roster r WHERE r.state NOT IN {OPEN_STATES} AND r.id IN "  # noqa: S608
                f"(SELECT roster_id FROM {rows})) THEN RAISE EXCEPTION '花名表已签章，明细不能改动'; END IF; RETURN NULL;"
            ),
        )

    return [
        pgtrigger.Protect(name="never_edited", operation=pgtrigger.Update),
        unless_open("signed_no_more", pgtrigger.Insert, "added", pgtrigger.Referencing(new="added")),
        unless_open("signed_no_less", pgtrigger.Delete, "gone", pgtrigger.Referencing(old="gone")),
    ]


class PayLine(ScopedModel):
    """One payment: a benefit for a month (``for_month``), paid with the roster of ``month``. Yuan.

    A regular line is for the roster's own month, back pay for an earlier one that was signed without it. The fields
    ``households``, ``households_in`` and ``households_out`` are 1 on the one line of a household that counts it.
    """

    access = Access(
        view="roster.view",
        scopes={"handling": "unit"},
        village="village",
        people="household__members__person",
    )

    # Indexes of single foreign keys are left out where a wider one begins with the same column or nobody asks.
    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="pay_lines", verbose_name="花名表", db_index=False
    )
    county = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name="县", db_index=False
    )
    unit = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name="单位", db_index=False
    )
    village = models.ForeignKey(
        Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）", db_index=False
    )
    benefit = models.ForeignKey(
        Benefit, on_delete=models.PROTECT, related_name="pay_lines", verbose_name="待遇", db_index=False
    )
    household = models.ForeignKey(
        Household, on_delete=models.PROTECT, related_name="pay_lines", verbose_name="家庭"
    )
    program = models.CharField("类别", max_length=20, choices=BOOKS)
    month = models.DateField("发放月")
    for_month = models.DateField("归属月")
    kind = models.CharField("性质", max_length=8, choices=LineKind)
    # Running number of the book: village, household, payee. Excluded lines have none.
    seq = models.PositiveIntegerField("序号", null=True)
    # No foreign keys: a term that never began may be taken back by a change; the line keeps what it was.
    term_id = models.BigIntegerField("待遇期间")
    # The assessment is append-only and keeps the versions of all parameters the amount was worked out with.
    assessment_id = models.BigIntegerField("核算", null=True)
    name = models.CharField("户主（申请人）", max_length=50)
    id_no = SealedField(kind="citizen_id", null=True, verbose_name="身份证号")
    id_index = BlindIndexField(null=True)
    phone = SealedField(kind="phone", null=True, verbose_name="联系电话")
    household_no = models.CharField("户编号", max_length=40)
    benefit_no = models.CharField("低保（特困）证号", max_length=40, blank=True)
    village_name = models.CharField("村（社区）", max_length=60)
    group_name = models.CharField("组", max_length=30, blank=True)
    counted = models.PositiveSmallIntegerField("家庭人口")
    people = models.PositiveSmallIntegerField("保障人数")
    is_single = models.BooleanField("单人保")
    standing = models.CharField("状态", max_length=10, choices=Standing)
    standard = models.DecimalField("保障标准", max_digits=10, decimal_places=2, null=True)
    per_capita_income = models.DecimalField("月人均收入", max_digits=12, decimal_places=2, null=True)
    base = models.DecimalField("补差（基本生活）", max_digits=10, decimal_places=2)
    uplift = models.DecimalField("分类施保", max_digits=10, decimal_places=2)
    care = models.DecimalField("照料护理", max_digits=10, decimal_places=2)
    care_level = models.CharField("自理等级", max_length=5, choices=choices(CareLevel), blank=True)
    total = models.DecimalField("本月应发", max_digits=10, decimal_places=2)
    mark = models.CharField("增减标识", max_length=8, choices=Mark)
    cause = models.CharField("增减原因", max_length=12, choices=Cause, blank=True)
    cause_no = models.CharField("依据", max_length=40, blank=True)
    cause_kind = models.CharField("变更类型", max_length=16, choices=ChangeKind, blank=True)
    # What was planned for the same benefit last month; None when nothing was.
    last_people = models.PositiveSmallIntegerField("上月保障人数", null=True)
    last_total = models.DecimalField("上月应发", max_digits=10, decimal_places=2, null=True)
    households = models.PositiveSmallIntegerField("计户", default=0)
    households_in = models.PositiveSmallIntegerField("计增户", default=0)
    households_out = models.PositiveSmallIntegerField("计减户", default=0)
    payee_name = models.CharField("收款人", max_length=50, blank=True)
    payee_relation = models.CharField("收款人与户主关系", max_length=12, choices=Relation, blank=True)
    payee_kind = models.CharField("收款人类型", max_length=12, choices=PayeeKind, blank=True)
    account_kind = models.CharField("账户类型", max_length=8, choices=AccountKind, blank=True)
    bank = models.CharField("开户银行", max_length=60, blank=True)
    account = SealedField(kind="account", null=True, verbose_name="账号")
    account_index = BlindIndexField(null=True)
    filing_no = models.CharField("备案号", max_length=40, blank=True)
    state = models.CharField("明细状态", max_length=10, choices=LineState)
    excluded_as = models.CharField("剔除类别", max_length=10, choices=ExcludedAs, blank=True)
    excluded_reason = models.CharField("剔除理由", max_length=200, blank=True)
    block = models.CharField("阻断", max_length=12, choices=Block, blank=True)

    class Meta:
        verbose_name = "发放明细"
        ordering = ["seq", "id"]
        constraints = [
            # Regular lines are for their own month, so this also says: one of each kind.
            models.UniqueConstraint(fields=["benefit", "month", "for_month"], name="line_once_a_month"),
            models.CheckConstraint(
                name="line_kind_fits_months",
                condition=Q(kind="REGULAR", for_month=F("month"))
                | Q(kind="BACKPAY", for_month__lt=F("month")),
            ),
            models.CheckConstraint(
                name="line_parts_add_up", condition=Q(total=F("base") + F("uplift") + F("care"))
            ),
            models.CheckConstraint(
                name="line_not_negative", condition=Q(base__gte=0, uplift__gte=0, care__gte=0)
            ),
            models.CheckConstraint(
                name="line_excluded_has_reason",
                condition=(
                    Q(state="PLANNED", excluded_as="", seq__isnull=False)
                    | Q(state="EXCLUDED", seq__isnull=True)
                )
                & (~Q(state="EXCLUDED") | ~Q(excluded_as="")),
            ),
        ]
        indexes = [
            models.Index(fields=["roster", "seq"], name="line_roster_seq"),
            models.Index(fields=["county", "for_month"], name="line_county_for_month"),
        ]
        triggers = frozen_with_roster()

    def __str__(self) -> str:
        return f"{self.name} {self.for_month:%Y-%m} {self.total}"

    @property
    def explanation(self) -> str:
        """Why the line differs from last month's, with the paper's number."""
        said = Cause(self.cause).label if self.cause else ""
        if self.cause_kind:
            said = f"{ChangeKind(self.cause_kind).label}{said}"
        if self.kind == LineKind.BACKPAY:
            said = f"{self.for_month:%Y年%-m月}：{said}"
        return f"{said} {self.cause_no}".strip()

    @property
    def difference(self) -> object:
        """Yuan more (or less) than last month; all of it on a new line."""
        if self.kind == LineKind.BACKPAY:
            return self.total
        now = self.total if self.state == LineState.PLANNED else 0
        return now - (self.last_total or 0)

    @property
    def why_excluded(self) -> str:
        label = ExcludedAs(self.excluded_as).label
        return f"{label}：{self.excluded_reason}" if self.excluded_reason else label

    @property
    def remarks(self) -> str:
        """备注: 单人保, 渐退, 缺账户."""
        notes = ["单人保"] if self.is_single else []
        if self.standing != Standing.ACTIVE:
            notes.append(Standing(self.standing).label)
        if self.block:
            notes.append(Block(self.block).label)
        return "、".join(notes)


LEAVE_REASONS = [*StopReason.choices, *LeaveReason.choices]


class Leaver(ScopedModel):
    """A benefit paid last month that has no line any more, with the reason (4.3 本月减少)."""

    access = Access(
        view="roster.view",
        scopes={"handling": "roster__unit"},
        village="village",
        people="household__members__person",
    )

    roster = models.ForeignKey(
        Roster, on_delete=models.PROTECT, related_name="leavers", verbose_name="花名表"
    )
    village = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="+", verbose_name="村（社区）")
    benefit = models.ForeignKey(Benefit, on_delete=models.PROTECT, related_name="+", verbose_name="待遇")
    household = models.ForeignKey(Household, on_delete=models.PROTECT, related_name="+", verbose_name="家庭")
    name = models.CharField("户主（申请人）", max_length=50)
    household_no = models.CharField("户编号", max_length=40)
    last_people = models.PositiveSmallIntegerField("上月保障人数")
    last_total = models.DecimalField("上月应发", max_digits=10, decimal_places=2)
    households_out = models.PositiveSmallIntegerField("计减户")
    reason = models.CharField("原因", max_length=20, choices=LEAVE_REASONS)
    order_no = models.CharField("变更单", max_length=40, blank=True)
    stop_month = models.DateField("停发月", null=True)

    class Meta:
        verbose_name = "减少明细"
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["roster", "benefit"], name="leaver_once_a_roster")]
        triggers = frozen_with_roster()

    def __str__(self) -> str:
        return f"{self.name} {self.get_reason_display()}"
