"""Dates as townships write them: 2021.3, 2021年3月5日, 20210305, the serial number 44200, real dates."""

import re
from datetime import date, datetime, timedelta
from typing import NamedTuple
from unicodedata import normalize

from salvation.domain.errors import BadValue
from salvation.intake.sheets import Cell
from salvation.intake.text import clean

WRITTEN = re.compile(r"(\d{4})[年./\-](\d{1,2})(?:[月./\-]?|[月./\-](\d{1,2})[日号]?)")
TIME_OF_DAY = re.compile(r"[ T]\s*\d{1,2}:\d{2}.*$")
EXCEL_DAY_ZERO = date(1899, 12, 30)
FIRST_SERIAL, LAST_SERIAL = 367, 73_050
YEARS = range(1900, 2101)
EXAMPLE = "请按“2021-03-05”填写。"


class ReadDate(NamedTuple):
    """A day; `only_month` when the cell named no day, `doubtful` when the number can be read two ways."""

    day: date
    only_month: bool = False
    doubtful: bool = False


def read_date(cell: Cell) -> ReadDate:
    """Read one cell; raises BadValue for anything that is no day of the calendar."""
    if isinstance(cell, datetime):
        return ReadDate(cell.date())
    if isinstance(cell, date):
        return ReadDate(cell)
    if isinstance(cell, bool) or not isinstance(cell, str | int | float):
        raise BadValue(f"“{cell}”不是日期，{EXAMPLE}")
    text = "".join(TIME_OF_DAY.sub("", normalize("NFKC", clean(cell))).split())
    if isinstance(cell, float) and not cell.is_integer() and int(cell) not in YEARS:
        text = str(int(cell))  # a serial with a time of day behind the point
    return _from_digits(text) if text.isdigit() else _from_words(text, isinstance(cell, float))


def _from_digits(text: str) -> ReadDate:
    number = int(text)
    if len(text) == 8:
        return ReadDate(_day(text, text[:4], text[4:6], text[6:]))
    if len(text) == 6 and int(text[:4]) in YEARS:
        return ReadDate(_day(text, text[:4], text[4:], "1"), only_month=True)
    if len(text) == 4 and number in YEARS:
        raise BadValue(f"“{text}”只有年份，{EXAMPLE}")
    if FIRST_SERIAL <= number <= LAST_SERIAL:
        return ReadDate(EXCEL_DAY_ZERO + timedelta(days=number))
    raise BadValue(f"“{text}”不是日期，{EXAMPLE}")


def _from_words(text: str, from_number: bool) -> ReadDate:
    found = WRITTEN.fullmatch(text)
    if not found:
        raise BadValue(f"“{text[:20]}”不是日期，{EXAMPLE}")
    year, month, day = found.groups()
    # A number cell shows 2021.10 as 2021.1: January and October look alike.
    doubtful = from_number and month == "1"
    return ReadDate(_day(text, year, month, day or "1"), only_month=day is None, doubtful=doubtful)


def _day(text: str, year: str, month: str, day: str) -> date:
    try:
        found = date(int(year), int(month), int(day))
    except ValueError:
        raise BadValue(f"“{text[:20]}”不是日历上有的日子，{EXAMPLE}") from None
    if found.year not in YEARS:
        raise BadValue(f"“{text[:20]}”的年份不对，{EXAMPLE}")
    return found
