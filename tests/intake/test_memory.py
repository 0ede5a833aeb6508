"""A county's roster is read, weighed and written a few hundred households at a time, whatever its length."""

import gc
from itertools import pairwise

import pytest

from salvation.intake.model import Row
from salvation.intake.packed import PORTION, Packed, Shared, Window
from salvation.intake.reading import read_table
from salvation.intake.sheets import Limits
from salvation.intake.workbook import read_book
from salvation.intake.xlsx import checked
from tests.intake.builder import HEAD, ROSTER, SETTING, an_id, patched, person, text, xlsx

LONG = 12_000
# What a walk may lay out at once: a block of households, a few portions of the packed list.
AT_ONCE = 6_000


def rows(count):
    yield HEAD
    for number in range(1, count + 1):
        first = 100 + number % 800
        born = f"19{40 + number // 800:02d}0101"
        yield [number, "石背村", f"H{number}", "张三", an_id(first, born), 500]


def rows_alive():
    return sum(type(found) is Row for found in gc.get_objects())


def test_no_walk_over_a_long_roster_lays_all_its_rows_out():
    most = []
    reading = read_table(
        read_book(text(rows(LONG))), ROSTER, SETTING, progress=lambda *told: most.append(rows_alive())
    )
    households = 0
    for block in reading.gathered.blocks():
        households += len(block)
        most.append(rows_alive())
    assert households == reading.count == LONG
    assert max(most) < AT_ONCE


def test_a_long_sheet_is_read_in_portions_as_it_is_read_whole():
    data = xlsx(rows(LONG), merges=["A5:A6"])
    portions = checked(data, Limits())
    whole = patched(data, lambda xml: xml.replace(b"<sheetData>", b"<sheetData >"))
    assert len(portions.portions["Sheet1"]) > 2
    assert checked(whole, Limits()).portions == {}
    ours, theirs = read_book(data).sheets[0], read_book(whole).sheets[0]
    assert [list(row) for row in ours.rows] == [list(row) for row in theirs.rows]
    assert ours.merged == theirs.merged
    assert ours.name == theirs.name


def test_rows_that_do_not_follow_one_another_are_read_whole():
    def turned(xml):
        start, end = xml.index(b"<sheetData>") + 11, xml.index(b"</sheetData>")
        first = xml.index(b"</row>", start) + 6
        return xml[:start] + xml[first:end] + xml[start:first] + xml[end:]

    data = xlsx(rows(LONG))
    ours, theirs = read_book(patched(data, turned)).sheets[0], read_book(data).sheets[0]
    assert [list(row) for row in ours.rows] == [list(row) for row in theirs.rows]


def test_a_household_whose_rows_stand_far_apart_is_one_household():
    written = [*rows(LONG), person(1, 户编号="H1", 身份证号=an_id(950), 补助金额="")]
    reading = read_table(read_book(text(written)), ROSTER, SETTING)
    first = next(reading.households())
    assert [row.number for row in first.rows] == [2, LONG + 2]


def test_a_copy_far_below_is_told_apart_from_a_contradiction():
    copy, contradiction = list(rows(LONG))[1], list(rows(LONG))[2]
    contradiction = [*contradiction[:5], 900]
    reading = read_table(read_book(text([*rows(LONG), copy, contradiction])), ROSTER, SETTING)
    reasons = {row.number: row.problems[-1].reason for row in reading.rows() if row.rejected}
    said = {number: reason for number, reason in reasons.items() if "行" in reason}
    assert said == {
        LONG + 2: "与第 2 行是同一人，内容相同",
        3: f"与第 {LONG + 3} 行证号相同而内容不同",
        LONG + 3: "与第 3 行证号相同而内容不同",
    }


def test_walking_twice_says_everything_once():
    written = [HEAD, person(1, 姓名=""), person(2)]
    reading = read_table(read_book(text(written)), ROSTER, SETTING)
    first, second = ([len(row.problems) for row in reading.rows()] for _ in range(2))
    assert first == second == [1, 0]


class Village:
    """Something many rows point at."""


def test_a_packed_list_gives_its_items_back_in_order():
    packed = Packed(range(3 * PORTION + 7))
    assert len(packed) == 3 * PORTION + 7
    assert list(packed) == list(range(3 * PORTION + 7))
    assert (packed[-1], packed[PORTION], packed[5:8]) == (3 * PORTION + 6, PORTION, [5, 6, 7])
    assert all(after == before + 1 for before, after in pairwise(packed))


def test_a_packed_list_ends_where_it_ends():
    with pytest.raises(IndexError):
        Window(Packed([1, 2]))[2]


def test_shared_objects_come_back_as_themselves():
    village = Village()
    packed = Packed([(1, village), (2, village)], shared=Shared(Village))
    assert all(found is village for _, found in packed)
