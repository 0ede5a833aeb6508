"""Judge a household file without a database: ``manage.py assess FILE.yaml [--program CODE] [--json]``."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from cases.rules.codes import Program
from cases.rules.household_file import as_json, as_text, decode, judge, read_case
from salvation.domain.errors import Refusal

_PROGRAMS = "、".join(f"{program.value} {program.label}" for program in Program)


class Command(BaseCommand):
    help = "按文件中的家庭情况和参数核算各类救助（格式见 docs/assess.md）。退出码：0 有结论，2 文件有误。"
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", metavar="FILE.yaml", help="家庭情况文件（YAML，UTF-8）")
        parser.add_argument(
            "--program",
            metavar="CODE",
            help=f"只核算一类：{_PROGRAMS}",
        )
        parser.add_argument("--json", action="store_true", help="输出 JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        program = _program(options["program"])
        try:
            assessments = judge(read_case(decode(_content(options["file"]))), program)
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(as_json(assessments, program) if options["json"] else as_text(assessments))


def _program(code: str | None) -> Program | None:
    if code is None:
        return None
    try:
        return Program(code)
    except ValueError as error:
        raise CommandError(f"--program：没有类别“{code}”。可以写：{_PROGRAMS}。", returncode=2) from error


def _content(name: str) -> bytes:
    try:
        return Path(name).read_bytes()
    except (OSError, ValueError) as error:
        raise CommandError(f"读不了文件 {name}，请检查路径和权限。", returncode=2) from error
