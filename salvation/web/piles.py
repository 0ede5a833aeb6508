"""Parts of a list, each a tab with its count: what waits is not mixed with what is settled."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q

from salvation.flow.table import Flow
from salvation.web.cursor import capped_count

EVERYTHING = "all"


@dataclass(frozen=True, slots=True)
class Pile:
    """``code`` stands in the address, ``label`` on the tab."""

    code: str
    label: str
    condition: Q


def open_first(flow: Flow) -> tuple[Pile, Pile]:
    """What a flow still has to do, and what came to its end."""
    return (
        Pile("open", "在办", ~Q(state__in=flow.ended)),
        Pile("ended", "已办结", Q(state__in=flow.ended)),
    )


@dataclass(frozen=True, slots=True)
class PileTab:
    label: str
    url: str
    current: bool
    count: str


def chosen_pile(piles: Sequence[Pile], asked: str, *, filtered: bool) -> str:
    """The one asked for; else all that a filter finds, or the first where nothing is filtered."""
    if asked == EVERYTHING or any(pile.code == asked for pile in piles):
        return asked
    return EVERYTHING if filtered else piles[0].code


def pile_tabs(piles: Sequence[Pile], rows: Any, *, chosen: str, count: str, query: str) -> list[PileTab]:
    """A tab a pile and one for all, each with how many of ``rows`` are in it; ``count`` of the chosen one is known."""
    begin = f"?{query}{'&' if query else ''}pile="
    return [
        PileTab(
            pile.label,
            f"{begin}{pile.code}",
            pile.code == chosen,
            count if pile.code == chosen else capped_count(rows.filter(pile.condition)),
        )
        for pile in (*piles, Pile(EVERYTHING, "全部", Q()))
    ]


def only(piles: Sequence[Pile], rows: Any, chosen: str) -> Any:
    """The rows of the chosen pile."""
    for pile in piles:
        if pile.code == chosen:
            return rows.filter(pile.condition)
    return rows
