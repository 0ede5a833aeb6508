"""The same small world as in tests/access, for mechanisms that need rows of every kind."""

from collections.abc import Iterator
from typing import Any

import pytest

from tests.databases import world_copy, world_database
from tests.world import World, standing_world

__all__ = ["world_copy", "world_database"]


@pytest.fixture(scope="module")
def world(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    with standing_world(django_db_blocker, tmp_path_factory.mktemp("files")) as built:
        yield built


@pytest.fixture(autouse=True)
def _files_apart(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def enter(sign_in: Any) -> Any:
    return sign_in
