"""Reads of funds."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.db import connection
from django.db.models import Count, Q, QuerySet, Sum

from cases.models import Benefit, ChangeOrder
from funds.models import Exclusion, Leaver, PayLine, Roster
from funds.models.choices import OPEN_STATES, LineKind, LineState
from salvation.domain.month import Month
from salvation.tables.model import Mark
from salvation.units.models import Unit

CENT, ZERO = Decimal("0.01"), Decimal("0.00")

# What every line and leaver moves: last month, this month, and the group of its increase and decrease.
_MOVED = """
WITH moved AS (
    SELECT l.roster_id, l.unit_id, l.village_id, l.households - l.households_in + l.households_out AS last_h,
           coalesce(l.last_people, 0) AS last_p, coalesce(l.last_total, 0) AS last_a, l.households AS now_h,
           CASE WHEN l.kind = 'REGULAR' AND l.state = 'PLANNED' THEN l.people ELSE 0 END AS now_p,
           CASE WHEN l.state = 'PLANNED' THEN l.total ELSE 0 END AS now_a, l.households_in AS in_h,
           l.households_out AS out_h, CASE WHEN l.state = 'PLANNED' THEN l.uplift ELSE 0 END AS uplift,
           CASE WHEN l.state = 'PLANNED' THEN l.care ELSE 0 END AS care,
           CASE WHEN l.block <> '' THEN 1 ELSE 0 END AS blocked,
           CASE WHEN l.kind = 'BACKPAY' THEN 'back' WHEN l.mark = 'NEW' THEN 'new' ELSE 'up' END AS gain,
           CASE WHEN l.state = 'EXCLUDED' THEN 'kept' WHEN l.cause_kind = 'DEATH' THEN 'death' ELSE 'down' END AS loss
    FROM funds_payline l WHERE l.roster_id = ANY(%(rosters)s)
    UNION ALL
    SELECT g.roster_id, r.unit_id, g.village_id, g.households_out, g.last_people, g.last_total, 0, 0, 0, 0,
           g.households_out, 0, 0, 0, '',
           CASE g.reason WHEN 'DEATH' THEN 'death' WHEN 'GRACE_END' THEN 'grace' ELSE 'exit' END
    FROM funds_leaver g JOIN funds_roster r ON r.id = g.roster_id WHERE g.roster_id = ANY(%(rosters)s)
), change AS (
    SELECT m.*, greatest(now_p - last_p, 0) AS in_p, greatest(now_a - last_a, 0) AS in_a,
           greatest(last_p - now_p, 0) AS out_p, greatest(last_a - now_a, 0) AS out_a
    FROM moved m
)"""


def _group(code: str, column: str, side: str, count: str = "") -> str:
    """The SELECT items of one group: households (or lines), people, money."""
    which = f"FILTER (WHERE {column} = '{code}')"
    households = (
        f"count(*) FILTER (WHERE {column} = '{code}' AND {count} > 0)" if count else f"sum({side}_h) {which}"
    )
    return f"{households} AS {code}_h, sum({side}_p) {which} AS {code}_p, sum({side}_a) {which} AS {code}_a"


_FIGURES = ", ".join(
    (
        "sum(last_h) AS last_h, sum(last_p) AS last_p, sum(last_a) AS last_a",
        "sum(in_h) AS in_h, sum(in_p) AS in_p, sum(in_a) AS in_a",
        _group("new", "gain", "in"),
        _group("up", "gain", "in", "in_a"),
        "count(*) FILTER (WHERE gain = 'back' AND now_a > 0) AS back_n, sum(in_a) FILTER (WHERE gain = 'back') AS back_a",
        "sum(out_h) AS out_h, sum(out_p) AS out_p, sum(out_a) AS out_a",
        _group("death", "loss", "out"),
        _group("exit", "loss", "out"),
        _group("grace", "loss", "out"),
        _group("down", "loss", "out", "out_a"),
        _group("kept", "loss", "out"),
        "sum(now_h) AS now_h, sum(now_p) AS now_p, sum(now_a) AS now_a, sum(uplift) AS uplift, sum(care) AS care",
        "sum(blocked) AS block_n, sum(now_a) FILTER (WHERE blocked = 1) AS block_a",
    )
)
_BY = {"village": "village_id", "unit": "unit_id"}


def summary_rows(rosters: Sequence[int], *, by: str = "village") -> list[dict[str, Any]]:
    """4.3 for these rosters: a row per village (or unit), every figure from the lines. Yuan."""
    statement = (
        f"{_MOVED} SELECT u.name AS place, {_FIGURES} FROM change c JOIN units_unit u ON u.id = c.{_BY[by]} "  # noqa: S608 - constants
        "GROUP BY u.id, u.name, u.sort, u.code ORDER BY u.sort, u.code"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, {"rosters": list(rosters)})
        names = [column.name for column in cursor.description]
        rows = [dict(zip(names, (value or 0 for value in row), strict=True)) for row in cursor.fetchall()]
    for row in rows:
        row["mean"] = _mean(row["now_a"] - row["back_a"], row["now_p"])
    return rows


def _mean(amount: Decimal, people: int) -> object:
    return (Decimal(amount) / people).quantize(CENT, ROUND_HALF_UP) if people else Mark.NOTHING


@dataclass(frozen=True, slots=True)
class Tie:
    """One 勾稽: what is compared and whether it holds."""

    label: str
    ok: bool
    detail: str


def ties(roster: Roster) -> list[Tie]:
    """The checks of F02: with last month's roster, and with the change orders of the month."""
    found = []
    previous = roster.previous
    if previous is not None:
        amount = previous.amount - previous.backpay_amount
        before = (previous.households, previous.people, amount)
        now = (roster.last_households, roster.last_people, roster.last_amount)
        words = f"{previous.month_label}花名表 {before[0]}户 {before[1]}人 {before[2]}元；本表上月 {now[0]}户 {now[1]}人 {now[2]}元"
        found.append(Tie("上月数与上月花名表一致", before == now, words))
        found.append(_orders_tie(roster))
    open_lines = (
        roster.pay_lines.filter(cause="TERM").count() + roster.leavers.filter(reason="UNKNOWN").count()
    )
    words = f"有{open_lines}行没有变更单" if open_lines else "每行都有依据"
    found.append(Tie("增减逐行有依据", not open_lines, words))
    return found


def _orders_tie(roster: Roster) -> Tie:
    """F02: the differences of benefits paid last month equal the sum of the orders that took effect this month."""
    stayed = roster.pay_lines.filter(kind=LineKind.REGULAR, state=LineState.PLANNED, last_total__isnull=False)
    orders = ChangeOrder.objects.filter(effective_month=roster.month, state="EFFECTIVE").filter(
        Q(benefit__in=stayed.values("benefit")) | Q(benefit__in=roster.leavers.values("benefit"))
    )
    # What goes on elsewhere (转类、供养形式、迁移) is a line of another benefit: here all of it is gone.
    said = orders.aggregate(old=Sum("old_total"), new=Sum("new_total", filter=Q(successor__isnull=True)))
    wanted = (said["new"] or ZERO) - (said["old"] or ZERO)
    changed = stayed.filter(benefit__in=orders.values("benefit")).aggregate(
        now=Sum("total"), last=Sum("last_total")
    )
    gone = roster.leavers.filter(benefit__in=orders.values("benefit")).aggregate(last=Sum("last_total"))[
        "last"
    ]
    shown = (changed["now"] or ZERO) - (changed["last"] or ZERO) - (gone or ZERO)
    words = f"本月生效变更单合计 {wanted:+.2f}元；花名表中对应 {shown:+.2f}元"
    return Tie("变更单合计与增减一致", wanted == shown, words)


def lines_for(roster: Roster, user: Any) -> Any:
    """The roster's lines without families this person must stand back from (回避)."""
    return PayLine.objects.visible_to(user).filter(roster=roster)


def changed_lines(roster: Roster, user: Any) -> QuerySet[PayLine]:
    """Lines that differ from last month, so that each can be explained."""
    found: QuerySet[PayLine] = lines_for(roster, user).exclude(mark="SAME").order_by("mark", "seq", "id")
    return found


def left_out(roster: Roster, user: Any) -> QuerySet[PayLine]:
    """Lines that are not paid or may not be."""
    lines = lines_for(roster, user).filter(Q(state=LineState.EXCLUDED) | ~Q(block=""))
    found: QuerySet[PayLine] = lines.order_by("state", "village_name", "household_no")
    return found


def month_totals(rows: QuerySet[Roster]) -> dict[str, Any]:
    """Sums over a list of rosters, and how many stand in which state."""
    sums = rows.order_by().aggregate(
        rosters=Count("pk"),
        households=Sum("households"),
        people=Sum("people"),
        lines=Sum("lines"),
        amount=Sum("amount"),
    )
    states = dict(rows.order_by().values_list("state").annotate(n=Count("pk")))
    return {**{key: value or 0 for key, value in sums.items()}, "states": states}


def newest_totals(rows: QuerySet[Roster]) -> tuple[Any, dict[str, Any]]:
    """The newest month of these rosters and its sums: months are never added up."""
    newest = rows.order_by("-month").values_list("month", flat=True).first()
    return newest, month_totals(rows.filter(month=newest) if newest else rows.none())


def exclusion_of(line: PayLine) -> Exclusion | None:
    return Exclusion.objects.filter(
        roster=line.roster_id, benefit=line.benefit_id, for_month=line.for_month
    ).first()


def leavers_of(roster: Roster, user: Any) -> QuerySet[Leaver]:
    """Who is gone since last month, without families this person must stand back from."""
    rows = Leaver.objects.visible_to(user).filter(roster=roster).select_related("village")
    found: QuerySet[Leaver] = rows.order_by("reason", "pk")
    return found


def roster_for(unit: Unit, program: str, month: Month) -> Roster | None:
    """The roster of a unit's book and month; None when none was made."""
    return (
        Roster.objects.select_related("unit", "county", "previous", "meeting")
        .filter(unit=unit, program=program, month=month.first_day)
        .first()
    )


def last_signed(benefit: Benefit) -> Month | None:
    """The last month of the benefit's book that is signed: what changes in it since is back pay or recovered."""
    signed = Roster.objects.filter(unit=benefit.unit_id, program=benefit.program).exclude(
        state__in=OPEN_STATES
    )
    found = signed.order_by("-month").values_list("month", flat=True).first()
    return None if found is None else Month.of(found)


def rosters_to_approve(user: Any, month: str) -> QuerySet[Roster]:
    """What the county checked for a month (2022-06) and the bureau's meeting has not agreed to yet."""
    return (
        Roster.objects.visible_to(user)
        .filter(state="COUNTY_CHECK", month=f"{month}-01")
        .select_related("unit", "county")
        .order_by("unit__sort", "unit__code", "program")
    )


def months_to_approve(user: Any) -> list[Any]:
    rows = Roster.objects.visible_to(user).filter(state="COUNTY_CHECK")
    return list(rows.order_by("month").values_list("month", flat=True).distinct())
