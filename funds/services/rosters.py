"""Make rosters and keep single payments out of them. Amounts come from the benefits and are never typed (F01)."""
# requirements: F01

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.urls import reverse

from cases.models.choices import PAID
from funds.deadlines import book_for, due_on
from funds.flows import ROSTER
from funds.models import Exclusion, PayLine, Roster
from funds.models.choices import OPEN_STATES
from funds.selectors import rosters_to_approve
from funds.services import statements
from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.flow.engine import perform
from salvation.journal.services import record
from salvation.units.models import Unit
from salvation.units.services import county_of

MAKERS = ("roster.check", "roster.county_check")


@transaction.atomic
def generate_rosters(*, unit: Unit, month: Month, actor: Any, now: datetime) -> list[Roster]:
    """Draft the rosters of a county or town for the month the money is for; open ones are made anew.

    Signed rosters stay as they are; what was confirmed since then goes into the next month as back pay. Doing it
    twice changes nothing. Returns every roster of the month below ``unit``. Raises Refusal for other units.
    """
    if unit.kind not in (Unit.Kind.COUNTY, Unit.Kind.TOWN):
        raise Refusal(f"{unit}（{unit.code}）不是县或填报单位，花名表按填报单位生成")
    if actor is not None and not any(actor.may(permission, unit) for permission in MAKERS):
        require(actor, "roster.check", unit)
    county = county_of(unit)
    if county is None:
        raise Refusal(f"{unit}没有所属县，请先核对单位")
    created = _create(county, unit, month, now)
    rosters = _open_rosters(unit, month)
    refresh([roster.pk for roster in rosters], now=now)
    _open_duties([roster for roster in rosters if roster.pk in created], now)
    facts = {"month": str(month), "rosters": len(rosters), "new": len(created)}
    record(actor=actor, action="roster.generate", subject=unit, unit=unit, facts=facts)
    return list(rosters_of(unit, month))


def rosters_of(unit: Unit, month: Month) -> Any:
    """Rosters of a month below a unit, in the order of the county's tables."""
    return (
        Roster.objects.filter(unit__path__startswith=unit.path, month=month.first_day)
        .select_related("unit", "county")
        .order_by("unit__sort", "unit__code", "program")
    )


def _create(county: Unit, unit: Unit, month: Month, now: datetime) -> set[int]:
    """Insert the rosters that are missing; one maker at a time in a county."""
    parameters: dict[str, Any] = {
        "county": county.pk,
        "path": f"{unit.path}%",
        "month": month.first_day,
        "programs": [program.value for program in PAID],
        "due": due_on(book_for(county, month), month, ROSTER.initial),
        "now": now,
    }
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"roster-{county.pk}"])
        cursor.execute(statements.CREATE, parameters)
        return {row[0] for row in cursor.fetchall()}


def _open_rosters(unit: Unit, month: Month) -> list[Roster]:
    """The rosters that may still change, locked so that nobody signs them meanwhile."""
    return list(rosters_of(unit, month).filter(state__in=OPEN_STATES).select_for_update(of=("self",)))


def refresh(rosters: Sequence[int], *, now: datetime) -> None:
    """Write lines, leavers and totals of open rosters anew from the benefits in force; exclusions stay."""
    if not rosters:
        return
    with connection.cursor() as cursor:
        for statement in statements.REFRESH:
            cursor.execute(statement, {"rosters": list(rosters), "now": now})


def is_stale(roster: Roster) -> bool:
    """Whether benefits, accounts or blocks changed since the roster was made."""
    with connection.cursor() as cursor:
        cursor.execute(statements.STORED_DIGEST, {"rosters": [roster.pk]})
        stored = cursor.fetchone()
        cursor.execute(statements.PRESENT_DIGEST, {"rosters": [roster.pk]})
        return bool(stored != cursor.fetchone())


def _open_duties(rosters: Sequence[Roster], now: datetime) -> None:
    """What perform() does for one subject, for all new drafts in one statement."""
    state = ROSTER.state(ROSTER.initial)
    Duty.objects.bulk_create(
        Duty(
            unit=roster.unit,
            permission=state.actor or "",
            kind=ROSTER.code,
            subject_id=roster.pk,
            title=f"{state.todo}：{roster}"[:120],
            url=reverse("funds:roster", args=[roster.pk]),
            opened_at=now,
            due_on=roster.due_on,
        )
        for roster in rosters
    )


def open_roster(actor: Any, pk: int) -> Roster:
    """A roster the actor may check, locked. Raises Http404, PermissionDenied, and Refusal once it is signed."""
    roster: Roster = get_visible(
        Roster.objects.select_for_update(of=("self",)).select_related("unit"), actor, pk=pk
    )
    require(actor, "roster.check", roster.unit)
    if not roster.is_open:
        raise Refusal(f"该花名表现在是“{roster.get_state_display()}”，明细已锁定，不能再剔除或恢复")
    return roster


@transaction.atomic
def exclude_line(
    *, roster_id: int, benefit_id: int, for_month: Month, reason: str, actor: Any, now: datetime
) -> Exclusion:
    """剔除待核: keep one payment out while its facts are checked. Raises Refusal without a reason."""
    roster = open_roster(actor, roster_id)
    if len(reason.strip()) < 2:
        raise Refusal("请写明剔除理由（不少于2个字）", field="reason")
    line = _line(roster, benefit_id, for_month, actor)
    if line.state == "EXCLUDED":
        raise Refusal(f"{line.name}这一笔已经剔除：{line.why_excluded}")
    made = Exclusion.objects.create(
        roster=roster,
        benefit=line.benefit,
        for_month=for_month.first_day,
        reason=reason.strip()[:200],
        made_by=actor,
        made_at=now,
    )
    _after(roster, "roster.exclude", line, actor, now, reason)
    return made


@transaction.atomic
def include_line(*, roster_id: int, benefit_id: int, for_month: Month, actor: Any, now: datetime) -> None:
    """Take an exclusion back while the roster is open. Raises Refusal for lines the system itself keeps out."""
    roster = open_roster(actor, roster_id)
    line = _line(roster, benefit_id, for_month, actor)
    gone, _ = Exclusion.objects.filter(
        roster=roster, benefit=benefit_id, for_month=for_month.first_day
    ).delete()
    if not gone:
        raise Refusal(
            f"{line.name}这一笔不是乡镇剔除的（{line.why_excluded or '待发'}），请先消除原因再重新生成"
        )
    _after(roster, "roster.include", line, actor, now, "")


@transaction.atomic
def release_exclusion(*, exclusion_id: int, note: str, actor: Any, now: datetime) -> Exclusion:
    """After the roster was signed: the facts are settled, the next roster pays what was kept back. Raises Refusal."""
    rows = Exclusion.objects.select_for_update(of=("self",)).select_related("roster__unit", "benefit")
    found: Exclusion = get_visible(rows, actor, pk=exclusion_id)
    require(actor, "roster.check", found.roster.unit)
    if found.roster.is_open:
        raise Refusal("花名表还没有签章，请直接恢复这一笔")
    if found.released_at is not None:
        raise Refusal("这一笔已经核实，将在下期补发")
    if len(note.strip()) < 2:
        raise Refusal("请写明核实情况（不少于2个字）", field="note")
    found.released_by, found.released_at, found.release_note = actor, now, note.strip()[:200]
    found.save(update_fields=["released_by", "released_at", "release_note"])
    facts = {"benefit": found.benefit_id, "for": f"{found.for_month:%Y-%m}", "note": note.strip()}
    record(actor=actor, action="roster.release", subject=found.roster, unit=found.roster.unit, facts=facts)
    return found


def _line(roster: Roster, benefit_id: int, for_month: Month, actor: Any) -> PayLine:
    """The line of the roster, hidden from whoever must stand back from this family."""
    line: PayLine = get_visible(
        PayLine.objects.select_related("benefit"),
        actor,
        roster=roster,
        benefit=benefit_id,
        for_month=for_month.first_day,
    )
    return line


def _after(roster: Roster, action: str, line: PayLine, actor: Any, now: datetime, reason: str) -> None:
    """Make the roster anew; what the clerk changes himself counts as checked by him."""
    was_checked = roster.checked_hash and roster.checked_hash == roster.content_hash
    refresh([roster.pk], now=now)
    if was_checked:
        roster.refresh_from_db(fields=["content_hash"])
        Roster.objects.filter(pk=roster.pk).update(checked_hash=roster.content_hash)
    facts = {
        "name": line.name,
        "for": f"{line.for_month:%Y-%m}",
        "amount": line.total,
        "reason": reason.strip(),
    }
    record(actor=actor, action=action, subject=roster, unit=roster.unit, facts=facts)


@transaction.atomic
def approve_month(*, month: Month, meeting: str, actor: Any, now: datetime) -> int:
    """One 局务会 agrees to every roster of the month that the county checked; all or none. Raises Refusal."""
    rosters = list(rosters_to_approve(actor, str(month)))
    if not rosters:
        raise Refusal(f"{month.label}没有县局已审核、等待局务会同意的花名表")
    for roster in rosters:
        perform(subject=roster, step="approve", actor=actor, now=now, data={"meeting": meeting})
    return len(rosters)
