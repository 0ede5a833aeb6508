"""Databases of a test's own beside the test database: copied, broken, restored and dropped without leaving a trace."""

import os
from collections.abc import Iterator
from itertools import count
from typing import Any

import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings

from tests.server import copied, inside
from tests.template import copy_of_migrated
from tests.world import World, build_world

_NUMBERS = count(1)


@pytest.fixture(scope="session")
def world_database(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, World, Any]]:
    """The small world committed in a database of its own, with its files: to be copied by tests, never changed."""
    files = tmp_path_factory.mktemp("world-files")
    # Each folder that takes this fixture over has one of its own.
    own = f"world_{os.getpid()}_{next(_NUMBERS)}"
    with django_db_blocker.unblock(), copy_of_migrated(own):
        with inside(own), override_settings(MEDIA_ROOT=files):
            world = build_world()
        yield own, world, files


@pytest.fixture
def world_copy(
    world_database: tuple[str, World, Any], django_db_blocker: Any, tmp_path: Any
) -> Iterator[World]:
    """A fresh copy of the world, committed: other processes see it, and it may be killed."""
    name, world, files = world_database
    with (
        django_db_blocker.unblock(),
        copied(name, f"{name}_copy") as copy,
        inside(copy),
        override_settings(MEDIA_ROOT=_copy_of(files, tmp_path)),
    ):
        yield world


def _copy_of(files: Any, folder: Any) -> Any:
    own = folder / "files"
    for path in files.rglob("*"):
        if path.is_file():
            target = own / path.relative_to(files)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    own.mkdir(exist_ok=True)
    return own


def rows_of_everything(but: frozenset[str] = frozenset()) -> dict[str, int]:
    """How many rows every table has."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace "
            "AND relkind IN ('r', 'p') AND NOT relispartition"
        )
        names = sorted({row[0] for row in cursor.fetchall()} - but)
        counting = (f"SELECT '{name}', count(*) FROM \"{name}\"" for name in names)  # noqa: S608 - our tables
        cursor.execute(" UNION ALL ".join(counting))
        return dict(cursor.fetchall())


def stored_files() -> set[str]:
    """Names of everything in the file store, half-written files too."""
    return {path.name for path in settings.MEDIA_ROOT.rglob("*") if path.is_file()}
