"""Start and run jobs: idempotent by (job, unit, period), freed by a lease when a worker dies.

    @job("roster.generate", label="生成花名表")
    def generate(run: Running) -> dict: …        # one service call

``start()`` writes the Run and enqueues it after commit; ``execute()`` is what the Celery task calls.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.jobs.models import Run
from salvation.journal.services import record
from salvation.units.models import Unit

LEASE = timedelta(minutes=5)
# How often a run whose worker died is taken up before it is given up.
ATTEMPTS = 5


class Cancelled(Exception):
    """Somebody cancelled the run; what it wrote in its transaction is undone."""


@dataclass(slots=True)
class Running:
    """Handed to the job's function: says what to do and reports progress."""

    run: Run

    @property
    def unit(self) -> Unit:
        return self.run.unit

    @property
    def period(self) -> str:
        return self.run.period

    def report(self, done: int, total: int, message: str = "") -> None:
        """Heartbeat. Must be called outside the job's own transaction to be seen. Raises Cancelled."""
        alive = Run.objects.filter(pk=self.run.pk, state=Run.State.RUNNING).update(
            progress=done, total=total, message=message[:300], lease_until=timezone.now() + LEASE
        )
        if not alive:
            raise Cancelled


Function = Callable[[Running], dict[str, Any]]


@dataclass(frozen=True, slots=True)
class Job:
    code: str
    label: str
    function: Function


JOBS: dict[str, Job] = {}


def job(code: str, *, label: str) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        JOBS[code] = Job(code, label, function)
        return function

    return register


def start(
    *, code: str, unit: Unit, period: str, actor: Any, enqueue: Callable[[int], Any], again: bool = False
) -> Run:
    """Write the run and enqueue it after commit. An unfinished or finished run of the same key is returned as it is.

    ``again`` restarts a finished one (a new draft asked for by a person). A run whose worker died is enqueued anew.
    """
    JOBS[code]
    with transaction.atomic():
        run, created = Run.objects.select_for_update().get_or_create(
            job=code, unit=unit, period=period, defaults={"requested_by": actor}
        )
        restart = again and run.state in {Run.State.DONE, Run.State.FAILED, Run.State.CANCELLED}
        if restart or run.state == Run.State.FAILED:
            run.state, run.progress, run.attempts, run.message = Run.State.WAITING, 0, 0, ""
            run.save(update_fields=["state", "progress", "attempts", "message"])
        if created or restart:
            record(
                actor=actor,
                action="job.start",
                subject=run,
                unit=unit,
                facts={"job": JOBS[code].label, "period": period},
            )
        if run.state == Run.State.WAITING or run.interrupted:
            transaction.on_commit(lambda: enqueue(run.pk))
    return run


def claim(run_id: int) -> Run | None:
    """Take a waiting run, or one whose worker died; None when another worker holds it or it is finished."""
    now = timezone.now()
    free = Q(state=Run.State.WAITING) | Q(state=Run.State.RUNNING, lease_until__lt=now)
    taken = Run.objects.filter(free, pk=run_id).update(
        state=Run.State.RUNNING,
        started_at=now,
        lease_until=now + LEASE,
        message="",
        attempts=F("attempts") + 1,
    )
    return (
        Run.objects.select_related("unit", "unit__county", "requested_by").get(pk=run_id) if taken else None
    )


def execute(run_id: int) -> Run | None:
    """Run a job to its end. An error is kept with the run in plain words and raised again for the log."""
    run = claim(run_id)
    if run is None:
        return None
    try:
        result = JOBS[run.job].function(Running(run))
    except Refusal as refusal:
        return _finish(run, Run.State.FAILED, message=str(refusal))
    except Cancelled:
        return _finish(run, Run.State.CANCELLED, message="已取消，未保存任何内容")
    except Exception:
        _finish(run, Run.State.FAILED, message="任务出错，未保存任何内容；管理员可在服务器日志中查到原因")
        raise
    return _finish(run, Run.State.DONE, result=result)


def _finish(run: Run, state: str, *, message: str = "", result: dict[str, Any] | None = None) -> Run:
    values: dict[str, Any] = {"state": state, "finished_at": timezone.now(), "lease_until": None}
    if message:
        values["message"] = message[:300]
    if result is not None:
        values["result"] = result
    Run.objects.filter(pk=run.pk).update(**values)
    run.refresh_from_db()
    return run


@transaction.atomic
def cancel(*, run_id: int, actor: Any) -> None:
    """Ask a run to stop: it ends at its next heartbeat. Raises Refusal for anybody but the one who started it."""
    run = Run.objects.select_for_update(of=("self",)).select_related("unit").get(pk=run_id)
    if run.requested_by_id is None or run.requested_by_id != actor.pk:
        raise Refusal("任务只能由发起人取消；系统按期启动的任务不能取消")
    if run.state not in (Run.State.WAITING, Run.State.RUNNING):
        return
    run.state, run.finished_at = Run.State.CANCELLED, timezone.now()
    run.save(update_fields=["state", "finished_at"])
    # A job that a newer version no longer knows may still be cancelled.
    label = JOBS[run.job].label if run.job in JOBS else run.job
    facts = {"job": label, "period": run.period}
    record(actor=actor, action="job.cancel", subject=run, unit=run.unit, facts=facts)


def orphans() -> list[int]:
    """Runs to enqueue again: waiting for long, or their worker died. One that kills every worker is given up."""
    now = timezone.now()
    lost = Q(state=Run.State.RUNNING, lease_until__lt=now)
    Run.objects.filter(lost, attempts__gte=ATTEMPTS).update(
        state=Run.State.FAILED,
        finished_at=now,
        lease_until=None,
        message=f"任务连续{ATTEMPTS}次中断，已停止；请管理员查看服务器日志后重新启动",
    )
    forgotten = Q(state=Run.State.WAITING, created_at__lt=now - timedelta(minutes=1))
    return list(Run.objects.filter(lost | forgotten).values_list("pk", flat=True))
