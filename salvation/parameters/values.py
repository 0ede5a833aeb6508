"""Typed parameter values, stored as JSON: money and ratios as decimal strings."""

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from salvation.domain.errors import Refusal
from salvation.parameters.registry import Parameter

TRUE, FALSE = {"是", "true", "True", True}, {"否", "false", "False", False}


def check_value(parameter: Parameter, value: Any) -> Any:
    """The value as it is stored. Raises Refusal naming the parameter."""
    if value in (None, ""):
        # A list may be empty by its very default: nothing is added to what the rules name.
        if parameter.nullable or parameter.default == "":
            return ""
        raise _refused(parameter, value)
    if parameter.choices:
        return _chosen(parameter, value)
    try:
        stored = READERS.get(parameter.kind, _as_is)(value)
    except (ValueError, InvalidOperation) as error:
        raise _refused(parameter, value) from error
    if parameter.positive and Decimal(stored) == 0:
        raise _refused(parameter, value)
    return stored


def _chosen(parameter: Parameter, value: Any) -> str:
    """Codes for the words of a form; a list holds several. Raises Refusal for any other word."""
    known = {wording: code for code, wording in parameter.choices} | {
        code: code for code, _ in parameter.choices
    }
    given = _ENTRIES.split(str(value).strip()) if parameter.kind == "list" else [str(value)]
    words = [word.strip() for word in given if word.strip()]
    if not words or not set(words) <= known.keys():
        raise _refused(parameter, value)
    return ",".join(dict.fromkeys(known[word] for word in words))


def _refused(parameter: Parameter, value: Any) -> Refusal:
    return Refusal(f"参数“{parameter.label}”的取值“{value}”不对。{parameter.hint()}", field="value")


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


def _day(value: Any) -> str:
    return date.fromisoformat(str(value).strip()).isoformat()


def _month_day(value: Any) -> str:
    month, _, day = str(value).strip().partition("-")
    # A day every year has.
    return f"{date(2001, int(month), int(day)):%m-%d}"


def _table(value: Any) -> dict[str, str]:
    """Word → number, from a table or from the words of a form: 水稻: 400，脐橙: 1500."""
    entries = value.items() if isinstance(value, Mapping) else map(_entry, _ENTRIES.split(str(value).strip()))
    table: dict[str, str] = {}
    for word, number in entries:
        if not str(word).strip() or str(word).strip() in table:
            raise ValueError(value)
        table[str(word).strip()] = _decimal(number)
    if not table:
        raise ValueError(value)
    return table


def _entry(text: str) -> tuple[str, str]:
    word, colon, number = text.replace("：", ":").partition(":")
    if not colon:
        raise ValueError(text)
    return word, number


def _as_is(value: Any) -> Any:
    return value


_ENTRIES = re.compile(r"[,，;；、\n]+")
READERS = {
    "money": _decimal,
    "ratio": _decimal,
    "decimal": _decimal,
    "int": _whole,
    "bool": _yes_no,
    "date": _day,
    "month_day": _month_day,
    "map": _table,
}
