"""One world for all tests of access: built once in an outer transaction, each test rolled back to it."""

import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from tests.world import World, standing_world


@pytest.fixture(scope="package")
def world(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with standing_world(django_db_blocker, tmp_path_factory.mktemp("files")) as built:
        yield built


@pytest.fixture
def enter() -> Any:
    """A client signed in as somebody, past the second factor."""

    def signed(user: Any, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
        return client

    return signed


@pytest.fixture(autouse=True)
def _quiet_refusals() -> Iterator[None]:
    """Thousands of promised 403 and 404 are no news for the log."""
    logger = logging.getLogger("django.request")
    before, logger.disabled = logger.disabled, True
    yield
    logger.disabled = before
