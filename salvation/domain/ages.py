"""Age in full years, and the day on which an age is reached."""

from calendar import isleap
from datetime import date


def age(birth: date, on: date) -> int:
    """Give full years of life on `on`; negative before birth. Born on 29 February: counted from 1 March."""
    return on.year - birth.year - ((on.month, on.day) < (birth.month, birth.day))


def birthday(birth: date, years: int) -> date:
    """Give the day on which `years` are reached, on the same reading of 29 February as `age`."""
    year = birth.year + years
    if (birth.month, birth.day) == (2, 29) and not isleap(year):
        return date(year, 3, 1)
    return birth.replace(year=year)
