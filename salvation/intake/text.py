"""Cleaning of cell text: what people cannot see must not decide whether a row is accepted."""

import re
from datetime import date, datetime
from unicodedata import normalize

from salvation.intake.sheets import Cell

INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufff9-\ufffc]"
)
QUOTED = re.compile(r'^="(.*)"$', re.DOTALL)
BRACKETS = re.compile(r"[(\[【].*?[)\]】]")
NOT_WORD = re.compile(r"[\W_]+")
PLACEHOLDERS = frozenset(
    {"-", "--", "---", "—", "——", "－", "/", "\\", "、", "*", "无", "空", "NULL", "null", "N/A", "#N/A"}
)


def clean(cell: Cell) -> str:
    """The text a person sees in the cell: no control or zero-width characters, no leading apostrophe,
    no CSV trick of the form ="001"."""
    if isinstance(cell, str):
        if cell.isalnum():
            return cell
        text = INVISIBLE.sub("", cell).strip()
        quoted = QUOTED.match(text)
        return (quoted[1] if quoted else text).lstrip("'‘’`").strip()
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d}"
    if isinstance(cell, date):
        return cell.isoformat()
    return str(cell)


def label(text: str) -> str:
    """A column heading reduced to what identifies it: no spaces, units in brackets, punctuation."""
    plain = normalize("NFKC", text)
    without = NOT_WORD.sub("", BRACKETS.sub("", plain))
    return (without or NOT_WORD.sub("", plain)).lower()


def full_label(text: str) -> str:
    """Like `label`, but with the words in brackets kept."""
    return NOT_WORD.sub("", normalize("NFKC", text)).lower()


def is_blank(cell: Cell) -> bool:
    return cell == "" or (isinstance(cell, str) and not clean(cell))
