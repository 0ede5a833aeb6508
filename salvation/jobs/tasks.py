"""Celery's side of jobs: ids in, one service call."""

from celery import shared_task
from django.utils import timezone

from salvation.jobs import services
from salvation.jobs.clock import beat
from salvation.jobs.schedule import due_runs
from salvation.journal.services import seal_entries


@shared_task(name="jobs.execute")
def execute(run_id: int) -> None:
    services.execute(run_id)


@shared_task(name="jobs.tick")
def tick() -> None:
    """Every minute: start what is due by business date, take up what a dead worker left."""
    if not beat(timezone.now()):
        for code, unit, period in due_runs():
            services.start(code=code, unit=unit, period=period, actor=None, enqueue=execute.delay)
    for run_id in services.orphans():
        services.send(run_id, execute.delay)


@shared_task(name="journal.seal")
def seal_journal() -> None:
    seal_entries()
