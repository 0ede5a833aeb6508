"""Reading parameters: ``at(key, on=, unit=)`` for one, ``Book`` for a calculation over many households."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, NamedTuple

from django.db.models import Q

from salvation.domain.errors import Refusal
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS
from salvation.units.models import Unit
from salvation.units.selectors import lineage


@dataclass(frozen=True, slots=True)
class Value:
    """``version`` is the id of the row used, 0 for a built-in default; ``confirmed`` False shows 待县局确认."""

    value: Any
    version: int
    confirmed: bool
    basis: str


class Book:
    """All parameters in force for one unit on one day, read in one query.

    ``also``: a version taken as confirmed although it is not yet, to see what would follow.
    """

    def __init__(self, *, unit: Unit, on: date, also: ParameterVersion | None = None) -> None:
        self.unit, self.on = unit, on
        self._values = _load(unit, on, also)

    def get(self, key: str) -> Value:
        """The value in force. Raises Refusal when the county has entered none and there is no default."""
        return _in_force(key, self._values, self.on)

    def __getitem__(self, key: str) -> Any:
        return self.get(key).value

    def values(self) -> Mapping[str, Any]:
        """Every key that has a value: the mapping which the rules read."""
        defaults = {key: p.default for key, p in PARAMETERS.items() if p.default is not None}
        return defaults | {key: value.value for key, value in self._values.items()}

    def versions(self) -> Mapping[str, int]:
        return {key: value.version for key, value in self._values.items()}

    def unconfirmed(self, keys: frozenset[str]) -> list[str]:
        """Labels of the used keys that still stand on an unconfirmed default: they block official papers."""
        return [
            PARAMETERS[key].label for key in sorted(keys) if key in PARAMETERS and not self._confirmed(key)
        ]

    def _confirmed(self, key: str) -> bool:
        if key in self._values:
            return True
        declared = PARAMETERS[key]
        return declared.default is not None and declared.mark != "通识"


def _in_force(key: str, values: Mapping[str, Value], on: date) -> Value:
    if key in values:
        return values[key]
    declared = PARAMETERS[key]
    if declared.default is None:
        raise Refusal(f"参数“{declared.label}”（{key}）在{on}没有取值，请县局录入并确认")
    return Value(declared.default, 0, declared.mark != "通识", declared.basis)


def _load(unit: Unit, on: date, also: ParameterVersion | None, key: str | None = None) -> dict[str, Value]:
    codes = lineage(unit)
    confirmed = ParameterVersion.objects.filter(
        Q(valid_to__isnull=True) | Q(valid_to__gt=on),
        unit__code__in=codes,
        state=ParameterVersion.State.CONFIRMED,
        valid_from__lte=on,
    )
    if key:
        confirmed = confirmed.filter(key=key)
    rows = [_Row(*row) for row in confirmed.order_by().values_list(*_FIELDS)]
    if also is not None and also.valid_from <= on and also.unit.code in codes:
        tried = _Row(also.key, also.unit.code, also.valid_from, also.value, also.pk, also.basis)
        rows = [row for row in rows if row[:3] != tried[:3]] + [tried]
    # Nearest unit wins, then the latest start: farther units are written first and overwritten.
    ordered = sorted(rows, key=lambda row: (-codes.index(row.code), row.valid_from))
    return {row.key: Value(row.value, row.version, True, row.basis) for row in ordered}


class _Row(NamedTuple):
    key: str
    code: str
    valid_from: date
    value: Any
    version: int
    basis: str


_FIELDS = ("key", "unit__code", "valid_from", "value", "pk", "basis")


def at(key: str, *, on: date, unit: Unit) -> Value:
    """One parameter for a unit on a day. Raises Refusal when it has no value."""
    return _in_force(key, _load(unit, on, None, key), on)
