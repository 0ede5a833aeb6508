"""Reading a YAML file field by field, with messages that say where and what in plain Chinese.

Every scalar arrives as the text that was typed: no surprises from YAML's own guessing of numbers, dates,
yes and no. References (anchors) and repeated keys are refused, for they hide what a file says.
"""

from collections.abc import Callable, Iterator
from datetime import date
from decimal import Decimal
from difflib import get_close_matches
from functools import cache
from typing import Any, TypeVar, cast

import yaml

from cases.rules.codes import Code
from salvation.domain import money
from salvation.domain.errors import BadValue, Refusal

C = TypeVar("C", bound=Code)
V = TypeVar("V")

_LONGEST_TEXT = 200
_LONGEST_SHOWN = 40
_MOST_ITEMS = 500
_MOST_LISTED = 30
_NOTHING = frozenset({"", "~", "null", "Null", "NULL"})
_YES = frozenset({"true", "yes", "是"})
_NO = frozenset({"false", "no", "否"})
_ZERO, _LARGEST = Decimal(0), Decimal("1E9")
_EARLIEST, _LATEST = date(1900, 1, 1), date(2100, 12, 31)


class BadFile(Refusal):
    """The file cannot be used. `field` is the path of the field at fault."""


class _Loader(yaml.BaseLoader):
    """YAML without guessing, without references and without silently overwritten keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            line = self.line + 1
            raise BadFile(f"第 {line} 行用了引用（*），请把内容直接写出来。")
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[str] = set()
        for key, _ in node.value:
            word = getattr(key, "value", None)
            if not isinstance(key, yaml.ScalarNode) or not isinstance(word, str):
                raise BadFile(f"第 {key.start_mark.line + 1} 行：字段名应是一个词。")
            if word in seen:
                raise BadFile(f"第 {key.start_mark.line + 1} 行：字段“{printable(word)}”重复。", field=word)
            seen.add(word)
        return super().construct_mapping(node, deep)


def load_section(text: str) -> "Section":
    """Parse a file whose top level is a table of fields. Raises `BadFile` for anything else."""
    try:
        # The loader builds on BaseLoader, which makes texts, lists and mappings and nothing else.
        content = yaml.load(text, Loader=_Loader)  # noqa: S506
    except yaml.MarkedYAMLError as error:
        line = f"第 {error.problem_mark.line + 1} 行附近" if error.problem_mark else "文件"
        raise BadFile(f"{line}不符合 YAML 格式，请检查缩进、冒号后的空格和引号。") from error
    except (yaml.YAMLError, ValueError, OverflowError) as error:
        raise BadFile("文件中有不能使用的字符，请用纯文本编辑器重新保存为 UTF-8。") from error
    except RecursionError as error:
        raise BadFile("文件层次太深，请按说明中的格式填写。") from error
    if not isinstance(content, dict):
        raise BadFile("文件最外层应是“字段: 内容”的形式，例如 on: 2026-05-10。")
    return Section(content, "")


def printable(value: object) -> str:
    """Shorten and clean what was typed, for use inside a message."""
    text = str(value).encode("utf-8", "replace").decode()
    text = "".join(letter if letter.isprintable() else "?" for letter in text)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


class Section:
    """A table of fields. Each is asked for by name; `finish` refuses what nobody asked for.

    Scalars are texts as typed into a file; numbers, yes and no of a document at hand are taken as if typed.
    """

    def __init__(self, content: dict[str, Any], path: str) -> None:
        self._content = content
        self._path = path
        self._asked: set[str] = set()

    def refuse(self, name: str, problem: str) -> BadFile:
        path = self.path(name)
        return BadFile(f"{path}：{problem}", field=path)

    def path(self, name: str) -> str:
        return f"{self._path} {name}" if self._path else name

    def has(self, name: str) -> bool:
        self._asked.add(name)
        value = self._content.get(name)
        if isinstance(value, str):
            return value not in _NOTHING
        return value is not None and value != [] and value != {}

    def text(self, name: str) -> str:
        """Give a text, empty where the field is absent."""
        if name not in self._content:
            self._asked.add(name)
            return ""
        value = self._scalar(name)
        if value is None:
            return ""
        if value.isalnum() and len(value) <= _LONGEST_TEXT:
            return value
        value = " ".join(value.split())
        if len(value) > _LONGEST_TEXT:
            raise self.refuse(name, f"最多 {_LONGEST_TEXT} 个字。")
        if not value.isprintable():
            raise self.refuse(name, "有不能使用的字符，请重新填写。")
        return value

    def required_text(self, name: str) -> str:
        return self._required(name, self.text(name) or None)

    def amount_or_none(self, name: str) -> Decimal | None:
        """Give a number of two places, not negative and below a thousand million."""
        value = self._short(name)
        if value is None:
            return None
        try:
            amount = money.parse(value)
        except BadValue as error:
            raise self.refuse(name, error.message) from None
        if amount >= _LARGEST:
            raise self.refuse(name, "数字太大，应小于十亿。")
        return amount

    def amount(self, name: str) -> Decimal:
        return self.amount_or_none(name) or _ZERO

    def required_amount(self, name: str) -> Decimal:
        return self._required(name, self.amount_or_none(name))

    def integer(self, name: str, default: int, lowest: int, highest: int) -> int:
        value = self._short(name)
        if value is None:
            return default
        if not (value.isascii() and value.isdigit() and lowest <= int(value) <= highest):
            raise self.refuse(name, f"应是 {lowest} 至 {highest} 的整数，现在是“{printable(value)}”。")
        return int(value)

    def flag(self, name: str) -> bool:
        value = self._short(name)
        if value is None or value.lower() in _NO:
            return False
        if value.lower() in _YES:
            return True
        raise self.refuse(name, f"应是 true 或 false（是或否），现在是“{printable(value)}”。")

    def day_or_none(self, name: str, *, latest: date = _LATEST) -> date | None:
        value = self._short(name)
        if value is None:
            return None
        try:
            day = date.fromisoformat(value)
        except ValueError:
            raise self.refuse(name, f"“{printable(value)}”不是日期，请按 2026-05-10 的形式填写。") from None
        if not _EARLIEST <= day <= latest:
            raise self.refuse(name, f"日期应在 {_EARLIEST} 至 {latest} 之间，现在是 {day}。")
        return day

    def required_day(self, name: str, *, latest: date = _LATEST) -> date:
        return self._required(name, self.day_or_none(name, latest=latest))

    def code_or_none(self, name: str, codes: type[C]) -> C | None:
        value = self._short(name)
        return None if value is None else self._code(name, value, codes)

    def code(self, name: str, codes: type[C], default: C) -> C:
        value = self._short(name)
        return default if value is None else self._code(name, value, codes)

    def required_code(self, name: str, codes: type[C]) -> C:
        return self._required(name, self.code_or_none(name, codes))

    def codes_or_none(self, name: str, codes: type[C]) -> frozenset[C] | None:
        """Give a set of codes; absent is None, an empty list is an empty set."""
        self._asked.add(name)
        value = self._content.get(name)
        if value is None or (isinstance(value, str) and value in _NOTHING):
            return None
        words = value if isinstance(value, list) else [value]
        if any(not isinstance(word, str) for word in words):
            raise self.refuse(name, "应是一列词，例如 [上下床, 如厕]。")
        return frozenset(self._code(name, word.strip(), codes) for word in words)

    def section(self, name: str) -> "Section | None":
        if not self.has(name):
            return None
        value = self._content[name]
        if not isinstance(value, dict):
            raise self.refuse(name, "应是下一层的“字段: 内容”。")
        return Section(value, self.path(name))

    def sections(self, name: str) -> Iterator["Section"]:
        """Give the entries of a list of tables; none where the field is absent."""
        if not self.has(name):
            return
        value = self._content[name]
        if not isinstance(value, list):
            raise self.refuse(name, "应是一个列表，每一项以“- ”开头。")
        if len(value) > _MOST_ITEMS:
            raise self.refuse(name, f"最多 {_MOST_ITEMS} 项，现在是 {len(value)} 项。")
        for number, entry in enumerate(value, 1):
            path = f"{self.path(name)} 第 {number} 项"
            if not isinstance(entry, dict):
                raise BadFile(f"{path}：应是“字段: 内容”的形式。", field=path)
            yield Section(entry, path)

    def raw(self) -> dict[str, Any]:
        """Give everything under its typed names, for tables whose keys are open."""
        return self._content

    def ignore(self, name: str) -> None:
        self._asked.add(name)

    def finish(self) -> None:
        """Refuse fields that mean nothing here, with the likely right name."""
        if self._content.keys() <= self._asked:
            return
        for name in self._content:
            if name in self._asked:
                continue
            close = get_close_matches(name[:_LONGEST_TEXT], self._asked, 1)
            if close:
                hint = f"是不是想写 {close[0]}？"
            elif len(self._asked) <= _MOST_LISTED:
                hint = f"这里可以写：{'、'.join(sorted(self._asked))}。"
            else:
                hint = "可以写的字段见 docs/assess.md。"
            raise self.refuse(printable(name), f"不认识这个字段。{hint}")

    def _scalar(self, name: str) -> str | None:
        self._asked.add(name)
        value = self._content.get(name)
        if value is None:
            return None
        if not isinstance(value, str):
            value = self._typed(name, value)
        value = value.strip()
        return None if value in _NOTHING else value

    def _typed(self, name: str, value: object) -> str:
        if isinstance(value, dict | list):
            raise self.refuse(name, "应是一个值，不能是列表或下一层内容。")
        return str(value).lower() if isinstance(value, bool) else str(value)

    def _short(self, name: str) -> str | None:
        # Most fields of a household are absent: asked here, not one call further down.
        self._asked.add(name)
        if name not in self._content:
            return None
        value = self._scalar(name)
        if value is not None and len(value) > _LONGEST_SHOWN:
            raise self.refuse(name, f"内容太长，最多 {_LONGEST_SHOWN} 个字。")
        return value

    def _required(self, name: str, value: V | None) -> V:
        if value is None:
            raise self.refuse(name, "必须填写。")
        return value

    def _code(self, name: str, word: str, codes: type[C]) -> C:
        words = _by_word(codes)
        found = words.get(word) or words.get(word.upper())
        if found is not None:
            return cast(C, found)
        allowed = "、".join(f"{code.label}（{code.value}）" for code in codes)
        raise self.refuse(name, f"“{printable(word)}”不在可选范围内。可以写：{allowed}。")


@cache
def _by_word(codes: type[Code]) -> dict[str, Code]:
    """Codes by value and by Chinese label."""
    return {code.label: code for code in codes} | {code.value: code for code in codes}


def each(sections: Iterator[Section], read: Callable[[Section], V]) -> tuple[V, ...]:
    """Read every entry of a list and refuse what it holds beyond that."""
    entries = []
    for section in sections:
        entries.append(read(section))
        section.finish()
    return tuple(entries)
