"""Account numbers: cards obey Luhn, passbooks of rural credit and postal banks do not."""

from enum import StrEnum

from salvation.domain.digits import normalise, scientific_damage, spoilt
from salvation.domain.errors import BadValue

_DOUBLED = (0, 2, 4, 6, 8, 1, 3, 5, 7, 9)


class AccountKind(StrEnum):
    SSC = "SSC"
    DEBIT = "DEBIT"
    PASSBOOK = "PASSBOOK"

    @property
    def label(self) -> str:
        return {"SSC": "社会保障卡", "DEBIT": "借记卡", "PASSBOOK": "存折"}[self.value]


_LENGTHS = {
    AccountKind.SSC: (16, 19),
    AccountKind.DEBIT: (16, 19),
    AccountKind.PASSBOOK: (15, 22),
}


def luhn_ok(number: str) -> bool:
    """Tell whether a string of digits carries a right Luhn check digit."""
    digits = [int(digit) for digit in reversed(number)]
    return (sum(digits[0::2]) + sum(_DOUBLED[digit] for digit in digits[1::2])) % 10 == 0


def excel_damage(text: str, *, numeric: bool = False) -> str | None:
    """Say how a spreadsheet has spoilt this number, or None where it has not.

    Number cells keep 15 digits. A long number whose digits after the fifteenth are all zero is reported
    where the cell was `numeric` or the number is no valid card.
    """
    number = normalise(text)
    damage = scientific_damage(text, "卡折原件")
    if damage:
        return damage
    if len(number) < 17 or not number.isdigit() or number[15:].strip("0"):
        return None
    if numeric or not luhn_ok(number):
        return spoilt("账号第 16 位以后全是 0，是 Excel 按数值保存造成的", "卡折原件")
    return None


def parse(text: str, kind: AccountKind) -> str:
    """Check an account number of this kind and give its digits. Raises `BadValue` in words for the clerk."""
    number = normalise(text)
    if not number:
        raise BadValue("银行账号为空，请按卡折原件填写。")
    if not (number.isascii() and number.isdigit()):
        raise BadValue(excel_damage(text) or "银行账号只能由数字组成，请按卡折原件核对。")
    shortest, longest = _LENGTHS[kind]
    if not shortest <= len(number) <= longest:
        raise BadValue(
            f"{kind.label}账号应为 {shortest} 至 {longest} 位，现在是 {len(number)} 位，"
            "请核对账号和账户类型。"
        )
    if kind is not AccountKind.PASSBOOK and not luhn_ok(number):
        raise BadValue(
            excel_damage(number)
            or f"{kind.label}号校验不符，说明有数字录错，请逐位核对；如果是存折账号，请把账户类型改为“存折”。"
        )
    return number
