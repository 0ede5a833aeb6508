"""Town and village of a person on a list of another department, as they are written there."""

from collections.abc import Callable

from django.utils import timezone

from salvation.domain.errors import BadValue
from salvation.intake.places import same_unit, village_finder
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units, villages_of

Place = tuple[Unit, Unit | None]


def place_finder(county: Unit) -> Callable[[str, str], Place]:
    """A look-up of town and village as they are written. It raises BadValue for what the county has not."""
    towns = list(reporting_units(county, on=timezone.localdate()))
    finders: dict[int, Callable[[str], Unit]] = {}

    def find(town: str, village: str) -> Place:
        fitting = [unit for unit in towns if town and same_unit(town, unit.name)]
        if len(fitting) != 1:
            raise BadValue(
                f"“{town}”不是本县的填报单位，请核对“乡镇”" if town else "没有填“乡镇”，库中也没有此人"
            )
        unit = fitting[0]
        if not village:
            return unit, None
        if unit.pk not in finders:
            own = [(one.code, one.name, one) for one in villages_of(unit)]
            finders[unit.pk] = village_finder(own, unit.name)
        return unit, finders[unit.pk](village)

    return find
