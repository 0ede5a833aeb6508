"""Remember how a sender's columns were mapped, by the look of the head, and offer it again."""

import hashlib
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any, NamedTuple

from django.db.models import F, Q, QuerySet

from salvation.intake.mapping import Recognised, SavedMapping
from salvation.intake.models import SavedMapping as Remembered
from salvation.intake.reading import Reading
from salvation.intake.text import full_label
from salvation.units.models import Unit

LATEST = 5


class Recalled(NamedTuple):
    """What the sender settled on for the same head, and when."""

    mapping: SavedMapping
    at: datetime


def head_of(reading: Reading) -> str:
    """A fingerprint of the headings: equal heads are read alike, whatever stands below them."""
    return fingerprint(reading.sheets[0].recognised)


def fingerprint(recognised: Sequence[Recognised]) -> str:
    headings = (full_label(item.heading) for item in recognised)
    return hashlib.sha256("|".join(headings).encode()).hexdigest()


def recall(*, unit: Unit, sender: Any, reading: Reading) -> Recalled | None:
    """The mapping this sender settled on for the same head of this unit, else one nobody's name stands by, or None."""
    known = _of(unit, sender, reading.intake.name).filter(head=head_of(reading))
    found = known.order_by(F("sender").asc(nulls_last=True)).first()
    return Recalled(SavedMapping.from_dict(found.mapping), found.updated_at) if found else None


def pointed_headers(*, unit: Unit, sender: Any, intake: str) -> list[SavedMapping]:
    """Mappings of this sender in which he pointed at the header himself, the latest first."""
    latest = _of(unit, sender, intake).exclude(mapping__header=None).order_by("-updated_at")[:LATEST]
    return [SavedMapping.from_dict(found.mapping) for found in latest]


def remember(*, unit: Unit, sender: Any, reading: Reading, mapping: SavedMapping) -> None:
    """Sheets are named anew every month (5月, 6月): which were read is not remembered."""
    Remembered.objects.update_or_create(
        intake=reading.intake.name,
        unit=unit,
        sender=sender,
        head=head_of(reading),
        defaults={"mapping": replace(mapping, sheets=()).to_dict()},
    )


def forget(*, unit: Unit, sender: Any, intake: str, head: str) -> bool:
    """Whether there was anything to forget."""
    return bool(_of(unit, sender, intake).filter(head=head).delete()[0])


def _of(unit: Unit, sender: Any, intake: str) -> QuerySet[Remembered]:
    """His own, and those of the unit from before a sender was kept with them."""
    return Remembered.objects.filter(Q(sender=sender) | Q(sender=None), intake=intake, unit=unit)
