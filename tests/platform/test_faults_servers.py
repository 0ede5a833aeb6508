"""A server beside us fails: people are told plainly, nothing is lost or doubled, and work goes on by itself."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import psycopg2.errors
import pytest
from django.db import OperationalError, close_old_connections, connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from kombu.exceptions import OperationalError as QueueError

from cases.models import Application
from salvation.domain.errors import Refusal
from salvation.files import services as files
from salvation.flow.models import Transition
from salvation.jobs import clock, tasks
from salvation.jobs.models import Pulse, Run
from salvation.jobs.services import JOBS, Cancelled, Job, Running, claim, execute, orphans, start
from salvation.journal.models import Entry
from salvation.upkeep.cache import ForgivingRedisCache
from salvation.web.services import new_token
from tests.databases import rows_of_everything
from tests.server import on_server
from tests.world import World, photo

OWN = frozenset({"django_session"})


def browser(world: World) -> Client:
    client = Client(raise_request_exception=False)
    client.force_login(world.clerks["360722100"], backend="django.contrib.auth.backends.ModelBackend")
    return client


def cut_off() -> None:
    """End every connection to this database, as a crash of the server does."""
    name = connection.settings_dict["NAME"]
    on_server(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'")  # noqa: S608


@contextmanager
def failing_at(words: str, act: Any) -> Iterator[None]:
    """``act`` happens before the first statement with these words."""
    happened: list[bool] = []

    def wrapper(execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        if words in str(sql) and not happened:
            happened.append(True)
            act()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(wrapper):
        yield


def test_a_step_cut_off_by_the_database_is_undone_told_and_sent_again_with_one_click(
    world_copy: World,
) -> None:
    waiting: Application = world_copy.one("Application")
    client = browser(world_copy)
    address = reverse("web:step", args=["application", waiting.pk, "accept"])
    form = {"_once": new_token(), "_act": "confirmed", "comment": "材料齐全"}
    before = rows_of_everything(OWN)
    with failing_at('INSERT INTO "flow_transition"', cut_off):
        answer = client.post(address, urlencode(form), content_type="application/x-www-form-urlencoded")
    page = answer.content.decode()
    assert answer.status_code == 503
    assert answer["Retry-After"]
    assert "数据库暂时不可用，已填内容不会丢失" in page
    assert "材料齐全" in page
    assert form["_once"] in page
    assert rows_of_everything(OWN) == before
    close_old_connections()
    assert [client.post(address, form).status_code for _ in range(2)] == [302, 302]
    assert Transition.objects.filter(flow="application", subject_id=waiting.pk, step="accept").count() == 1


def test_pages_come_back_by_themselves_after_the_database_was_restarted(world_copy: World) -> None:
    client = browser(world_copy)
    assert client.get("/").status_code == 200
    cut_off()
    # The test client leaves out what a server does at the start of every request.
    close_old_connections()
    assert client.get("/").status_code == 200


def test_a_job_cut_off_by_the_database_is_given_back_and_done_once(
    world_copy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    run = Run.objects.create(job="notice.expire", unit=world_copy.units["360722"], period="2022-05-01")
    monkeypatch.setitem(JOBS, "notice.expire", Job("notice.expire", "公示", _needs_the_database))
    with failing_at("pg_sleep", cut_off), pytest.raises(OperationalError):
        execute(run.pk)
    run.refresh_from_db()
    assert (run.state, run.message) == (Run.State.RUNNING, "数据库中断，任务已退回，恢复后自动重做，不会重复")
    assert orphans() == [run.pk]
    assert execute(run.pk).state == Run.State.DONE  # type: ignore[union-attr]


def _needs_the_database(run: Any) -> dict[str, Any]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(0)")
    return {"asked": 1}


FULL = "could not extend file: No space left on device"
CODES = {
    psycopg2.errors.DiskFull: "53100",
    psycopg2.errors.DeadlockDetected: "40P01",
    psycopg2.errors.QueryCanceled: "57014",
    psycopg2.errors.AdminShutdown: "57P01",
}


@pytest.mark.parametrize(("cause", "words"), [
    (psycopg2.errors.DiskFull, "磁盘空间已满"), (psycopg2.errors.DeadlockDetected, "同时有人在办理同一件"),
    (psycopg2.errors.QueryCanceled, "用时过长"), (psycopg2.errors.AdminShutdown, "数据库暂时不可用"),
])  # fmt: skip
@pytest.mark.parametrize("asked", ["page", "piece"])
def test_every_failure_of_the_database_is_told_in_its_own_words(
    cause: Any, words: str, asked: str, world_copy: World
) -> None:
    def fail() -> None:
        # The server's own code is read-only on errors made by hand.
        class Told(cause):  # type: ignore[misc]
            pgcode = CODES[cause]

        raise OperationalError(FULL) from Told(FULL)

    client = browser(world_copy)
    headers = {"hx-request": "true"} if asked == "piece" else {}
    with failing_at("duties_duty", fail):
        answer = client.get("/", headers=headers)
    assert answer.status_code == 503
    assert words in answer.content.decode()
    assert ("<html" in answer.content.decode()) == (asked == "page")


@pytest.mark.parametrize(("number", "words"), [(errno.ENOSPC, "存储空间已满"), (errno.EROFS, "不能写入")])
def test_a_disk_that_takes_no_more_files_is_told_and_nothing_is_half_kept(
    number: int, words: str, world_copy: World, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    before, kept = rows_of_everything(OWN), list(Path(settings.MEDIA_ROOT).rglob("*"))

    def full(handle: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(files.os, "fsync", full)
    waiting: Application = world_copy.one("Application")
    with pytest.raises(Refusal, match=words):
        files.add_attachment(
            subject=waiting, unit=waiting.unit, kind="MATERIAL", name="照片.jpg", content=photo(),
            actor=world_copy.clerks["360722100"],
        )  # fmt: skip
    assert rows_of_everything(OWN) == before
    assert [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()] == [
        path for path in kept if path.is_file()
    ]


def test_pages_work_without_the_cache() -> None:
    away = ForgivingRedisCache("redis://127.0.0.1:1/0", {})
    away.set("a", 1)
    assert away.get("a", "nothing") == "nothing"
    assert away.get_many(["a"]) == {}
    assert (away.incr("a"), away.add("a", 1), away.delete("a"), away.has_key("a")) == (1, True, False, False)
    away.clear()


def test_a_job_started_while_the_queue_is_away_is_kept_told_and_taken_up_later(
    world_copy: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def away(run_id: int) -> None:
        raise QueueError("connection refused")

    clerk = world_copy.clerks["360722100"]
    run = start(
        code="grace.expiry", unit=world_copy.units["360722"], period="2022-05-01", actor=clerk, enqueue=away
    )
    run.refresh_from_db()
    assert run.state == Run.State.WAITING
    assert "恢复后约一分钟内自动开始" in run.message
    assert Entry.objects.filter(action="job.start", subject_id=run.pk).count() == 1
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    monkeypatch.setattr(tasks, "due_runs", list)
    tasks.tick()
    run.refresh_from_db()
    assert (run.state, run.attempts) == (Run.State.DONE, 1)


NOW = timezone.make_aware(datetime(2022, 6, 1, 8, 0))


@pytest.mark.parametrize(("last", "database", "words"), [
    (None, NOW, ""), (NOW - timedelta(minutes=1), NOW, ""), (NOW - timedelta(days=9), NOW, ""),
    (NOW - timedelta(days=11), NOW, "超过10天"), (NOW + timedelta(minutes=11), NOW, "拨回"),
    (NOW + timedelta(minutes=5), NOW, ""), (NOW, NOW - timedelta(hours=1), "相差"),
])  # fmt: skip
def test_a_clock_is_believed_or_not(last: Any, database: datetime, words: str) -> None:
    trouble = clock.trouble_with(NOW, last=last, database=database)
    assert words in trouble
    assert bool(trouble) == bool(words)


def test_after_a_jump_of_the_clock_scheduled_jobs_wait_until_somebody_looked(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[int] = []
    monkeypatch.setattr(tasks, "due_runs", lambda: asked.append(1) or [])
    Pulse.objects.create(at=timezone.now() - timedelta(days=400))
    tasks.tick()
    tasks.tick()
    assert asked == []
    assert "拨快" in Pulse.objects.get().trouble
    clock.accept(now=timezone.now(), actor=None)
    tasks.tick()
    assert asked == [1]
    assert Entry.objects.filter(action="clock.accept").count() == 1


@pytest.mark.parametrize(
    "ahead", [timedelta(minutes=-1), timedelta(days=365)], ids=["ended", "of a clock set back"]
)
def test_a_lease_no_worker_can_hold_is_free(ahead: timedelta, units: Any) -> None:
    run = Run.objects.create(job="grace.expiry", unit=units["360722"], period="2022-05-01")
    claim(run.pk)
    assert orphans() == []
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() + ahead)
    assert orphans() == [run.pk]
    assert claim(run.pk) is not None


def test_a_worker_that_lost_its_lease_does_not_overwrite_the_next_ones_result(units: Any) -> None:
    run = Run.objects.create(job="grace.expiry", unit=units["360722"], period="2022-05-01")
    slow = claim(run.pk)
    assert slow is not None
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
    claim(run.pk)
    with pytest.raises(Cancelled):
        Running(slow).report(1, 2)
