"""Changes a family must report: in time, late, or found unreported."""
# requirements: C17

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Person, SelfReport
from cases.report_register import duty_of
from salvation.accounts.models import User
from salvation.units.models import Unit
from tests.builders import make_person

NEW = {"code": "self-reports"}


@pytest.fixture
def person(units: dict[str, Unit]) -> Person:
    return make_person(units["360722100200"], "谢桂英")


def send(client: Client, person: Person, **changes: Any) -> Any:
    address, today = reverse("registers:create", kwargs=NEW), timezone.localdate()
    given = {
        "_once": client.get(address).context["token"], "id_no": person.id_no, "matter": "JOB", "way": "REPORTED",
        "happened_on": (today - timedelta(days=20)).isoformat(), "reported_on": today.isoformat(), "content": "进厂务工",
        "handling": "", **changes,
    }  # fmt: skip
    return client.post(address, given)


def test_a_report_in_time_is_registered_for_the_person(
    person: Person, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    assert send(sign_in(clerk), person).status_code == 302
    kept = SelfReport.objects.get()
    assert (kept.person, kept.unit, kept.village) == (person, person.unit, person.village)
    assert duty_of(kept) == "IN_TIME"


@pytest.mark.parametrize(
    ("days", "way", "duty"),
    [(200, "REPORTED", "LATE"), (5, "FOUND", "UNREPORTED"), (80, "REPORTED", "IN_TIME")],
)
def test_the_duty_is_judged_by_way_and_days(
    days: int, way: str, duty: str, person: Person, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    happened = (timezone.localdate() - timedelta(days=days)).isoformat()
    assert send(sign_in(clerk), person, way=way, happened_on=happened).status_code == 302
    assert duty_of(SelfReport.objects.get()) == duty


def test_a_stranger_and_a_day_before_the_change_are_refused(
    person: Person, clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    assert "不在您的管辖范围" in send(sign_in(other_clerk), person).content.decode()
    early = (timezone.localdate() - timedelta(days=90)).isoformat()
    assert "不能早于变化日期" in send(sign_in(clerk), person, reported_on=early).content.decode()
    assert not SelfReport.objects.exists()


def test_the_list_marks_the_unreported(
    person: Person, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(clerk)
    send(client, person, way="FOUND")
    assert "未履行报告义务" in client.get(reverse("registers:list", kwargs=NEW)).content.decode()
