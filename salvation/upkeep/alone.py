"""Backup, restore and key rotation exclude each other: a session lock of the database that dies with its holder."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection

from salvation.domain.errors import Refusal

LOCK = 0x5A1BA7104


@contextmanager
def alone(what: str) -> Iterator[None]:
    """Hold the lock. Raises Refusal while another command holds it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            raise Refusal(f"另一个{what}命令正在执行，请等它结束后再试")
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [LOCK])
