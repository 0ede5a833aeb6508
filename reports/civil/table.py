"""The civil statistics of a month (L09, 04 §4.4): households, people, who came, who left, monthly amount, by programme.

Read from the same measures as the governance table, so that there are no two sets of figures.
"""
# requirements: C14, L06 part, L09

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from cases.models.choices import LASTING
from cases.rules.codes import Program
from salvation.tables.model import Column, Group, Kind, Mark, Table, Total, Totals

PAID_PROGRAMS = frozenset(
    {Program.DIBAO_URBAN, Program.DIBAO_RURAL, Program.TEKUN_DISPERSED, Program.TEKUN_CENTRALIZED}
)
NOTES = (
    "期末取月末快照；新增、退出、成员增减按生效月；期初取上月末。与专项治理统计表同源。",
    "特困人员一人计一户。",
    "人均保障水平＝期末月保障金÷期末人数；合计行以合计相除，不求平均。",
)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class CivilRow:
    """One unit: measure code → number."""

    unit: Any
    figures: Mapping[str, Any]

    @property
    def name(self) -> str:
        return str(self.unit.name)


def _count(code: str, label: str, definition: str, kind: Kind = Kind.COUNT) -> Column:
    return Column(
        code,
        label,
        kind,
        value=lambda row: row.figures.get(code, 0),
        definition=definition,
        measure=code,
        origin="自动",
        counted_in="元/月" if kind is Kind.MONEY else label[-2:-1] if label.endswith("）") else label,
        period="时点" if code[2] in "OE" else "本月",
    )


def _group(program: Program) -> Group:
    name, label = f"V{list(LASTING).index(program) + 1}", program.label
    children: list[Column | Group] = [
        Group("期初", (_count(f"{name}OH", "户", f"{label}上月末户数"), _count(f"{name}OP", "人", f"{label}上月末人数"))),
        Group("本月新增", (_count(f"{name}NH", "户", f"{label}本月起享受的户数"), _count(f"{name}NP", "人", f"{label}本月起享受的人数"))),
        Group("本月退出", (_count(f"{name}XH", "户", f"{label}本月起停发的整户数"), _count(f"{name}XP", "人", f"{label}本月起退出的人数"))),
        _count(f"{name}MI", "成员增加（人）", f"{label}在保户本月增加的保障成员"),
        Group("期末", (_count(f"{name}EH", "户", f"{label}月末户数"), _count(f"{name}EP", "人", f"{label}月末人数"))),
    ]  # fmt: skip
    if program in PAID_PROGRAMS:
        children += [
            _count(f"{name}EA", "月保障金（元）", f"{label}月末在保的月应发", Kind.MONEY),
            _level(name, label),
        ]
    return Group(label, tuple(children), str(program))


def _level(name: str, label: str) -> Column:
    return Column(
        f"{name}EL",
        "人均（元/月）",
        Kind.MONEY,
        value=lambda row: level(row.figures.get(f"{name}EA", 0), row.figures.get(f"{name}EP", 0)),
        definition=f"{label}期末月保障金÷期末人数",
        total=Total.NOT,
        origin="计算",
        counted_in="元/月",
        period="时点",
    )


def level(amount: Any, people: Any) -> Decimal | Mark:
    """人均保障水平 in yuan a month; — without people."""
    if not people:
        return Mark.NOTHING
    return (Decimal(amount) / Decimal(people)).quantize(CENT, ROUND_HALF_UP)


CIVIL = Table(
    "civil_monthly",
    "社会救助对象动态表（民政统计月报）",
    (Column("unit", "填报单位", value="name", width=18), *(_group(program) for program in LASTING)),
    notes=NOTES,
    totals="top",
)
CODES = tuple(column.measure for column in CIVIL.leaves() if column.measure)
PROGRAM_NAMES = {f"V{number}": program.label for number, program in enumerate(LASTING, start=1)}


def with_levels(total: Totals) -> Totals:
    """The 合计 row with its levels: summed amounts divided by summed people."""
    for name in PROGRAM_NAMES:
        if f"{name}EL" in total:
            total[f"{name}EL"] = level(total[f"{name}EA"] or 0, total[f"{name}EP"] or 0)
    return total
