"""单人保 (L57 第8条): one person of a 边缘 household gets 低保 alone."""
# requirements: B22

from datetime import date
from decimal import Decimal

from cases.rules.assets import check_property
from cases.rules.codes import Disability, Employment, SingleReason
from cases.rules.dibao import AMOUNT_ARTICLE, uplift_lines
from cases.rules.facts import HouseholdFacts, MemberFacts
from cases.rules.grant import Grant, Part, make_grant
from cases.rules.income import STD_KEY, own_income
from cases.rules.means import DIBAO_OF, MARGINAL_ARTICLE, Means, dibao_means, marginal_means
from cases.rules.policy import PolicyParameters, Reading
from cases.rules.result import Assessment, Failure, Notice, WorkingLine, nearest
from cases.rules.uplift import uplifts_of
from salvation.domain.ages import age

_ADULT = 18
_CLERGY_YEARS = 3
# For these the law asks nothing about the household they come from.
_WITHOUT_HOUSEHOLD = frozenset({SingleReason.CLERGY, SingleReason.OTHER_COUNTY})


def reasons_of(member: MemberFacts, on: date) -> tuple[SingleReason, ...]:
    """Give every reason for which the person may apply alone."""
    reasons = []
    level = member.disability_level
    if member.severe:
        reasons.append(SingleReason.DISABLED_L12)
    if member.disability in (Disability.INTELLECT, Disability.MENTAL) and level == 3:
        reasons.append(SingleReason.INTEL_MENTAL_L3)
    if member.critical_illness:
        reasons.append(SingleReason.CRITICAL_ILLNESS)
    if member.clergy_years >= _CLERGY_YEARS:
        reasons.append(SingleReason.CLERGY)
    if (
        member.severe
        and member.employment is not Employment.EMPLOYED
        and age(member.birth_date, on) >= _ADULT
    ):
        reasons.append(SingleReason.ADULT_UNEMPLOYED_DISABLED)
    if member.single_other:
        reasons.append(SingleReason.OTHER_COUNTY)
    return tuple(reasons)


def assess_single(facts: HouseholdFacts, parameters: PolicyParameters, on: date) -> Assessment:
    """Judge every member who has a reason (or the one of `single_for`) alone; each gets his own grant.

    Raises `MissingParameter` naming the key a rule needed and did not find.
    """
    reading = parameters.reading()
    candidates = [
        member
        for member in facts.members
        if facts.single_for in (None, member.key) and reasons_of(member, on)
    ]
    if not candidates:
        failure = Failure("对象", "没有成员属于可以单独申请的情形", MARGINAL_ARTICLE)
        return Assessment(
            DIBAO_OF[facts.area], False, failed=(failure,), nearest_miss=failure, is_single=True,
            parameters_used=reading.used(),
        )  # fmt: skip
    return _Judge(facts, reading, on).all_of(candidates)


class _Judge:
    """Judges the members of one household; the household itself is looked at once, when first needed."""

    def __init__(self, facts: HouseholdFacts, reading: Reading, on: date) -> None:
        self._facts, self._reading, self._on = facts, reading, on
        self._std = reading.amount(STD_KEY[facts.area])
        self._household: Means | None = None
        self._household_failed: tuple[Failure, ...] = ()
        self.lines: list[WorkingLine] = []
        self.failed: list[Failure] = []
        self.notices: list[Notice] = []

    def all_of(self, candidates: list[MemberFacts]) -> Assessment:
        grant = Grant()
        for member in candidates:
            own = self._grant(member)
            grant = grant if own is None else grant.plus(own)
        eligible = bool(grant.shares)
        failed = () if eligible else tuple(self.failed)
        income = self._household.income if self._household else None
        return Assessment(
            DIBAO_OF[self._facts.area],
            eligible,
            grant.base,
            grant.uplift,
            grant.total,
            failed=failed,
            nearest_miss=nearest(failed),
            working=tuple(self.lines),
            per_capita=income and income.per_capita,
            annual_income=income and income.annual,
            members=grant.shares,
            covered=tuple(share.key for share in grant.shares),
            is_single=True,
            parameters_used=self._reading.used(),
            warnings=tuple(self.notices),
        )

    def _grant(self, member: MemberFacts) -> Grant | None:
        reasons = reasons_of(member, self._on)
        if not self._household_allows(reasons):
            self.failed += [failure for failure in self._household_failed if failure not in self.failed]
            return None
        words = "、".join(reason.label for reason in reasons)
        self.lines.append(WorkingLine("单人保情形", "{}：{}", (member.label, words), None, MARGINAL_ARTICLE))
        income = own_income(self._facts, self._reading, self._on, member)
        self.lines += income.lines
        self.notices += income.notices
        monthly = income.per_capita
        if monthly >= self._std:
            message = f"{member.label}本人月收入 {monthly:.2f} 元，不低于低保标准 {self._std:.2f} 元"
            gap = monthly - self._std
            self.failed.append(Failure("本人收入", message, MARGINAL_ARTICLE, gap, gap / self._std))
            return None
        if self._household is None and not self._own_property_passes(member):
            return None
        return self._amount(member, monthly)

    def _amount(self, member: MemberFacts, monthly: Decimal) -> Grant:
        base = self._std - monthly
        values = (member.label, self._std, monthly, base)
        self.lines.append(WorkingLine("单人保", "{}：{} − {} = {} 元", values, base, AMOUNT_ARTICLE))
        part = Part(member.key, base, uplifts_of(member, self._reading, self._on))
        self.lines += uplift_lines(member, part)
        return make_grant([part], self._reading, self.lines, AMOUNT_ARTICLE)

    def _household_allows(self, reasons: tuple[SingleReason, ...]) -> bool:
        if not _WITHOUT_HOUSEHOLD.isdisjoint(reasons):
            return True
        self._look_at_household()
        if not self._household_failed:
            return True
        return SingleReason.ADULT_UNEMPLOYED_DISABLED in reasons and self._reading.flag(
            "single.adult_disabled_any_household"
        )

    def _look_at_household(self) -> None:
        if self._household is not None:
            return
        whole = dibao_means(self._facts, self._reading, self._on)
        if not whole.failed:
            self._household = whole
            message = "家庭符合低保条件，应当整户纳入，不能只保其中一人"
            self._household_failed = (Failure("家庭", message, "民政部 2022-10-20 通知一（一）"),)
            return
        self._household = marginal_means(self._facts, self._reading, self._on)
        self._household_failed = self._household.failed
        self.lines += self._household.lines
        self.notices += self._household.notices

    def _own_property_passes(self, member: MemberFacts) -> bool:
        own = [line for line in self._facts.properties if line.member == member.key]
        owned = check_property(own, self._reading, heads=1, std=self._std)
        self.lines += owned.lines
        self.notices += owned.notices
        self.failed += owned.failed
        return owned.passed
