"""Nothing of another unit shows anywhere: rows, counts, lists, filters, search, exports, figures, journal."""

from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.urls import reverse
from django.utils import timezone

from salvation.access.models import ScopedModel
from salvation.accounts.models import User
from salvation.accounts.roles import ROLES
from salvation.accounts.services import grant_post
from salvation.duties.selectors import duties_for
from salvation.journal.models import Entry
from salvation.web.pages.lists import ListPage
from tests.access.reading import cells_of, content_of, shown_text, words_in
from tests.access.routes import address, follow, page_of, patterns, route_of, sees
from tests.world import LONG_AGO, PLACE, PLACES, World, make_account, person_id

pytestmark = pytest.mark.django_db
MODELS = [m for m in apps.get_models() if issubclass(m, ScopedModel) and not m._meta.proxy]
LISTS = {name: pattern for name, pattern in patterns() if issubclass(page_of(pattern) or object, ListPage)}
# Whose seats cover which places; villages by themselves.
COVERED = {
    "VILLAGE_WORKER": {"own"},
    "TOWN_CLERK": {"own", "next_village"},
    "TOWN_LEADER": {"own", "next_village"},
    "TOWN_FINANCE": {"own", "next_village"},
    "COUNTY_CLERK": {"own", "next_village", "other_town"},
    "COUNTY_APPROVER": {"own", "next_village", "other_town"},
    "AUDITOR": {"own", "next_village", "other_town"},
}


# Kept by the county for itself: no town sees them.
COUNTYS_OWN = {"EmergencyMode", "GroupList", "InsuranceBatch", "MonitorBatch", "ReferralBatch"}


def foreign_names(role: str) -> list[str]:
    """Names of people who live where this role has nothing to look for."""
    return [name for place in PLACES if place.key not in COVERED[role] for name in place.names]


def own_names(role: str) -> list[str]:
    return [name for place in PLACES if place.key in COVERED[role] for name in place.names]


def visible(model: Any, user: Any) -> set[int]:
    return set(model.objects.visible_to(user).values_list("pk", flat=True))


def test_the_world_holds_rows_of_every_scoped_model_in_two_towns_and_another_county(world: World) -> None:
    for model in MODELS:
        towns = {
            follow(row, next(iter(model.access.scopes.values()))).code for row in model._base_manager.all()
        }
        own = model.__name__ in COUNTYS_OWN
        wanted = {"360722", "140431"} if own else {"360722100", "360722101", "140431100"}
        assert wanted <= towns, f"add {model.__name__} to tests/world.py"


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_every_role_sees_exactly_the_rows_of_its_seat(model: Any, world: World) -> None:
    rows = list(model._base_manager.all())
    for role in ROLES:
        promised = {row.pk for row in rows if sees(role, world, row)}
        assert visible(model, world.users[role]) == promised, role
        assert model.objects.visible_to(world.users[role]).count() == len(promised), role


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_clerks_of_two_towns_share_no_row_that_is_not_for_everybody(model: Any, world: World) -> None:
    sets = [visible(model, clerk) for clerk in world.clerks.values()]
    if model.access.shared or "TOWN_CLERK" not in {
        r for r in ROLES if model.access.view in ROLES[r].permissions
    }:
        return
    assert all(sets) != (model.__name__ in COUNTYS_OWN)
    assert not (sets[0] & sets[1] or sets[0] & sets[2] or sets[1] & sets[2])


@pytest.fixture
def without_a_post(world: World) -> dict[str, User]:
    """No post, a post that ended today, one that begins tomorrow, a closed account, nobody."""
    town, today = world.units["360722100"], timezone.localdate()
    closed = make_account("closed", [("TOWN_CLERK", town, LONG_AGO, None)])
    closed.is_active = False
    return {
        "none": make_account("none", []),
        "ended": make_account("ended", [("TOWN_CLERK", town, LONG_AGO, today)]),
        "future": make_account("future", [("TOWN_CLERK", town, today + timedelta(days=1), None)]),
        "closed": closed,
        "administrator": world.users["SYS_ADMIN"],
    }


@pytest.mark.parametrize("model", MODELS, ids=lambda m: m.__name__)
def test_whoever_holds_no_current_post_sees_nothing(
    model: Any, world: World, without_a_post: dict[str, User]
) -> None:
    for name, user in without_a_post.items():
        assert visible(model, user) == set(), name


def test_a_post_that_ended_closes_every_page(
    world: World, without_a_post: dict[str, User], enter: Any
) -> None:
    for name, pattern in LISTS.items():
        route = route_of(name, pattern)
        response = enter(without_a_post["ended"]).get(address(name, route, world, "own"))
        assert (response.status_code, response.url) == (302, "/accounts/login/"), name


def test_a_user_with_two_posts_sees_both_seats_and_no_more(world: World) -> None:
    user = make_account("both", [("TOWN_CLERK", world.units["360722101"], LONG_AGO, None)])
    grant_post(
        user=user, role="TOWN_CLERK", unit=world.units["360722100"], start=LONG_AGO, end=None, actor=None
    )
    household = world.one("Household")
    seen = visible(type(household), User.objects.get(pk=user.pk))
    assert seen == {world.one("Household", place).pk for place in ("own", "next_village", "other_town")}


def lists_for(role: str, world: World) -> list[tuple[str, str]]:
    found = []
    for name, pattern in LISTS.items():
        route = route_of(name, pattern)
        assert route is not None
        wanted = route.permission or page_of(pattern).permission
        if wanted in ROLES[role].permissions:
            found.append((name, address(name, route, world, "own")))
    return found


@pytest.mark.parametrize("role", COVERED)
def test_lists_and_their_exports_name_nobody_of_another_unit(role: str, world: World, enter: Any) -> None:
    client = enter(world.users[role])
    for name, url in lists_for(role, world):
        page, export = client.get(url), client.post(url, {"_act": "export"})
        assert (page.status_code, export.status_code) == (200, 200), name
        for words in (words_in(page), cells_of(content_of(export))):
            assert [foreign for foreign in foreign_names(role) if foreign in words] == [], name
            assert not any(secret in words for secret in world.secrets()), name


@pytest.mark.parametrize(
    "url_name", ["cases:households", "cases:people", "cases:applications", "cases:benefits", "cases:changes"]
)
def test_a_list_names_everybody_of_ones_own_unit(url_name: str, world: World, enter: Any) -> None:
    client = enter(world.users["COUNTY_CLERK"])
    words = words_in(client.get(reverse(url_name)))
    assert [place.names[0] for place in PLACES if place.names[0] not in words] == [
        PLACE["other_county"].names[0]
    ]


def test_filters_do_not_reach_beyond_the_unit(world: World, enter: Any) -> None:
    client, other = enter(world.users["TOWN_CLERK"]), PLACE["other_town"]
    tries = {
        "q": other.names[0], "unit": world.units[other.town].pk, "village": world.units[other.village].pk,
        "name": other.names[0], "id_no": person_id(other, 1),
    }  # fmt: skip
    for name, url in lists_for("TOWN_CLERK", world):
        for key, value in tries.items():
            response = client.get(url, {key: value})
            table = words_in(response).replace(f'value="{value}"', "")
            assert not any(foreign in table for foreign in other.names), (name, key)


def test_filters_offer_no_units_of_another_county(world: World, enter: Any) -> None:
    client = enter(world.users["COUNTY_CLERK"])
    for name, url in lists_for("COUNTY_CLERK", world):
        words = words_in(client.get(url))
        assert "沁河镇" not in words, name
        assert "官渠巷" not in words, name


@pytest.mark.parametrize("role", [role for role in COVERED if "case.view" in ROLES[role].permissions])
def test_search_finds_people_of_ones_own_units_only(role: str, world: World, enter: Any) -> None:
    client = enter(world.users[role])
    for place in PLACES:
        for words in (place.names[0], person_id(place, 1), world.one("Application", place.key).no):
            found = words_in(client.get(reverse("web:search"), {"q": words}))
            hit = reverse("cases:person", args=[world.one("Person", place.key).pk])
            paper = reverse("cases:application", args=[world.one("Application", place.key).pk])
            assert (hit in found or paper in found) == (place.key in COVERED[role]), (place.key, words)


@pytest.mark.parametrize("role", COVERED)
def test_the_desk_names_nobody_of_another_unit(role: str, world: World, enter: Any) -> None:
    words = words_in(enter(world.users[role]).get(reverse("web:desk")))
    assert [name for name in foreign_names(role) if name in words] == []


def test_duties_of_a_clerk_are_those_of_his_town(world: World) -> None:
    titles = "\n".join(duties_for(world.users["TOWN_CLERK"]).values_list("title", flat=True))
    assert PLACE["own"].names[0] in titles
    assert [name for name in foreign_names("TOWN_CLERK") if name in titles] == []


def test_the_records_behind_a_figure_stay_within_the_unit(world: World, enter: Any) -> None:
    route = route_of("reports:drill", dict(patterns())["reports:drill"])
    for role in ("TOWN_CLERK", "COUNTY_CLERK"):
        client = enter(world.users[role])
        for place in PLACES:
            response = client.get(address("reports:drill", route, world, place.key))
            assert response.status_code == (200 if place.key in COVERED[role] else 404), (role, place.key)
            assert [name for name in foreign_names(role) if name in words_in(response)] == []


def test_the_total_of_the_county_leads_to_the_county_and_no_further(world: World, enter: Any) -> None:
    route = route_of("reports:drill", dict(patterns())["reports:drill"])
    url = address("reports:drill", route, world, "own").replace(
        f"/{world.units['360722100'].pk}/", f"/{world.units['360722'].pk}/"
    )
    words = words_in(enter(world.users["COUNTY_CLERK"]).get(url))
    assert all(name in words for name in own_names("COUNTY_CLERK"))
    assert not any(name in words for name in foreign_names("COUNTY_CLERK"))
    assert enter(world.users["TOWN_CLERK"]).get(url).status_code == 404


def test_the_journal_keeps_no_clear_number(world: World, enter: Any) -> None:
    """Whatever people did until here, and a search for a whole ID number."""
    client = enter(world.users["TOWN_CLERK"])
    client.get(reverse("web:search"), {"q": person_id(PLACE["own"], 1)})
    kept = "\n".join(str(facts) for facts in Entry.objects.values_list("facts", flat=True))
    assert Entry.objects.filter(action="search").exists()
    assert not any(secret in kept for secret in world.secrets())


def test_a_refusal_does_not_say_whether_a_row_exists(world: World, enter: Any) -> None:
    client = enter(world.users["TOWN_CLERK"])
    hidden = client.get(reverse("cases:household", args=[world.one("Household", "other_town").pk]))
    absent = client.get(reverse("cases:household", args=[99_999_999]))
    assert hidden.status_code == absent.status_code == 404
    assert shown_text(hidden) == shown_text(absent)


def test_a_full_number_shows_once_to_whoever_gave_a_reason(world: World, enter: Any) -> None:
    client, person, number = enter(world.users["TOWN_CLERK"]), world.one("Person"), person_id(PLACE["own"], 1)
    form, page = reverse("cases:reveal", args=[person.pk]), reverse("cases:person", args=[person.pk])
    token = client.get(form).context["token"]
    assert client.post(form, {"_once": token, "reason": ""}).status_code == 422
    assert number not in words_in(client.get(page))
    client.post(form, {"_once": token, "reason": "核对银行卡开户信息"})
    assert number in words_in(client.get(page))
    assert number not in words_in(client.get(page))
    entry = Entry.objects.get(action="mask.reveal")
    assert (entry.actor, entry.facts["reason"]) == (world.users["TOWN_CLERK"], "核对银行卡开户信息")


API_LISTS = ("people", "households", "benefits", "rosters", "tables")


@pytest.mark.parametrize("role", COVERED)
def test_the_interface_names_nobody_of_another_unit(role: str, world: World, enter: Any) -> None:
    client = enter(world.users[role])
    lines = [f"rosters/{world.one('Roster', place.key).pk}/lines" for place in PLACES]
    for what in (*API_LISTS, *lines):
        words = words_in(client.get(f"/api/v1/{what}/?size=200"))
        assert [foreign for foreign in foreign_names(role) if foreign in words] == [], what
        assert not any(secret in words for secret in world.secrets()), what


@pytest.mark.parametrize("role", [role for role in COVERED if "case.view" in ROLES[role].permissions])
def test_the_interface_finds_people_of_ones_own_units_only(role: str, world: World, enter: Any) -> None:
    client = enter(world.users[role])
    for place in PLACES:
        asked = {"id_no": person_id(place, 1)}
        found = client.post("/api/v1/people/find/", asked, "application/json").json()["results"]
        assert bool(found) == (place.key in COVERED[role]), place.key
