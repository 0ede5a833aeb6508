"""Typed parameter values, stored as JSON: money and ratios as decimal strings."""

from decimal import Decimal, InvalidOperation
from typing import Any

from salvation.domain.errors import Refusal
from salvation.parameters.registry import Parameter

TRUE, FALSE = {"是", "true", "True", True}, {"否", "false", "False", False}


def check_value(parameter: Parameter, value: Any) -> Any:
    """The value as it is stored. Raises Refusal naming the parameter."""
    if parameter.nullable and value in (None, ""):
        return ""
    if parameter.choices:
        if value not in dict(parameter.choices):
            options = "、".join(code for code, _ in parameter.choices)
            raise Refusal(f"参数“{parameter.label}”的取值“{value}”不对，应为 {options} 之一", field="value")
        return value
    reader = {"money": _decimal, "ratio": _decimal, "decimal": _decimal, "int": _whole, "bool": _yes_no}.get(
        parameter.kind, _as_is
    )
    try:
        return reader(value)
    except (ValueError, InvalidOperation) as error:
        raise Refusal(
            f"参数“{parameter.label}”的取值“{value}”不对，应为{KIND_LABELS[parameter.kind]}", field="value"
        ) from error


KIND_LABELS = {
    "money": "金额",
    "ratio": "小数",
    "decimal": "小数",
    "int": "整数",
    "bool": "是或否",
    "text": "文字",
}


LONGEST = 24
SMALLEST, HIGHEST = Decimal("1e-8"), Decimal("1e12")


def _decimal(value: Any) -> str:
    text = str(value).replace(",", "").strip()
    if len(text) > LONGEST:
        raise ValueError(value)
    number = Decimal(text)
    # 1e-999999 is short to write and a million characters to store.
    if not number.is_finite() or (not SMALLEST <= number <= HIGHEST and number != 0):
        raise ValueError(value)
    return format(number, "f")


def _whole(value: Any) -> int:
    number = int(str(value).strip())
    if not -1200 <= number <= 10_000_000:
        raise ValueError(value)
    return number


def _yes_no(value: Any) -> bool:
    if value in TRUE:
        return True
    if value in FALSE:
        return False
    raise ValueError(value)


def _as_is(value: Any) -> Any:
    return value
