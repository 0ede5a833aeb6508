"""Databases of a test's own beside the test database: copied, broken, restored and dropped without leaving a trace."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import psycopg2
import pytest
from django.conf import settings
from django.db import connection
from django.test import override_settings
from django.test.utils import setup_databases, teardown_databases

from tests.world import World, build_world

_NUMBERS = count(1)


def on_server(*statements: str) -> None:
    """Run statements that no transaction may hold, from the server's own database."""
    given = {**connection.get_connection_params(), "dbname": "postgres"}
    held = psycopg2.connect(**given)
    try:
        held.autocommit = True
        with held.cursor() as cursor:
            for statement in statements:
                cursor.execute(statement)
    finally:
        held.close()


@contextmanager
def inside(name: str) -> Iterator[None]:
    """Let Django's connection stand in another database of the server."""
    before = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = before


@contextmanager
def copied(template: str, name: str) -> Iterator[str]:
    """A copy of a database, gone afterwards."""
    connection.close()
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    on_server(drop, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    try:
        yield name
    finally:
        connection.close()
        on_server(drop)


@contextmanager
def _migrated() -> Iterator[str]:
    """The test database; made here when no other test of the session asked for it."""
    wanted = connection.settings_dict["TEST"]["NAME"]
    if connection.settings_dict["NAME"] == wanted:
        yield wanted
        return
    made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield str(connection.settings_dict["NAME"])
    teardown_databases(made, verbosity=0)


@pytest.fixture(scope="session")
def world_database(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[str, World, Any]]:
    """The small world committed in a database of its own, with its files: to be copied by tests, never changed."""
    files = tmp_path_factory.mktemp("world-files")
    # Each folder that takes this fixture over has one of its own.
    own = f"world_{os.getpid()}_{next(_NUMBERS)}"
    with django_db_blocker.unblock(), _migrated() as template, copied(template, own) as name:
        with inside(name), override_settings(MEDIA_ROOT=files):
            world = build_world()
        yield name, world, files


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
