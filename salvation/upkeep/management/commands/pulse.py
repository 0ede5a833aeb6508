from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone

from salvation.jobs.models import Pulse

LATE = timedelta(minutes=10)


class Command(BaseCommand):
    help = "定时运行是否正常：十分钟内没有运行过，或因时间异常暂停时，以非零退出"

    def handle(self, *args: Any, **options: Any) -> None:
        pulse = Pulse.objects.first()
        if pulse is None:
            raise CommandError("定时任务还没有运行过，请检查 beat 和 worker 进程")
        if pulse.trouble:
            raise CommandError(f"定时任务暂停：{pulse.trouble}。核对时间后执行 manage.py accept_clock")
        if timezone.now() - pulse.at > LATE:
            raise CommandError(
                f"定时任务自 {timezone.localtime(pulse.at):%Y-%m-%d %H:%M} 起没有运行，请检查 beat 和 worker 进程"
            )
        self.stdout.write(f"定时任务正常，上次运行 {timezone.localtime(pulse.at):%Y-%m-%d %H:%M}")
