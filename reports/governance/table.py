"""The table built from its columns: header tree, definitions, rows of cells, cross-checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.governance import columns
from reports.governance.columns import Figure
from salvation.tables.model import Cell, Column, Group, Kind, Mark, Sheet, Source, Table, Totals, ratio

NOTES = (
    "时点数以月末快照为准；本月、累计按统计月计，冻结后补录的计入下一期。",
    "合计行为各单位之和；跨单位重复的人数另注“县级去重数”。比例为分子分母之和相除。",
    "缺数据：来源尚未建立或未填报，不等于零。",
)


HEADINGS = columns.headings()


@dataclass(frozen=True)
class Row:
    """One unit's line: ``cells`` maps cell keys to numbers as text with their source. Without a unit: the county's
    figures that count nobody twice.
    """

    unit: Any
    cells: Mapping[str, Any]
    submission: Any = None

    @property
    def name(self) -> str:
        return self.unit.name if self.unit else DISTINCT_LABEL


DISTINCT_LABEL = "县级去重数"


def distinct_row(figures: Mapping[str, str]) -> Row:
    """县级去重数 as a line of the table; columns that simply add up stay blank."""
    counted = {key: number for key, number in figures.items() if key not in columns.COUNTY_ONLY}
    return Row(None, {key: {"auto": number} for key, number in counted.items()})


def county_total(rows: Sequence[Row], figures: Mapping[str, str]) -> Totals:
    """The 合计 row, with what the county alone holds out of ``figures``."""
    total = TABLE.total_row(rows)
    for key in columns.COUNTY_ONLY & figures.keys():
        total[key] = Decimal(figures[key])
    return total


def cell_reader(key: str) -> Callable[[Row], Cell]:
    """Reads one cell of a row: filled by hand, counted, or missing."""

    def read(row: Row) -> Cell:
        cell = row.cells.get(key) or {}
        if key in columns.COUNTY_ONLY and row.unit and row.unit.kind == "TOWN":
            return Cell(Mark.NOTHING)
        if "was" in cell:
            before = cell["was"] or "缺数据"
            note = f"原 {before}，更正为 {cell['manual']}：{cell['why']}（{cell['by']} {cell['at']}）"
            return Cell(Decimal(cell["manual"]), Source.ADJUSTED, note)
        if cell.get("manual") is not None:
            return Cell(
                Decimal(cell["manual"]), Source.MANUAL, f"{cell.get('by', '')} {cell.get('at', '')}".strip()
            )
        if cell.get("auto") is not None:
            return Cell(Decimal(cell["auto"]), Source.AUTO)
        return Cell(Mark.MISSING, Source.MISSING) if row.unit else Cell(None)

    return read


def rate_reader(numerator: str, denominator: str) -> Callable[[Row], Cell]:
    top, bottom = cell_reader(numerator), cell_reader(denominator)

    def read(row: Row) -> Cell:
        if row.unit is None:
            return Cell(None)
        value = ratio(top(row).value, bottom(row).value)
        return Cell(value, Source.MISSING if value is Mark.MISSING else Source.AUTO)

    return read


def _columns(figure: Figure) -> tuple[Column | Group, ...]:
    if figure.parts:
        return (_column(figure, figure.code, figure.label, rate_reader(*figure.parts), parts=figure.parts),)
    if not figure.flow:
        return (_column(figure, figure.code, figure.label, cell_reader(figure.code)),)
    month, cumulative = figure.keys
    children = (
        _column(figure, month, "本月", cell_reader(month)),
        _column(figure, cumulative, "累计", cell_reader(cumulative)),
    )
    return (Group(figure.label, children, figure.code),)


def _column(
    figure: Figure, key: str, label: str, value: Callable[[Row], Cell], parts: tuple[str, str] | None = None
) -> Column:
    kind = Kind.PERCENT if figure.parts else Kind.MONEY if figure.money else Kind.COUNT
    return Column(
        key,
        label,
        kind,
        value=value,
        definition=f"{figure.code} {figure.definition}",
        ratio=parts,
        # A percentage leads to its numerator and denominator.
        measure=key if figure.computed or figure.parts else "",
        origin="自动" if figure.computed else "计算" if figure.parts else "人工",
        counted_in=columns.unit_of_count(figure, HEADINGS.get(figure.code, "")),
        period={"m": "本月", "c": "累计"}.get(key.rpartition(".")[2], "时点") if figure.flow else "时点",
    )


def _group(heading: columns.Heading) -> Group:
    children: list[Column | Group] = []
    for child in heading.children:
        children += [_group(child)] if isinstance(child, columns.Heading) else list(_columns(child))
    return Group(heading.label, tuple(children), heading.label)


UNIT_COLUMN = Column("unit", "填报单位", value="name", width=18)
TABLE = Table(
    "governance_monthly",
    "社会救助领域专项治理工作情况统计表",
    (UNIT_COLUMN, *(_group(group) for group in columns.GROUPS)),
    notes=NOTES,
    sheets=tuple(Sheet(title, groups) for title, groups in columns.SHEETS),
    totals="top",
)
