"""低保与就业联动: work is offered, three refusals in a row cost the refuser his own share."""
# requirements: B29

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, Person, ReviewTask, WorkOffer
from cases.rules.benefit import recheck_due
from cases.services.judging import kin_of
from cases.services.work import Offer, able_people, record_offer
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household

SHARES = (("300", "0", ""), ("300", "80", "CHILD"))


@pytest.fixture
def benefit(units: dict[str, Unit]) -> Benefit:
    return make_benefit(
        make_household(units["360722100200"], ["父亲", "儿子"]), date(2022, 1, 1), shares=SHARES
    )


def offered(person: Person, clerk: User, answer: str, days_ago: int) -> WorkOffer:
    given = Offer(timezone.localdate() - timedelta(days=days_ago), "工业园保洁", answer, "不愿去")
    return record_offer(person=person, given=given, actor=clerk, now=timezone.now())


def test_the_third_refusal_drafts_a_decrease_of_his_own_share(benefit: Benefit, clerk: User) -> None:
    person = benefit.household.head
    assert [offered(person, clerk, "REFUSED", days).order for days in (30, 20)] == [None, None]
    order = offered(person, clerk, "REFUSED", 10).order
    assert order is not None and (order.kind, order.state, order.person) == ("DECREASE", "DRAFT", person)
    mine, sons = order.shares
    assert float(mine["base"]) < 300 and (sons["base"], sons["uplift"]) == ("300.00", "80.00")
    assert order.people.count() == 0


def test_accepted_work_begins_the_count_anew(benefit: Benefit, clerk: User) -> None:
    person = benefit.household.head
    answers = ("REFUSED", "REFUSED", "ACCEPTED", "REFUSED")
    made = [offered(person, clerk, answer, 40 - place) for place, answer in enumerate(answers)]
    assert all(offer.order is None for offer in made)


def test_a_good_reason_is_no_refusal_but_must_be_given(benefit: Benefit, clerk: User) -> None:
    given = Offer(timezone.localdate(), "保洁", "EXCUSED")
    with pytest.raises(Refusal, match="写明理由"):
        record_offer(person=benefit.household.head, given=given, actor=clerk, now=timezone.now())


def test_only_the_able_of_working_age_are_listed(benefit: Benefit) -> None:
    people = able_people(Person.objects.all(), timezone.localdate())
    assert people.count() == 2
    Person.objects.filter(pk=benefit.applicant_id).update(birth_date=date(1940, 1, 1))
    assert people.count() == 1


def test_the_pages_open(
    benefit: Benefit, clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    assert "父亲" in client.get(reverse("cases:able_people")).content.decode()
    assert client.get(reverse("cases:work_offers")).status_code == 200
    url = reverse("cases:new_work_offer", args=[benefit.applicant_id])
    assert client.get(url).status_code == 200
    assert sign_in(other_clerk).get(url).status_code == 404


def test_whoever_takes_work_has_his_family_judged_again(benefit: Benefit, clerk: User) -> None:
    offered(benefit.household.head, clerk, "ACCEPTED", 10)
    task = ReviewTask.objects.get()
    assert (task.benefit, task.source) == (benefit, "JOB")
    assert task.due_on == recheck_due(timezone.localdate() - timedelta(days=10), 3)


def test_refusals_are_known_when_the_family_is_judged(benefit: Benefit, clerk: User) -> None:
    person = benefit.household.head
    for days in (30, 20, 10):
        offered(person, clerk, "REFUSED", days)
    kin = {each.person: each for each in kin_of([benefit.household_id])[benefit.household_id]}
    assert kin[person.pk].refused == 3
    offered(person, clerk, "EXCUSED", 1)
    kin = {each.person: each for each in kin_of([benefit.household_id])[benefit.household_id]}
    assert kin[person.pk].refused == 0
