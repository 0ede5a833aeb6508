"""Many subjects begin or take a step at once and leave the same traces as one after the other."""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from cases.models import Benefit, ChangeOrder
from reports.governance.services import CODE
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.flow.engine import begin, begin_all, perform, perform_all
from salvation.flow.models import StatFreeze, Transition
from salvation.journal.models import Entry
from salvation.periods.models import Submission
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household

pytestmark = pytest.mark.django_db

NOW = datetime(2022, 6, 1, 2, 0, tzinfo=ZoneInfo("Asia/Shanghai"))


def table(unit: Unit) -> Submission:
    return Submission(
        table=CODE, unit=unit, county=unit.county, period=date(2022, 5, 1), due_on=date(2022, 6, 10)
    )


def stop_of(benefit: Benefit) -> ChangeOrder:
    """A drafted stop, which asks the township's clerk for something."""
    order = ChangeOrder(
        no=f"M{benefit.pk}", kind="STOP", benefit=benefit, county=benefit.county, unit=benefit.unit,
        village=benefit.village, effective_month=date(2022, 7, 1), old_total=100, new_total=0, reason="测试",
    )  # fmt: skip
    begin(order, actor=None, now=NOW)
    return order


@pytest.fixture
def stops(units: dict[str, Unit]) -> list[ChangeOrder]:
    villages = ("360722100200", "360722101200", "360722100200")
    households = [make_household(units[code], ["户主"]) for code in villages]
    return [stop_of(make_benefit(household, date(2022, 1, 1))) for household in households]


def step_traces(subject: ChangeOrder) -> dict[str, Any]:
    subject.refresh_from_db()
    steps = Transition.objects.filter(flow="change_order", subject_id=subject.pk)
    entries = Entry.objects.filter(subject_type=subject._meta.label_lower, subject_id=subject.pk)
    return {
        "subject": (subject.state, subject.state_since, subject.due_on),
        "steps": list(
            steps.values_list(
                "step", "from_state", "to_state", "actor", "role", "at", "stat_month", "comment"
            )
        ),
        "units": set(steps.values_list("unit", flat=True)) == {subject.unit_id},
        "entries": list(entries.order_by("id").values_list("action", "facts", "actor_name")),
        "open": Duty.objects.filter(kind="change_order", subject_id=subject.pk, done_at=None).count(),
        "done": Duty.objects.filter(kind="change_order", subject_id=subject.pk, done_at=NOW).count(),
    }


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


def test_subjects_that_take_a_step_together_leave_the_same_traces_as_one_alone(
    stops: list[ChangeOrder],
) -> None:
    alone, *together = stops
    perform(subject=alone, step="withdraw", actor=None, now=NOW, comment="批次撤回")
    perform_all(subjects=together, step="withdraw", now=NOW, comment="批次撤回")
    assert [step_traces(order) for order in together] == [step_traces(alone)] * 2
    assert (step_traces(alone)["open"], step_traces(alone)["done"]) == (0, 1)


def test_many_steps_take_the_statements_of_one(
    stops: list[ChangeOrder], django_assert_num_queries: Any
) -> None:
    with django_assert_num_queries(10):
        perform_all(subjects=stops[:1], step="withdraw", now=NOW)
    with django_assert_num_queries(10):
        perform_all(subjects=stops[1:], step="withdraw", now=NOW)


def test_where_one_has_left_the_state_none_takes_the_step(stops: list[ChangeOrder]) -> None:
    perform(subject=stops[2], step="withdraw", actor=None, now=NOW)
    with pytest.raises(Refusal, match="不能办理“批次撤回，作废草稿”"):
        perform_all(subjects=stops, step="withdraw", now=NOW)
    assert set(ChangeOrder.objects.values_list("state", flat=True)) == {"DRAFT", "CANCELLED"}
    assert ChangeOrder.objects.filter(state="DRAFT").count() == 2


def test_a_step_that_a_person_takes_or_that_begins_a_limit_is_not_taken_with_many(
    stops: list[ChangeOrder],
) -> None:
    for step in ("cancel", "submit"):
        with pytest.raises(ValueError, match="not taken with many"):
            perform_all(subjects=stops, step=step, now=NOW)


def test_nobody_to_take_a_step_asks_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(2):  # the transaction alone
        perform_all(subjects=[], step="withdraw", now=NOW)
