"""Move everything that is sealed to the newest key: columns, their row history, JSON facts, files.

Selected by the key number in front of each value, so that a rotation that was interrupted goes on where it stopped, and
``remaining()`` is the proof that an old key may go. Row history and guards stay silent: nothing changes but the seal.
"""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pgtrigger
from django.apps import apps
from django.conf import settings
from django.db import connection, transaction
from psycopg2 import Binary
from psycopg2.extras import execute_values

from salvation.files.services import KIND, write_whole
from salvation.journal.services import record
from salvation.vault.crypto import keyring, open_bytes, seal_bytes
from salvation.vault.fields import SealedField

PORTION = 2000
FILES = "files"
Progress = Callable[[str, int, int], None]


@dataclass(frozen=True, slots=True)
class SealedTable:
    """A table with sealed columns: its key, and the kind that each column is bound to."""

    name: str
    key: str
    kinds: tuple[tuple[str, str], ...]

    @property
    def columns(self) -> str:
        return ", ".join(f'"{column}"' for column, _ in self.kinds)

    def waiting(self, newest: int) -> str:
        """Condition: some column is sealed under another key."""
        return " OR ".join(f'get_byte("{column}", 0) <> {newest:d}' for column, _ in self.kinds)

    # Names of tables and columns are those of our own models.
    def by_key(self, column: str) -> str:
        return (
            f'SELECT get_byte("{column}", 0), count(*) FROM "{self.name}" '  # noqa: S608
            f'WHERE "{column}" IS NOT NULL GROUP BY 1'
        )

    def count_waiting(self, newest: int) -> str:
        return f'SELECT count(*) FROM "{self.name}" WHERE {self.waiting(newest)}'  # noqa: S608

    def choose(self, newest: int) -> str:
        return (
            f'SELECT "{self.key}", {self.columns} FROM "{self.name}" WHERE {self.waiting(newest)} '  # noqa: S608
            f'ORDER BY "{self.key}" LIMIT {PORTION} FOR UPDATE'
        )

    def update(self) -> str:
        new = ", ".join(f'"{column}" = v."{column}"' for column, _ in self.kinds)
        return (
            f'UPDATE "{self.name}" t SET {new} FROM (VALUES %s) v("{self.key}", {self.columns}) '  # noqa: S608
            f'WHERE t."{self.key}" = v."{self.key}"'
        )


def sealed_tables() -> list[SealedTable]:
    """Every table with a sealed column, the event tables of the row history among them."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        kinds = tuple(
            (str(field.column), field.kind)
            for field in options.concrete_fields
            if isinstance(field, SealedField)
        )
        if kinds and options.managed and not options.proxy:
            found.append(SealedTable(options.db_table, str(options.pk.column), kinds))
    return found


def remaining() -> dict[int, Counter[str]]:
    """How many values lie under each key, by table (and ``files``)."""
    found: dict[int, Counter[str]] = {}
    with connection.cursor() as cursor:
        for table in sealed_tables():
            for column, _ in table.kinds:
                cursor.execute(table.by_key(column))
                for key_id, count in cursor.fetchall():
                    found.setdefault(key_id, Counter())[table.name] += count
    for path in stored_files():
        found.setdefault(_key_of(path), Counter())[FILES] += 1
    return found


def stored_files() -> Iterator[Path]:
    """Every whole file in the store."""
    for path in sorted(Path(settings.MEDIA_ROOT).glob("[0-9a-f][0-9a-f]/*")):
        if path.is_file() and path.suffix != ".part":
            yield path


def _key_of(path: Path) -> int:
    with path.open("rb") as stream:
        first = stream.read(1)
    return first[0] if first else 0


def rotate(*, actor: Any, progress: Progress) -> dict[str, int]:
    """Reseal everything under the newest key of VAULT_KEYS; returns how many rows and files were moved.

    Safe beside running pages, once all of them know both keys. Raises Unsealable for a value whose key is not in the
    ring: nothing of its portion is changed then.
    """
    _, newest = keyring()
    record(actor=actor, action="vault.rotate", facts={"key": newest, "note": "开始"})
    rows = 0
    for table in sealed_tables():
        rows += _rotate_table(table, newest, progress)
    files = _rotate_files(newest, progress)
    record(
        actor=actor,
        action="vault.rotate",
        facts={"key": newest, "note": "完成", "rows": rows, "files": files},
    )
    return {"rows": rows, "files": files}


def _rotate_table(table: SealedTable, newest: int, progress: Progress) -> int:
    with connection.cursor() as cursor:
        cursor.execute(table.count_waiting(newest))
        total, done = int(cursor.fetchone()[0]), 0
    while moved := _rotate_portion(table, newest):
        done += moved
        progress(table.name, done, max(total, done))
    return done


def _rotate_portion(table: SealedTable, newest: int) -> int:
    """One portion in one transaction, its rows locked: a writer waits and then writes under the newest key himself."""
    places = "(%s, " + ", ".join(["%s::bytea"] * len(table.kinds)) + ")"
    with transaction.atomic(), pgtrigger.ignore(), connection.cursor() as cursor:
        cursor.execute(table.choose(newest))
        rows = cursor.fetchall()
        if rows:
            execute_values(
                cursor, table.update(), [_resealed(row, table.kinds, newest) for row in rows], places, PORTION
            )
    return len(rows)


def _resealed(row: Sequence[Any], kinds: Sequence[tuple[str, str]], newest: int) -> list[Any]:
    values = zip(row[1:], kinds, strict=True)
    return [row[0], *(_moved(value, kind, newest) for value, (_, kind) in values)]


def _moved(value: Any, kind: str, newest: int) -> Any:
    if value is None:
        return None
    sealed = bytes(value)
    return Binary(sealed if sealed[0] == newest else seal_bytes(open_bytes(sealed, kind), kind))


def _rotate_files(newest: int, progress: Progress) -> int:
    old = [path for path in stored_files() if _key_of(path) != newest]
    for number, path in enumerate(old, start=1):
        write_whole(path, seal_bytes(open_bytes(path.read_bytes(), KIND), KIND))
        progress(FILES, number, len(old))
    return len(old)
