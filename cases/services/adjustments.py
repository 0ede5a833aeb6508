"""提标减标 (C12): try a confirmed standard out over everybody it concerns, have a meeting decide on it, take it back.

What is decided is what the trial showed: before anything is written the trial is made anew, and a difference sends the
matter back to the meeting. ``adjustment_orders`` writes.
"""
# requirements: C12

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.db.models import Count, F, Q, Sum

from cases.models import ChangeOrder, SimulatedChange, StandardAdjustment
from cases.rules.standards import is_standard
from cases.services.simulation import simulate
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.models import StatFreeze
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.models import ParameterVersion
from salvation.registers.models import Meeting

register(
    adjustment__try="试算标准调整",
    adjustment__tried="标准调整试算完成",
    adjustment__decide="标准调整经局务会提交执行",
    adjustment__differs="标准调整执行前核对有变化，退回重新提交",
    adjustment__ask_undo="提请撤回标准调整",
    adjustment__make="按新标准批量调整",
    adjustment__undo="撤回标准调整",
)

Kind = SimulatedChange.Kind
ZERO = Decimal("0.00")
Report = Callable[[int, int], None]
MADE = Q(kind__in=(Kind.GAIN, Kind.LOSE), benefit__isnull=False)


@dataclass(frozen=True, slots=True)
class Figures:
    """What an adjustment comes to; money in yuan a month."""

    benefits: int
    leaving: int
    entering: int
    left_out: int
    monthly: Decimal

    def binding(self) -> tuple[Any, ...]:
        """What must be the same when it is carried out; who may come in decides nothing yet."""
        return self.benefits, self.leaving, self.left_out, self.monthly


def figures_of(rows: Any) -> Figures:
    """Sum rows of a trial up."""
    found = rows.aggregate(
        benefits=Count("pk", filter=MADE),
        leaving=Count("pk", filter=Q(kind=Kind.LEAVE, benefit__isnull=False)),
        entering=Count("pk", filter=Q(kind=Kind.ENTER)),
        left_out=Count("pk", filter=Q(kind=Kind.CHECK)),
        monthly=Sum(F("after") - F("before"), filter=MADE),
    )
    return Figures(**{**found, "monthly": found["monthly"] or ZERO})


def by_unit(rows: Any) -> list[dict[str, Any]]:
    """The same by unit, with what is paid before and after; in the county's order."""
    found = rows.order_by("unit__sort", "unit__code").values("unit", "unit__name")
    counts = {kind.lower(): Count("pk", filter=Q(kind=kind)) for kind in Kind.values}
    return list(
        found.annotate(
            **counts,
            paid=Sum("before", filter=MADE, default=ZERO),
            new=Sum("after", filter=MADE, default=ZERO),
            change=Sum(F("after") - F("before"), filter=MADE, default=ZERO),
        )
    )


def _checked(version: ParameterVersion, month: Month) -> None:
    if not is_standard(version.key):
        raise Refusal("该参数不是保障标准，不能批量调整", field="version")
    if version.state != ParameterVersion.State.CONFIRMED:
        raise Refusal("新标准还没有经第二人确认，不能执行", field="version")
    if Month.of(version.valid_from) > month:
        raise Refusal(f"新标准自{version.valid_from:%Y-%m-%d}起生效，执行月不能更早", field="effective_month")


@transaction.atomic
def ask_trial(*, version: ParameterVersion, month: Month, actor: Any, now: datetime) -> StandardAdjustment:
    """Begin an adjustment; a job tries it out. Raises Refusal when the version is being carried out already."""
    county = version.unit if version.unit.county_id is None else version.unit.county or version.unit
    require(actor, "change.adjust", county)
    _checked(version, month)
    if StandardAdjustment.objects.filter(version=version, undone_at__isnull=True).exists():
        raise Refusal("该标准已办理过批量调整", field="version")
    made: StandardAdjustment = StandardAdjustment.objects.create(
        county=county, version=version, effective_month=month.first_day, asked_by=actor, asked_at=now
    )
    facts = {"month": str(month), "basis": version.basis}
    record(actor=actor, action="adjustment.try", subject=made, unit=county, facts=facts)
    return made


def try_out(*, adjustment: StandardAdjustment, now: datetime, report: Report) -> StandardAdjustment:
    """Judge everybody under the old and the new standard and keep who gains, loses, leaves, enters. Writes no order."""
    _not_begun(adjustment)
    simulate(version=adjustment.version, report=report, since=Month.of(adjustment.effective_month))
    with transaction.atomic():
        locked = _locked(adjustment)
        _not_begun(locked)
        rows = SimulatedChange.objects.filter(version=locked.version_id)
        # 低保边缘 that rises into 低保 leaves nothing: its category changes.
        rising = rows.filter(kind=Kind.ENTER, benefit__isnull=False).values("benefit")
        rows.filter(kind=Kind.LEAVE, benefit__in=rising).delete()
        figures = figures_of(rows)
        locked.tried_at, locked.benefits, locked.monthly = now, figures.benefits, figures.monthly
        locked.leaving, locked.entering = figures.leaving, figures.entering
        locked.left_out = figures.left_out
        locked.save()
        facts = asdict(figures)
        record(actor=None, action="adjustment.tried", subject=locked, unit=locked.county, facts=facts)
    return locked


def _not_begun(adjustment: StandardAdjustment) -> None:
    if adjustment.made_at or adjustment.undone_at:
        raise Refusal("该批调整已执行或已撤回，不能再试算")


def _locked(adjustment: StandardAdjustment) -> StandardAdjustment:
    found: StandardAdjustment = (
        StandardAdjustment.objects.select_for_update(of=("self",))
        .select_related("version__unit__county", "county", "asked_by", "meeting")
        .get(pk=adjustment.pk)
    )
    return found


@transaction.atomic
def ask_adjustment(
    *, adjustment: StandardAdjustment, meeting: Meeting, actor: Any, now: datetime
) -> StandardAdjustment:
    """The bureau's meeting decides on what the trial shows; a job carries it out. Raises Refusal."""
    locked = _locked(adjustment)
    require(actor, "change.adjust", locked.county)
    if locked.tried_at is None:
        raise Refusal("还没有试算完，请等试算结果出来后再提交")
    if locked.undone_at or locked.meeting_id:
        raise Refusal("该批调整已提交执行或已撤回")
    if meeting.kind != Meeting.Kind.BUREAU:
        raise Refusal("提标减标须经局务会，请选择局务会", field="meeting")
    if not (locked.benefits or locked.leaving or locked.entering):
        raise Refusal("没有单位或在保待遇按该标准发放（下级单位另有取值的除外），不需要调整")
    locked.meeting, locked.asked_by = meeting, actor
    locked.save(update_fields=["meeting", "asked_by"])
    facts = {"meeting": str(meeting), "benefits": locked.benefits, "monthly": locked.monthly}
    record(actor=actor, action="adjustment.decide", subject=locked, unit=locked.county, facts=facts)
    return locked


def recheck(*, adjustment: StandardAdjustment, now: datetime, report: Report) -> None:
    """Try it out once more before it is written. Raises Refusal, and undecides it, where the figures are others now."""
    shown = Figures(
        adjustment.benefits, adjustment.leaving, adjustment.entering, adjustment.left_out, adjustment.monthly
    )
    tried = try_out(adjustment=adjustment, now=now, report=report)
    found = Figures(tried.benefits, tried.leaving, tried.entering, tried.left_out, tried.monthly)
    if found.binding() == shown.binding():
        return
    _undecide(adjustment, found)
    raise Refusal(
        f"试算之后情况有变化：调整{shown.benefits}→{found.benefits}户（人），每月{shown.monthly:+,.2f}→{found.monthly:+,.2f}元，"
        f"不再符合{shown.leaving}→{found.leaving}户，须逐户办理{shown.left_out}→{found.left_out}户。没有写入，请核对后重新提交"
    )


@transaction.atomic
def _undecide(adjustment: StandardAdjustment, found: Figures) -> None:
    StandardAdjustment.objects.filter(pk=adjustment.pk).update(meeting=None)
    unit, facts = adjustment.county, asdict(found)
    record(actor=None, action="adjustment.differs", subject=adjustment, unit=unit, facts=facts)


@transaction.atomic
def ask_undo(*, adjustment: StandardAdjustment, because: str, actor: Any) -> None:
    """Decide to take the batch back; a job does it. Raises Refusal naming what builds on it."""
    locked = _locked(adjustment)
    require(actor, "change.adjust", locked.county)
    if locked.undone_at:
        raise Refusal("该批调整已撤回")
    if locked.made_at:
        nothing_builds_on(locked)
    locked.undone_because = because.strip()[:300]
    locked.save(update_fields=["undone_because"])
    facts = {"because": locked.undone_because}
    record(actor=actor, action="adjustment.ask_undo", subject=locked, unit=locked.county, facts=facts)


def nothing_builds_on(adjustment: StandardAdjustment) -> None:
    """Raises Refusal naming later orders and frozen months that rest on the batch."""
    touched = ChangeOrder.objects.filter(adjustment=adjustment, kind="STD_ADJUST").values("benefit")
    later = ChangeOrder.objects.filter(
        benefit__in=touched, state="EFFECTIVE", state_since__gt=adjustment.made_at
    ).exclude(adjustment=adjustment, kind="STD_ADJUST")
    if count := later.count():
        raise Refusal(f"已有{count}户在调整之后又办理了变更，不能整批撤回；请逐户办理")
    submitted = (
        ChangeOrder.objects.filter(adjustment=adjustment)
        .exclude(kind="STD_ADJUST")
        .exclude(state__in=("DRAFT", "VILLAGE_SIGNED", "MERGED", *ChangeOrder.flow.ended))
    )
    if count := submitted.count():
        raise Refusal(f"本批生成的停发单已有{count}张提交审核或生效，请先退回作废，再整批撤回")
    frozen = StatFreeze.objects.filter(
        county=adjustment.county, month__gte=adjustment.effective_month, frozen_at__gt=adjustment.made_at
    )
    if frozen.exists():
        raise Refusal("调整之后已有月份的统计冻结，不能整批撤回")


def months_passed(adjustment: StandardAdjustment, today: date) -> int:
    """Months from the effective one to the present one, both included: what is back pay."""
    return max(Month.of(today) - Month.of(adjustment.effective_month) + 1, 0)
