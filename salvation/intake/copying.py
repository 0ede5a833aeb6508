"""Write many rows at once with COPY. No save(), no signals: for imports whose rows were checked before."""

import io
from collections.abc import Iterable, Sequence
from itertools import islice
from typing import Any

from django.db import connection, models

ESCAPES = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})
NULL = "\\N"
# So many rows are held as text at a time, however many are written.
PORTION = 4000
BUFFER = 256 * 1024


def new_ids(model: type[models.Model], count: int) -> list[int]:
    """Draw primary keys beforehand, so that rows of several tables can point at each other."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(s) FROM CAST(pg_get_serial_sequence(%s, 'id') AS regclass) s, generate_series(1, %s)",
            [model._meta.db_table, count],
        )
        return [number for (number,) in cursor.fetchall()]


def analyse(*written: type[models.Model]) -> None:
    """Tell the planner that these tables grew: without it, plans made for empty tables scan them row by row.

    A table that somebody else's transaction has just analysed stays locked until its end: it is left as it is.
    """
    with connection.cursor() as cursor:
        for model in written:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {connection.ops.quote_name(model._meta.db_table)}")


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Insert `rows` (values in the order of `fields`); every column without a default must be named.

    Values are str, int, bool, Decimal, date, datetime, bytes (sealed) or None.
    """
    meta = model._meta
    by_name = {field.name: field.column for field in meta.concrete_fields if field.column}
    columns = ", ".join(connection.ops.quote_name(by_name[name]) for name in fields)
    statement = f"COPY {connection.ops.quote_name(meta.db_table)} ({columns}) FROM STDIN"
    waiting = iter(rows)
    # The rows of a portion are made before its COPY begins: making them may itself ask the database.
    while portion := ["\t".join([_text(value) for value in row]) for row in islice(waiting, PORTION)]:
        with connection.cursor() as cursor:
            cursor.copy_expert(statement, io.BytesIO("\n".join(portion).encode()), BUFFER)


def _text(value: Any) -> str:
    kind = value.__class__
    if kind is str:
        return value if value.isprintable() and "\\" not in value else value.translate(ESCAPES)
    if value is None:
        return NULL
    if kind is bytes:
        return "\\\\x" + value.hex()
    if kind is bool:
        return "t" if value else "f"
    return str(value) if not isinstance(value, str) else value.translate(ESCAPES)
