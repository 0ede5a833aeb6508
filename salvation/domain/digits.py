"""Numbers as they arrive from keyboards and spreadsheets: amounts, ID numbers, card and account numbers."""

import re
from unicodedata import decomposition, normalize

from salvation.domain.errors import BadValue

_GAPS = re.compile(r"[\s\u200b\ufeff'’`-]+")
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+?\d{2}", re.IGNORECASE)


# How Unicode marks signs that fold into ordinary digits and yet mean something else.
_ODD = ("<super>", "<sub>", "<circle>", "<fraction>")


def plain(text: str) -> str:
    """Half-width, no space. Raises BadValue for raised, circled and fraction signs: 8² is not 82."""
    if odd := "".join(sign for sign in text if decomposition(sign).startswith(_ODD)):
        raise BadValue(f"“{odd[:5]}”是上标、下标、带圈数字或分数，无法确定是多少，请改成普通数字。")
    return "".join(normalize("NFKC", text).split())


def normalise(text: str) -> str:
    """Full-width to half-width, no spaces, hyphens or quotes, capitals. Checks nothing."""
    return _GAPS.sub("", normalize("NFKC", text)).upper()


def spoilt(how: str, original: str) -> str:
    """Say that a spreadsheet lost the last digits, and how to get them back from the `original`."""
    remedy = "后几位已经丢失，无法还原。请先把该列设为“文本”格式，再按"
    return f"{how}，{remedy}{original}重新填写。"


def scientific_damage(text: str, original: str) -> str | None:
    """Say so where the text is a number in scientific notation such as 4.4E+17, else None."""
    if _SCIENTIFIC.fullmatch(normalise(text)):
        return spoilt(f"“{text.strip()}”是 Excel 的科学计数法", original)
    return None
