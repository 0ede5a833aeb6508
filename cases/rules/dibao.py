"""低保 for a household: the difference to the standard or a tier, plus what single members get on top."""

from datetime import date
from decimal import Decimal

from cases.rules.facts import HouseholdFacts, MemberFacts
from cases.rules.grant import Grant, Part, make_grant
from cases.rules.income import TWELVE, Income
from cases.rules.means import DIBAO_OF, Means, dibao_means
from cases.rules.policy import PolicyParameters, Reading
from cases.rules.result import Assessment, WorkingLine, nearest
from cases.rules.uplift import ARTICLE as UPLIFT_ARTICLE
from cases.rules.uplift import uplifts_of
from salvation.domain.errors import Refusal

AMOUNT_ARTICLE = "低保审核确认办法第23条"
REFUSED_ARTICLE = "低保审核确认办法第34条"


def assess_household(facts: HouseholdFacts, parameters: PolicyParameters, on: date) -> Assessment:
    """Judge the household as a whole; all counted members are covered or none (L83).

    Raises `MissingParameter` naming the key a rule needed and did not find.
    """
    reading = parameters.reading()
    means = dibao_means(facts, reading, on)
    grant = Grant() if means.failed else _grant(facts.counted, means, reading, on)
    return Assessment(
        DIBAO_OF[facts.area],
        not means.failed,
        grant.base,
        grant.uplift,
        grant.total,
        failed=means.failed,
        nearest_miss=nearest(means.failed),
        working=tuple(means.lines),
        per_capita=means.income.per_capita,
        annual_income=means.income.annual,
        members=grant.shares,
        covered=tuple(share.key for share in grant.shares),
        parameters_used=reading.used(),
        warnings=means.notices,
    )


def uplift_lines(member: MemberFacts, part: Part) -> list[WorkingLine]:
    """Give one working line for every uplift a person gets."""
    return [
        WorkingLine("分类施保", "{}（{}）{} 元", (member.label, kind.label, amount), amount, UPLIFT_ARTICLE)
        for kind, amount in part.uplifts
    ]


def _grant(heads: tuple[MemberFacts, ...], means: Means, reading: Reading, on: date) -> Grant:
    lines = means.lines
    if reading.text("dibao.mode") == "TIER":
        bases = _tiers(heads, reading, lines)
    else:
        bases = [_difference(means.income, means.std, lines)] * len(heads)
    parts = []
    for member, base in zip(heads, bases, strict=True):
        kept = _after_refusals(member, base, reading, lines)
        part = Part(member.key, kept, uplifts_of(member, reading, on))
        lines += uplift_lines(member, part)
        parts.append(part)
    return make_grant(parts, reading, lines, AMOUNT_ARTICLE)


def _difference(income: Income, std: Decimal, lines: list[WorkingLine]) -> Decimal:
    """Give one head's exact part of the difference; a single division, so that no stray digit arises."""
    yearly = std * TWELVE * income.heads - income.annual
    values = (std, income.per_capita, income.heads, yearly / TWELVE)
    lines.append(WorkingLine("差额", "（{} − {}）× {} 人 = {} 元", values, yearly / TWELVE, AMOUNT_ARTICLE))
    return yearly / (TWELVE * income.heads)


def _tiers(heads: tuple[MemberFacts, ...], reading: Reading, lines: list[WorkingLine]) -> list[Decimal]:
    for member in heads:
        if not member.tier:
            raise Refusal(
                f"{member.label}没有填写困难档次，按分档法无法计算。", rule=AMOUNT_ARTICLE, field="tier"
            )
    amounts = [reading.entry("dibao.tiers", member.tier) for member in heads]
    for member, amount in zip(heads, amounts, strict=True):
        values = (member.label, member.tier, amount)
        lines.append(WorkingLine("分档", "{}：{} 档 {} 元", values, amount, AMOUNT_ARTICLE))
    return amounts


def _after_refusals(
    member: MemberFacts, base: Decimal, reading: Reading, lines: list[WorkingLine]
) -> Decimal:
    """Reduce the own part of a member who refused work offered three times running, and only that part."""
    if not member.refused_jobs or member.refused_jobs < reading.integer("dibao.refused_jobs"):
        return base
    kept = base * min(reading.amount("dibao.refused_share"), Decimal(1))
    values = (member.label, member.refused_jobs, base, kept)
    template = "{}连续 {} 次拒绝介绍的工作，本人份额 {} 改为 {} 元"
    lines.append(WorkingLine("减停本人份额", template, values, kept - base, REFUSED_ARTICLE))
    return kept
