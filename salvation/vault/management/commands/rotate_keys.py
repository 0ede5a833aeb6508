from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from salvation.upkeep.keys import turning_keys
from salvation.vault.crypto import keyring
from salvation.vault.rotation import remaining, rotate

INDEX_STAYS = (
    "INDEX_KEY（检索指纹和日志封条的密钥）不随本命令更换：它由 rotate_index 更换，"
    "步骤见 docs/operations.md“密钥”一节"
)


class Command(BaseCommand):
    help = f"把全部密封内容（字段、修改历史、附件）改用 VAULT_KEYS 中编号最大的密钥；可中断后再执行。{INDEX_STAYS}"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--check", action="store_true", help="只统计各密钥下还有多少内容；有旧密钥的内容时以 1 退出"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _, newest = keyring()
        if not options["check"]:
            self._rotate()
        if self._tell(newest):
            raise CommandError(
                "旧密钥下还有内容，请不要从 VAULT_KEYS 中删除旧密钥；再执行一次 rotate_keys", returncode=1
            )
        self.stdout.write(
            f"全部内容都在第 {newest} 号密钥下，其他密钥可以从 VAULT_KEYS 中删除。{INDEX_STAYS}"
        )

    def _rotate(self) -> None:
        with turning_keys():
            moved = rotate(actor=None, progress=self._progress)
        self.stdout.write(f"已更换：记录 {moved['rows']} 行，文件 {moved['files']} 个")

    def _progress(self, where: str, done: int, total: int) -> None:
        if done % 2000 == 0 or done == total:
            self.stdout.write(f"{where} {done}/{total}")

    def _tell(self, newest: int) -> bool:
        """Print what lies under each key; whether anything lies under another than the newest."""
        found = remaining()
        for key_id, places in sorted(found.items()):
            words = "，".join(f"{place} {count}" for place, count in sorted(places.items()))
            self.stdout.write(f"第 {key_id} 号密钥：{words}")
        return bool(found.keys() - {newest})
