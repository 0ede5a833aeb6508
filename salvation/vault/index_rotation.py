"""Work every blind index out anew under the newest key of INDEX_KEY, batch by batch beside running pages.

A batch turns some values in all tables and their row history at once and notes them as turned, in one transaction: a
command that was killed goes on with what is not noted. Row history and guards stay silent: only the fingerprint changes.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pgtrigger
from django.apps import apps
from django.db import OperationalError, connection, transaction
from django.db.models import Model
from psycopg2.errors import LockNotAvailable
from psycopg2.extras import execute_values

from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.vault.crypto import fingerprint, index_keys, key_mark, unseal
from salvation.vault.fields import BlindIndexField, SealedField
from salvation.vault.models import IndexTurn, TurnedIndex
from salvation.vault.turning import LOCK

PORTION = 1000
Progress = Callable[[str, int], None]


@dataclass(frozen=True, slots=True)
class IndexedColumn:
    """A column of blind indexes, the sealed column beside it, and what that is bound to."""

    table: str
    key: str
    index: str
    sealed: str
    kind: str

    # Names of tables and columns are those of our own models.
    @property
    def unturned(self) -> str:
        return (
            f'"{self.index}" IS NOT NULL AND NOT EXISTS '  # noqa: S608
            f'(SELECT 1 FROM vault_turnedindex v WHERE v.index = "{self.index}")'
        )

    def choose(self) -> str:
        return (
            f'SELECT "{self.key}", "{self.index}", "{self.sealed}" FROM "{self.table}" '  # noqa: S608
            f'WHERE "{self.key}" > %s AND {self.unturned} ORDER BY "{self.key}" LIMIT {PORTION}'
        )

    def count(self) -> str:
        return f'SELECT count(*) FROM "{self.table}" WHERE {self.unturned}'  # noqa: S608

    def update(self) -> str:
        return (
            f'UPDATE "{self.table}" t SET "{self.index}" = v.new '  # noqa: S608
            f'FROM (VALUES %s) v(old, new) WHERE t."{self.index}" = v.old'
        )


def indexed_columns() -> list[IndexedColumn]:
    """Every column of blind indexes, the event tables of the row history among them. Each has its sealed column."""
    found = []
    for model in apps.get_models(include_auto_created=True):
        options = model._meta
        if options.managed and not options.proxy:
            found += [_column(model, field) for field in options.concrete_fields if _is_index(field)]
    return found


def _is_index(field: Any) -> bool:
    return isinstance(field, BlindIndexField)


def _column(model: type[Model], field: Any) -> IndexedColumn:
    """id_index stands beside id_no, number_index beside number: the sealed column with the same beginning."""
    stem = str(field.name).removesuffix("_index")
    options = model._meta
    for other in options.concrete_fields:
        if isinstance(other, SealedField) and other.name in (stem, f"{stem}_no"):
            return IndexedColumn(
                options.db_table, str(options.pk.column), str(field.column), str(other.column), other.kind
            )
    raise LookupError(f"{options.label}.{field.name} has no sealed column beside it")


def unturned() -> dict[str, int]:
    """How many rows of each table stand under another key than the newest."""
    found: dict[str, int] = {}
    with connection.cursor() as cursor:
        for column in indexed_columns():
            cursor.execute(column.count())
            found[column.table] = found.get(column.table, 0) + int(cursor.fetchone()[0])
    return {table: count for table, count in found.items() if count}


def turn(*, actor: Any, progress: Progress) -> int:
    """Turn everything to the newest key; returns how many values. Raises Refusal unless INDEX_KEY holds two keys,
    Unsealable for a value that cannot be opened: nothing of its portion is changed then."""
    keys = index_keys()
    if len(keys) != 2:
        raise Refusal("INDEX_KEY 要写成“旧密钥,新密钥”两个，重启全部进程后再执行")
    begun = _begin(key_mark(keys[-1]), actor)
    if begun.done:
        return 0
    columns, turned = indexed_columns(), 0
    while True:
        for column in columns:
            for count in _turn_column(column, columns):
                turned += count
                progress(column.table, turned)
        if _finish(begun):
            record(actor=actor, action="vault.turn", facts={"note": "完成", "values": turned})
            return turned


@transaction.atomic
def _begin(mark: str, actor: Any) -> IndexTurn:
    found, made = IndexTurn.objects.get_or_create(key=mark)
    if made:
        # What an earlier change noted says nothing of this one.
        TurnedIndex.objects.all().delete()
        IndexTurn.objects.exclude(pk=found.pk).delete()
        record(actor=actor, action="vault.turn", facts={"note": "开始"})
    return found


def _turn_column(column: IndexedColumn, columns: list[IndexedColumn]) -> Iterator[int]:
    last = 0
    while True:
        with connection.cursor() as cursor:
            cursor.execute(column.choose(), [last])
            rows = cursor.fetchall()
        if not rows:
            return
        last = rows[-1][0]
        values = {_uuid(old): unseal(bytes(sealed), column.kind) for _, old, sealed in rows if sealed}
        yield _turn_values(values, column.kind, columns)


def _uuid(value: Any) -> uuid.UUID:
    return value if isinstance(value, uuid.UUID) else uuid.UUID(str(value))


def _turn_values(values: dict[uuid.UUID, str], kind: str, columns: list[IndexedColumn]) -> int:
    """In one transaction, alone. Where a person's transaction holds a row it gives way and tries again."""
    old, new = index_keys()
    pairs = [
        (str(stood), str(fingerprint(new, plain, kind)))
        for stood, plain in values.items()
        if stood == fingerprint(old, plain, kind)
    ]
    while pairs:
        try:
            _write(pairs, columns)
            break
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
    return len(pairs)


def _write(pairs: list[tuple[str, str]], columns: list[IndexedColumn]) -> None:
    # Guards wake up after the transaction: in one that gave way nothing can be said any more.
    with pgtrigger.ignore(), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL lock_timeout = '400ms'")
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
        for column in columns:
            execute_values(cursor, column.update(), pairs, "(%s::uuid, %s::uuid)", len(pairs))
        new = [(index,) for _, index in pairs]
        execute_values(
            cursor,
            "INSERT INTO vault_turnedindex (index) VALUES %s ON CONFLICT DO NOTHING",
            new,
            "(%s::uuid)",
        )


@transaction.atomic
def _finish(begun: IndexTurn) -> bool:
    """Whether nothing is left; from then on new values stand under the new key."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    left = unturned()
    if left and not _lost(left):
        return False
    begun.done = True
    begun.save(update_fields=["done"])
    return True


def _lost(left: dict[str, int]) -> bool:
    """Rows of the row history whose sealed value is gone or another keep an index nobody can ask for."""
    with connection.cursor() as cursor:
        for column in indexed_columns():
            if column.table not in left:
                continue
            last = 0
            while True:
                cursor.execute(column.choose(), [last])
                rows = cursor.fetchall()
                if not rows:
                    break
                last = rows[-1][0]
                old = index_keys()[0]
                for _, stood, sealed in rows:
                    plain = unseal(bytes(sealed), column.kind) if sealed else None
                    if plain is not None and fingerprint(old, plain, column.kind) == _uuid(stood):
                        return False
    return True
