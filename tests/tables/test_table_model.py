from dataclasses import dataclass
from decimal import Decimal

import pytest

from salvation.tables.model import Cell, Column, Group, Kind, Mark, Sheet, Source, Table, Totals

LEDGER = Table(
    "ledger",
    "对象统计",
    (
        Column("unit", "填报单位"),
        Group(
            "低保",
            (
                Group("农村", (Column("rural_h", "户", Kind.COUNT), Column("rural_n", "人", Kind.COUNT))),
                Column("amount", "金额（元）", Kind.MONEY),
            ),
        ),
        Group(
            "签约",
            (
                Column("due", "应签", Kind.COUNT),
                Column("done", "已签", Kind.COUNT),
                Column("rate", "签约率", Kind.PERCENT, ratio=("done", "due")),
            ),
        ),
    ),
    sheets=(Sheet("表1", ("签约",)), Sheet("总表")),
)


def row(**values: object) -> dict[str, object]:
    blank = {column.code: None for column in LEDGER.leaves()}
    return {**blank, **values}


def test_the_header_spans_groups_and_lets_single_columns_reach_down():
    first, second, third = LEDGER.header()
    assert [(cell.label, cell.colspan, cell.rowspan) for cell in first] == [
        ("填报单位", 1, 3),
        ("低保", 3, 1),
        ("签约", 3, 1),
    ]
    assert [(cell.label, cell.first, cell.rowspan) for cell in second] == [
        ("农村", 1, 1),
        ("金额（元）", 3, 2),
        ("应签", 4, 2),
        ("已签", 5, 2),
        ("签约率", 6, 2),
    ]
    assert [cell.label for cell in third] == ["户", "人"]


def test_a_total_percentage_divides_summed_parts():
    rows = [row(due=100, done=50), row(due=10, done=10)]
    assert LEDGER.total_row(rows)["rate"] == Decimal("54.55")


def test_a_rate_without_denominator_shows_a_dash():
    assert LEDGER.total_row([row(due=0, done=0)])["rate"] is Mark.NOTHING


def test_one_unit_without_data_leaves_the_sum_without_data():
    rows = [row(rural_n=5), row(rural_n=Mark.MISSING)]
    assert LEDGER.total_row(rows)["rural_n"] is Mark.MISSING


def test_blank_cells_are_left_out_of_a_sum_and_all_blank_stays_blank():
    assert LEDGER.total_row([row(rural_n=5), row()])["rural_n"] == 5
    assert LEDGER.total_row([row(), row()])["rural_n"] is None


def test_a_sheet_keeps_the_lead_column_and_its_groups_only():
    part = LEDGER.sheet(LEDGER.sheets[0])
    assert [column.code for column in part.leaves()] == ["unit", "due", "done", "rate"]


def test_a_selection_without_the_denominator_still_totals_its_rate():
    part = LEDGER.select(lambda column: column.code in {"unit", "rate"})
    assert part.total_row([row(due=4, done=1)])["rate"] == Decimal("25.00")


def test_groups_left_empty_by_a_selection_disappear():
    part = LEDGER.select(lambda column: column.code == "unit")
    assert part.depth == 1


def test_a_code_declared_twice_is_refused():
    with pytest.raises(ValueError, match="more than once"):
        Table("x", "x", (Column("a", "甲"), Column("a", "乙")))


def test_a_ratio_over_an_unknown_column_is_refused():
    with pytest.raises(ValueError, match="divides"):
        Table("x", "x", (Column("a", "率", Kind.PERCENT, ratio=("b", "c")),))


@dataclass
class Village:
    name: str


@dataclass
class Household:
    village: Village | None


def test_a_path_follows_attributes_and_stops_at_nothing():
    column = Column("village", "村", value="village.name")
    assert column.read(Household(Village("东村"))) == "东村"
    assert column.read(Household(None)) is None


def test_a_cell_brings_its_own_source_and_a_missing_value_says_so():
    column = Column("n", "人", Kind.COUNT)
    assert column.cell({"n": Cell(3, Source.MANUAL)}).source is Source.MANUAL
    assert column.read({"n": Cell(3, Source.MANUAL)}) == 3
    assert column.cell({"n": Mark.MISSING}).source is Source.MISSING


def test_a_total_row_is_read_by_code_even_by_computed_columns():
    column = Column("n", "人", Kind.COUNT, value=lambda found: found.people)
    assert column.read(Totals(n=7)) == 7
