"""Whether a person bound by law to support somebody is able to (L43 第8条)."""

from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cases.rules.codes import Area, Disability, DutyCategory
from cases.rules.facts import DutyBearerFacts
from cases.rules.income import DISPOSABLE_KEY
from cases.rules.policy import Reading
from salvation.domain.ages import age

ARTICLE = "特困人员认定办法第8条"


class Conclusion(NamedTuple):
    """`able`: can fulfil the duty, which rules 特困 out. `reason` is the sentence for the file."""

    name: str
    able: bool
    reason: str


def conclude(bearer: DutyBearerFacts, area: Area, reading: Reading, on: date) -> Conclusion:
    """Judge one bearer. What is not known (income, property) never makes him unable."""
    if bearer.no_duty_reason:
        return Conclusion(
            bearer.name, False, f"{bearer.relation}{bearer.name}：{bearer.no_duty_reason}，不是法定义务人"
        )
    reason = _unable_because(bearer, area, reading, on)
    who = f"{bearer.relation}{bearer.name}"
    if reason:
        return Conclusion(bearer.name, False, f"{who}：{reason}，无履行义务能力")
    return Conclusion(bearer.name, True, f"{who}：不属于第8条所列情形，有履行义务能力")


def _unable_because(bearer: DutyBearerFacts, area: Area, reading: Reading, on: date) -> str:
    if bearer.category is DutyCategory.TEKUN:
        return "是特困人员"
    years = age(bearer.birth_date, on) if bearer.birth_date else None
    if bearer.category is DutyCategory.DIBAO and years is not None:
        limit = reading.integer("tekun.duty.dibao_age")
        if years >= limit:
            return f"是 {limit} 周岁以上的低保对象"
    if bearer.other_reason:
        return f"属于省定其他情形（{bearer.other_reason}）"
    if not bearer.property_ok:
        return ""
    lost = _legally_absent(bearer)
    if lost:
        return f"{lost}，且财产符合规定"
    weak = _old_or_disabled(bearer, years, reading)
    if weak and _poor(bearer.yearly_income, area, reading):
        return f"{weak}，本人收入低于上年人均可支配收入，且财产符合规定"
    return ""


def _legally_absent(bearer: DutyBearerFacts) -> str:
    if bearer.incapacitated:
        return "无民事行为能力"
    if bearer.missing:
        return "被宣告失踪"
    return "在监狱服刑" if bearer.imprisoned else ""


def _old_or_disabled(bearer: DutyBearerFacts, years: int | None, reading: Reading) -> str:
    if years is not None and years >= (limit := reading.integer("tekun.duty.elder_age")):
        return f"是 {limit} 周岁以上的老年人"
    if bearer.disability is None or not bearer.disability_level:
        return ""
    if bearer.disability_level <= 2:
        return "是重度残疾人"
    third = bearer.disability_level == 3
    return "是三级智力或精神残疾人" if third and bearer.disability in _THIRD_LEVEL else ""


def _poor(yearly_income: Decimal | None, area: Area, reading: Reading) -> bool:
    return yearly_income is not None and yearly_income < reading.amount(DISPOSABLE_KEY[area])


_THIRD_LEVEL = frozenset({Disability.INTELLECT, Disability.MENTAL})
