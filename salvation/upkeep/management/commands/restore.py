from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.journal.services import Tampered
from salvation.upkeep.restore import restore_backup


class Command(BaseCommand):
    help = "把备份恢复到空的数据库和附件文件夹；先核对清单，后核对行数和日志封条。恢复前停止网页和任务进程"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument("--key-file", type=Path, metavar="FILE", help="加密备份的密钥文件")
        parser.add_argument(
            "--replace", default="", metavar="DBNAME", help="数据库非空时写出其名称，现有内容改名保留"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = restore_backup(
                folder=options["folder"], key_file=options["key_file"], replace=options["replace"], actor=None,
                now=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        except Tampered as error:
            raise CommandError(f"内容已恢复，但{error}；请查明原因前不要启用", returncode=3) from error
        self.stdout.write(
            f"已恢复 {found.rows} 行、附件 {found.files} 个；日志完整，已封 {found.sealed_entries} 条"
        )
        for note in found.notes:
            self.stdout.write(note)
