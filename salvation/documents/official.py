"""The shape of an official document (公文), apart from how it is written.

    Paper(title="…报告", addressee="信丰县民政局：", body=(Line("一、基本情况", H1), Line("…")), signer=…, dated=…)

``docx.write_official`` lays it out by GB/T 9704-2012.
"""

from dataclasses import dataclass, field
from datetime import date
from enum import Enum


class Level(Enum):
    """Rank of a paragraph: 一、 / （一） / 1. / running text."""

    H1 = 1
    H2 = 2
    H3 = 3
    BODY = 4


@dataclass(frozen=True, slots=True)
class Line:
    text: str
    level: Level = Level.BODY


@dataclass(frozen=True, slots=True)
class Grid:
    """A small table in the text: heading and rows of words."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Paper:
    """One document. ``signer``: name after 签发人 (upward papers must have one)."""

    title: str
    addressee: str
    body: tuple[Line | Grid, ...]
    issuer: str
    dated: date
    number: str = ""
    signer: str = ""
    contact: str = ""
    attachments: tuple[str, ...] = ()
    draft: bool = False
    notes: tuple[str, ...] = field(default=())


def chinese_date(day: date) -> str:
    """成文日期: Arabic figures, no leading zeros."""
    return f"{day.year}年{day.month}月{day.day}日"
