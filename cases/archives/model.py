"""What an archive is made of: matters with kinds of pieces, each declared once (K01).

    PieceKind("notice", "公示单", find=notices, wanted=each(confirmed))

``find`` reads the pieces of many matters at once: the directory of one household and the check of a thousand closed
matters ask the same function.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q

from salvation.access.models import ScopedModel
from salvation.documents.official import Paper
from salvation.files.models import Attachment


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a matter: a file somebody handed in, a paper made of what was kept, or a reference to elsewhere.

    ``gap``: what it lacks, in words (没有扫描件); such a piece stands in the directory and counts as missing.
    """

    matter: int
    title: str
    on: date | None = None
    url: str = ""
    attachment: Attachment | None = None
    paper: Callable[[], Paper] | None = None
    gap: str = ""


Find = Callable[[Sequence[Any]], Iterable[Piece]]
Wanted = Callable[[Sequence[Any]], set[int]]


def never(subjects: Sequence[Any]) -> set[int]:
    return set()


def each(test: Callable[[Any], bool]) -> Wanted:
    """Those matters for which ``test`` holds."""
    return lambda subjects: {subject.pk for subject in subjects if test(subject)}


@dataclass(frozen=True, slots=True)
class PieceKind:
    """``wanted``: which matters are not complete without ``least`` pieces of this kind; ``permission``: who sees them."""

    code: str
    label: str
    find: Find
    wanted: Wanted = never
    least: int = 1
    permission: str = "case.view"


@dataclass(frozen=True, slots=True)
class MatterKind:
    """A kind of matter: which rows are shown in an archive, which of them are closed, and their pieces in order.

    ``household``: path from a row to its household; ``unit``: how its unit is reached.
    """

    model: type[ScopedModel]
    name: str
    household: str
    shown: Q
    closed: Q
    related: tuple[str, ...]
    title: Callable[[Any], str]
    opened_on: Callable[[Any], date]
    closed_on: Callable[[Any], date]
    url: Callable[[Any], str]
    kinds: tuple[PieceKind, ...]

    @property
    def label(self) -> str:
        """As ``subject_type`` keeps it."""
        return str(self.model._meta.label_lower)

    def household_of(self, subject: Any) -> int:
        """The household's id."""
        for part in self.household.split("__"):
            subject = getattr(subject, part)
        return int(subject.pk)
