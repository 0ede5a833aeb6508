"""Cut a table that is wider than any paper into parts that fit, each with the leading columns. Pure."""

from collections.abc import Iterator

from salvation.tables.model import Column, Group, Table


def pages(table: Table, chars: int) -> list[Table]:
    """Parts at most ``chars`` wide, in order; columns under one heading of the lowest rank stay together."""
    lead = table.leaves()[: table.lead]
    room = chars - sum(column.chars for column in lead)
    runs: list[list[Column]] = [[]]
    for block in _blocks(table, {column.code for column in lead}):
        width = sum(column.chars for column in block)
        if runs[-1] and sum(column.chars for column in runs[-1]) + width > room:
            runs.append([])
        runs[-1] += block
    if len(runs) == 1:
        return [table]
    return [_part(table, {column.code for column in (*lead, *run)}) for run in runs]


def _part(table: Table, codes: set[str]) -> Table:
    return table.select(lambda column: column.code in codes)


def _blocks(table: Table, lead: set[str]) -> Iterator[list[Column]]:
    for node in table.columns:
        yield from _of(node, lead)


def _of(node: Group | Column, lead: set[str]) -> Iterator[list[Column]]:
    if isinstance(node, Column):
        if node.code not in lead:
            yield [node]
    elif all(isinstance(child, Column) for child in node.children):
        yield [child for child in node.children if isinstance(child, Column)]
    else:
        for child in node.children:
            yield from _of(child, lead)
