"""Whole databases of the server: made, copied, entered and dropped."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from django.db import connection


@contextmanager
def _server() -> Iterator[Any]:
    """A cursor in the server's own database, outside any transaction."""
    given = {**connection.get_connection_params(), "dbname": "postgres"}
    held = psycopg2.connect(**given)
    try:
        held.autocommit = True
        with held.cursor() as cursor:
            yield cursor
    finally:
        held.close()


def on_server(*statements: str) -> list[Any]:
    """Run statements that no transaction may hold; returns the rows of the last one."""
    with _server() as cursor:
        for statement in statements:
            cursor.execute(statement)
        return list(cursor.fetchall()) if cursor.description else []


@contextmanager
def only_one(matter: str) -> Iterator[None]:
    """Only one process of the server's is inside at a time; the others wait."""
    with _server() as cursor:
        cursor.execute("SELECT pg_advisory_lock(hashtext(%s))", [matter])
        yield


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
