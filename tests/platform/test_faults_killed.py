"""Processes killed with SIGKILL in the middle: nothing half-done, nothing lost, nothing doubled."""

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Application
from funds.models import Roster, SignedPaper
from salvation.domain.month import Month
from salvation.flow.models import Transition
from salvation.jobs.models import Run
from salvation.jobs.services import JOBS, execute, orphans
from salvation.journal.models import Entry
from salvation.journal.services import seal_entries, verify
from salvation.web.services import new_token
from tests.databases import rows_of_everything, stored_files
from tests.world import World

# What changes although nothing was done: the run itself, and the session of whoever looks.
OWN = frozenset({"jobs_run", "django_session", "jobs_pulse"})


@contextmanager
def killing_at(statement: int | str) -> Iterator[list[str]]:
    """This process kills itself, as the machine would, before its n-th writing statement or one with these words."""
    seen: list[str] = []

    def wrapper(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if str(sql).lstrip().upper().startswith(("INSERT", "UPDATE", "DELETE", "WITH", "COPY", "LOCK")):
            if len(seen) == statement or (isinstance(statement, str) and statement in str(sql)):
                os.kill(os.getpid(), signal.SIGKILL)
            seen.append(str(sql)[:60])
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield seen


def in_a_process(act: Callable[[], Any]) -> int:
    """Run in a process of its own; the signal that ended it, 0 when it came to its end."""
    connections.close_all()
    child = os.fork()
    if child == 0:
        code = 1
        try:
            act()
            code = 0
        finally:
            os._exit(code)
    status = os.waitpid(child, 0)[1]
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0, "the process failed before it was killed"
    return os.WTERMSIG(status)


def doomed(act: Callable[[], Any], at: int | str) -> Callable[[], None]:
    def run() -> None:
        with killing_at(at):
            act()

    return run


LAST_MONTH = str(Month.of(timezone.localdate()) - 1)
NEXT_MONTH = str(Month.of(timezone.localdate()) + 1)
TODAY = timezone.localdate().isoformat()
KINDS = {
    "freeze and table": ("stat.generate", LAST_MONTH),
    "rosters": ("roster.generate", NEXT_MONTH),
    "ledger": ("ledger.monthly", NEXT_MONTH),
    "re-assessment": ("reassess", TODAY),
    "grace": ("grace.expiry", TODAY),
    "notices": ("notice.expire", TODAY),
    "reminders": ("duty.remind", TODAY),
}


def run_of(world: World, code: str, period: str) -> Run:
    """The run of a county, waiting to be done (once more, where the world did it already)."""
    Run.objects.filter(job=code, period=period).delete()
    return Run.objects.create(job=code, unit=world.units["360722"], period=period)


def lease_ends(run: Run) -> None:
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))


# The statement by which a run is marked as done: the work is finished, and nobody knows yet.
MARKED = '"finished_at" ='


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_killed_in_its_work_leaves_nothing_and_the_next_one_does_all_of_it(
    kind: str, world_copy: World
) -> None:
    run = run_of(world_copy, *KINDS[kind])
    before, files = rows_of_everything(OWN), stored_files()
    # The first statement claims the run, the next begins its work.
    assert in_a_process(doomed(lambda: execute(run.pk), 1)) == signal.SIGKILL
    assert (rows_of_everything(OWN), stored_files()) == (before, files)
    assert execute(run.pk) is None, "its lease is still held"
    lease_ends(run)
    assert orphans() == [run.pk]
    assert execute(run.pk).state == Run.State.DONE  # type: ignore[union-attr]
    assert execute(run.pk) is None
    seal_entries()
    verify()


@pytest.mark.parametrize("kind", KINDS)
def test_a_worker_killed_between_the_work_and_its_mark_doubles_nothing(kind: str, world_copy: World) -> None:
    run = run_of(world_copy, *KINDS[kind])
    assert in_a_process(doomed(lambda: execute(run.pk), MARKED)) == signal.SIGKILL
    worked = rows_of_everything(OWN)
    lease_ends(run)
    assert execute(run.pk).state == Run.State.DONE  # type: ignore[union-attr]
    once = rows_of_everything(OWN)
    grown = {name for name, count in once.items() if count > worked[name]}
    if JOBS[run.job].whole:
        assert "cases_assessment" in grown, "all of it was undone and done again"
        assert once["cases_assessment"] - worked["cases_assessment"] == run_result(run)
    else:
        assert grown <= {"journal_entry"}


def run_result(run: Run) -> int:
    run.refresh_from_db()
    return int(run.result["核算户数"])


def test_a_paper_killed_while_it_is_kept_is_made_anew_and_kept_once(world_copy: World) -> None:
    roster = (
        Roster.objects.exclude(state="DRAFT").order_by("pk").first() or Roster.objects.order_by("pk").first()
    )
    assert roster is not None
    papers = SignedPaper.objects.count()
    run = Run.objects.create(job="roster.paper", unit=roster.unit, period=f"{roster.pk}-v{roster.version}")
    in_a_process(doomed(lambda: execute(run.pk), 1))
    assert SignedPaper.objects.count() == papers
    lease_ends(run)
    done = execute(run.pk)
    assert done is not None
    assert done.state in (Run.State.DONE, Run.State.FAILED)
    assert SignedPaper.objects.count() <= papers + 1


@pytest.fixture
def waiting(world_copy: World) -> Application:
    """An application that a clerk may accept."""
    found: Application = world_copy.one("Application")
    return found


def browser(world: World, town: str = "360722100") -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.clerks[town], backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_web_process_killed_in_the_middle_of_a_step_leaves_the_old_state_and_the_form_may_be_sent_again(
    world_copy: World, waiting: Application
) -> None:
    client, address = browser(world_copy), reverse("web:step", args=["application", waiting.pk, "accept"])
    form = {"_once": new_token(), "_act": "confirmed", "comment": ""}
    before, state = rows_of_everything(OWN), waiting.state
    for at in (1, 3, 5):
        assert in_a_process(doomed(lambda: client.post(address, form), at)) == signal.SIGKILL
        assert rows_of_everything(OWN) == before
        waiting.refresh_from_db()
        assert waiting.state == state
    for _ in range(2):
        assert client.post(address, form).status_code == 302
    waiting.refresh_from_db()
    assert waiting.state != state
    assert Transition.objects.filter(flow="application", subject_id=waiting.pk, step="accept").count() == 1
    assert (
        Entry.objects.filter(action="flow.application", subject_id=waiting.pk, facts__step="受理").count()
        == 1
    )
