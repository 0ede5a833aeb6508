"""What the interface answers: the rows of the pages, masked, in pages, filtered, in a constant number of queries."""

from datetime import date
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from cases.models import Member
from salvation.accounts.models import User
from salvation.accounts.services import create_user
from salvation.journal.models import Entry
from tests.world import PLACE, World, person_id

pytestmark = pytest.mark.django_db
LISTS = ("units", "people", "households", "applications", "benefits", "rosters", "tables")
BASE = "/api/v1"


@pytest.mark.parametrize("what", LISTS)
def test_a_list_is_read_page_by_page_without_gap_or_double(what: str, bearer: Any) -> None:
    program = bearer("COUNTY_CLERK")
    whole = [row["id"] for row in program.get(f"{BASE}/{what}/?size=200").json()["results"]]
    found, address = [], f"{BASE}/{what}/?size=1"
    while address:
        page = program.get(address).json()
        assert len(page["results"]) <= 1
        found += [row["id"] for row in page["results"]]
        address = page["next"]
    assert found == whole == sorted(whole)
    assert len(whole) >= 2


@pytest.mark.parametrize("what", LISTS)
def test_a_list_costs_the_same_number_of_queries_for_one_row_and_for_many(what: str, bearer: Any) -> None:
    program = bearer("COUNTY_CLERK")
    program.get(f"{BASE}/{what}/")
    counts = []
    for size in (1, 100):
        with CaptureQueriesContext(connection) as queries:
            assert program.get(f"{BASE}/{what}/?size={size}").status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1]
    assert counts[0] <= 12


def test_a_person_is_shown_masked_with_the_age_and_without_the_birth_date(world: World, bearer: Any) -> None:
    person = world.one("Person")
    shown = bearer("TOWN_CLERK").get(f"{BASE}/people/{person.pk}/").json()
    assert shown["id_no"] == person_id(PLACE["own"], 1)[:6] + "********" + person_id(PLACE["own"], 1)[-4:]
    assert "*" in shown["phone"]
    assert isinstance(shown["age"], int)
    assert "birth" not in str(shown) and str(person.birth_date) not in str(shown)


def test_lines_of_a_roster_hide_id_phone_and_account(world: World, bearer: Any) -> None:
    roster = world.one("Roster")
    rows = bearer("COUNTY_FINANCE").get(f"{BASE}/rosters/{roster.pk}/lines/").json()["results"]
    assert rows and all("*" in row["id_no"] and "*" in row["account"] for row in rows)
    assert not any(secret in str(rows) for secret in world.secrets())


def test_a_table_comes_with_its_cells_and_their_names(world: World, bearer: Any) -> None:
    table = world.one("Submission")
    shown = bearer("TOWN_CLERK").get(f"{BASE}/tables/{table.pk}/").json()
    assert shown["month"] == f"{table.period:%Y-%m}"
    assert {cell["key"] for cell in shown["cells"]} == set(table.cells)


def test_a_benefit_comes_with_its_terms_in_yuan_as_text(world: World, bearer: Any) -> None:
    benefit = world.one("Benefit")
    shown = bearer("TOWN_CLERK").get(f"{BASE}/benefits/{benefit.pk}/").json()
    assert (shown["total"], shown["people"], shown["state"]) == ("500.00", 2, "ACTIVE")
    assert [term["base"] for term in shown["terms"]] == ["500.00"]
    assert len(shown["terms"][0]["covered"]) == 2


def test_a_person_is_found_by_the_whole_id_sent_in_the_body(world: World, bearer: Any) -> None:
    number = person_id(PLACE["own"], 1)
    answer = bearer("TOWN_CLERK").post(f"{BASE}/people/find/", {"id_no": number}, "application/json")
    assert [row["name"] for row in answer.json()["results"]] == [PLACE["own"].names[0]]
    entry = Entry.objects.filter(action="search").latest("id")
    assert number not in str(entry.facts) and entry.facts["hits"] == 1


def test_a_person_of_another_town_is_not_found_by_his_id(world: World, bearer: Any) -> None:
    number = person_id(PLACE["other_town"], 1)
    answer = bearer("TOWN_CLERK").post(f"{BASE}/people/find/", {"id_no": number}, "application/json")
    assert (answer.status_code, answer.json()) == (200, {"results": []})


@pytest.mark.parametrize("body", ['{"id_no": "123"}', '{"id_no": ""}', "{}", "[]", '{"id_no": "\\u0000"}'])
def test_a_broken_id_is_refused_at_its_field(body: str, bearer: Any) -> None:
    answer = bearer("TOWN_CLERK").post(f"{BASE}/people/find/", body, "application/json")
    assert answer.status_code == 400
    assert answer.json()["message"] and answer.json()["fields"]


def test_a_person_is_not_looked_for_by_an_id_in_the_address(world: World, bearer: Any) -> None:
    """Unknown parameters filter nothing: there is no address in which a number would stand."""
    program = bearer("TOWN_CLERK")
    whole = program.get(f"{BASE}/people/").json()
    assert (
        program.get(f"{BASE}/people/", {"id_no": person_id(PLACE["own"], 1)}).json()["results"]
        == whole["results"]
    )


def test_the_filters_of_the_pages_narrow_the_lists(world: World, bearer: Any) -> None:
    program, place = bearer("COUNTY_CLERK"), PLACE["other_town"]
    people = program.get(f"{BASE}/people/", {"name": place.names[0]}).json()["results"]
    rosters = program.get(f"{BASE}/rosters/", {"unit": "大塘"}).json()["results"]
    assert [row["name"] for row in people] == [place.names[0]]
    assert {row["unit"]["code"] for row in rosters} == {place.town}
    assert program.get(f"{BASE}/benefits/", {"standing": "stopped"}).json()["results"] == []


@pytest.mark.parametrize(
    ("address", "field"),
    [
        ("people/?size=0", "size"),
        ("people/?size=201", "size"),
        ("people/?after=x", "after"),
        ("people/?after=99999999999999999999", "after"),
        ("rosters/?month=2022-13", "month"),
        ("benefits/?program=GIFT", "program"),
        ("people/?name=%00", "name"),
    ],
)
def test_what_cannot_be_read_is_refused_in_chinese_at_its_field(
    address: str, field: str, bearer: Any
) -> None:
    answer = bearer("COUNTY_CLERK").get(f"{BASE}/{address}")
    assert answer.status_code == 400
    assert list(answer.json()["fields"]) == [field]
    assert any("\u4e00" <= sign <= "\u9fff" for sign in answer.json()["message"])


def test_every_refusal_has_the_same_shape(world: World, bearer: Any, client: Any) -> None:
    program = bearer("TOWN_CLERK")
    answers = [
        client.get(f"{BASE}/people/"),
        bearer("SYS_ADMIN").get(f"{BASE}/people/"),
        program.get(f"{BASE}/people/0/"),
        program.get(f"{BASE}/nothing/"),
        program.delete(f"{BASE}/people/"),
        program.post(f"{BASE}/people/find/", "{", "application/json"),
        program.post(f"{BASE}/people/find/", {"id_no": "1"}),
        program.get(f"{BASE}/people/?size=x"),
    ]
    assert [answer.status_code for answer in answers] == [401, 403, 404, 404, 405, 400, 415, 400]
    assert {tuple(sorted(answer.json())) for answer in answers} == {("fields", "message", "rule")}


def test_a_household_counts_who_belongs_to_it_now(world: World, bearer: Any) -> None:
    household = world.one("Household")
    _, child = household.members.order_by("id")
    address = f"{BASE}/households/{household.pk}/"

    def people() -> int:
        return int(bearer("TOWN_CLERK").get(address).json()["people"])

    assert people() == 2
    Member.objects.filter(pk=child.pk).update(counted=False, exclude_reason="在外分居")
    assert people() == 1
    Member.objects.filter(pk=child.pk).update(counted=True, left_on=date(2024, 1, 1))
    assert people() == 1


def test_what_was_read_stands_in_the_journal(world: World, bearer: Any) -> None:
    bearer("TOWN_CLERK").get(f"{BASE}/households/")
    entry = Entry.objects.filter(action="api.read").latest("id")
    assert (entry.actor, entry.facts) == (world.users["TOWN_CLERK"], {"what": "家庭", "rows": 2})


def test_an_account_that_asks_too_often_is_told_to_wait(bearer: Any, settings: Any) -> None:
    settings.API_RATE = "3/min"
    program = bearer("TOWN_CLERK")
    answers = [program.get(f"{BASE}/units/") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert "秒后再试" in answers[-1].json()["message"] and answers[-1]["Retry-After"]


def test_the_rate_is_counted_by_account(bearer: Any, settings: Any) -> None:
    settings.API_RATE = "1/min"
    assert [bearer(role).get(f"{BASE}/units/").status_code for role in ("TOWN_CLERK", "TOWN_LEADER")] == [
        200,
        200,
    ]


def test_the_session_of_the_pages_reads_too_and_posts_with_the_secret_only(world: World) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(world.users["TOWN_CLERK"], backend="django.contrib.auth.backends.ModelBackend")
    assert browser.get(f"{BASE}/people/").status_code == 200
    refused = browser.post(f"{BASE}/people/find/", {"id_no": "1"}, "application/json")
    assert refused.status_code == 403 and "X-CSRFToken" in refused.json()["message"]


def test_an_account_without_a_post_reads_nothing(db: None) -> None:
    user = create_user(username="nobody", name="无岗", password="correct-horse-7", actor=None, demo=True)
    browser = Client()
    browser.force_login(User.objects.get(pk=user.pk), backend="django.contrib.auth.backends.ModelBackend")
    assert {browser.get(f"{BASE}/{what}/").status_code for what in LISTS} == {403}
