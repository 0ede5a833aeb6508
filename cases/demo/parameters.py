"""Parameters of the demo county: entered and confirmed by two persons with 演示 as their basis (12 §12.1 #7)."""

from datetime import date
from typing import Any

from cases.rules.keys import KEYS
from salvation.demo.registry import Demo
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS
from salvation.parameters.services import confirm_parameter, propose_parameter
from salvation.units.models import PopulationStat

BASIS = "演示〔2022〕1号（演示数据）"
START = date(2020, 1, 1)
VALUES: dict[str, Any] = {
    "dibao.std.urban": "750",
    "dibao.std.rural": "600",
    "dibao.tiers": "A: 480, B: 380, C: 280",
    "uplift.illness_list": "尿毒症,白血病,恶性肿瘤",
    "uplift.amount.elder": "100",
    "uplift.amount.child": "80",
    "uplift.amount.disabled": "120",
    "uplift.amount.ill": "120",
    "wage.minimum": "1800",
    "income.disposable.urban": "38000",
    "income.disposable.rural": "18000",
    "income.job_cost.fixed": "200",
    "income.job_cost.ratio": "0.2",
    "income.mu_yield": "水稻: 400, 脐橙: 1500",
    "income.basic_pension.after": "EXCLUDE",
    "income.labour.coefficient": "0.8",
    "income.labour.coefficient_partial": "0.4",
    "support_fee.k1": "1.5",
    "support_fee.k2": "0.5",
    "rigid.ratio": "0.6",
    "temp.emergency.months": "火灾: 6, 交通事故: 4, 溺水: 6, 人身伤害: 3, 突发重大疾病: 6, 未参保失业: 2, 其他特殊困难: 2",
    "temp.expense.bands": "5000: 0.3, 20000: 0.5",
    "temp.special.cap_months": 24,
    "temp.town_limit": "2000",
    "tekun.care.self.dispersed": "180",
    "tekun.care.half.dispersed": "300",
    "tekun.care.full.dispersed": "600",
    "tekun.care.self.centralized": "180",
    "tekun.care.half.centralized": "300",
    "tekun.care.full.centralized": "600",
    "tekun.base.urban.dispersed": "975",
    "tekun.base.rural.dispersed": "780",
    "tekun.base.urban.centralized": "975",
    "tekun.base.rural.centralized": "780",
    "approval_level.DIBAO_URBAN": "TOWNSHIP",
}


def seed_parameters(demo: Demo) -> str:
    """Every parameter that stands on an unconfirmed default, and those only a county can know."""
    clerk, approver = demo.cast[("county", demo.county.pk)], demo.cast[("approver", demo.county.pk)]
    known = set(
        ParameterVersion.objects.filter(unit=demo.county, state="CONFIRMED").values_list("key", flat=True)
    )
    made = 0
    for key, declared in PARAMETERS.items():
        value = VALUES.get(key, declared.default if declared.mark == "通识" else None)
        nullable = key in KEYS and KEYS[key].nullable
        if key in known or (value is None and not nullable):
            continue
        version = propose_parameter(
            key=key,
            unit=demo.county,
            value="" if value is None else value,
            valid_from=START,
            basis=BASIS,
            actor=clerk,
        )
        confirm_parameter(version_id=version.pk, actor=approver)
        made += 1
    return f"{made} 项，以“演示”为依据双人确认"


def seed_population(demo: Demo) -> str:
    """Registered population of every unit, so that the helped are between 4 and 5 per cent."""
    helped = demo.facts["people_by_unit"]
    years = {demo.today.year, demo.first.year}
    rows = [
        PopulationStat(
            unit=unit, year=year, hukou_population=round(helped.get(unit.pk, 1) / 0.045) + 20, basis=BASIS
        )
        for unit in demo.units
        for year in years
    ]
    PopulationStat.objects.bulk_create(rows, ignore_conflicts=True)
    return f"{len(demo.units)} 个单位"
