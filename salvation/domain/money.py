"""Money in yuan: Decimal with two places, rounded once at the end; amounts in words for vouchers."""

import re
from decimal import ROUND_HALF_UP, ROUND_UP, Decimal, InvalidOperation
from enum import StrEnum
from typing import Final

from salvation.domain.digits import plain
from salvation.domain.errors import BadValue

CENT: Final = Decimal("0.01")
ZERO: Final = Decimal("0.00")
# A quotient that ends in cents may carry a stray digit far behind them; rounding up must not see it.
_NOISE = Decimal("1E-9")
_LARGEST = Decimal("1E12")
_WRITTEN = re.compile(
    r"(-?)(?:¥|RMB|人民币)?(\d+(?:,\d{3})*|\d*)(\.\d*)?(万)?(元|圆|块)?(整)?", re.IGNORECASE
)
_PLAIN = re.compile(r"[0-9]{1,9}(?:\.[0-9]{1,2})?")
_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ("", "拾", "佰", "仟")
_GROUPS = ("", "万", "亿", "万亿")


class RoundMode(StrEnum):
    """How a payment is rounded to its unit (parameter funds.round.mode)."""

    HALF_UP = "HALF_UP"
    UP = "UP"


_DECIMAL_MODE = {RoundMode.HALF_UP: ROUND_HALF_UP, RoundMode.UP: ROUND_UP}


def yuan(value: Decimal | int | str | float) -> Decimal:
    """Give an amount with exactly two places, half a cent rounded up. Raises `BadValue` for no number."""
    try:
        amount = value if isinstance(value, Decimal) else Decimal(str(value))
    except InvalidOperation:
        raise BadValue(f"“{value}”不是金额，请填写数字。") from None
    if not amount.is_finite() or abs(amount) >= _LARGEST:
        raise BadValue(f"“{value}”不是可以使用的金额，请填写一万亿元以内的数字。")
    return amount.quantize(CENT, ROUND_HALF_UP)


def parse(text: str, *, allow_negative: bool = False) -> Decimal:
    """Read an amount as people write it: 1,580.00元, ￥1580, １５８０, 1.2万元. Raises `BadValue`."""
    if _PLAIN.fullmatch(text):
        return Decimal(text).quantize(CENT)
    compact = plain(text)
    found = _WRITTEN.fullmatch(compact)
    if found is None or not (found[2] or (found[3] or "").strip(".")):
        raise BadValue(f"“{text}”不是金额，请填写数字，例如 1580.00。")
    if found[1] and not allow_negative:
        raise BadValue(f"金额不能是负数，现在是“{text}”。")
    number = Decimal(f"{found[1]}{found[2].replace(',', '') or '0'}{found[3] or ''}")
    amount = number * 10_000 if found[4] else number
    rounded = yuan(amount)
    if amount != rounded:
        raise BadValue(f"金额最多到分（两位小数），现在是“{text}”。")
    return rounded


def round_to(amount: Decimal, unit: Decimal = CENT, mode: RoundMode = RoundMode.HALF_UP) -> Decimal:
    """Round to a multiple of `unit` (0.01, 0.1 or 1 yuan) and give two places."""
    steps = (amount / unit).quantize(_NOISE, ROUND_HALF_UP).quantize(Decimal(1), _DECIMAL_MODE[mode])
    return (steps * unit).quantize(CENT)


def in_capitals(amount: Decimal) -> str:
    """Write an amount in the capitals of vouchers: 1580 → 壹仟伍佰捌拾元整, 0.05 → 伍分."""
    cents = int(yuan(amount) * 100)
    sign, cents = ("负", -cents) if cents < 0 else ("", cents)
    whole, rest = divmod(cents, 100)
    jiao, fen = divmod(rest, 10)
    words = f"{_whole_words(whole)}元" if whole else ""
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif fen and whole:
        words += "零"
    if fen:
        return f"{sign}{words}{_DIGITS[fen]}分"
    return f"{sign}{words or '零元'}整"


def _whole_words(number: int) -> str:
    words, gap, position = "", False, 0
    while number:
        number, group = divmod(number, 10_000)
        if group:
            words = _group_words(group) + _GROUPS[position] + ("零" if gap and words else "") + words
        # A group below a thousand, or an empty one, is announced by one 零 in front of what follows it.
        gap = bool(words) and group < 1000
        position += 1
    return words


def _group_words(group: int) -> str:
    words, pending = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if digit:
            words += ("零" if pending and words else "") + _DIGITS[digit] + _PLACES[place]
        pending = (pending or bool(words)) and not digit
    return words
