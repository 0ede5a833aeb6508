"""manage.py export_roster --unit CODE --program DIBAO_RURAL --month 2022-06 --out FILE.xlsx
[--summary FILE.xlsx] [--full --user NAME --reason TEXT]

Masked unless --full; exit 2 with the reason in Chinese where there is nothing to give out.
"""

from argparse import ArgumentParser
from io import BytesIO
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.models.choices import PAID
from funds.models import Roster
from funds.selectors import roster_for
from funds.services.exports import full_roster_by_command, masked_roster_by_command, summary_by_command
from salvation.accounts.models import User
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.month import Month
from salvation.units.selectors import unit_by_code


class Command(BaseCommand):
    help = "导出一册花名表（默认脱敏；完整版须写明用户和理由并留痕）"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, metavar="CODE", help="填报单位代码")
        parser.add_argument("--program", required=True, help="册，如 DIBAO_RURAL")
        parser.add_argument("--month", required=True, metavar="2022-06", help="发放月")
        parser.add_argument("--out", required=True, type=Path, metavar="FILE.xlsx")
        parser.add_argument("--summary", type=Path, metavar="FILE.xlsx", help="同时写出发放汇总表")
        parser.add_argument("--full", action="store_true", help="完整版（证号、账号不脱敏）")
        parser.add_argument("--user", metavar="NAME", help="导出人的登录名（--full 必填）")
        parser.add_argument("--reason", default="", metavar="TEXT", help="用途（--full 必填）")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            roster = _roster(options)
            content = self._content(roster, options)
            _save(content, options["out"])
            if options["summary"]:
                _save(summary_by_command(roster=roster)[0], options["summary"])
        except (Refusal, BadValue) as error:
            raise CommandError(str(error), returncode=2) from error
        self.stdout.write(f"lines={roster.lines} amount={roster.amount} hash={roster.content_hash}")

    def _content(self, roster: Roster, options: dict[str, Any]) -> BytesIO:
        if not options["full"]:
            return masked_roster_by_command(roster=roster)[0]
        if not options["user"]:
            raise Refusal("导出完整版须写明导出人的登录名（--user）和用途（--reason）")
        user = User.objects.filter(username=options["user"], is_active=True).first()
        if user is None:
            raise Refusal(f"没有登录名为“{options['user']}”的在用账号")
        return full_roster_by_command(roster=roster, actor=user, reason=options["reason"])[0]


def _roster(options: dict[str, Any]) -> Roster:
    month, unit = Month.parse(options["month"]), unit_by_code(options["unit"])
    books = {program.value: program.label for program in PAID}
    if options["program"] not in books:
        known = "、".join(f"{code} {label}" for code, label in books.items())
        raise Refusal(f"没有“{options['program']}”这一册，可用的有：{known}")
    roster = roster_for(unit, options["program"], month)
    if roster is None:
        raise Refusal(
            f"{unit}没有{month.label}的{books[options['program']]}花名表，请先生成（generate_rosters --month {month}）"
        )
    return roster


def _save(content: BytesIO, path: Path) -> None:
    try:
        path.write_bytes(content.getvalue())
    except OSError as error:
        raise Refusal(f"写不出文件 {path}（{error.strerror}）") from error
