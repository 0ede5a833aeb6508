from typing import Any

from django.core.management.base import BaseCommand, CommandError

from salvation.journal.services import Tampered, seal_entries, verify


class Command(BaseCommand):
    help = "核对日志封条；被改动时以非零退出"

    def handle(self, *args: Any, **options: Any) -> None:
        seal_entries()
        try:
            sealed, waiting = verify()
        except Tampered as error:
            raise CommandError(str(error)) from error
        self.stdout.write(f"日志完整：已封 {sealed} 条，待封 {waiting} 条")
