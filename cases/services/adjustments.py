"""Carry a confirmed standard to everybody it pays: one act of the county, one order a benefit, set-based (C12)."""
# requirements: C12

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cases.models import Benefit, ChangeOrder, StandardAdjustment
from cases.models.choices import ChangeKind, Program
from cases.rules.codes import Area, CareLevel, TekunMode
from cases.services import adjustment_sql as sql
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import begin_all, perform, stat_month
from salvation.flow.models import StatFreeze
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import Book
from salvation.parameters.models import ParameterVersion
from salvation.registers.models import Meeting
from salvation.units.models import Unit

register(adjustment__make="按新标准批量调整", adjustment__undo="撤回标准调整")

ZERO = Decimal("0.00")
STANDARDS = ("dibao.std.", "tekun.base.", "tekun.care.")
MODES = {TekunMode.DISPERSED: Program.TEKUN_DISPERSED, TekunMode.CENTRALIZED: Program.TEKUN_CENTRALIZED}
Progress = Callable[[int, int, str], None]


def is_standard(key: str) -> bool:
    """Whether a parameter is a standard that everybody of a kind is paid by."""
    return key.startswith(STANDARDS)


@dataclass(frozen=True, slots=True)
class Rate:
    """What a standard adds for each covered person of a unit and programme (yuan a month; negative: takes)."""

    unit: int
    program: str
    area: str
    base: Decimal = ZERO
    care: Decimal = ZERO
    level: str = ""


def rates_of(version: ParameterVersion, month: Month) -> list[Rate]:
    """What the version adds in each unit below its own, against the value in force before it. Raises Refusal."""
    units = Unit.objects.filter(path__startswith=version.unit.path, kind=Unit.Kind.TOWN)
    found = []
    for unit in units.select_related("county"):
        now = Book(unit=unit, on=month.first_day)
        if now.get(version.key).version != version.pk:
            # A nearer unit has a value of its own.
            continue
        before = Book(unit=unit, on=version.valid_from - timedelta(days=1)).get(version.key).value
        difference = Decimal(str(version.value)) - Decimal(str(before))
        found += _rates(version.key, unit.pk, difference)
        if str(now["dibao.mode"]) == "TIER" and version.key.startswith("dibao."):
            raise Refusal(f"{unit}按分档发放低保，提标请先调整分档金额，再批量复核、逐户办理")
    return found


def _rates(key: str, unit: int, difference: Decimal) -> list[Rate]:
    kind, *parts = key.removeprefix("dibao.").removeprefix("tekun.").split(".")
    if kind == "std":
        area = Area(parts[0].upper())
        program = Program.DIBAO_URBAN if area is Area.URBAN else Program.DIBAO_RURAL
        return [Rate(unit, program.value, area.value, base=difference)]
    if kind == "base":
        program = MODES[TekunMode(parts[1].upper())]
        return [Rate(unit, program.value, parts[0].upper(), base=difference)]
    level, mode = CareLevel(parts[0].upper()), TekunMode(parts[1].upper())
    return [Rate(unit, MODES[mode].value, area.value, care=difference, level=level.value) for area in Area]


@dataclass(frozen=True, slots=True)
class Preview:
    """What an adjustment would do, before anything is written; money in yuan."""

    benefits: int
    left_out: int
    monthly: Decimal
    months: int

    @property
    def back_pay(self) -> Decimal:
        return self.monthly * self.months


def preview(*, version: ParameterVersion, month: Month, today: date) -> Preview:
    """Count what would change. Nothing is written. Raises Refusal for a parameter that is no standard."""
    _checked(version, month)
    with transaction.atomic():
        found, left_out = _pieces(version, month)
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE adjust_piece, adjust_rate")
    monthly = sum((row[5] + row[6] for row in found), ZERO)
    return Preview(len(found), left_out, monthly, max(Month.of(today) - month + 1, 0))


def _checked(version: ParameterVersion, month: Month) -> None:
    if not is_standard(version.key):
        raise Refusal("该参数不是保障标准，不能批量调整", field="version")
    if version.state != ParameterVersion.State.CONFIRMED:
        raise Refusal("新标准还没有经第二人确认，不能执行", field="version")
    if Month.of(version.valid_from) > month:
        raise Refusal(f"新标准自{version.valid_from:%Y-%m-%d}起生效，执行月不能更早", field="effective_month")


def _pieces(version: ParameterVersion, month: Month) -> tuple[list[tuple[Any, ...]], int]:
    """Make the pieces; the first of each benefit, and how many benefits are left to a person."""
    _write_rates(rates_of(version, month))
    given: dict[str, Any] = {"county": version.unit.county_id or version.unit_id, "month": month.first_day}
    with connection.cursor() as cursor:
        cursor.execute(sql.PIECES, given)
        cursor.execute("SELECT count(DISTINCT benefit_id) FROM adjust_piece")
        (wanted,) = cursor.fetchone()
        cursor.execute(sql.LEAVE_OUT)
        cursor.execute(sql.FIRST_PIECES)
        found = cursor.fetchall()
    return found, wanted - len(found)


def _write_rates(rates: list[Rate]) -> None:
    if not rates:
        raise Refusal("没有单位执行该标准（下级单位另有取值），不需要调整")
    columns: dict[str, Any] = {
        "units": [rate.unit for rate in rates],
        "programs": [rate.program for rate in rates],
        "areas": [rate.area for rate in rates],
        "levels": [rate.level for rate in rates],
        "bases": [rate.base for rate in rates],
        "cares": [rate.care for rate in rates],
    }
    with connection.cursor() as cursor:
        cursor.execute(sql.RATES, columns)


@transaction.atomic
def ask_adjustment(
    *, version: ParameterVersion, month: Month, meeting: Meeting, actor: Any, now: datetime
) -> StandardAdjustment:
    """Decide on an adjustment; a job carries it out. Raises Refusal when the version was carried out already."""
    county = version.unit if version.unit.county_id is None else version.unit.county or version.unit
    require(actor, "change.adjust", county)
    _checked(version, month)
    if meeting.kind != Meeting.Kind.BUREAU:
        raise Refusal("提标减标须经局务会，请选择局务会", field="meeting")
    if StandardAdjustment.objects.filter(version=version, undone_at__isnull=True).exists():
        raise Refusal("该标准已办理过批量调整", field="version")
    return StandardAdjustment.objects.create(
        county=county, version=version, meeting=meeting, effective_month=month.first_day, asked_by=actor,
        asked_at=now,
    )  # fmt: skip


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
    month = Month.of(locked.effective_month)
    progress(0, 4, "计算")
    found, locked.left_out = _pieces(locked.version, month)
    progress(1, 4, "变更单")
    orders = _orders(locked, found, now)
    begin_all(orders, step="adjust", now=now)
    progress(2, 4, "待遇期间")
    _write_terms(locked, month)
    locked.made_at, locked.benefits = now, len(orders)
    locked.monthly = sum((order.change for order in orders), ZERO)
    locked.back_pay = sum((amount for _, _, amount in back_pay(locked, timezone.localdate(now))), ZERO)
    locked.save()
    facts = {"benefits": locked.benefits, "monthly": locked.monthly, "basis": locked.version.basis}
    record(actor=locked.asked_by, action="adjustment.make", subject=locked, unit=locked.county, facts=facts)
    progress(4, 4, "完成")
    return locked


def _orders(adjustment: StandardAdjustment, found: list[tuple[Any, ...]], now: datetime) -> list[ChangeOrder]:
    rows = Benefit.objects.filter(pk__in=[row[0] for row in found])
    benefits = rows.select_related("county", "unit", "unit__county", "village").in_bulk()
    stat = stat_month(adjustment.county, now)
    return [
        ChangeOrder(
            no=f"T{adjustment.pk:05d}-{number:06d}", kind=ChangeKind.STD_ADJUST, benefit=benefits[pk],
            county=benefits[pk].county, unit=benefits[pk].unit, village=benefits[pk].village,
            effective_month=adjustment.effective_month, old_total=total, new_base=base + add, new_uplift=uplift,
            new_care=care + more_care, new_total=total + add + more_care, reason=adjustment.version.basis,
            stat_month=stat, adjustment=adjustment, created_by=adjustment.asked_by, demo=benefits[pk].demo,
        )
        for number, (pk, total, base, uplift, care, add, more_care) in enumerate(found, start=1)
    ]  # fmt: skip


def _write_terms(adjustment: StandardAdjustment, month: Month) -> None:
    given: dict[str, Any] = {
        "month": month.first_day,
        "adjustment": adjustment.pk,
        "dibao": adjustment.version.key.startswith("dibao."),
    }
    with connection.cursor() as cursor:
        for statement in (sql.MEMBERS, *sql.SHORTEN, *sql.OPEN):
            cursor.execute(statement, given)
        cursor.execute("DROP TABLE adjust_member, adjust_piece, adjust_rate")


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
def ask_undo(*, adjustment: StandardAdjustment, because: str, actor: Any) -> None:
    """Decide to take the batch back; a job does it. Raises Refusal naming what builds on it."""
    locked = (
        StandardAdjustment.objects.select_for_update(of=("self",))
        .select_related("county")
        .get(pk=adjustment.pk)
    )
    require(actor, "change.adjust", locked.county)
    if locked.undone_at:
        raise Refusal("该批调整已撤回")
    if locked.made_at:
        _nothing_builds_on(locked)
    locked.undone_because = because.strip()[:300]
    locked.save(update_fields=["undone_because"])


@transaction.atomic
def undo(
    *, adjustment: StandardAdjustment, because: str, actor: Any, now: datetime, progress: Progress
) -> StandardAdjustment:
    """Take the batch back while nothing builds on it. Raises Refusal naming what does."""
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
        _nothing_builds_on(locked)
        month = Month.of(locked.effective_month)
        _write_rates(rates_of(locked.version, month))
        with connection.cursor() as cursor:
            cursor.execute(sql.UNDO_PIECES, {"adjustment": locked.pk})
        _write_terms(locked, month)
        orders = ChangeOrder.objects.filter(adjustment=locked, state="EFFECTIVE").select_related("unit")
        total = orders.count()
        for done, order in enumerate(orders.order_by("pk"), start=1):
            perform(subject=order, step="roll_back", actor=None, now=now, comment=because)
            progress(done, total, "撤回变更单")
    locked.undone_at, locked.undone_because = now, because.strip()
    locked.save(update_fields=["undone_at", "undone_because"])
    facts = {"benefits": locked.benefits, "because": because.strip()}
    record(actor=actor, action="adjustment.undo", subject=locked, unit=locked.county, facts=facts)
    return locked


def _nothing_builds_on(adjustment: StandardAdjustment) -> None:
    touched = ChangeOrder.objects.filter(adjustment=adjustment).values("benefit")
    later = ChangeOrder.objects.filter(
        benefit__in=touched, state="EFFECTIVE", state_since__gt=adjustment.made_at
    ).exclude(adjustment=adjustment)
    if count := later.count():
        raise Refusal(f"已有{count}户在调整之后又办理了变更，不能整批撤回；请逐户办理")
    frozen = StatFreeze.objects.filter(
        county=adjustment.county, month__gte=adjustment.effective_month, frozen_at__gt=adjustment.made_at
    )
    if frozen.exists():
        raise Refusal("调整之后已有月份的统计冻结，不能整批撤回")
