"""Fields that several resources answer with."""

from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from salvation.domain.mask import Scene


@extend_schema_field({"type": "string", "nullable": True, "description": "只显示脱敏后的值"})
class MaskedField(serializers.Field[Any, Any, Any, Any]):
    """A sealed value as lists show it. There is no way to the clear value through the interface."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return str(value.masked(Scene.LIST))


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$", "example": "2022-05"})
class MonthField(serializers.Field[Any, Any, Any, Any]):
    """A month that is stored as its first day."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return f"{value:%Y-%m}"


@extend_schema_field({"type": "string", "pattern": r"^\d{4}-\d{2}$", "nullable": True})
class EndMonthField(MonthField):
    """A month that may be open."""


@extend_schema_field({"type": "string", "format": "decimal", "pattern": r"^-?\d+\.\d{2}$", "nullable": True})
class MoneyField(serializers.Field[Any, Any, Any, Any]):
    """Yuan with two places, as text: no program rounds it by reading it as a float."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(read_only=True, **kwargs)

    def to_representation(self, value: Any) -> str:
        return f"{value:.2f}"


class UnitRef(serializers.Serializer[Any]):
    """A unit by its code and name."""

    id = serializers.IntegerField()
    code = serializers.CharField()
    name = serializers.CharField()


class PersonRef(serializers.Serializer[Any]):
    """A person by id and name."""

    id = serializers.IntegerField()
    name = serializers.CharField()
