"""The description and the answers agree, whatever is asked (schemathesis), and strangers see neither."""

from collections.abc import Iterator
from typing import Any

import pytest
import schemathesis
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from django.test import Client
from hypothesis import HealthCheck, given, settings
from schemathesis.checks import (
    content_type_conformance,
    not_a_server_error,
    response_schema_conformance,
    status_code_conformance,
)

from salvation.wsgi import application
from tests.api.conftest import token_of
from tests.world import World

pytestmark = pytest.mark.django_db
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ASKED = settings(
    max_examples=12,
    deadline=None,
    database=None,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)


@pytest.fixture(autouse=True)
def _one_connection() -> Iterator[None]:
    """The bare application closes its connection after a request; here it is the test's own, in a transaction."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("role", ["TOWN_CLERK", "VILLAGE_WORKER", "COUNTY_FINANCE", "SEC_ADMIN"])
def test_every_answer_is_as_described(role: str, world: World, settings: Any) -> None:
    settings.API_RATE = "100000/min"
    headers = {"Authorization": f"Bearer {token_of(world.users[role])}", "Accept": "application/json"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application, headers=headers)
    asked = []
    for found in schema.get_all_operations():
        operation = found.ok()

        @ASKED
        @given(case=operation.as_strategy())
        def ask(case: Any) -> None:
            answer = case.call(headers=headers)
            asked.append(answer.status_code)
            case.validate_response(answer, checks=CHECKS)

        ask()
    assert len(asked) > 100


@pytest.mark.parametrize("role", ["TOWN_CLERK", "COUNTY_FINANCE"])
def test_rows_that_exist_are_as_described(role: str, world: World, bearer: Any) -> None:
    """Guessed ids rarely hit: the rows of the world are asked for by their own."""
    token = token_of(world.users[role])
    headers = {"Authorization": f"Bearer {token}", "Accept": "application/json"}
    schema = schemathesis.openapi.from_wsgi("/api/v1/schema/?format=json", application, headers=headers)
    rows = {
        "people": "Person", "households": "Household", "applications": "Application", "benefits": "Benefit", "rosters": "Roster", "tables": "Submission",
    }  # fmt: skip
    for path, model in rows.items():
        for tail in ("", *(["lines/"] if path == "rosters" else [])):
            operation = schema[f"/api/v1/{path}/{{id}}/{tail}".replace("{id}/lines", "{id}/lines")]["GET"]
            case = operation.Case(path_parameters={"id": world.one(model).pk})
            case.validate_response(case.call(headers=headers), checks=CHECKS)


def test_the_description_names_every_address_and_every_filter(bearer: Any) -> None:
    paths = bearer("TOWN_CLERK").get("/api/v1/schema/?format=json").json()["paths"]
    assert len(paths) == 23
    assert "post" in paths["/api/v1/reviews/{id}/visits/"]
    filters = {one["name"] for one in paths["/api/v1/benefits/"]["get"]["parameters"]}
    assert filters == {"after", "size", "name", "program", "village", "standing", "added", "visit"}


def test_strangers_see_no_description() -> None:
    client = Client()
    assert client.get("/api/v1/schema/").status_code == 401
    assert client.get("/api/v1/docs/").url.startswith("/accounts/login/")


def test_the_page_of_the_description_loads_nothing_from_elsewhere(clerk: Any, sign_in: Any) -> None:
    browser = sign_in(clerk)
    page = browser.get("/api/v1/docs/")
    words = page.content.decode()
    script = browser.get("/api/v1/docs/?script=")
    assert "http" not in words.replace("http-equiv", "") and "<script>" not in words
    assert "script-src 'self';" in page["Content-Security-Policy"]
    assert script.status_code == 200 and "/api/v1/schema/" in script.content.decode()
