"""Jobs: once per unit and period, freed when a worker dies, told in words, caught up by business date."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.jobs import schedule, services, tasks
from salvation.jobs.models import Run
from salvation.jobs.schedule import Daily, Monthly, due_runs
from salvation.jobs.services import JOBS, Job, Running, cancel, claim, execute, orphans, start

pytestmark = pytest.mark.django_db
CODE = "test.count"


@pytest.fixture
def works(monkeypatch: pytest.MonkeyPatch) -> Callable[..., list[str]]:
    """Declare a job for one test; returns the list of periods it ran for."""

    def declare(act: Callable[[Running], Any] = lambda run: {"count": 1}) -> list[str]:
        ran: list[str] = []

        def function(run: Running) -> dict[str, Any]:
            ran.append(run.period)
            return dict(act(run) or {})

        monkeypatch.setitem(JOBS, CODE, Job(CODE, "清点", function))
        return ran

    return declare


@pytest.fixture
def begin(units: Any, clerk: User, django_capture_on_commit_callbacks: Any) -> Callable[..., Run]:
    """Start the job of 嘉定镇 and let the worker have it at once."""

    def started(period: str = "2022-05", *, run_it: bool = True, again: bool = False) -> Run:
        with django_capture_on_commit_callbacks(execute=True):
            run = start(
                code=CODE, unit=units["360722100"], period=period, actor=clerk, again=again,
                enqueue=execute if run_it else lambda pk: None,
            )  # fmt: skip
        run.refresh_from_db()
        return run

    return started


def test_a_job_runs_and_keeps_its_result(works: Any, begin: Any) -> None:
    ran = works()
    run = begin()
    assert (ran, run.state, run.result, run.attempts) == (["2022-05"], Run.State.DONE, {"count": 1}, 1)
    assert run.finished_at
    assert run.lease_until is None


def test_the_same_unit_and_period_is_done_once(works: Any, begin: Any) -> None:
    ran = works()
    assert begin().pk == begin().pk
    assert execute(begin().pk) is None
    assert ran == ["2022-05"]
    begin("2022-06")
    assert ran == ["2022-05", "2022-06"]


def test_a_person_may_ask_for_it_again(works: Any, begin: Any) -> None:
    ran = works()
    begin()
    assert begin(again=True).state == Run.State.DONE
    assert len(ran) == 2


def test_a_refusal_is_kept_in_its_own_words(works: Any, begin: Any) -> None:
    def refuse(run: Running) -> None:
        raise Refusal("五月还没有结束", rule="第3条")

    works(refuse)
    run = begin()
    assert (run.state, run.message) == (Run.State.FAILED, "五月还没有结束（第3条）")


def test_an_error_is_told_without_its_innards_and_raised_for_the_log(works: Any, begin: Any) -> None:
    def fall(run: Running) -> None:
        raise ZeroDivisionError("secret 990000195103150015")

    works(fall)
    run = begin(run_it=False)
    with pytest.raises(ZeroDivisionError):
        execute(run.pk)
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert "日志" in run.message
    assert "990000195103150015" not in run.message


def test_a_failed_job_may_be_started_again(works: Any, begin: Any, monkeypatch: Any) -> None:
    works(lambda run: {}["missing"])
    run = begin(run_it=False)
    with pytest.raises(KeyError):
        execute(run.pk)
    works()
    assert begin().state == Run.State.DONE


def test_a_running_job_is_nobody_elses(works: Any, begin: Any) -> None:
    works()
    run = begin(run_it=False)
    assert claim(run.pk) is not None
    assert claim(run.pk) is None
    assert orphans() == []


def test_a_dead_worker_frees_its_job_when_the_lease_ends(works: Any, begin: Any) -> None:
    ran = works()
    run = begin(run_it=False)
    claim(run.pk)
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert orphans() == [run.pk]
    assert execute(run.pk).state == Run.State.DONE
    run.refresh_from_db()
    assert (ran, run.attempts) == (["2022-05"], 2)


def test_a_job_that_kills_every_worker_is_given_up_in_words(works: Any, begin: Any) -> None:
    works()
    run = begin(run_it=False)
    for _ in range(5):
        claim(run.pk)
        Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert orphans() == []
    run.refresh_from_db()
    assert run.state == Run.State.FAILED
    assert "5次中断" in run.message


def test_a_heartbeat_keeps_the_lease_and_shows_progress(works: Any, begin: Any) -> None:
    seen: list[Run] = []

    def report(run: Running) -> None:
        Run.objects.filter(pk=run.run.pk).update(lease_until=timezone.now() - timedelta(minutes=1))
        run.report(30, 120, "已办30户")
        seen.append(Run.objects.get(pk=run.run.pk))

    works(report)
    begin()
    assert (seen[0].percent, seen[0].message) == (25, "已办30户")
    assert seen[0].lease_until > timezone.now()


def test_a_cancelled_job_stops_at_its_next_heartbeat(works: Any, begin: Any, clerk: User) -> None:
    after: list[int] = []

    def long(run: Running) -> None:
        cancel(run_id=run.run.pk, actor=clerk)
        run.report(1, 2)
        after.append(1)

    works(long)
    run = begin()
    assert (run.state, after) == (Run.State.CANCELLED, [])
    assert "已取消" in run.message


def test_a_job_cancelled_in_its_last_moment_does_not_end_as_done(works: Any, begin: Any, clerk: User) -> None:
    works(lambda run: cancel(run_id=run.run.pk, actor=clerk))
    run = begin()
    assert run.state == Run.State.CANCELLED
    assert "已经做完" in run.message


def test_a_whole_job_taken_up_by_another_worker_leaves_nothing(
    works: Any, begin: Any, units: Any, clerk: User, monkeypatch: Any
) -> None:
    def overtaken(run: Running) -> dict[str, Any]:
        Run.objects.create(job="test.written", unit=units["360722"], period="2022-05")
        Run.objects.filter(pk=run.run.pk).update(attempts=99)
        return {}

    works()
    monkeypatch.setitem(JOBS, CODE, Job(CODE, "清点", overtaken, whole=True))
    begin()
    assert not Run.objects.filter(job="test.written").exists()


def test_a_worker_whose_run_was_started_again_holds_it_no_more(works: Any, begin: Any, clerk: User) -> None:
    works()
    first = claim(begin(run_it=False).pk)
    cancel(run_id=first.pk, actor=clerk)
    begin(run_it=False, again=True)
    with pytest.raises(services.Cancelled):
        Running(first).report(1, 2)
    second = claim(first.pk)
    with pytest.raises(services.Cancelled):
        Running(first).report(1, 2)
    Running(second).report(1, 2)


def test_what_a_worker_ends_with_does_not_count_for_the_run_started_again(
    works: Any, begin: Any, clerk: User
) -> None:
    def overtaken(run: Running) -> dict[str, Any]:
        works(lambda run: {"count": 2})
        cancel(run_id=run.run.pk, actor=clerk)
        begin(run_it=False, again=True)
        claim(run.run.pk)
        return {"count": 1}

    works(overtaken)
    run = begin()
    assert (run.state, run.result) == (Run.State.RUNNING, {})


def test_a_job_started_again_after_it_was_given_up_has_all_its_attempts(works: Any, begin: Any) -> None:
    works()
    run = begin(run_it=False)
    for _ in range(5):
        claim(run.pk)
        Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    orphans()
    begin(run_it=False, again=True)
    claim(run.pk)
    Run.objects.filter(pk=run.pk).update(lease_until=timezone.now() - timedelta(seconds=1))
    assert orphans() == [run.pk]


def test_a_job_cancelled_while_it_waits_never_runs(works: Any, begin: Any, clerk: User) -> None:
    ran = works()
    run = begin(run_it=False)
    cancel(run_id=run.pk, actor=clerk)
    assert execute(run.pk) is None
    assert ran == []


def test_a_finished_job_is_not_cancelled_afterwards(works: Any, begin: Any, clerk: User) -> None:
    works()
    run = begin()
    cancel(run_id=run.pk, actor=clerk)
    run.refresh_from_db()
    assert run.state == Run.State.DONE


def test_a_message_the_broker_lost_is_sent_again(works: Any, begin: Any) -> None:
    works()
    run = begin(run_it=False)
    assert orphans() == []
    Run.objects.filter(pk=run.pk).update(created_at=timezone.now() - timedelta(minutes=2))
    assert orphans() == [run.pk]


def test_an_unknown_job_is_a_mistake_of_the_program(units: Any) -> None:
    with pytest.raises(KeyError):
        start(code="no.such", unit=units["360722"], period="2022-05", actor=None, enqueue=execute)


@pytest.fixture
def at_work(monkeypatch: pytest.MonkeyPatch, units: Any) -> Callable[..., list[str]]:
    """Which periods of one scheduled entry are due at a moment, in 信丰县."""

    def due(entry: Monthly | Daily, moment: datetime) -> list[str]:
        monkeypatch.setattr(schedule, "SCHEDULE", [entry])
        monkeypatch.setattr(schedule, "COUNTIES", [lambda: [units["360722"]]])
        monkeypatch.setattr(schedule.timezone, "localtime", lambda: timezone.make_aware(moment))
        return [period for _, _, period in due_runs()]

    return due


@pytest.mark.parametrize(("moment", "newest"), [
    (datetime(2022, 3, 26, 1, 59), "2022-02"), (datetime(2022, 3, 26, 2, 0), "2022-03"), (datetime(2022, 4, 1, 0, 0), "2022-03"),
])  # fmt: skip
def test_a_monthly_job_is_due_at_its_hour(moment: datetime, newest: str, at_work: Any) -> None:
    assert at_work(Monthly(CODE, day=26, hour=2), moment)[-1] == newest


@pytest.mark.parametrize(("moment", "due"), [
    (datetime(2022, 2, 28, 2, 0), True), (datetime(2022, 2, 27, 23, 59), False), (datetime(2024, 2, 28, 23, 0), False),
    (datetime(2024, 2, 29, 2, 0), True), (datetime(2022, 4, 30, 2, 0), True), (datetime(2022, 5, 30, 2, 0), False),
])  # fmt: skip
def test_the_31st_is_the_last_day_of_a_shorter_month(moment: datetime, due: bool, at_work: Any) -> None:
    assert (f"{moment:%Y-%m}" in at_work(Monthly(CODE, day=31, hour=2), moment)) == due


def test_a_job_for_the_month_before_names_it_across_the_year(at_work: Any) -> None:
    assert at_work(Monthly(CODE, day=1, hour=2, offset=-1), datetime(2022, 1, 1, 2, 0))[-1] == "2021-12"


def test_months_missed_while_the_server_was_off_are_caught_up_in_order(at_work: Any, units: Any) -> None:
    entry = Monthly(CODE, day=26, hour=2)
    assert at_work(entry, datetime(2022, 6, 27)) == ["2022-03", "2022-04", "2022-05", "2022-06"]
    Run.objects.create(job=CODE, unit=units["360722"], period="2022-05")
    assert at_work(entry, datetime(2022, 6, 27)) == ["2022-03", "2022-04", "2022-06"]


def test_days_missed_are_caught_up_for_their_own_date_a_week_back(at_work: Any) -> None:
    due = at_work(Daily(CODE, hour=3), datetime(2022, 3, 2, 2, 0))
    assert (due[0], due[-1], len(due)) == ("2022-02-23", "2022-03-01", 7)


def test_a_tick_starts_what_is_due_once(
    works: Any, at_work: Any, units: Any, django_capture_on_commit_callbacks: Any
) -> None:
    ran = works()
    at_work(Daily(CODE, hour=3), datetime(2022, 3, 2, 4, 0))
    for _ in range(2):
        with django_capture_on_commit_callbacks(execute=True):
            tasks.tick()
    assert len(ran) == len(set(ran)) == 8
    assert set(Run.objects.filter(job=CODE).values_list("state", flat=True)) == {Run.State.DONE}


def test_every_scheduled_job_exists() -> None:
    assert {entry.code for entry in schedule.SCHEDULE} <= set(services.JOBS)
