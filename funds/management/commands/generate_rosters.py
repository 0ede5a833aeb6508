"""manage.py generate_rosters --month 2022-06 [--unit CODE]

A line per roster, then rosters=… lines=… amount=…; exit 2 with the reason where nothing can be made.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from cases.selectors import counties_at_work
from funds.models import PayLine, Roster
from funds.services.rosters import generate_rosters
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.month import Month
from salvation.intake.copying import analyse
from salvation.units.selectors import unit_by_code


class Command(BaseCommand):
    help = "生成某发放月的花名表草稿（各填报单位、各册）；未签章的重新生成，已签章的不动"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--month", required=True, metavar="2022-06", help="发放月（钱属于哪个月）")
        parser.add_argument("--unit", metavar="CODE", help="县或填报单位代码；不给则所有在用的县")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month = Month.parse(options["month"])
            units = [unit_by_code(options["unit"])] if options["unit"] else counties_at_work()
            rosters = [
                roster
                for unit in units
                for roster in generate_rosters(unit=unit, month=month, actor=None, now=timezone.now())
            ]
        except (Refusal, BadValue) as error:
            raise CommandError(str(error), returncode=2) from error
        analyse(PayLine, Roster)
        for roster in rosters:
            self.stdout.write(_words(roster))
        lines, amount = sum(roster.lines for roster in rosters), sum(roster.amount for roster in rosters)
        self.stdout.write(f"rosters={len(rosters)} lines={lines} amount={amount or 0:.2f}")


def _words(roster: Roster) -> str:
    left_out = f" 剔除{roster.excluded}" if roster.excluded else ""
    blocked = f" 缺账户{roster.blocked}" if roster.blocked else ""
    return (
        f"{roster.unit.code} {roster.unit} {roster.get_program_display()} {roster.get_state_display()} "
        f"{roster.households}户 {roster.people}人 {roster.lines}笔 {roster.amount}元{left_out}{blocked}"
    )
