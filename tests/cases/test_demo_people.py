"""People of the demonstration: their numbers pass every check that a real one passes."""

import random
from datetime import date
from types import SimpleNamespace
from typing import Any

from cases.demo.people import make_number
from salvation.domain import citizen_id

BORN = date(1970, 5, 1)


def test_a_county_of_numbers_is_valid_and_none_is_taken_for_damaged_by_excel() -> None:
    demo: Any = SimpleNamespace(
        county=SimpleNamespace(code="360722"), rng=random.Random(1), facts={"numbers": set()}
    )
    numbers = [make_number(BORN, number % 2 == 0, demo) for number in range(20_000)]
    read = {citizen_id.parse(number, today=date(2022, 5, 1), allow_test=True).number for number in numbers}
    assert len(read) == 20_000
    assert not any(citizen_id.excel_damage(number) for number in numbers)
