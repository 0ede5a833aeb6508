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
    # Stored value → wording, where only some values are possible; of a list, any of them.
    choices: tuple[tuple[str, str], ...] = ()
    # Zero makes no sense.
    positive: bool = False

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
        if self.choices and self.kind == "list":
            words = dict(self.choices)
            return "、".join(words.get(code, code) for code in str(value).split(",")) if value else "没有"
        return f"{dict(self.choices).get(value, value)}{self.unit}"

    def hint(self) -> str:
        """How the value is written."""
        if self.choices:
            options = "、".join(wording for _, wording in self.choices)
            return f"可填一项或多项，用顿号分开：{options}" if self.kind == "list" else f"可填：{options}"
        written = HINTS.get(self.kind, "")
        return "；".join(filter(None, (written, "大于零" * self.positive, "空为不设" * self.nullable)))


HINTS = {
    "money": "金额，例如 750.00",
    "ratio": "小数，例如 0.8",
    "decimal": "小数，例如 0.8",
    "int": "整数",
    "bool": "是或否",
    "date": "日期，例如 2025-12-31",
    "month_day": "月日，例如 06-25",
    "map": "“名称: 数字”的对照表，例如 水稻: 400，脐橙: 1500",
    "list": "用逗号分开的清单",
    "text": "文字",
}
PARAMETERS: dict[str, Parameter] = {}


def register(*parameters: Parameter) -> None:
    for parameter in parameters:
        if parameter.key in PARAMETERS and PARAMETERS[parameter.key] != parameter:
            raise ValueError(f"parameter {parameter.key} is declared twice")
        PARAMETERS[parameter.key] = parameter
