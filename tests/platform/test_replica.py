"""Reads from the replica: only where a page says so, never for who has just written, and never a write."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import DEFAULT_DB_ALIAS, connections

from salvation import replica
from salvation.accounts.models import User
from salvation.units.models import Unit

PAGE, ORDINARY = "/reports/completeness/", "/cases/households/"


@pytest.fixture
def second(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """A replica that is the test's own database; the aliases that were read from."""
    settings.DATABASES = {**settings.DATABASES, replica.REPLICA: settings.DATABASES[DEFAULT_DB_ALIAS]}
    asked: list[str] = []
    choose = replica.Router.db_for_read

    def watched(self: Any, model: Any, **hints: Any) -> str:
        asked.append(choose(self, model, **hints))
        return DEFAULT_DB_ALIAS

    monkeypatch.setattr(replica.Router, "db_for_read", watched)
    yield asked


def test_without_a_replica_everything_is_read_from_the_primary() -> None:
    assert not replica.configured()
    with replica.reading():
        assert replica.database() == DEFAULT_DB_ALIAS


def test_a_page_of_figures_is_read_from_the_replica_and_a_list_is_not(
    second: list[str], clerk: User, sign_in: Any
) -> None:
    client = sign_in(clerk)
    second.clear()
    assert client.get(ORDINARY).status_code == 200
    assert replica.REPLICA not in second
    assert client.get(PAGE).status_code == 200
    assert replica.REPLICA in second


def test_who_has_just_written_reads_from_the_primary(second: list[str], clerk: User, sign_in: Any) -> None:
    client = sign_in(clerk)
    client.post("/cases/households/new/", {"_act": "draft"})
    second.clear()
    assert client.get(PAGE).status_code == 200
    assert replica.REPLICA not in second


def test_what_was_read_from_the_replica_is_written_to_the_primary(units: dict[str, Unit]) -> None:
    unit = units["360722"]
    unit._state.db = replica.REPLICA
    assert replica.Router().db_for_write(Unit, instance=unit) == DEFAULT_DB_ALIAS
    unit.save()
    assert not replica.Router().allow_migrate(replica.REPLICA, "units")
    assert list(connections) == [DEFAULT_DB_ALIAS]
