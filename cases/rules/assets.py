"""Household property (L57 第14条, L43 第7条): every limit is a county parameter, exemptions need proof."""
# requirements: B09

from collections.abc import Iterable
from decimal import Decimal
from typing import NamedTuple

from cases.rules.codes import PropertyKind
from cases.rules.facts import PropertyLine
from cases.rules.policy import Reading
from cases.rules.result import Failure, Notice, WorkingLine

ZERO = Decimal(0)
ARTICLE = "低保审核确认办法第14条"


class Property(NamedTuple):
    """Which limits are broken, the working, and what a person should look at."""

    failed: list[Failure]
    lines: list[WorkingLine]
    notices: list[Notice]

    @property
    def passed(self) -> bool:
        return not self.failed


_NOTHING_OWNED = Property([], [], [])


def check_property(
    lines: Iterable[PropertyLine],
    reading: Reading,
    *,
    heads: int,
    std: Decimal,
    program: str = "",
    article: str = ARTICLE,
) -> Property:
    """Judge possessions of `heads` people against the limits of a programme ("", tekun, marginal, rigid).

    `std` is the monthly 低保 standard, in which the limit on savings is expressed.
    """
    owned = tuple(lines)
    if not owned:
        return _NOTHING_OWNED
    check = _Check(reading, heads, std, article)
    counted: dict[PropertyKind, list[PropertyLine]] = {}
    for line in owned:
        if check.exempted(line):
            continue
        counted.setdefault(line.kind, []).append(line)
    check.savings(counted.get(PropertyKind.FINANCIAL, []), program)
    check.vehicles(counted.get(PropertyKind.VEHICLE, []))
    check.houses(counted.get(PropertyKind.HOUSE, []))
    check.businesses(counted.get(PropertyKind.MARKET_ENTITY, []))
    for line in counted.get(PropertyKind.OTHER, []):
        check.notices.append(
            Notice("AUXILIARY", f"辅助评估：{line.name or '大额消费'}，仅作提示，不单独否决（第17条）。")
        )
    return Property(check.failed, check.lines, check.notices)


class _Check:
    __slots__ = ("_article", "_heads", "_reading", "_std", "failed", "lines", "notices")

    def __init__(self, reading: Reading, heads: int, std: Decimal, article: str) -> None:
        self._reading, self._heads, self._std, self._article = reading, heads, std, article
        self.failed: list[Failure] = []
        self.lines: list[WorkingLine] = []
        self.notices: list[Notice] = []

    def exempted(self, line: PropertyLine) -> bool:
        """Honour an exemption only with reason, evidence and collective decision."""
        if line.exempt:
            values = (line.name or line.kind.label, line.exemption.label, line.reason)
            self.lines.append(
                WorkingLine("财产豁免", "{}：{}（{}），已集体决议", values, None, self._article)
            )
            return True
        if line.exemption.value != "NONE":
            self.notices.append(
                Notice(
                    "EXEMPTION_INCOMPLETE",
                    f"{line.name or line.kind.label}申请“{line.exemption.label}”豁免，"
                    "缺少理由、佐证或集体决议，本次没有豁免。请补齐后重新核算。",
                )
            )
        return False

    def savings(self, owned: list[PropertyLine], program: str) -> None:
        if not owned:
            return
        months = self._reading.integer(f"asset.fin_per_capita_months{program and '.' + program}")
        total = sum((line.value for line in owned), ZERO)
        limit = self._std * months
        values = (total, self._heads, total / self._heads, self._std, months, limit)
        self.lines.append(
            WorkingLine(
                "人均金融资产",
                "{} ÷ {} 人 = {}，上限 {} × {} 个月 = {}",
                values,
                total / self._heads,
                self._article,
            )
        )
        excess = total / self._heads - limit
        if excess > 0:
            self._fail(f"人均金融资产超过上限 {excess:.2f} 元（上限 {limit:.2f} 元）", excess, excess / limit)

    def vehicles(self, owned: list[PropertyLine]) -> None:
        if not owned or not self._reading.flag("asset.vehicle_forbid"):
            return
        self._each_below(owned, "asset.vehicle_exempt_value", "有车船或大型农机", "价值")

    def businesses(self, owned: list[PropertyLine]) -> None:
        if not owned or not self._reading.flag("asset.market_entity_forbid"):
            return
        self._each_below(owned, "asset.market_capital_max", "有市场主体", "注册资本")

    def houses(self, owned: list[PropertyLine]) -> None:
        if not owned:
            return
        sets = self._reading.integer("asset.house_max_sets")
        self.lines.append(WorkingLine("住房", "{} 套，上限 {} 套", (len(owned), sets), None, self._article))
        if len(owned) > sets:
            self._fail(f"有住房 {len(owned)} 套，多于上限 {sets} 套")
        area = sum((line.area for line in owned), ZERO)
        if not area:
            return
        limit = self._reading.amount_or_none("asset.house_area_per_capita")
        if limit is not None and area > limit * self._heads:
            self._fail(f"人均住房面积 {area / self._heads:.2f} 平方米，大于上限 {limit} 平方米")

    def _each_below(self, owned: list[PropertyLine], key: str, what: str, measure: str) -> None:
        ceiling = self._reading.amount_or_none(key)
        for line in owned:
            name = line.name or line.kind.label
            if ceiling is not None and line.value <= ceiling:
                values = (name, measure, line.value, ceiling)
                self.lines.append(
                    WorkingLine(line.kind.label, "{}{} {} ≤ {}，不计", values, None, self._article)
                )
                continue
            limit = "" if ceiling is None else f"，{measure} {line.value:.2f} 元，超过 {ceiling:.2f} 元"
            self._fail(f"{what}：{name}{limit}")

    def _fail(self, message: str, gap: Decimal | None = None, ratio: Decimal | None = None) -> None:
        self.failed.append(Failure("财产", message, self._article, gap, ratio))
