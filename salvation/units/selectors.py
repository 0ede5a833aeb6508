"""Reads of the unit tree."""

from datetime import date

from django.db.models import Q, QuerySet

from salvation.domain.errors import Refusal
from salvation.units.models import Unit


def unit_by_code(code: str) -> Unit:
    """The unit with this code. Raises Refusal when there is none."""
    unit = Unit.objects.select_related("parent", "county").filter(code=code).first()
    if unit is None:
        raise Refusal(f"没有代码为 {code} 的单位，请核对单位代码")
    return unit


def county_by_code(code: str) -> Unit:
    """The county with this code. Raises Refusal for anything else."""
    unit = unit_by_code(code)
    if unit.kind != Unit.Kind.COUNTY:
        raise Refusal(f"{unit.name}（{code}）不是县级单位")
    return unit


def in_force(units: QuerySet[Unit], *, on: date) -> QuerySet[Unit]:
    """Units that exist on a day: merged towns keep their old reports and leave new ones."""
    return units.filter(Q(valid_to__isnull=True) | Q(valid_to__gt=on), valid_from__lte=on)


def reporting_units(county: Unit, *, on: date) -> QuerySet[Unit]:
    """The rows of a county's tables, in their order."""
    return in_force(Unit.objects.filter(county=county, kind=Unit.Kind.TOWN), on=on).order_by("sort", "code")


def villages_of(unit: Unit) -> QuerySet[Unit]:
    return Unit.objects.filter(path__startswith=unit.path, kind=Unit.Kind.VILLAGE).order_by("code")


def below(unit: Unit) -> QuerySet[Unit]:
    """A unit and everything under it."""
    return Unit.objects.filter(path__startswith=unit.path)


def lineage(unit: Unit) -> list[str]:
    """Codes from the unit up to the province: the order in which a scoped parameter is looked for."""
    return list(reversed(unit.path.strip("/").split("/")))
