"""Demo rosters: this month's signed and approved, next month's waiting for the townships."""

from typing import Any

from funds.models import Roster
from funds.services.rosters import exclude_line, generate_rosters
from salvation.demo.registry import Demo, Seeder, register
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.registers.models import Meeting


def seed_rosters(demo: Demo) -> str:
    signed = generate_rosters(unit=demo.county, month=demo.month, actor=None, now=demo.now)
    for roster in signed:
        _carry(demo, roster)
    drafted = generate_rosters(unit=demo.county, month=demo.month + 1, actor=None, now=demo.now)
    return f"{demo.month.label} {len(signed)} 册已审，{(demo.month + 1).label} {len(drafted)} 册待核对"


def _carry(demo: Demo, roster: Roster) -> None:
    """The way of a roster through four hands, lines without an account kept out."""
    clerk, leader = demo.cast[("clerk", roster.unit_id)], demo.cast[("leader", roster.unit_id)]
    county, approver = (demo.cast[(name, demo.county.pk)] for name in ("county", "approver"))
    blocked = roster.pay_lines.exclude(block="").exclude(state="EXCLUDED")
    for benefit, for_month in list(blocked.values_list("benefit", "for_month")):
        exclude_line(
            roster_id=roster.pk, benefit_id=benefit, for_month=Month.of(for_month), reason="缺账户，待补录（演示）",
            actor=clerk, now=demo.now,
        )  # fmt: skip
    meeting = Meeting.objects.filter(unit=demo.county, kind=Meeting.Kind.BUREAU).order_by("-held_on").first()
    given: dict[str, Any] = {"meeting": str(meeting.pk)} if meeting else {}
    for step, actor, data in (
        ("check", clerk, {}),
        ("sign", leader, {}),
        ("county_check", county, {}),
        ("approve", approver, given),
    ):
        roster.refresh_from_db()
        perform(subject=roster, step=step, actor=actor, now=demo.now, data=data)


def register_seeders() -> None:
    register(Seeder("发放花名表", 70, seed_rosters))
