"""From cells to typed values, a whole column at a time: equal cells are read once."""

import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from unicodedata import normalize

from salvation.domain import bank, citizen_id, money, names
from salvation.domain.bank import AccountKind
from salvation.domain.digits import plain
from salvation.domain.errors import BadValue
from salvation.domain.month import Month
from salvation.intake import text
from salvation.intake.dates import read_date
from salvation.intake.model import Column, Kind, Problem, Setting, Severity, problem_of
from salvation.intake.sheets import Cell

Outcome = tuple[Any, Problem | None]
Reader = Callable[[Cell, Column, Setting], Outcome]

EXACT_DIGITS = 1e15
LARGEST_AMOUNT = Decimal(1_000_000)
LARGEST_COUNT = Decimal(1_000)
FLOAT_NOISE = Decimal("0.000001")
PER_MONTH = re.compile(r"/?(?:每?人)?/?每?(?:月|人|户)$")
COUNT = re.compile(r"(\d+)(?:\.0+)?[人口户个位名]?")
NUMERALS = {character: number for number, character in enumerate("零一二三四五六七八九十")} | {"两": 2}
MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"(?:0\d{2,3})?[2-9]\d{6,7}")
JANUARY_OR_OCTOBER = ("数字 1 月与 10 月写法相同，按 1 月记", "如是 10 月，请改写为文本 2021-10。")
PHONE_GAP = re.compile(r"[\s\-()]+")


def type_column(
    cells: Sequence[Cell], column: Column, setting: Setting
) -> tuple[list[Any], dict[int, Problem]]:
    """Give the values (None where blank or bad) and the problems by position in `cells`."""
    read = READERS[column.kind]
    memo: dict[tuple[type, Cell], Outcome] = {}
    values: list[Any] = []
    problems: dict[int, Problem] = {}
    for position, cell in enumerate(cells):
        if cell == "":
            values.append(None)
            continue
        key = (cell.__class__, cell)
        outcome = memo.get(key)
        if outcome is None:
            outcome = memo[key] = _read(read, cell, column, setting)
        values.append(outcome[0])
        if outcome[1] is not None:
            problems[position] = outcome[1]
    return values, problems


def _read(read: Reader, cell: Cell, column: Column, setting: Setting) -> Outcome:
    shown = text.clean(cell)
    if not shown or (shown in text.PLACEHOLDERS and column.kind is not Kind.TEXT):
        return None, None
    try:
        value, problem = read(cell, column, setting)
        return (column.rule(value) if column.rule and value is not None else value), problem
    except BadValue as error:
        severity = Severity.HINT if column.lenient else Severity.REJECT
        problem = problem_of(column, error, severity)
        if column.lenient:
            problem = replace(problem, reason=f"{problem.reason}，这一格没有写入")
        return None, problem


def _hint(column: Column, reason: str, remedy: str) -> Problem:
    return Problem(column.key, column.label, reason, remedy, Severity.HINT)


def _too_long_for_number(cell: Cell) -> bool:
    return isinstance(cell, int | float) and abs(cell) >= EXACT_DIGITS


def _text(cell: Cell, column: Column, setting: Setting) -> Outcome:
    found = text.clean(cell)
    if len(found) > column.max_length:
        raise BadValue(f"{column.label}最多 {column.max_length} 个字，现在是 {len(found)} 个字，请缩短。")
    resolve = setting.resolvers.get(column.key)
    return (resolve(found) if resolve else found), None


def _name(cell: Cell, column: Column, setting: Setting) -> Outcome:
    return names.check(text.clean(cell)), None


def _citizen_id(cell: Cell, column: Column, setting: Setting) -> Outcome:
    written = f"{cell:.0f}"[:15] + "000" if _too_long_for_number(cell) else text.clean(cell)
    damage = citizen_id.excel_damage(written)
    if damage:
        raise BadValue(damage)
    found = citizen_id.parse(written, today=setting.today, allow_test=setting.allow_test)
    if found.centenarian:
        return found, _hint(
            column, "旧证 15 位且末三位为百岁老人预留码，已按 18 位换算", "请与证件原件核对。"
        )
    if found.from_15:
        return found, _hint(column, "旧证 15 位，已换算为 18 位", "请与证件原件核对。")
    return found, None


def _date(cell: Cell, column: Column, setting: Setting) -> Outcome:
    found = read_date(cell)
    if found.doubtful:
        return found.day, _hint(column, *JANUARY_OR_OCTOBER)
    if found.only_month:
        return found.day, _hint(column, "只写到月，按当月 1 日记", "知道日子的请补上。")
    return found.day, None


def _month(cell: Cell, column: Column, setting: Setting) -> Outcome:
    found = read_date(cell)
    month = Month.of(found.day)
    if found.doubtful:
        return month, _hint(column, *JANUARY_OR_OCTOBER)
    return month, None


def _amount(cell: Cell, column: Column, setting: Setting) -> Outcome:
    amount = _yuan(cell)
    if amount < 0:
        raise BadValue(f"金额不能是负数，现在是 {amount}，请填写应发金额。")
    largest = column.maximum or LARGEST_AMOUNT
    if amount > largest:
        raise BadValue(f"金额 {amount} 元超过上限 {largest} 元，请核对是否多写了位数或写成了账号。")
    return amount, None


def _yuan(cell: Cell) -> Decimal:
    if isinstance(cell, str):
        written = plain(text.clean(cell)).replace("，", ",")
        return money.parse(PER_MONTH.sub("", written))
    if isinstance(cell, bool) or not isinstance(cell, int | float):
        raise BadValue("单元格是日期或是非值，不是金额，请把该格改为“数值”格式后重新填写。")
    exact = Decimal(str(cell))
    if not exact.is_finite() or abs(exact) > Decimal("1E12"):
        raise BadValue("数字太大，不是金额，请核对。")
    amount = money.yuan(exact)
    if abs(amount - exact) > FLOAT_NOISE:
        raise BadValue(f"金额最多到分（两位小数），现在是 {cell:.6g}，请四舍五入到分。")
    return amount


def _count(cell: Cell, column: Column, setting: Setting) -> Outcome:
    written = plain(text.clean(cell))
    found = COUNT.fullmatch(written)
    if not found and written.rstrip("人口") not in NUMERALS:
        raise BadValue(f"“{written[:20]}”不是个数，请填写整数。")
    number = int(found[1]) if found else NUMERALS[written.rstrip("人口")]
    largest = column.maximum or LARGEST_COUNT
    if number > largest:
        raise BadValue(f"{number} 超过上限 {largest}，请核对。")
    return number, None


def _account(cell: Cell, column: Column, setting: Setting) -> Outcome:
    by_excel = _too_long_for_number(cell)
    number = f"{cell:.0f}"[:15] + "0000" if by_excel else bank.normalise(text.clean(cell))
    damage = bank.excel_damage(number, numeric=by_excel)
    if damage:
        raise BadValue(damage)
    number = bank.parse(number, AccountKind.PASSBOOK)
    if 16 <= len(number) <= 19 and not bank.luhn_ok(number):
        return number, _hint(column, "不符合银行卡的校验，按存折账号记", "如是银行卡，请逐位核对。")
    return number, None


def _phone(cell: Cell, column: Column, setting: Setting) -> Outcome:
    digits = PHONE_GAP.sub("", normalize("NFKC", text.clean(cell))).removeprefix("+86")
    if MOBILE.fullmatch(digits) or LANDLINE.fullmatch(digits):
        return digits, None
    raise BadValue("电话号码的位数不对，请填写 11 位手机号或带区号的座机号。")


def _choice(cell: Cell, column: Column, setting: Setting) -> Outcome:
    shown = text.clean(cell)
    for key in (shown, text.full_label(shown), text.label(shown)):
        if key in column.choices:
            return column.choices[key], None
    first_word = {value: word for word, value in reversed(list(column.choices.items()))}
    allowed = "、".join(first_word[value] for value in dict.fromkeys(column.choices.values()))
    raise BadValue(f"“{shown[:20]}”不在可用的写法之内，请改为：{allowed}。")


READERS: dict[Kind, Reader] = {
    Kind.TEXT: _text,
    Kind.VILLAGE: _text,
    Kind.NAME: _name,
    Kind.CITIZEN_ID: _citizen_id,
    Kind.DATE: _date,
    Kind.MONTH: _month,
    Kind.AMOUNT: _amount,
    Kind.COUNT: _count,
    Kind.ACCOUNT: _account,
    Kind.PHONE: _phone,
    Kind.CHOICE: _choice,
}
