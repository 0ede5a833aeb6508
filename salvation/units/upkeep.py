"""Upkeep of a reporting unit by the county: contacts, order, population."""

from typing import Any

from django.db import transaction

from salvation.journal.services import record
from salvation.units.models import PopulationStat, Unit


@transaction.atomic
def edit_unit(
    *,
    unit: Unit,
    year: int,
    actor: Any,
    head_name: str,
    contact_name: str,
    contact_phone: str,
    sort: int,
    hukou_population: int | None,
    basis: str,
) -> Unit:
    """Keep who answers for a unit and its registered population (persons) of a year."""
    unit.head_name, unit.contact_name, unit.contact_phone, unit.sort = (
        head_name,
        contact_name,
        contact_phone,
        sort,
    )
    unit.save(update_fields=["head_name", "contact_name", "contact_phone", "sort"])
    if hukou_population is not None:
        values = {"hukou_population": hukou_population, "basis": basis}
        PopulationStat.objects.update_or_create(unit=unit, year=year, defaults=values)
    record(
        actor=actor,
        action="units.edit",
        subject=unit,
        unit=unit,
        facts={"population": hukou_population or "未填"},
    )
    return unit
