"""Heavy reads go to the read replica, where one is configured (DATABASE_REPLICA_URL); writes never do.

A page says ``from_replica = True``. Whoever has just written something reads from the primary for a moment: the replica
may lag, and nobody should miss what he typed.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.conf import settings
from django.db import DEFAULT_DB_ALIAS

REPLICA = "replica"
# Seconds after a write in which its author reads from the primary.
LAG = 10
_READING = ContextVar("reading_replica", default=False)


def configured() -> bool:
    return REPLICA in settings.DATABASES


@contextmanager
def reading() -> Iterator[None]:
    """Reads inside go to the replica, if there is one."""
    token = _READING.set(configured())
    try:
        yield
    finally:
        _READING.reset(token)


def database() -> str:
    """The database of a statement written by hand that only reads."""
    return REPLICA if _READING.get() else DEFAULT_DB_ALIAS


class Router:
    """Reads by context, writes to the primary whatever the row was read from."""

    def db_for_read(self, model: Any, **hints: Any) -> str:
        return database()

    def db_for_write(self, model: Any, **hints: Any) -> str:
        return DEFAULT_DB_ALIAS

    def allow_relation(self, first: Any, second: Any, **hints: Any) -> bool:
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool:
        return db == DEFAULT_DB_ALIAS
