from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.upkeep.backup import make_backup
from salvation.upkeep.manifest import KEYS_APART


class Command(BaseCommand):
    help = f"备份数据库和附件到 DIR 下以时间命名的文件夹。{KEYS_APART}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("folder", type=Path, metavar="DIR")
        parser.add_argument(
            "--key-file", type=Path, metavar="FILE", help="用此文件的内容加密备份（不少于20个字符）"
        )
        parser.add_argument("--keep", type=int, metavar="N", help="完成后只留最近 N 份")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["keep"] is not None and options["keep"] < 1:
            raise CommandError("--keep 至少为 1", returncode=2)
        try:
            made = make_backup(
                folder=options["folder"], key_file=options["key_file"], keep=options["keep"], actor=None,
                now=timezone.now(),
            )  # fmt: skip
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write(f"已备份到 {made}。{KEYS_APART}")
