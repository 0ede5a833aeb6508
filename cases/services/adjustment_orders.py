"""Write what an adjustment comes to: an order a benefit, ranges with the new amounts, drafted stops, who to look into (C12)."""
# requirements: C12

from collections.abc import Callable, Iterator
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cases.models import Benefit, ChangeOrder, Discovery, SimulatedChange, StandardAdjustment
from cases.models.choices import ChangeKind, StopReason
from cases.services import adjustment_sql as sql
from cases.services.adjustments import Kind, nothing_builds_on
from cases.services.cycle import first_month
from cases.services.discoveries import OPEN
from cases.services.orders import draft_order
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import begin_all, perform_all, stat_month
from salvation.journal.services import record

ZERO = Decimal("0.00")
Progress = Callable[[int, int, str], None]
DRAFTED = ("DRAFT", "VILLAGE_SIGNED")
# Orders struck out by the same few statements: memory stays bounded, the bar moves.
PORTION = 2000


@transaction.atomic
def carry_out(*, adjustment: StandardAdjustment, now: datetime, progress: Progress) -> StandardAdjustment:
    """Write the orders and the new ranges, all or nothing. Done twice it changes nothing."""
    locked: StandardAdjustment = (
        StandardAdjustment.objects.select_for_update(of=("self",))
        .select_related("version__unit__county", "county", "asked_by")
        .get(pk=adjustment.pk)
    )
    if locked.made_at or locked.undone_at:
        return locked
    progress(0, 5, "计算")
    month = Month.of(locked.effective_month)
    found, fallen = _pieces(locked, month)
    progress(1, 5, "变更单")
    orders = _orders(locked, found, now)
    begin_all(orders, step="adjust", now=now)
    progress(2, 5, "待遇期间")
    _write_terms(locked, month)
    progress(3, 5, "停发单草稿")
    locked.leaving = draft_stops(locked, now)
    progress(4, 5, "主动发现")
    locked.entering = look_into(locked, now)
    locked.made_at, locked.benefits, locked.left_out = now, len(orders), locked.left_out + fallen
    locked.monthly = sum((order.change for order in orders), ZERO)
    locked.back_pay = sum((amount for _, _, amount in back_pay(locked, timezone.localdate(now))), ZERO)
    locked.save()
    facts = {"benefits": locked.benefits, "monthly": locked.monthly, "basis": locked.version.basis}
    record(actor=locked.asked_by, action="adjustment.make", subject=locked, unit=locked.county, facts=facts)
    progress(5, 5, "完成")
    return locked


def _pieces(adjustment: StandardAdjustment, month: Month) -> tuple[list[tuple[Any, ...]], int]:
    """Make the pieces; the first of each benefit, and how many benefits fell to nothing."""
    given: dict[str, Any] = {
        "version": adjustment.version_id, "key": adjustment.version.key, "sign": 1, "month": month.first_day,
    }  # fmt: skip
    with connection.cursor() as cursor:
        for statement in (sql.DROP, sql.RAISES, sql.ALIKE, sql.PIECES):
            cursor.execute(statement, given)
        cursor.execute("SELECT count(DISTINCT benefit_id) FROM adjust_piece")
        (wanted,) = cursor.fetchone()
        cursor.execute(sql.LEAVE_OUT)
        cursor.execute(sql.FIRST_PIECES)
        found = cursor.fetchall()
    return found, wanted - len(found)


def _orders(adjustment: StandardAdjustment, found: list[tuple[Any, ...]], now: datetime) -> list[ChangeOrder]:
    rows = Benefit.objects.filter(pk__in=[row[0] for row in found])
    benefits = rows.select_related("county", "unit", "unit__county", "village").in_bulk()
    stat = stat_month(adjustment.county, now)
    return [
        ChangeOrder(
            no=f"T{adjustment.pk:05d}-{number:06d}", kind=ChangeKind.STD_ADJUST, benefit=benefits[pk],
            county=benefits[pk].county, unit=benefits[pk].unit, village=benefits[pk].village,
            effective_month=adjustment.effective_month, old_total=total, new_base=base, new_uplift=uplift,
            new_care=care, new_total=base + uplift + care, reason=adjustment.version.basis,
            stat_month=stat, adjustment=adjustment, created_by=adjustment.asked_by, demo=benefits[pk].demo,
        )
        for number, (pk, total, base, uplift, care) in enumerate(found, start=1)
    ]  # fmt: skip


def _write_terms(adjustment: StandardAdjustment, month: Month) -> None:
    given: dict[str, Any] = {"month": month.first_day, "adjustment": adjustment.pk}
    with connection.cursor() as cursor:
        for statement in (sql.MEMBERS, *sql.SHORTEN, *sql.OPEN):
            cursor.execute(statement, given)
        cursor.execute(sql.DROP)


def _trial_rows(adjustment: StandardAdjustment, kind: str) -> Iterator[SimulatedChange]:
    rows = SimulatedChange.objects.filter(version=adjustment.version_id, kind=kind).order_by("pk")
    yield from rows.select_related(
        "benefit__unit", "benefit__county", "benefit__village", "household__head", "unit__county", "village"
    )


def draft_stops(adjustment: StandardAdjustment, now: datetime) -> int:
    """A drafted stop for whoever no longer meets the standard: the township looks and decides. Returns how many."""
    made = 0
    for row in _trial_rows(adjustment, Kind.LEAVE):
        if row.benefit is None:
            continue
        month = max(
            first_month(row.benefit.county, timezone.localdate(now)), Month.of(adjustment.effective_month)
        )
        term = row.benefit.terms.filter(months__contains=month.first_day).first()
        waiting = row.benefit.orders.filter(kind=ChangeKind.STOP).exclude(state__in=ChangeOrder.settled)
        if term is None or waiting.exists():
            continue
        income = "收入" in row.reason or not row.reason
        draft_order(
            row.benefit, ChangeKind.STOP, term, month, (), f"按新标准（{adjustment.version.basis}）核算：{row.reason}",
            actor=None, now=now, stop_reason=StopReason.INCOME if income else StopReason.PROPERTY,
            adjustment=adjustment,
        )  # fmt: skip
        made += 1
    return made


def look_into(adjustment: StandardAdjustment, now: datetime) -> int:
    """Whoever may come in under the new standard is looked into: he must ask himself. Returns how many are new."""
    rows = {row.household_id: row for row in _trial_rows(adjustment, Kind.ENTER)}
    heads = [row.household.head for row in rows.values()]
    known = set(
        Discovery.objects.filter(
            county=adjustment.county, id_index__in=[head.id_index for head in heads], state__in=OPEN
        ).values_list("id_index", flat=True)
    )
    made = [
        _discovery(adjustment, row, now) for row in rows.values() if row.household.head.id_index not in known
    ]
    begin_all(made, step="list", now=now)
    return len(rows)


def _discovery(adjustment: StandardAdjustment, row: SimulatedChange, now: datetime) -> Discovery:
    head = row.household.head
    what = f"按新标准（{adjustment.version.basis}）和最近一次申报，可能符合{row.get_program_display()}，约每月{row.after}元"
    if row.benefit_id:
        what += "；现为低保边缘，核实后办理类别转换"
    return Discovery(
        county=adjustment.county, unit=row.unit, village=row.village, name=head.name, id_no=head.id_no,
        id_index=head.id_index, origin=Discovery.Origin.STANDARD, hardship=Discovery.Hardship.OTHER, person=head,
        household=row.household, situation=what, found_on=timezone.localdate(now), found_by="标准调整试算",
        recorded_by=adjustment.asked_by,
    )  # fmt: skip


def back_pay(adjustment: StandardAdjustment, today: date) -> list[tuple[int, date, Decimal]]:
    """By benefit and month: what was paid less than the new standard gives, up to the present month."""
    given: dict[str, Any] = {
        "adjustment": adjustment.pk,
        "month": adjustment.effective_month,
        "until": Month.of(today).first_day,
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.BACK_PAY, given)
        found: list[tuple[int, date, Decimal]] = cursor.fetchall()
    return found


@transaction.atomic
def undo(
    *, adjustment: StandardAdjustment, because: str, actor: Any, now: datetime, progress: Progress
) -> StandardAdjustment:
    """Take the batch back while nothing builds on it, its drafted stops too. Raises Refusal naming what does."""
    locked: StandardAdjustment = (
        StandardAdjustment.objects.select_for_update(of=("self",))
        .select_related("version__unit__county", "county")
        .get(pk=adjustment.pk)
    )
    require(actor, "change.adjust", locked.county)
    if locked.undone_at:
        return locked
    if not because.strip():
        raise Refusal("请写明撤回理由", field="because")
    if locked.made_at:
        _hold_still(locked)
        nothing_builds_on(locked)
        _take_off(locked)
        _take_back(locked, because, now, progress)
    locked.undone_at, locked.undone_because = now, because.strip()
    locked.save(update_fields=["undone_at", "undone_because"])
    facts = {"benefits": locked.benefits, "because": because.strip()}
    record(actor=actor, action="adjustment.undo", subject=locked, unit=locked.county, facts=facts)
    return locked


def _hold_still(adjustment: StandardAdjustment) -> None:
    """A change that is about to take effect on one of the benefits waits, or has been written and is seen."""
    with connection.cursor() as cursor:
        cursor.execute(sql.HOLD_STILL, {"adjustment": adjustment.pk})


def _take_back(adjustment: StandardAdjustment, because: str, now: datetime, progress: Progress) -> None:
    """Strike the orders out and cancel the drafted stops, a portion at a time."""
    orders = ChangeOrder.objects.filter(adjustment=adjustment)
    waiting = orders.filter(state__in=("EFFECTIVE", *DRAFTED)).order_by("pk")
    found = list(waiting.only("pk", "state"))
    for start in range(0, len(found), PORTION):
        portion = found[start : start + PORTION]
        made = [order for order in portion if order.state == "EFFECTIVE"]
        drafted = [order for order in portion if order.state != "EFFECTIVE"]
        perform_all(subjects=made, step="roll_back", now=now, comment=because)
        perform_all(subjects=drafted, step="withdraw", now=now, comment=because)
        progress(start + len(portion), len(found), "撤回变更单")


def _take_off(adjustment: StandardAdjustment) -> None:
    given: dict[str, Any] = {"version": adjustment.version_id, "sign": -1, "adjustment": adjustment.pk}
    with connection.cursor() as cursor:
        for statement in (sql.DROP, sql.RAISES, sql.ALIKE, sql.UNDO_PIECES):
            cursor.execute(statement, given)
    _write_terms(adjustment, Month.of(adjustment.effective_month))
