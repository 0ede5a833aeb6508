"""Which columns of a list are shown, in which order, and how one column is moved among the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from salvation.tables.model import Column, Table

LAST_PRIORITY = 3


@dataclass(frozen=True)
class Choice:
    """One line of the column chooser."""

    code: str
    label: str
    on: bool


def arranged(table: Table, wanted: Sequence[str]) -> Table:
    """The lead columns, then the wanted ones in their order; without a wish those shown by default.

    A column somebody chose himself shows on the cards of a phone too. Tables with groups keep their own order.
    """
    leaves = table.leaves()
    lead = {column.code for column in leaves[: table.lead]}
    known = [code for code in dict.fromkeys(wanted) if code in {column.code for column in leaves}]
    if not known:
        return table.select(lambda column: column.code in lead or not column.optional)
    if any(not isinstance(node, Column) for node in table.columns):
        return table.select(lambda column: column.code in lead or column.code in known)
    chosen = [_on_cards(table.column(code)) for code in known if code not in lead]
    return replace(table, columns=(*leaves[: table.lead], *chosen), whole=table.whole or table)


def _on_cards(column: Column) -> Column:
    return column if column.priority else replace(column, priority=LAST_PRIORITY)


def choices(table: Table, shown: Table) -> list[Choice]:
    """The chooser: what is shown, in its order, then what is not."""
    on = shown.leaves()[table.lead :]
    codes = {column.code for column in on}
    off = [column for column in table.leaves()[table.lead :] if column.code not in codes]
    return [
        *(Choice(column.code, column.label, True) for column in on),
        *(Choice(column.code, column.label, False) for column in off),
    ]


def moved(codes: Sequence[str], move: str) -> list[str]:
    """``codes`` with one of them a place further; ``move`` is code:up or code:down."""
    code, _, direction = move.rpartition(":")
    order = list(codes)
    if code not in order:
        return order
    place = order.index(code)
    target = place - 1 if direction == "up" else place + 1
    if 0 <= target < len(order):
        order[place], order[target] = order[target], order[place]
    return order
