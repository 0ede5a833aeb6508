"""How complete the files of helped households are (B32): figures only, by unit."""
# requirements: B32

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.utils import timezone

from cases.models import Benefit, Household, PayAccount
from salvation.domain.month import Month
from salvation.tables.model import Cell, Column, Kind, Table
from salvation.units.models import Unit

HAS_ACCOUNT = Exists(PayAccount.objects.filter(household=OuterRef("pk"), valid_to__isnull=True))
# What “数字民政” asks of every household, as far as this system keeps it.
FIELDS: dict[str, tuple[str, Q]] = {
    "address": ("住址", ~Q(address="")),
    "cause": ("主要致困原因", ~Q(poverty_cause="")),
    "group": ("村民小组", ~Q(group_name="")),
    "residence": ("居住地", Q(residence_unit__isnull=False)),
    "hukou": ("户籍地", Q(hukou_unit__isnull=False)),
    "phone": ("户主电话", Q(head__phone__isnull=False)),
    "account": ("收款账户", Q(has_account=True)),
}


@dataclass(frozen=True)
class CompletenessRow:
    unit: Unit
    counts: dict[str, int]

    @property
    def name(self) -> str:
        return self.unit.name


def _count(code: str, label: str, definition: str) -> Column:
    return Column(
        code,
        label,
        Kind.COUNT,
        value=lambda row: Cell(Decimal(row.counts.get(code, 0))),
        definition=definition,
    )


TABLE = Table(
    "completeness",
    "低收入家庭信息完整率",
    (
        Column("unit", "填报单位", value="name", width=18),
        _count("households", "在保户（户）", "今天有待遇的家庭"),
        *(_count(code, f"{label}已填（户）", f"其中已填“{label}”的") for code, (label, _) in FIELDS.items()),
        _count("complete", "完整（户）", "以上各项全部已填的"),
        Column(
            "rate",
            "完整率（%）",
            Kind.PERCENT,
            value=lambda row: (
                Decimal(row.counts.get("complete", 0) * 100 / row.counts["households"]).quantize(
                    Decimal("0.01")
                )
                if row.counts.get("households")
                else None
            ),
            definition="完整户 ÷ 在保户",
            ratio=("complete", "households"),
        ),
    ),
    notes=("按今天的登记计算；省系统编号的回填见“与数字民政核对”。",),
    totals="top",
)


def held_households(households: Any) -> Any:
    """Of these, families with a benefit this month, annotated ``has_account``."""
    today = Month.of(timezone.localdate()).first_day
    running = Benefit.objects.filter(household=OuterRef("pk"), terms__months__contains=today)
    return households.filter(Exists(running)).annotate(has_account=HAS_ACCOUNT)


def every_field() -> Q:
    """Nothing the province asks for is missing."""
    return Q(*(filled for _, filled in FIELDS.values()))


def completeness(county: Unit, units: Sequence[Unit]) -> list[CompletenessRow]:
    """Counts of every unit in one statement."""
    held = held_households(Household.objects.filter(county=county))
    aggregates: dict[str, Any] = {code: Count("pk", filter=filled) for code, (_, filled) in FIELDS.items()}
    found: Any = (
        held.order_by()
        .values(of_unit=F("handling_unit"))
        .annotate(households=Count("pk"), complete=Count("pk", filter=every_field()), **aggregates)
    )
    by_unit: dict[int, dict[str, int]] = {row["of_unit"]: dict(row) for row in found}
    return [CompletenessRow(unit, by_unit.get(unit.pk, {})) for unit in units]
