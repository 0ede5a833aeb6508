"""Find ID, card and phone numbers in words that are about to be posted in public (4.9), however they are written.

Digits of every script count (full width, circled, raised), marks that nobody sees are passed over, and spaces, dashes
or dots between digits do not hide a number. Numbers written out as Chinese numerals are not looked for.
"""

import re
import unicodedata
from typing import NamedTuple

from salvation.domain.bank import luhn_ok

_INVISIBLE = frozenset({"Cf", "Cc", "Mn", "Me"})
_DASHES = frozenset({"Pd", "Pc", "Zs", "Zl", "Zp"})
_BETWEEN = frozenset(".·•・/\\,，、:：*'’‘`|~～\t\n\r")
_X = frozenset("xXｘＸхХχΧ")
_PHONE = re.compile(r"1[3-9]\d{9}")
_DIALLED = re.compile(r"(?:0{0,2}86)?1[3-9]\d{9}")
_LONGEST_ID, _SHORTEST_ID, _SHORTEST_CARD, _LONGEST_CARD = 18, 15, 16, 19
_MOST_DIGITS = 24


class Leak(NamedTuple):
    """What was found and where: characters ``start`` to ``end`` of the text, counted from 1; ``shown`` is masked."""

    what: str
    start: int
    end: int
    shown: str


class _Mark(NamedTuple):
    character: str
    place: int


def leaks(text: str) -> list[Leak]:
    """Every suspicious number, in the order of the text, none inside another."""
    found: list[Leak] = []
    for run in _runs(text):
        for first in range(len(run)):
            for last in range(first, len(run)):
                marks = [mark for group in run[first : last + 1] for mark in group]
                if len(marks) > _MOST_DIGITS and last > first:
                    break
                what = _kind("".join(mark.character for mark in marks), broken=last > first)
                if what:
                    shown = "".join(mark.character for mark in marks[:3]) + "*" * (len(marks) - 3)
                    found.append(Leak(what, marks[0].place + 1, marks[-1].place + 1, shown))
    # The longest of those that lie over one another says it all.
    kept: list[Leak] = []
    for leak in sorted(found, key=lambda leak: leak.start - leak.end):
        if all(leak.end < other.start or leak.start > other.end for other in kept):
            kept.append(leak)
    return sorted(kept, key=lambda leak: leak.start)


def _runs(text: str) -> list[list[list[_Mark]]]:
    """Digits that may belong together: runs of groups, groups parted by spaces, dashes and the like."""
    runs: list[list[list[_Mark]]] = [[]]
    open_group = False
    for place, character in enumerate(text):
        kind = unicodedata.category(character)
        digit = unicodedata.digit(character, None)
        is_check = character in _X and _length(runs[-1]) >= _LONGEST_ID - 1
        if digit is not None or is_check:
            if not open_group:
                runs[-1].append([])
            runs[-1][-1].append(_Mark("X" if digit is None else str(digit), place))
            open_group = True
        elif kind in _DASHES or character in _BETWEEN:
            open_group = False
        elif kind not in _INVISIBLE:
            runs.append([])
            open_group = False
    return [run for run in runs if run]


def _length(run: list[list[_Mark]]) -> int:
    return sum(map(len, run))


def _kind(number: str, *, broken: bool) -> str:
    """What a number may be. Unbroken ones of a length are taken at their length; broken ones must also fit."""
    size = len(number)
    if size == _LONGEST_ID and (number.endswith("X") or not broken or _is_day(number[6:14])):
        return "身份证号"
    if "X" in number:
        return ""
    if _DIALLED.fullmatch(number) or (size < _SHORTEST_ID and not broken and _PHONE.search(number)):
        return "手机号"
    if size == _SHORTEST_ID and (not broken or _is_day("19" + number[6:12])):
        return "身份证号（15位）"
    if _SHORTEST_CARD <= size <= _LONGEST_CARD and (not broken or luhn_ok(number)):
        return "银行账号"
    return "长数字串" if size > _LONGEST_CARD and not broken else ""


def _is_day(digits: str) -> bool:
    return "1900" <= digits[:4] <= "2099" and "01" <= digits[4:6] <= "12" and "01" <= digits[6:8] <= "31"
