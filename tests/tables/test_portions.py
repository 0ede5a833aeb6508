"""Cells made a thousand rows at a time are the cells made row by row."""

from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from itertools import chain

import pytest

from salvation.domain.mask import Scene
from salvation.tables.model import Cell, Column, Kind, Mark, State, Totals
from salvation.tables.portions import PORTION, portions
from salvation.tables.values import Digest, entries

COLUMNS = (
    Column("name", "姓名", Kind.NAME),
    Column("id_no", "证号", Kind.ID),
    Column("phone", "电话", Kind.PHONE),
    Column("people", "人数", Kind.COUNT),
    Column("total", "金额", Kind.MONEY),
    Column("rate", "率", Kind.PERCENT),
    Column("since", "起始", Kind.DATE),
    Column("month", "月份", Kind.MONTH),
    Column("state", "状态", Kind.STATE, states={"DONE": State("已办结")}),
    Column("unit", "单位", value="place.name"),
    Column("double", "两倍", Kind.COUNT, value=lambda row: row["people"] * 2),
)
ROW = {
    "name": "张三",
    "id_no": "360722199001010011",
    "phone": "13812345678",
    "people": 3,
    "total": Decimal("1234.50"),
    "rate": Decimal("12.345"),
    "since": date(2022, 5, 1),
    "month": date(2022, 5, 1),
    "state": "DONE",
    "place": {"name": "嘉定镇"},
}
ODD = {
    "name": None,
    "id_no": "",
    "phone": None,
    "people": True,
    "total": Mark.MISSING,
    "rate": None,
    "since": datetime(2022, 5, 31, 23, 0, tzinfo=UTC),
    "month": None,
    "state": "OTHER",
    "place": None,
}


class Vault:
    def plain(self) -> str:
        return "360722199001010011"


@pytest.mark.parametrize("scene", list(Scene))
@pytest.mark.parametrize(
    "rows",
    [
        [ROW] * 3,
        [ODD],
        [ROW, ODD],
        [{**ROW, "id_no": Vault(), "total": Cell(Decimal(5)), "since": lambda: date(2022, 1, 1)}],
        [ROW, Totals({"name": "合计", "people": 9})],
    ],
    ids=["plain", "odd", "mixed", "wrapped", "with a total"],
)
def test_portions_give_the_entries_of_every_row(rows, scene):
    columns = COLUMNS if not isinstance(rows[-1], Totals) else COLUMNS[:-1]
    cells = chain.from_iterable(zip(*part, strict=True) for part in portions(columns, rows, scene))
    assert [list(row) for row in cells] == [entries(columns, row, scene) for row in rows]


def test_objects_are_read_like_mappings():
    @dataclass
    class Line:
        name: str
        people: int

        def since(self) -> date:
            return date(2022, 5, 1)

    columns = (COLUMNS[0], COLUMNS[3], COLUMNS[6])
    (part,) = portions(columns, [Line("张三", 3), Line("李四", 2)])
    assert [list(column) for column in part] == [["张三", "李四"], [3, 2], [date(2022, 5, 1)] * 2]


def test_more_rows_than_a_portion_are_all_given_in_order():
    rows = [{"name": f"甲{number}"} for number in range(PORTION * 2 + 1)]
    parts = list(portions(COLUMNS[:1], rows))
    assert [len(part[0]) for part in parts] == [PORTION, PORTION, 1]
    assert list(chain.from_iterable(part[0] for part in parts)) == [row["name"] for row in rows]


def test_the_fingerprint_does_not_depend_on_the_way_of_reading():
    rows = [ROW, ODD, ROW]
    one, many = Digest(COLUMNS), Digest(COLUMNS)
    for row in rows:
        one.add(entries(COLUMNS, row))
    for part in portions(COLUMNS, rows):
        many.add_columns(part)
    assert (many.value, many.rows) == (one.value, one.rows)
