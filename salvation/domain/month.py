"""A calendar month as a value: benefits, rosters and statistics count in months, never in days."""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Self, overload
from unicodedata import normalize

from salvation.domain.errors import BadValue

_WRITTEN = re.compile(r"(\d{4})(?:[-/.年](\d{1,2})月?|(\d{2}))")
_FIRST_YEAR, _LAST_YEAR = 1900, 2999


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One month. Ordered, hashable; `month + 2`, `month - 1` and `later - earlier` count in months."""

    year: int
    month: int

    def __post_init__(self) -> None:
        if not (1 <= self.month <= 12 and _FIRST_YEAR <= self.year <= _LAST_YEAR):
            raise BadValue(f"没有 {self.year} 年 {self.month} 月这样的月份，请按“2022-05”填写。")

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read 2022-05, 2022年5月 or 202205 (full-width digits too); raise `BadValue` otherwise."""
        found = _WRITTEN.fullmatch("".join(normalize("NFKC", text).split()))
        if found is None:
            raise BadValue(f"“{text}”不是月份，请按“2022-05”或“2022年5月”填写。")
        return cls(int(found[1]), int(found[2] or found[3]))

    @classmethod
    def of(cls, day: date) -> Self:
        """Give the month in which `day` lies."""
        return cls(day.year, day.month)

    @property
    def ordinal(self) -> int:
        """Months since year 0, for storing and comparing as one integer."""
        return self.year * 12 + self.month - 1

    @classmethod
    def from_ordinal(cls, ordinal: int) -> Self:
        """Undo `ordinal`."""
        year, month = divmod(ordinal, 12)
        return cls(year, month + 1)

    def __add__(self, months: int) -> Self:
        return type(self).from_ordinal(self.ordinal + months)

    @overload
    def __sub__(self, other: "Month") -> int: ...

    @overload
    def __sub__(self, other: int) -> Self: ...

    def __sub__(self, other: "Month | int") -> "int | Self":
        if isinstance(other, Month):
            return self.ordinal - other.ordinal
        return self + -other

    @property
    def first_day(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def last_day(self) -> date:
        return date(self.year, self.month, monthrange(self.year, self.month)[1])

    @property
    def next_day(self) -> date:
        """Give the first day of the following month: the open end of a half-open date range."""
        return (self + 1).first_day

    def day(self, number: int) -> date:
        """Give day `number`, or the last day where the month is shorter (a roster due on 30 February)."""
        return date(self.year, self.month, min(number, monthrange(self.year, self.month)[1]))

    @property
    def label(self) -> str:
        return f"{self.year}年{self.month}月"

    def until(self, other: "Month") -> Iterator[Self]:
        """Yield every month from this one up to and including `other`."""
        for ordinal in range(self.ordinal, other.ordinal + 1):
            yield type(self).from_ordinal(ordinal)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"
