"""The migrated database that every run of the tests copies: migrating takes a minute, copying a second.

It is made once for a state of the migrations and kept on the server; runs and their workers beside each other wait for
the first of them to make it.
"""

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.core.management import call_command

from tests.server import inside, on_server, only_one

ROOT = Path(__file__).resolve().parent.parent
PREFIX = "migrated_"


def _digest() -> str:
    """Of all that the migrated database is made from: our migrations, and the versions of those of others."""
    files = sorted(
        (*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*/migrations/*.py"), ROOT / "constraints.txt")
    )
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()[:16]


@contextmanager
def copy_of_migrated(name: str) -> Iterator[None]:
    """A migrated database called ``name``, gone afterwards."""
    drop = f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'
    template = PREFIX + _digest()
    with only_one(PREFIX):
        known = {row[0] for row in on_server("SELECT datname::text FROM pg_database")}
        if template not in known:
            _make(template, sorted(other for other in known if other.startswith(PREFIX)))
        on_server(drop, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    yield
    on_server(drop)


def _make(template: str, outdated: list[str]) -> None:
    unfinished = f"{PREFIX}unfinished"
    on_server(*(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)' for name in (*outdated, unfinished)))
    on_server(f'CREATE DATABASE "{unfinished}"')
    with inside(unfinished):
        call_command("migrate", verbosity=0, interactive=False)
    on_server(f'ALTER DATABASE "{unfinished}" RENAME TO "{template}"')
