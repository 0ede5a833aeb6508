"""Many new subjects begin at once and leave the same traces as one after the other."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from reports.governance.services import CODE
from salvation.duties.models import Duty
from salvation.flow.engine import begin, begin_all, perform
from salvation.flow.models import StatFreeze, Transition
from salvation.journal.models import Entry
from salvation.periods.models import Submission
from salvation.units.models import Unit

pytestmark = pytest.mark.django_db

NOW = datetime(2022, 6, 1, 2, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def table(unit: Unit) -> Submission:
    return Submission(
        table=CODE, unit=unit, county=unit.county, period=date(2022, 5, 1), due_on=date(2022, 6, 10)
    )


def traces(subject: Submission) -> dict[str, Any]:
    """Everything that was written about a subject, apart from its own keys."""
    subject.refresh_from_db()
    steps = Transition.objects.filter(flow="submission", subject_id=subject.pk)
    entries = Entry.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    duties = Duty.objects.filter(kind="submission", subject_id=subject.pk, done_at=None)
    return {
        "subject": (subject.state, subject.state_since, subject.due_on),
        "steps": list(
            steps.values_list("step", "from_state", "to_state", "actor", "role", "at", "stat_month")
        ),
        "entries": list(entries.order_by("id").values_list("action", "facts", "actor_name")),
        "duties": list(duties.values_list("permission", "opened_at", "due_on")),
    }


def test_subjects_that_begin_together_leave_the_same_traces_as_one_alone(units: dict[str, Unit]) -> None:
    StatFreeze.objects.create(county=units["360722"], month=date(2022, 6, 1), frozen_at=NOW)
    alone = table(units["360722100"])
    begin(alone, actor=None, now=NOW)
    perform(subject=alone, step="generate", actor=None, now=NOW)
    together = [table(units["360722101"]), table(units["360722102"])]
    begin_all(together, step="generate", now=NOW)
    assert [traces(subject) for subject in together] == [traces(alone)] * 2


def test_many_subjects_take_the_statements_of_one(
    units: dict[str, Unit], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(7):
        begin_all([table(units["360722100"])], step="generate", now=NOW)
    with django_assert_num_queries(7):
        begin_all([table(units["360722101"]), table(units["360722102"])], step="generate", now=NOW)


def test_a_step_that_a_person_takes_cannot_begin_anything(units: dict[str, Unit]) -> None:
    with pytest.raises(ValueError, match="not the system's first step"):
        begin_all([table(units["360722100"])], step="fill", now=NOW)
    assert not Submission.objects.exists()


def test_nothing_to_begin_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        begin_all([], step="generate", now=NOW)
