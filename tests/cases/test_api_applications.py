"""Applications written through the interface: the services, scope and guards of the pages, each sending once."""
# requirements: B02

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import Application, Declaration, Household
from cases.rules.materials import ITEMS
from salvation.accounts.models import User
from salvation.accounts.tokens import make_token
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import make_household

BASE = "/api/v1/applications/"
HANDED_IN = [item.code for item in ITEMS if item.origin != "DRAWN"]
Program = Callable[[User], Client]


@pytest.fixture
def program() -> Program:
    """A program with a token of somebody."""

    def made(user: User) -> Client:
        until = timezone.localdate() + timedelta(days=30)
        token = make_token(user=user, name="对接", expires_on=until, actor=user)[1]
        return Client(headers={"authorization": f"Bearer {token}"})

    return made


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["谢桂英", "谢建国"])


def send(client: Client, address: str, body: dict[str, Any], key: str = "", method: str = "post") -> Any:
    return getattr(client, method)(
        address, body, "application/json", headers={"idempotency-key": key or str(uuid4())}
    )


def given(household: Household, **facts: Any) -> dict[str, Any]:
    return {
        "household": household.pk, "program": "DIBAO_RURAL", "applied_on": timezone.localdate().isoformat(),
        "authorised": True, "kinship_declared": True, "received": HANDED_IN, **facts,
    }  # fmt: skip


def test_an_application_goes_from_registration_to_acceptance(
    household: Household, clerk: User, program: Program
) -> None:
    client = program(clerk)
    made = send(client, BASE, given(household))
    assert made.status_code == 201
    address = f"{BASE}{made.json()['application']}/"
    income = {"member": str(household.head_id), "item": "BASIC_PENSION", "monthly": "130"}
    assert send(client, f"{address}economy/", {"incomes": [income]}, method="put").status_code == 201
    for step, state in (("submit", "SUBMITTED"), ("accept", "ACCEPTED")):
        assert send(client, f"{address}steps/", {"step": step}).json()["state"] == state
    assert client.get(address).json()["level"]
    assert sealed_facts.load(Declaration.objects.get().facts)["incomes"] == [income]


def test_the_second_place_of_a_family_is_registered_by_the_code_of_its_village(
    household: Household, clerk: User, program: Program, units: dict[str, Unit]
) -> None:
    client = program(clerk)
    made = send(client, BASE, given(household, apart_village="360722101200")).json()
    record = client.get(f"{BASE}{made['application']}/").json()
    assert (record["apart_village"]["code"], record["apart_place"]) == ("360722101200", "")
    assert Application.objects.get().apart_village == units["360722101200"]


@pytest.mark.parametrize(
    ("apart", "field", "words"),
    [
        ({"apart_village": "360722100200"}, "apart_village", "就是受理的村"),
        ({"apart_village": "360722101"}, "apart_village", "本县没有编号为 360722101 的村"),
        ({"apart_village": "140431100200"}, "apart_village", "本县没有编号为 140431100200 的村"),
        ({"apart_village": "360722101200", "apart_place": "某市某区"}, "apart_place", "县外的不填"),
    ],
)
def test_a_second_place_that_cannot_be_one_is_refused_with_its_field(
    apart: dict[str, str], field: str, words: str, household: Household, clerk: User, program: Program
) -> None:
    answer = send(program(clerk), BASE, given(household, **apart))
    assert (answer.status_code, list(answer.json()["fields"])) == (400, [field])
    assert words in answer.json()["message"]
    assert not Application.objects.exists()


def test_a_second_place_outside_the_county_is_kept_in_words(
    household: Household, clerk: User, program: Program
) -> None:
    client = program(clerk)
    made = send(client, BASE, given(household, apart_place="某市某区某社区")).json()
    record = client.get(f"{BASE}{made['application']}/").json()
    assert (record["apart_village"], record["apart_place"]) == (None, "某市某区某社区")


def test_what_is_wrong_inside_a_list_is_said_with_its_place(
    household: Household, clerk: User, program: Program
) -> None:
    found = send(program(clerk), BASE, given(household, received=[HANDED_IN[0], "no_such"])).json()
    assert found["message"].startswith("第 2 项：")
    assert "合法选项" in found["message"]
    empty = (
        program(clerk)
        .post(BASE, b"null", "application/json", headers={"idempotency-key": str(uuid4())})
        .json()
    )
    assert empty["message"].startswith("没有提交内容")


def test_the_same_key_registers_one_application(household: Household, clerk: User, program: Program) -> None:
    client, key = program(clerk), str(uuid4())
    first, second = (send(client, BASE, given(household), key) for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 200)
    assert second.json() == {**first.json(), "repeated": True}
    assert Application.objects.count() == 1


def test_other_words_under_a_used_key_are_refused(
    household: Household, clerk: User, program: Program
) -> None:
    client, key = program(clerk), str(uuid4())
    send(client, BASE, given(household), key)
    answer = send(client, BASE, given(household, reason="换了内容"), key)
    assert answer.status_code == 409
    assert "换一个编号" in answer.json()["message"]


def test_what_was_refused_may_be_sent_again_under_its_key(
    household: Household, clerk: User, program: Program
) -> None:
    client, key = program(clerk), str(uuid4())
    assert send(client, BASE, given(household, program="DIBAO_URBAN"), key).status_code == 400
    assert send(client, BASE, given(household), key).status_code == 201


def test_without_a_key_nothing_is_written(household: Household, clerk: User, program: Program) -> None:
    answer = program(clerk).post(BASE, given(household), "application/json")
    assert answer.status_code == 400
    assert Application.objects.count() == 0


def test_a_repeat_for_the_same_person_is_refused_as_on_the_page(
    household: Household, clerk: User, program: Program
) -> None:
    client = program(clerk)
    send(client, BASE, given(household))
    answer = send(client, BASE, given(household))
    assert answer.status_code == 409
    assert "已有在办申请" in answer.json()["message"]


def test_a_program_of_another_town_finds_no_household(
    household: Household, other_clerk: User, program: Program
) -> None:
    assert send(program(other_clerk), BASE, given(household)).status_code == 404


def test_a_leader_registers_nothing(household: Household, leader: User, program: Program) -> None:
    assert send(program(leader), BASE, given(household)).status_code == 403


def test_a_step_that_a_guard_refuses_says_why(household: Household, clerk: User, program: Program) -> None:
    client = program(clerk)
    made = send(client, BASE, given(household, received=[], authorised=False)).json()["application"]
    address = f"{BASE}{made}/steps/"
    send(client, address, {"step": "submit"})
    offered = {row["step"]: row for row in client.get(address).json()["results"]}
    assert not offered["accept"]["allowed"]
    answer = send(client, address, {"step": "accept"})
    assert answer.status_code == 409
    assert "还缺" in answer.json()["message"]


@pytest.mark.parametrize(
    "economy",
    [
        {"incomes": [{"item": "NO_SUCH_ITEM", "monthly": "1"}]},
        {"incomes": [{"item": "SALARY", "monthly": "many"}]},
        {"incomes": [{"item": "SALARY", "monthly": "1", "member": "999999"}]},
        {"members": {"999999": {"illness": "尿毒症"}}},
        {"expenses": [{"strange": "1"}]},
        {"incomes": "none"},
    ],
)
def test_an_economy_the_rules_cannot_read_is_refused(
    economy: dict[str, Any], household: Household, clerk: User, program: Program
) -> None:
    client = program(clerk)
    made = send(client, BASE, given(household)).json()["application"]
    assert send(client, f"{BASE}{made}/economy/", economy, method="put").status_code in {400, 409}
    assert not Declaration.objects.exists()


def test_a_stranger_is_no_applicant_of_the_household(
    household: Household, clerk: User, program: Program, units: dict[str, Unit]
) -> None:
    other = make_household(units["360722100200"], ["钟外人"])
    answer = send(program(clerk), BASE, given(household, applicant=other.head_id))
    assert answer.status_code == 400
