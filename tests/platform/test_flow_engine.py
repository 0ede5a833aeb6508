"""perform() is the only writer of a state: scope, role, separation, guards, clock, history."""

from datetime import date, datetime
from typing import Any

import pytest
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, connection, transaction
from django.http import Http404
from django.utils import timezone

from cases.models import Application
from cases.services.applications import create_application
from cases.services.people import PersonInput, register_household
from salvation.accounts.models import User
from salvation.accounts.services import grant_post
from salvation.domain.errors import Refusal
from salvation.duties.models import CalendarDay, Duty
from salvation.flow.clock import CACHE_KEY
from salvation.flow.engine import history, perform, stat_month
from salvation.flow.models import StatFreeze, Transition
from salvation.flow.table import Flow, State, Step
from salvation.journal.models import Entry
from tests.builders import COMPLETE
from tests.world import LONG_AGO, PLACES, person_id

pytestmark = pytest.mark.django_db
BEFORE_HOLIDAYS = datetime(2022, 9, 30, 10, 0)


def moment(naive: datetime) -> datetime:
    return timezone.make_aware(naive)


@pytest.fixture
def draft(clerk: User, units: dict[str, Any]) -> Application:
    """An application of one person on the last working day before the holidays of October 2022."""
    members = [PersonInput("谢桂英", person_id(PLACES[0], 1), "HEAD")]
    household = register_household(
        unit=units["360722100"],
        village=units["360722100200"],
        members=members,
        standard_area="RURAL",
        actor=clerk,
    )
    return create_application(
        household=household, program="DIBAO_RURAL", applied_on=BEFORE_HOLIDAYS.date(), actor=clerk,
        now=moment(BEFORE_HOLIDAYS), **COMPLETE,
    )  # fmt: skip


def submit(application: Application, actor: User, now: datetime = BEFORE_HOLIDAYS) -> Transition:
    return perform(subject=application, step="submit", actor=actor, now=moment(now))


def test_a_step_writes_state_history_and_journal_together(draft: Application, clerk: User) -> None:
    made = submit(draft, clerk)
    assert (draft.state, draft.state_since) == ("SUBMITTED", moment(BEFORE_HOLIDAYS))
    assert (made.from_state, made.to_state, made.actor, made.role) == (
        "DRAFT",
        "SUBMITTED",
        clerk,
        "嘉定镇乡镇经办",
    )
    assert list(history(draft)) == [made]
    entry = Entry.objects.filter(action="flow.application").latest("id")
    assert entry.facts == {"step": "提交申请", "from": "草稿", "to": "已提交"}


def test_the_deadline_skips_holidays_and_counts_make_up_days(
    draft: Application, clerk: User, units: Any
) -> None:
    """Three working days after 30 September 2022 are 8, 9 and 10 October: the weekend was worked."""
    submit(draft, clerk)
    assert draft.due_on == date(2022, 10, 10)


def test_the_bureau_may_declare_a_day_off(draft: Application, clerk: User) -> None:
    CalendarDay.objects.create(day=date(2022, 10, 10), is_workday=False)
    cache.delete(CACHE_KEY)
    submit(draft, clerk)
    assert draft.due_on == date(2022, 10, 11)


def test_what_waits_for_somebody_stands_as_a_duty_with_the_deadline(draft: Application, clerk: User) -> None:
    submit(draft, clerk)
    duty = Duty.objects.get(kind="application", subject_id=draft.pk, done_at=None)
    assert (duty.permission, duty.unit.code, duty.due_on) == ("case.accept", "360722100", draft.due_on)
    perform(subject=draft, step="accept", actor=clerk, now=moment(BEFORE_HOLIDAYS))
    duty.refresh_from_db()
    assert duty.done_at == moment(BEFORE_HOLIDAYS)


def test_an_ended_subject_waits_for_nobody(draft: Application, clerk: User) -> None:
    perform(subject=draft, step="withdraw", actor=clerk, now=moment(BEFORE_HOLIDAYS), comment="不申请了")
    assert not Duty.objects.filter(subject_id=draft.pk, kind="application", done_at=None).exists()


def test_a_step_that_asks_for_a_reason_is_refused_without(draft: Application, clerk: User) -> None:
    for comment in ("", "  \n"):
        with pytest.raises(Refusal, match="须写明理由") as refused:
            perform(subject=draft, step="withdraw", actor=clerk, now=timezone.now(), comment=comment)
        assert refused.value.field == "comment"
    assert draft.state == "DRAFT"


def test_a_guard_refuses_and_nothing_is_written(draft: Application, clerk: User) -> None:
    draft.authorisations.all().delete()
    submit(draft, clerk)
    entries = Entry.objects.count()
    with pytest.raises(Refusal, match="授权书"):
        perform(subject=draft, step="accept", actor=clerk, now=timezone.now())
    draft.refresh_from_db()
    assert (draft.state, history(draft).count(), Entry.objects.count()) == ("SUBMITTED", 1, entries)


def test_the_guard_looks_at_the_locked_row_and_not_at_the_copy_in_hand(
    draft: Application, clerk: User
) -> None:
    submit(draft, clerk)
    stale = Application.objects.get(pk=draft.pk)
    perform(subject=draft, step="accept", actor=clerk, now=moment(BEFORE_HOLIDAYS))
    with pytest.raises(Refusal, match="已受理"):
        perform(subject=stale, step="accept", actor=clerk, now=timezone.now())


def test_scope_comes_before_role_and_role_before_state(
    draft: Application, clerk: User, leader: User, other_clerk: User, outsider: User
) -> None:
    for stranger in (other_clerk, outsider):
        with pytest.raises(Http404):
            perform(subject=draft, step="accept", actor=stranger, now=timezone.now())
    with pytest.raises(PermissionDenied):
        perform(subject=draft, step="accept", actor=leader, now=timezone.now())
    with pytest.raises(Refusal, match="草稿"):
        perform(subject=draft, step="accept", actor=clerk, now=timezone.now())


def test_the_role_kept_is_the_one_that_allowed_the_step(draft: Application, clerk: User) -> None:
    """A clerk who also keeps the town's books accepts as clerk, whichever post is older."""
    both = User.objects.create(username="both", name="兼任")
    for role in ("TOWN_FINANCE", "TOWN_CLERK"):
        grant_post(user=both, role=role, unit=draft.unit, start=LONG_AGO, end=None, actor=None)
    made = submit(draft, User.objects.get(pk=both.pk))
    assert made.role == "嘉定镇乡镇经办"


def test_files_and_lists_are_not_kept_with_a_transition(draft: Application, clerk: User) -> None:
    made = perform(
        subject=draft,
        step="submit",
        actor=clerk,
        now=timezone.now(),
        data={"scan": [1, 2], "place": "公开栏", "n": 3},
    )
    assert made.data == {"place": "公开栏", "n": 3}


@pytest.mark.parametrize("statement", [
    "UPDATE flow_transition SET comment = 'x'", "DELETE FROM flow_transition", "UPDATE flow_transition SET actor_id = NULL",
])  # fmt: skip
def test_history_is_append_only_even_for_raw_sql(statement: str, draft: Application, clerk: User) -> None:
    submit(draft, clerk)
    with (
        pytest.raises(DatabaseError, match="append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)
    assert history(draft).count() == 1


def test_an_event_of_a_frozen_month_counts_in_the_first_open_one(
    draft: Application, clerk: User, units: Any
) -> None:
    assert submit(draft, clerk).stat_month == date(2022, 9, 1)
    for month in (9, 10):
        StatFreeze.objects.create(
            county=units["360722"], month=date(2022, month, 1), frozen_at=timezone.now()
        )
    late = perform(subject=draft, step="accept", actor=clerk, now=moment(BEFORE_HOLIDAYS))
    assert late.stat_month == date(2022, 11, 1)


def test_a_freeze_of_another_county_moves_nothing(units: Any) -> None:
    StatFreeze.objects.create(county=units["140431"], month=date(2022, 9, 1), frozen_at=timezone.now())
    assert stat_month(units["360722100"], moment(BEFORE_HOLIDAYS)) == date(2022, 9, 1)


def test_the_month_of_an_event_is_the_countys_and_not_that_of_greenwich(units: Any) -> None:
    early = moment(datetime(2022, 6, 1, 7, 0))
    assert early.astimezone(tz=None).utcoffset() is not None
    assert stat_month(units["360722100"], early) == date(2022, 6, 1)


@pytest.mark.parametrize(("states", "steps", "initial"), [
    ((State("A", "甲"),), (Step("x", "步", ("A",), "B", None),), "A"),
    ((State("A", "甲"),), (Step("x", "步", ("C",), "A", None),), "A"),
    ((State("A", "甲"),), (Step("x", "步", ("A",), "A", None), Step("x", "步", ("A",), "A", None)), "A"),
    ((State("A", "甲"),), (), "B"),
])  # fmt: skip
def test_a_table_that_does_not_hold_together_stops_the_start(states: Any, steps: Any, initial: str) -> None:
    with pytest.raises(ValueError, match="flow broken"):
        Flow("broken", "坏表", initial, states, steps)
