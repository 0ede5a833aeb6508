"""A county's roster as townships send it: 35,000 made-up people, IDs of division 99, which was never issued."""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import Format, write_worksheet

from cases.demo.people import GIVEN, SURNAMES
from salvation.domain.citizen_id import check_character
from salvation.intake.places import stem
from salvation.units.models import Unit
from salvation.units.selectors import villages_of

HEAD = (
    "序号", "乡镇", "行政村", "组", "户编号", "姓名", "身份证号", "与户主关系", "补助金额", "保障人数", "户名", "银行账号",
    "开户银行", "联系电话", "备注",
)  # fmt: skip
SIZES = (1, 2, 2, 3, 3, 3, 4, 5)
# Nobody of the demo county is as old: its IDs and these never meet.
OLDEST = date(1921, 1, 1)


def write_roster(path: Path, county: Unit, rows: int) -> None:
    """One sheet: a merged title, the head, one row a person, amounts and accounts on the row of the head of family."""
    title = f"{county.name}2022年5月农村低保花名册"
    write_worksheet(
        (dict(zip(HEAD, row, strict=True)) for row in people(county, rows)),
        str(path),
        sheet_name="花名册",
        header_row=1,
        merge_ranges=[(0, 0, 0, len(HEAD) - 1, title, Format().set_bold())],
    )


def people(county: Unit, rows: int) -> Iterator[tuple[Any, ...]]:
    rng = random.Random(35_000)
    villages = _villages_with_names_of_their_own(county)
    number = household = 0
    while number < rows:
        household += 1
        size = min(rng.choice(SIZES), rows - number)
        village, town = villages[household % len(villages)]
        surname = rng.choice(SURNAMES)
        for place in range(size):
            number += 1
            name = surname + rng.choice(GIVEN) + rng.choice(GIVEN)
            relation = ("户主", "配偶", "子", "女", "其他")[place]
            first = place == 0
            yield (
                household if first else None, town, village, f"{household % 12 + 1}组", f"B{household:06d}", name,
                an_id(number), relation, 200 + 5 * (household % 200) if first else None, size if first else None,
                name if first else None, an_account(household) if first else None, "演示农商银行" if first else None,
                f"138{household:08d}" if first else None, None,
            )  # fmt: skip


def an_id(number: int) -> str:
    """The valid ID of person ``number``; no two are alike."""
    born = OLDEST + timedelta(days=number % 3600)
    first = f"99{number // 3600 + 1:04d}{born:%Y%m%d}{number % 90 + 5:02d}{number % 9 + 1}"
    return first + check_character(first)


def an_account(number: int) -> str:
    """A bank card number that passes the check of its last digit."""
    body = f"622848{number:012d}"
    total = 0
    for place, digit in enumerate(reversed(body)):
        value = int(digit) * (2 if place % 2 == 0 else 1)
        total += value - 9 if value > 9 else value
    return body + str(-total % 10)


def _villages_with_names_of_their_own(county: Unit) -> list[tuple[str, str]]:
    """A county's roster names villages; where two towns have one of the same name, nobody could tell which."""
    found: dict[str, list[tuple[str, str]]] = {}
    for village in villages_of(county).select_related("parent"):
        town = village.parent.name if village.parent else ""
        found.setdefault(stem(village.name), []).append((village.name, town))
    return [places[0] for places in found.values() if len(places) == 1]
