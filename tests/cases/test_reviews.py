"""Periodic review: listed before it is due, merged with campaigns, closed with a conclusion; reminders each Monday."""
# requirements: C03, C11

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, LifeEvent, Person, ReviewTask
from cases.services.reviews import note_events, open_reviews, record_review, start_campaign
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household


def first_of_month(months_ago: int) -> date:
    today = timezone.localdate()
    back = today.year * 12 + today.month - 1 - months_ago
    return date(back // 12, back % 12 + 1, 1)


@pytest.fixture
def able(units: dict[str, Unit]) -> Benefit:
    """A grown-up able to work: looked at twice a year. Running for six months."""
    return make_benefit(make_household(units["360722100200"], ["壮年"]), first_of_month(6))


@pytest.fixture
def elderly(units: dict[str, Unit]) -> Benefit:
    """Nobody able to work: once a year. Running for six months."""
    household = make_household(units["360722101200"], ["老人"])
    Person.objects.filter(pk=household.head_id).update(birth_date=date(1940, 1, 1))
    return make_benefit(household, first_of_month(6))


def opened(units: dict[str, Unit]) -> int:
    return open_reviews(county=units["360722"], on=timezone.localdate(), now=timezone.now())


def test_who_can_work_is_reviewed_after_six_months_others_after_twelve(
    units: dict[str, Unit], able: Benefit, elderly: Benefit
) -> None:
    assert opened(units) == 1
    task = ReviewTask.objects.get()
    assert (task.benefit, task.source) == (able, "DUE")
    assert opened(units) == 0


def test_the_town_is_told_once(units: dict[str, Unit], able: Benefit) -> None:
    opened(units)
    opened(units)
    duty = Duty.objects.get(kind="review", done_at__isnull=True)
    assert (duty.unit, duty.title) == (units["360722100"], "1户待核查")


def test_a_campaign_takes_everybody_and_visits_nobody_twice(
    units: dict[str, Unit], able: Benefit, elderly: Benefit, county_clerk: User
) -> None:
    opened(units)
    until = timezone.localdate() + timedelta(days=90)
    start_campaign(
        unit=units["360722"], title="全面排查", until=until, actor=county_clerk, now=timezone.now()
    )
    tasks = ReviewTask.objects.order_by("pk")
    assert [(task.benefit, task.campaign) for task in tasks] == [(able, "全面排查"), (elderly, "全面排查")]
    assert tasks[0].due_on < until


def test_a_finished_review_sets_the_next_one(units: dict[str, Unit], able: Benefit, clerk: User) -> None:
    opened(units)
    task = ReviewTask.objects.get()
    record_review(
        task=task, outcome="SAME", on=timezone.localdate(), note="无变化", actor=clerk, now=timezone.now()
    )
    assert opened(units) == 0
    with pytest.raises(Refusal, match="请勿重复"):
        record_review(
            task=task, outcome="SAME", on=timezone.localdate(), note="", actor=clerk, now=timezone.now()
        )


def test_a_change_without_a_declaration_cannot_be_calculated(
    units: dict[str, Unit], able: Benefit, clerk: User
) -> None:
    opened(units)
    with pytest.raises(Refusal, match="没有登记经济状况"):
        record_review(
            task=ReviewTask.objects.get(), outcome="CHANGED", on=timezone.localdate(), note="增收", actor=clerk,
            now=timezone.now(),
        )  # fmt: skip


def test_a_benefit_that_ended_is_not_visited(units: dict[str, Unit], able: Benefit) -> None:
    opened(units)
    Benefit.objects.filter(pk=able.pk).update(
        stop_month=timezone.localdate().replace(day=1), stop_reason="INCOME"
    )
    opened(units)
    assert ReviewTask.objects.get().outcome == "ENDED"


def test_birthdays_that_matter_are_noted_once(units: dict[str, Unit], able: Benefit) -> None:
    soon = timezone.localdate() + timedelta(days=10)
    born = soon.replace(year=soon.year - 60) if (soon.month, soon.day) != (2, 29) else date(1966, 2, 28)
    Person.objects.filter(pk=able.applicant_id).update(birth_date=born)
    note_events(county=units["360722"], on=timezone.localdate())
    note_events(county=units["360722"], on=timezone.localdate())
    assert LifeEvent.objects.get().kind == "TURNS_60"


def test_the_pages_open_for_the_town_and_not_for_another(
    units: dict[str, Unit], able: Benefit, clerk: User, other_clerk: User, county_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    opened(units)
    task, client = ReviewTask.objects.get(), sign_in(clerk)
    for name in ("reviews", "review_completion", "life_events"):
        assert client.get(reverse(f"cases:{name}")).status_code == 200
    assert client.get(reverse("cases:review", args=[task.pk])).status_code == 200
    assert sign_in(other_clerk).get(reverse("cases:review", args=[task.pk])).status_code == 404
    assert sign_in(county_clerk).get(reverse("cases:new_campaign")).status_code == 200
    benefit = client.get(reverse("cases:benefit", args=[able.pk]) + "?tab=reviews")
    assert "登记结论" in benefit.content.decode()


def test_whoever_only_reads_is_led_to_the_benefit_and_may_not_conclude(
    units: dict[str, Unit], able: Benefit, leader: User, sign_in: Callable[[User], Client]
) -> None:
    opened(units)
    url = reverse("cases:review", args=[ReviewTask.objects.get().pk])
    client = sign_in(leader)
    assert client.get(url).headers["Location"] == reverse("cases:benefit", args=[able.pk])
    given = {"on": timezone.localdate().isoformat(), "outcome": "SAME", "note": "无变化", "_once": "b" * 32}
    assert client.post(url, given).status_code == 403
