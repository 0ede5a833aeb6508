"""Every address × every role × inside and outside the unit: the answer is the one the declarations promise."""

import re
from typing import Any

import pytest
from django.test import Client

from salvation.accounts.models import User
from salvation.accounts.roles import ROLES
from salvation.web.navigation import SIGNED_IN
from tests.access.reading import shown_text, words_in
from tests.access.routes import (
    Route,
    address,
    known,
    page_of,
    patterns,
    permissions_of,
    reaches,
    route_of,
    sees,
)
from tests.world import PLACE, World, seat_of

pytestmark = pytest.mark.django_db
ADDRESSES = dict(patterns())
PLACES = tuple(PLACE)
CLEAR_ID = re.compile(r"(?<![0-9A-Za-z])\d{17}[\dXx](?![0-9A-Za-z])")


def test_every_address_has_an_entry_in_the_matrix() -> None:
    missing = [name for name, pattern in ADDRESSES.items() if route_of(name, pattern) is None]
    assert missing == [], "describe these in tests/access/routes.py"


def test_every_page_declares_its_permission() -> None:
    open_pages = {"accounts:login", "accounts:second_factor"}
    silent = {name for name, pattern in ADDRESSES.items() if not getattr(page_of(pattern), "permission", "")}
    assert silent == open_pages


def expected(role: str, name: str, route: Route, world: World, place: str) -> tuple[int, ...]:
    """Not allowed 403, out of scope 404, else what the page answers."""
    held = ROLES[role].permissions
    own, *more = permissions_of(name, ADDRESSES[name], route)
    if route.public:
        return route.answers
    if own not in held | {SIGNED_IN}:
        return (403,)
    if role in route.unless:
        return (route.unless[role][0],)
    if route.answers == (405,):
        return (405,)
    if route.model and not in_scope(role, route, world, place):
        return (403, 404) if set(more) - held and own != SIGNED_IN else (404,)
    return (403,) if set(more) - held else route.answers


def in_scope(role: str, route: Route, world: World, place: str) -> bool:
    if route.model == "county":
        town, seat = world.units[PLACE[place].town], seat_of(role, world.units)
        return seat.code.startswith(town.county.code) or f"/{seat.code}/" in town.county.path
    if route.model == "unit":
        return reaches(role, world.units, world.units[PLACE[place].town], None, by_village=False)
    return sees(role, world, world.one(route.model, place), route.reach)


def crawl(client: Client, role: str, world: World) -> list[tuple[str, str, Any, tuple[int, ...]]]:
    """Every address at every place, with its answer and the promised one."""
    found = []
    for name, (_, route) in known().items():
        for place in PLACES if route.model else PLACES[:1]:
            response = client.get(address(name, route, world, place))
            found.append((name, place, response, expected(role, name, route, world, place)))
    return found


@pytest.mark.parametrize("role", ROLES)
def test_every_address_answers_a_role_as_declared(role: str, world: World, enter: Any) -> None:
    answers = crawl(enter(world.users[role]), role, world)
    wrong = [
        f"{n} at {p}: {r.status_code}, not {codes}"
        for n, p, r, codes in answers
        if r.status_code not in codes
    ]
    assert not wrong, "\n".join(wrong)
    for name, place, response, _ in answers:
        words = words_in(response)
        assert not any(secret in words for secret in world.secrets()), (
            f"{name} at {place}: clear numbers for {role}"
        )
        if "text/html" in response.get("Content-Type", ""):
            assert CLEAR_ID.findall(shown_text(response)) == [], f"{name} at {place}"


def test_strangers_are_sent_to_the_sign_in_page(world: World) -> None:
    client = Client()
    for name, (_, route) in known().items():
        response = client.get(address(name, route, world, "own"))
        if name == "accounts:login":
            assert response.status_code == 200
        elif name.startswith("api:") and name not in ("api:docs", "api:root"):
            assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="api"'), name
        else:
            assert (response.status_code, response.url.split("?")[0]) == (302, "/accounts/login/"), name


def test_a_county_role_is_held_at_the_second_factor(world: World) -> None:
    user = User.objects.get(pk=world.users["COUNTY_CLERK"].pk)
    user.set_password("correct-horse-7")
    user.save()
    client = Client()
    response = client.post("/accounts/login/", {"username": user.username, "password": "correct-horse-7"})
    assert response.url == "/accounts/second-factor/"
    assert client.get("/cases/households/").status_code == 302
