"""Typed reading of policy parameters, remembering which were used and in which version."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Any, cast

from cases.rules.keys import KEYS, Key
from salvation.domain.errors import Refusal
from salvation.domain.money import CENT

_HIGHEST = Decimal("1E9")
_YES, _NO = frozenset({"true", "是", "1"}), frozenset({"false", "否", "0"})


class MissingParameter(Refusal):
    """A rule needs a parameter that has no value. `field` is the key."""

    def __init__(self, key: str) -> None:
        label = KEYS[key].label if key in KEYS else key
        super().__init__(f"缺少参数 {key}（{label}），请补上后再核算。", field=key)


class BadParameter(Refusal):
    """A parameter has a value that cannot be one. `field` is the key."""

    def __init__(self, key: str, value: object, expected: str) -> None:
        shown = str(value)[:40]
        super().__init__(f"参数 {key}（{KEYS[key].label}）应为{expected}，现在是“{shown}”。", field=key)


class PolicyParameters:
    """The parameters in force for one place on one day: key → value, and key → version id.

    Values may be typed or, as the database and files keep them, text. They are checked on first use,
    so that a mapping of hundreds of keys costs nothing until a rule asks.
    """

    __slots__ = ("_used", "_values", "_versions", "known")

    def __init__(self, values: Mapping[str, Any], versions: Mapping[str, int | str] | None = None) -> None:
        self._values = values
        self._versions = versions or {}
        self.known: dict[str, object] = {}
        self._used: dict[frozenset[str], Mapping[str, str]] = {}

    def typed(self, key: str) -> object:
        """Give the checked value; raises `MissingParameter` or `BadParameter`, both naming the key."""
        try:
            return self.known[key]
        except KeyError:
            value = typed_value(key, self._values.get(key, _ABSENT))
            self.known[key] = value
            return value

    def version(self, key: str) -> str:
        return str(self._versions.get(key, ""))

    def used(self, keys: frozenset[str]) -> Mapping[str, str]:
        """Key → version of these keys; the same few sets come back for every household."""
        try:
            return self._used[keys]
        except KeyError:
            used = MappingProxyType({key: self.version(key) for key in sorted(keys)})
            self._used[keys] = used
            return used

    def reading(self) -> "Reading":
        """Start one assessment: what it reads through here is noted."""
        return Reading(self)


class Reading:
    """Parameters as one assessment reads them. `used()` gives key → version for the frozen copy."""

    __slots__ = ("_keys", "_known", "_parameters")

    def __init__(self, parameters: PolicyParameters) -> None:
        self._parameters = parameters
        self._known = parameters.known
        self._keys: set[str] = set()

    def _get(self, key: str) -> object:
        self._keys.add(key)
        if key in self._known:
            return self._known[key]
        return self._parameters.typed(key)

    def amount(self, key: str) -> Decimal:
        return cast(Decimal, self._get(key))

    def amount_or_none(self, key: str) -> Decimal | None:
        return cast("Decimal | None", self._get(key))

    def integer(self, key: str) -> int:
        return cast(int, self._get(key))

    def flag(self, key: str) -> bool:
        return cast(bool, self._get(key))

    def text(self, key: str) -> str:
        return cast(str, self._get(key))

    def day(self, key: str) -> date:
        return cast(date, self._get(key))

    def table(self, key: str) -> Mapping[str, Decimal]:
        return cast("Mapping[str, Decimal]", self._get(key))

    def words(self, key: str) -> tuple[str, ...]:
        return cast("tuple[str, ...]", self._get(key))

    def entry(self, key: str, word: str) -> Decimal:
        """Give one entry of a table; raises `MissingParameter` naming table and entry."""
        try:
            return self.table(key)[word]
        except KeyError:
            raise Refusal(
                f"参数 {key}（{KEYS[key].label}）中没有“{word}”，请补上后再核算。", field=key
            ) from None

    def used(self) -> Mapping[str, str]:
        return self._parameters.used(frozenset(self._keys))


_ABSENT = object()


def typed_value(key: str, value: object) -> Any:
    """Check one value by its declaration and give it typed. Raises `MissingParameter`, `BadParameter`."""
    declared = KEYS[key]
    if value is None or value == "":
        if declared.nullable:
            return None
        if declared.kind == "list" and value == "":
            return ()
        raise MissingParameter(key)
    if value is _ABSENT:
        raise MissingParameter(key)
    return _READERS[declared.kind](key, declared, value)


def _amount(key: str, declared: Key, value: object) -> Decimal:
    number = _number(key, value, "不小于 0 的数字")
    if declared.positive and not number:
        raise BadParameter(key, value, "大于 0 的数字")
    if declared.kind == "money":
        cents = number.quantize(CENT)
        if cents != number:
            raise BadParameter(key, value, "最多两位小数的数字")
        return cents
    return number


def _number(key: str, value: object, expected: str) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int | float | str):
        raise BadParameter(key, value, expected)
    try:
        number = value if isinstance(value, Decimal) else Decimal(str(value).strip())
    except (InvalidOperation, ValueError):
        raise BadParameter(key, value, expected) from None
    if not number.is_finite() or not 0 <= number <= _HIGHEST:
        raise BadParameter(key, value, f"{expected}（不超过十亿）")
    return number


def _integer(key: str, declared: Key, value: object) -> int:
    number = _number(key, value, "整数")
    lowest = 1 if declared.positive else 0
    if number != number.to_integral_value() or not lowest <= number <= 1200:
        raise BadParameter(key, value, f"{lowest} 至 1200 的整数")
    return int(number)


def _flag(key: str, declared: Key, value: object) -> bool:
    word = str(value).strip().lower()
    if word in _YES:
        return True
    if word in _NO:
        return False
    raise BadParameter(key, value, "true 或 false（是或否）")


def _day(key: str, declared: Key, value: object) -> date:
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(str(value).strip())
    except ValueError:
        raise BadParameter(key, value, "日期，例如 2025-12-31") from None


def _choice(key: str, declared: Key, value: object) -> str:
    word = str(value).strip()
    if word not in dict(declared.choices):
        raise BadParameter(key, value, _known(declared) + " 之一")
    return word


def _table(key: str, declared: Key, value: object) -> Mapping[str, Decimal]:
    if not isinstance(value, Mapping) or not value:
        raise BadParameter(key, value, "“名称: 数字”的对照表")
    return MappingProxyType(
        {str(word): _number(key, entry, "每项为数字的对照表") for word, entry in value.items()}
    )


def _words(key: str, declared: Key, value: object) -> tuple[str, ...]:
    if isinstance(value, str | int):
        parts: list[object] = [*str(value).replace("，", ",").split(",")]
    elif isinstance(value, list | tuple):
        parts = list(value)
    else:
        raise BadParameter(key, value, "用逗号分开的清单")
    if any(not isinstance(part, str | int) for part in parts):
        raise BadParameter(key, value, "用逗号分开的清单")
    words = tuple(word for part in parts if (word := str(part).strip()))
    if declared.choices and not set(words) <= dict(declared.choices).keys():
        raise BadParameter(key, value, f"{_known(declared)} 中的一项或多项")
    return words


def _known(declared: Key) -> str:
    """DIFF（差额）、TIER（分档）"""
    return "、".join(f"{code}（{wording}）" for code, wording in declared.choices)


_READERS = {
    "money": _amount,
    "ratio": _amount,
    "int": _integer,
    "bool": _flag,
    "date": _day,
    "choice": _choice,
    "map": _table,
    "list": _words,
}
