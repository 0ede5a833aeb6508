"""The common shape of every table a township can send: sheets of plain cells."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

Cell = str | int | float | bool | date | datetime | time | timedelta
"""A cell as calamine or csv gives it; the empty string is a blank cell."""

FORMULA_WITHOUT_VALUE = "公式没有计算结果"
DAMAGED = "文件不完整或已损坏，打不开。请在自己的电脑上打开确认，另存为 .xlsx 后重新上传。"
LOCKED = "文件加了打开密码。请先在 Excel 或 WPS 里取消密码，另存后再上传。"
ERROR_VALUE = "单元格是错误值（如 #N/A）"


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of a file we are willing to open."""

    file_bytes: int = 50 * 1024 * 1024
    rows: int = 200_000
    cells: int = 8_000_000
    unpacked_bytes: int = 600 * 1024 * 1024
    entries: int = 5_000
    ratio: int = 300


@dataclass(frozen=True, slots=True)
class Span:
    """A merged range, rows and columns counted from 0, both ends included."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True)
class Sheet:
    """One visible sheet; `faults` names cells whose value the file does not hold."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: tuple[Span, ...] = ()
    faults: Mapping[tuple[int, int], str] = field(default_factory=dict)
    # How many cells the longest row has; 0: not counted yet.
    width: int = 0

    def __post_init__(self) -> None:
        """A merged range may be declared over a million rows; only what lies on the sheet matters."""
        if not self.width:
            object.__setattr__(self, "width", max((len(row) for row in self.rows), default=0))
        bottom, right = len(self.rows) - 1, self.width - 1
        inside = (
            Span(span.top, span.left, min(span.bottom, bottom), min(span.right, right))
            for span in self.merged
            if span.top <= bottom and span.left <= right
        )
        object.__setattr__(self, "merged", tuple(inside))


@dataclass(frozen=True, slots=True)
class Book:
    """A file read: its true kind (by content), its visible sheets, and remarks for the sender."""

    kind: str
    sheets: tuple[Sheet, ...]
    notes: tuple[str, ...] = ()
    encoding: str = ""
