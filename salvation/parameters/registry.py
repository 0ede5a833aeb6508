"""Declared parameters: key, type, default, basis. Apps register theirs in ``AppConfig.ready()``."""

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Parameter:
    """``mark`` is 原文, 查到 or 通识; a 通识 default counts as unconfirmed until two persons entered it."""

    key: str
    label: str
    kind: str
    default: Any
    basis: str
    mark: str = "通识"
    unit: str = ""
    # An empty value means: the rule is off.
    nullable: bool = False
    # Stored value → wording, where only some values are possible.
    choices: tuple[tuple[str, str], ...] = ()

    def shown(self, value: Any) -> str:
        """The value in words."""
        if value is None:
            return "未设定"
        if value == "" and self.nullable:
            return "不设"
        if isinstance(value, bool):
            return "是" if value else "否"
        if isinstance(value, dict):
            return "，".join(f"{word}: {number}" for word, number in value.items())
        return f"{dict(self.choices).get(value, value)}{self.unit}"


PARAMETERS: dict[str, Parameter] = {}


def register(*parameters: Parameter) -> None:
    for parameter in parameters:
        if parameter.key in PARAMETERS and PARAMETERS[parameter.key] != parameter:
            raise ValueError(f"parameter {parameter.key} is declared twice")
        PARAMETERS[parameter.key] = parameter
