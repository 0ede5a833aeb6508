"""A range of days from two columns, for exclusion constraints."""

from django.db.models import F, Func, Value


class DayRange(Func):
    """daterange(first, last, '[]'): both days count, a missing last day means without end."""

    function = "daterange"

    def __init__(self, first: str, last: str) -> None:
        super().__init__(F(first), F(last), Value("[]"))
