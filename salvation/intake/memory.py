"""Remember how a unit's columns were mapped, by the look of the head, and offer it again."""

import hashlib

from salvation.intake.mapping import SavedMapping
from salvation.intake.models import SavedMapping as Remembered
from salvation.intake.reading import Reading
from salvation.intake.text import full_label
from salvation.units.models import Unit


def head_of(reading: Reading) -> str:
    """A fingerprint of the headings: equal heads are read alike, whatever stands below them."""
    headings = (full_label(item.heading) for sheet in reading.sheets[:1] for item in sheet.recognised)
    return hashlib.sha256("|".join(headings).encode()).hexdigest()


def recall(*, unit: Unit, reading: Reading) -> SavedMapping | None:
    """The mapping this unit settled on for the same head, or None."""
    found = Remembered.objects.filter(intake=reading.intake.name, unit=unit, head=head_of(reading)).first()
    return SavedMapping.from_dict(found.mapping) if found else None


def remember(*, unit: Unit, reading: Reading, mapping: SavedMapping) -> None:
    Remembered.objects.update_or_create(
        intake=reading.intake.name,
        unit=unit,
        head=head_of(reading),
        defaults={"mapping": mapping.to_dict()},
    )
