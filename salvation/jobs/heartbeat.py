"""Keep a run's lease and show its progress from inside the job's own transaction.

What a job writes to its run within its transaction nobody sees before the end, and a long COPY writes nothing at all.
A thread with a connection of its own tells both: how far the job is, and that its worker lives. When the worker is
killed the thread dies with it, and the lease frees itself.
"""

from threading import Event, Thread
from types import TracebackType
from typing import Self

from django.db import DatabaseError, connection
from django.db.models.functions import Now

from salvation.jobs.services import LEASE, Cancelled, Running, held

EVERY = 1.0


class Heartbeat:
    """``with Heartbeat(run) as beat: service(progress=beat.report)``"""

    def __init__(self, running: Running) -> None:
        self.run, self.run_id = running.run, running.run.pk
        self.done, self.total, self.message = 0, 0, ""
        self.cancelled, self._ended = Event(), Event()
        self._thread = Thread(target=self._beat, name=f"heartbeat-{self.run_id}", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()

    def report(self, done: int, total: int, message: str = "") -> None:
        """Costs nothing; the thread passes it on. Raises Cancelled once somebody cancelled the run."""
        self.done, self.total, self.message = done, total, message
        if self.cancelled.is_set():
            raise Cancelled

    def _beat(self) -> None:
        while not self._ended.wait(EVERY):
            try:
                self._tell()
            except DatabaseError:
                continue  # the job itself will meet the same trouble and say so
        connection.close()

    def _tell(self) -> None:
        told = held(self.run).update(
            progress=self.done,
            total=self.total,
            message=self.message[:300],
            lease_until=Now() + LEASE,
        )
        if not told:
            # Cancelled by a person, or taken up by another worker after a lost lease.
            self.cancelled.set()
