"""Start and run jobs: idempotent by (job, unit, period), freed by a lease when a worker dies.

    @job("roster.generate", label="生成花名表")
    def generate(run: Running) -> dict: …        # one service call

``start()`` writes the Run and enqueues it after commit; ``execute()`` is what the Celery task calls.
"""

import logging
from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils import timezone
from kombu.exceptions import KombuError
from redis.exceptions import RedisError

from salvation.domain.errors import Refusal
from salvation.jobs.models import Run
from salvation.journal.services import record
from salvation.units.models import Unit

# Leases are counted on the database's clock, the one clock all workers share.
LEASE = timedelta(minutes=5)
# A lease that ends later than this was given before the clock was set back; its worker would have renewed it.
TOO_LONG = LEASE * 2
QUEUE_AWAY = "任务已登记；后台排队服务暂时连不上，恢复后约一分钟内自动开始，不必重新提交"
SERVER_AWAY = "数据库中断，任务已退回，恢复后自动重做，不会重复"
TOO_LATE = "取消时任务已经做完，内容已保存"
# How often a run whose worker died is taken up before it is given up.
ATTEMPTS = 5
# A run that waits longer than this was lost by the queue and is sent again; claiming keeps it from running twice.
FORGOTTEN = timedelta(minutes=1)

logger = logging.getLogger(__name__)


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
        alive = held(self.run).update(
            progress=done, total=total, message=message[:300], lease_until=Now() + LEASE
        )
        if not alive:
            raise Cancelled


Function = Callable[[Running], dict[str, Any]]

# Set while months of history are written at once: their jobs wait for the tick instead of being sent one by one.
LEFT_TO_THE_TICK: ContextVar[bool] = ContextVar("left_to_the_tick", default=False)


@dataclass(frozen=True, slots=True)
class Job:
    code: str
    label: str
    function: Function
    # Doing it twice would add to it, so its writes and its being done are one transaction. It reports by a Heartbeat.
    whole: bool = False


JOBS: dict[str, Job] = {}


def job(code: str, *, label: str, whole: bool = False) -> Callable[[Function], Function]:
    def register(function: Function) -> Function:
        JOBS[code] = Job(code, label, function, whole)
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
            run.state, run.progress, run.message = Run.State.WAITING, 0, ""
            run.attempts_before = run.attempts
            run.save(update_fields=["state", "progress", "message", "attempts_before"])
        if created or restart:
            record(
                actor=actor,
                action="job.start",
                subject=run,
                unit=unit,
                facts={"job": JOBS[code].label, "period": period},
            )
        if (run.state == Run.State.WAITING or run.interrupted) and not LEFT_TO_THE_TICK.get():
            transaction.on_commit(lambda: send(run.pk, enqueue))
    return run


def send(run_id: int, enqueue: Callable[[int], Any]) -> bool:
    """Hand a run to the workers. What the person did is saved by now: a queue that is away must not make an error of
    it. The run says so and the tick takes it up."""
    try:
        enqueue(run_id)
    except (KombuError, RedisError, ConnectionError) as error:
        logger.warning("run %s not queued: %s", run_id, error)
        Run.objects.filter(pk=run_id, state=Run.State.WAITING).update(message=QUEUE_AWAY)
        return False
    return True


def held(run: Run) -> Any:
    """The run as long as this worker holds it: whoever took it up after a lost lease counted one attempt more."""
    return Run.objects.filter(pk=run.pk, state=Run.State.RUNNING, attempts=run.attempts)


def lost() -> Q:
    """Runs whose worker died: the lease ended, or lies further ahead than any lease reaches."""
    ended = Q(lease_until__lt=Now()) | Q(lease_until__gt=Now() + TOO_LONG)
    return Q(state=Run.State.RUNNING) & ended


def claim(run_id: int) -> Run | None:
    """Take a waiting run, or one whose worker died; None when another worker holds it or it is finished."""
    taken = Run.objects.filter(Q(state=Run.State.WAITING) | lost(), pk=run_id).update(
        state=Run.State.RUNNING,
        started_at=Now(),
        lease_until=Now() + LEASE,
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
        return _carry_out(JOBS[run.job], run)
    except Refusal as refusal:
        return _finish(run, Run.State.FAILED, message=str(refusal))
    except Cancelled:
        return _finish(run, Run.State.CANCELLED, message="已取消，未保存任何内容")
    except (OperationalError, InterfaceError):
        # The database went away or stopped the transaction; all of it was rolled back and is worth another try.
        _give_back(run)
        raise
    except Exception:
        _finish(run, Run.State.FAILED, message="任务出错，未保存任何内容；管理员可在服务器日志中查到原因")
        raise


def _carry_out(work: Job, run: Run) -> Run:
    if not work.whole:
        return _finish(run, Run.State.DONE, result=work.function(Running(run)))
    with transaction.atomic():
        done = _finish(run, Run.State.DONE, result=work.function(Running(run)))
        if done.state != Run.State.DONE or done.attempts != run.attempts:
            raise Cancelled
        return done


def _give_back(run: Run) -> None:
    """End the lease so that the tick takes the run up; while the database is away the lease ends by itself."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        held(run).update(lease_until=Now() - timedelta(seconds=1), message=SERVER_AWAY)
    except (OperationalError, InterfaceError) as error:
        logger.warning("run %s waits for its lease to end: %s", run.pk, error)


def _finish(run: Run, state: str, *, message: str = "", result: dict[str, Any] | None = None) -> Run:
    """Keep how it ended, unless somebody cancelled it or took it up meanwhile: then that counts."""
    values: dict[str, Any] = {"state": state, "finished_at": Now(), "lease_until": None}
    if message:
        values["message"] = message[:300]
    if result is not None:
        values["result"] = result
    if not held(run).update(**values):
        told = TOO_LATE if state == Run.State.DONE else message
        stopped = Run.objects.filter(pk=run.pk, state=Run.State.CANCELLED, attempts=run.attempts)
        stopped.update(lease_until=None, message=told[:300])
    # Read afresh: the run in this worker's hand keeps the number it was claimed under.
    return Run.objects.get(pk=run.pk)


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
    Run.objects.filter(lost(), attempts__gte=F("attempts_before") + ATTEMPTS).update(
        state=Run.State.FAILED,
        finished_at=Now(),
        lease_until=None,
        message=f"任务连续{ATTEMPTS}次中断，已停止；请管理员查看服务器日志后重新启动",
    )
    forgotten = Q(state=Run.State.WAITING) & ~Q(created_at__gte=Now() - FORGOTTEN, created_at__lte=Now())
    return list(Run.objects.filter(lost() | forgotten).order_by("pk").values_list("pk", flat=True))
