from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from salvation.upkeep.keys import turning_keys
from salvation.vault.index_rotation import turn, unturned
from salvation.vault.models import IndexTurn

AFTER = "把 INDEX_KEY 改为只写新密钥，旧密钥写入 INDEX_KEYS_RETIRED（核对以前的日志封条和旧备份要用），重启全部进程"


class Command(BaseCommand):
    help = (
        "更换检索密钥：INDEX_KEY 写成“旧,新”并重启后，分批重算全部检索指纹；可在办公时间执行，可中断后再执行"
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="只看还有多少行没有改用新密钥；没有完成时以 1 退出"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["check"]:
            self._turn()
        if not IndexTurn.objects.filter(done=True).exists():
            for table, count in sorted(unturned().items()):
                self.stdout.write(f"{table} 还有 {count} 行")
            raise CommandError(
                "还没有全部改用新密钥，请不要删去旧密钥；再执行一次 rotate_index", returncode=1
            )
        self.stdout.write(f"全部检索指纹都在新密钥下。{AFTER}")

    def _turn(self) -> None:
        with turning_keys():
            turned = turn(actor=None, progress=self._progress)
        self.stdout.write(f"已重算 {turned} 个证号、账号的检索指纹")

    def _progress(self, table: str, turned: int) -> None:
        self.stdout.write(f"{table}：累计 {turned}")
