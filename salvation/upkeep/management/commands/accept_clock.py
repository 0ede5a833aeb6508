from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from salvation.jobs.clock import accept


class Command(BaseCommand):
    help = "核对服务器时间无误后，让因时间异常暂停的定时任务恢复"

    def handle(self, *args: Any, **options: Any) -> None:
        now = timezone.now()
        trouble = accept(now=now, actor=None)
        self.stdout.write(
            f"已确认服务器时间 {timezone.localtime(now):%Y-%m-%d %H:%M}；{trouble or '此前没有异常'}"
        )
