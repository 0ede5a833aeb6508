"""Sealing in tests: it waits for every transaction of the whole server, and other tests run on it too."""

from django.db import connection

from salvation.journal.services import seal_entries, verify

# Tenths of a second.
PATIENCE = 600


def seal_all() -> None:
    """Seal until no entry is left; the entries must be committed. Raises AssertionError."""
    with connection.cursor() as cursor:
        for _ in range(PATIENCE):
            seal_entries()
            if verify()[1] == 0:
                return
            cursor.execute("SELECT pg_sleep(0.1)")
    raise AssertionError("the entries were never sealed")
