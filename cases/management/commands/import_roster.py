"""manage.py import_roster FILE --unit CODE --program DIBAO_RURAL --month 2022-05 [--sheet NAME]
[--dry-run] [--errors OUT.xlsx]

The last line is rows=… accepted=… rejected=… households=… unchanged=…; exit 0 all accepted, 1 some rejected,
2 nothing readable.
"""

import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from cases.services.roster_import import Order, checked_order, import_file, preview
from cases.services.roster_plan import Plan
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.month import Month
from salvation.intake.mapping import SavedMapping
from salvation.intake.returned import returned_workbook
from salvation.units.selectors import unit_by_code

SHOWN = 50


class Command(BaseCommand):
    help = "导入发放花名册（.xlsx、.xls、.csv）；合格的户作为一个批次写入"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, metavar="FILE")
        parser.add_argument("--unit", required=True, help="填报单位代码")
        parser.add_argument("--program", required=True, help="类别，如 DIBAO_RURAL")
        parser.add_argument("--month", required=True, help="起始月份，如 2022-05")
        parser.add_argument(
            "--sheet",
            action="append",
            default=[],
            metavar="NAME",
            help="只读这个工作表，可写多次；不写则读所有认得出表头的工作表",
        )
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument(
            "--errors", type=Path, metavar="OUT.xlsx", help="写出退回工作簿：坏格标红，末列写原因"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            content = _content(options["file"])
            order = _order(options)
            plan = self._run(content, order, options)
        except (Refusal, BadValue) as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        except DatabaseError as error:
            raise CommandError(
                "数据库连不上或还没有建表，请先运行 manage.py migrate", returncode=2
            ) from error
        except OSError as error:
            raise CommandError(f"读不到文件 {options['file']}（{error.strerror}）", returncode=2) from error
        self._tell(plan)
        self._return(plan, content, options["errors"])
        self.stdout.write(plan.summary)
        if plan.rejected:
            sys.exit(1)

    def _run(self, content: bytes, order: Order, options: dict[str, Any]) -> Plan:
        mapping = SavedMapping(sheets=tuple(options["sheet"]))
        if options["dry_run"]:
            plan = preview(content=content, order=order, mapping=mapping)
        else:
            name = options["file"].name
            plan = import_file(content=content, file_name=name, order=order, actor=None, mapping=mapping)
        if plan.reading.missing:
            raise Refusal(plan.refused)
        if not plan.rows:
            raise Refusal("表里没有任何人员的行。请核对是否选错了文件或工作表。")
        return plan

    def _tell(self, plan: Plan) -> None:
        for note in (plan.refused, *plan.notes):
            if note:
                self.stdout.write(note)
        problems = [(row.place, problem) for row in plan.flawed for problem in row.problems]
        for place, problem in problems[:SHOWN]:
            self.stdout.write(f"{place}　{'' if problem.rejects else '提示　'}{problem.text}")
        if len(problems) > SHOWN:
            self.stdout.write(f"其余 {len(problems) - SHOWN} 条见退回工作簿（--errors）。")
        for difference in plan.differences[:SHOWN]:
            self.stdout.write(
                f"差异　{difference.place}　户编号 {difference.household_no}　{difference.what}"
            )
        if len(plan.differences) > SHOWN:
            self.stdout.write(f"其余差异 {len(plan.differences) - SHOWN} 条没有列出。")

    def _return(self, plan: Plan, content: bytes, target: Path | None) -> None:
        if target is None:
            return
        try:
            target.write_bytes(returned_workbook(content, plan.reading, plan.flawed))
        except OSError as error:
            raise CommandError(f"写不出退回工作簿 {target}（{error.strerror}）", returncode=2) from error


def _content(path: Path) -> bytes:
    """Raises Refusal for a file too large to read, before reading it."""
    limit = settings.UPLOAD_LIMIT_BYTES
    if path.stat().st_size > limit:
        raise Refusal(f"文件超过 {limit // 1024 // 1024} MB，请分成几个文件导入")
    return path.read_bytes()


def _order(options: dict[str, Any]) -> Order:
    return checked_order(
        unit=unit_by_code(options["unit"]), program=options["program"], month=Month.parse(options["month"])
    )
