"""Many rows as workbook cells: a portion at a time, column by column, so that equal work is done once a column.

Gives exactly what ``values.entries`` gives row by row.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import islice
from operator import attrgetter, methodcaller
from typing import Any

from salvation.domain.mask import Scene
from salvation.tables.model import SENSITIVE, Column, Kind, Row, Totals
from salvation.tables.values import MASKS, Entry, entry

PORTION = 1000
# Raw values of these classes are neither cells nor methods: nothing to unwrap or call.
PLAIN = frozenset({str, int, float, bool, Decimal, date, type(None)})
TEXTS = frozenset({str, type(None)})
# Kinds whose text passes unchanged into a workbook.
WORDS = frozenset(Kind) - SENSITIVE - {Kind.STATE}


def portions(
    columns: Sequence[Column], rows: Iterable[Row], scene: Scene = Scene.LIST
) -> Iterator[list[Sequence[Entry]]]:
    """The columns' cells of every thousand rows."""
    waiting = iter(rows)
    while portion := list(islice(waiting, PORTION)):
        yield [_converted(column, _raw(column, portion), scene) for column in columns]


def _raw(column: Column, rows: Sequence[Row]) -> Sequence[Any]:
    reader = _reader(column, rows)
    if reader is not None:
        found = list(map(reader, rows))
        if PLAIN.issuperset(map(type, found)):
            return found
    return [column.read(row) for row in rows]


def _reader(column: Column, rows: Sequence[Row]) -> Callable[[Row], Any] | None:
    """The quick way to a column's values where all rows are of one class; None where a row may need unwrapping."""
    kinds = set(map(type, rows))
    if len(kinds) > 1 or Totals in kinds:
        return None
    if callable(column.value):
        return column.value
    path = column.value or column.code
    if "." in path:
        return None
    return methodcaller("get", path) if issubclass(kinds.pop(), Mapping) else attrgetter(path)


def _converted(column: Column, found: Sequence[Any], scene: Scene) -> Sequence[Entry]:
    kinds = set(map(type, found))
    if column.kind in WORDS and kinds <= TEXTS:
        return found
    if column.kind in SENSITIVE and kinds <= TEXTS:
        mask = MASKS[column.kind]
        return [mask(value, scene) if value else value for value in found]
    if column.kind is Kind.COUNT and kinds == {int}:
        return found
    if column.kind in (Kind.MONEY, Kind.PERCENT) and kinds <= {Decimal, int}:
        return list(map(float, found))
    if column.kind is Kind.DATE and kinds == {date}:
        return found
    return [entry(column, value, scene) for value in found]
