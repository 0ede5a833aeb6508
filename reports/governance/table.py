"""The table built from its columns: header tree, definitions, rows of cells, cross-checks."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from reports.governance import columns
from reports.governance.columns import Figure
from salvation.tables.model import Cell, Column, Group, Kind, Mark, Sheet, Source, Table, ratio
from salvation.units.models import Unit

NOTES = (
    "时点数以月末快照为准；本月、累计按统计月计，冻结后补录的计入下一期。",
    "合计行为各单位之和；跨单位重复的人数另注“县级去重数”。比例为分子分母之和相除。",
    "缺数据：来源尚未建立或未填报，不等于零。",
)


@dataclass(frozen=True)
class Row:
    """One unit's line: ``cells`` maps cell keys to numbers as text with their source."""

    unit: Unit
    cells: Mapping[str, Any]
    submission: Any = None


def cell_reader(key: str) -> Callable[[Row], Cell]:
    """Reads one cell of a row: filled by hand, counted, or missing."""

    def read(row: Row) -> Cell:
        cell = row.cells.get(key) or {}
        if cell.get("manual") is not None:
            return Cell(
                Decimal(cell["manual"]), Source.MANUAL, f"{cell.get('by', '')} {cell.get('at', '')}".strip()
            )
        if cell.get("auto") is not None:
            return Cell(Decimal(cell["auto"]), Source.AUTO)
        return Cell(Mark.MISSING, Source.MISSING)

    return read


def rate_reader(numerator: str, denominator: str) -> Callable[[Row], Cell]:
    top, bottom = cell_reader(numerator), cell_reader(denominator)

    def read(row: Row) -> Cell:
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
    definition = f"{figure.code} {figure.definition}"
    measure = key if figure.computed else ""
    return Column(key, label, kind, value=value, definition=definition, ratio=parts, measure=measure)


def _group(heading: columns.Heading) -> Group:
    children: list[Column | Group] = []
    for child in heading.children:
        children += [_group(child)] if isinstance(child, columns.Heading) else list(_columns(child))
    return Group(heading.label, tuple(children), heading.label)


UNIT_COLUMN = Column("unit", "填报单位", value="unit.name", width=18)
TABLE = Table(
    "governance_monthly",
    "社会救助领域专项治理工作情况统计表",
    (UNIT_COLUMN, *(_group(group) for group in columns.GROUPS)),
    notes=NOTES,
    sheets=tuple(Sheet(title, groups) for title, groups in columns.SHEETS),
    totals="top",
)


def value(cells: Mapping[str, Any], key: str) -> Decimal | None:
    cell = cells.get(key) or {}
    text = cell.get("manual") if cell.get("manual") is not None else cell.get("auto")
    return None if text is None else Decimal(text)


def failed_checks(cells: Mapping[str, Any]) -> list[str]:
    """Cross-checks that do not hold; a check with an unknown part is not asked (04 §4.1 表内勾稽)."""
    problems = []
    for sentence, small, large in _checks():
        parts = [value(cells, key) for key in (*small, *large)]
        if any(part is None for part in parts):
            continue
        left = sum((value(cells, key) or Decimal(0) for key in small), Decimal(0))
        right = sum((value(cells, key) or Decimal(0) for key in large), Decimal(0))
        if left > right:
            problems.append(f"{sentence}（{left} > {right}）")
    return problems


def _checks() -> Sequence[tuple[str, tuple[str, ...], tuple[str, ...]]]:
    """Sentences of the form: the left cells together are not more than the right ones together."""
    stocks = [("SA14 应不大于各类人数之和", ("SA14",), ("SA03", "SA05", "SA08", "SA09", "SA11", "SA13"))]
    flows = []
    for sub, name in (("m", "本月"), ("c", "累计")):
        for sentence, small, large in (
            ("SB08 应不大于 SB04–SB07 之和", ("SB08",), ("SB04", "SB05", "SB06", "SB07")),
            ("SB10、SB11 之和应不大于 SB09", ("SB10", "SB11"), ("SB09",)),
            ("SC11 人应不大于各项清退之和", ("SC11P",), ("SC05", "SC06", "SC07", "SC09", "SC10")),
            ("SE07 应不大于 SE12 人次", ("SE07",), ("SE12N",)),
            ("SG03 应不大于 SG01", ("SG03",), ("SG01",)),
        ):
            keys = [tuple(f"{code}.{sub}" for code in side) for side in (small, large)]
            flows.append((f"{sentence}（{name}）", keys[0], keys[1]))
    return [*stocks, *flows]
