"""Paging by position instead of number: page 400 costs what page 1 costs, and new rows shift nothing.

The address carries only the id of the first or last row shown; its sort value is looked up, so no name or
amount ever stands in an address.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet

COUNT_CAP = 10_000


@dataclass(frozen=True)
class Window:
    """The rows of one page and the ids from which the pages beside it start."""

    rows: Sequence[Any]
    after: int | None
    before: int | None


def window(
    rows: QuerySet[Any], *, sort: str, size: int, after: int | None = None, before: int | None = None
) -> Window:
    """One page of ``rows`` ordered by ``sort`` (``-field`` for descending) and id.

    ``after``/``before`` are ids of rows on the page left behind; an id that is not among the rows (it was
    closed, or never visible) starts from the beginning.
    """
    anchor = after if after is not None else before
    backwards = after is None and before is not None
    position = (
        rows.filter(pk=anchor).values_list(sort.lstrip("-"), "pk").first() if anchor is not None else None
    )
    if position is None:
        backwards = False
    # Reading backwards is reading forwards in the opposite order.
    order = _flip(sort) if backwards else sort
    chosen = rows.order_by(order, "-pk" if order.startswith("-") else "pk")
    if position is not None:
        chosen = chosen.filter(_beyond(order, *position))
    found = list(chosen[: size + 1])
    more = len(found) > size
    found = found[:size][::-1] if backwards else found[:size]
    if not found:
        return Window([], None, None)
    has_next = more or backwards
    has_previous = more if backwards else position is not None
    return Window(found, found[-1].pk if has_next else None, found[0].pk if has_previous else None)


def _flip(sort: str) -> str:
    return sort[1:] if sort.startswith("-") else f"-{sort}"


def _beyond(order: str, value: Any, pk: int) -> Q:
    """Rows after (value, pk). PostgreSQL sorts empty values last when ascending and first when descending."""
    field, descending = order.lstrip("-"), order.startswith("-")
    if field in ("pk", "id"):
        return Q(pk__lt=pk) if descending else Q(pk__gt=pk)
    empty = Q(**{f"{field}__isnull": True})
    tie = Q(pk__lt=pk) if descending else Q(pk__gt=pk)
    if value is None:
        return (empty & tie) | ~empty if descending else empty & tie
    further = Q(**{f"{field}__{'lt' if descending else 'gt'}": value})
    same = Q(**{field: value}) & tie
    return further | same if descending else further | same | empty


def capped_count(rows: QuerySet[Any], cap: int = COUNT_CAP) -> str:
    """How many rows, counted up to ``cap``; a plus says there are more."""
    found = rows.order_by()[: cap + 1].count()
    return f"{cap:,}+" if found > cap else f"{found:,}"
