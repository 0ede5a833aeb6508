"""Household income (L57 第13条; for 特困 L43 第6条): a yearly sum of unrounded amounts.

Nothing is rounded here. Whoever judges compares the yearly figure with twelve times the standard.
"""
# requirements: B08

from calendar import monthrange
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cases.rules.codes import Area, Employment, Entered, IncomeItem, IncomeKind, Labour
from cases.rules.facts import DutyBearerFacts, HouseholdFacts, IncomeLine, MemberFacts
from cases.rules.policy import Reading
from cases.rules.result import Notice, WorkingLine
from salvation.domain.ages import age
from salvation.domain.errors import Refusal

ZERO = Decimal(0)
TWELVE = Decimal(12)
ARTICLE = "低保审核确认办法第13条"
TEKUN_ARTICLE = "特困人员认定办法第6条"

_ITEMS_BY_KIND = {
    IncomeKind.WAGE: "SALARY BONUS ALLOWANCE",
    IncomeKind.BUSINESS: "CROPS LIVESTOCK FOREST_FISHERY TRADE TRANSPORT SERVICE",
    IncomeKind.PROPERTY: "INTEREST DIVIDEND RENT LAND_TRANSFER COLLECTIVE_DIVIDEND",
    IncomeKind.OTHER: "OTHER",
}
_KIND_BY_ITEM = {IncomeItem[item]: kind for kind, items in _ITEMS_BY_KIND.items() for item in items.split()}
KIND_OF = {item: _KIND_BY_ITEM.get(item, IncomeKind.TRANSFER) for item in IncomeItem}

OUTGOING = frozenset({IncomeItem.TAX, IncomeItem.INSURANCE_PAID, IncomeItem.SUPPORT_PAID})
EXCLUDED_DIBAO = frozenset(
    {
        IncomeItem.VETERAN_CARE,
        IncomeItem.FAMILY_PLANNING,
        IncomeItem.SCHOLARSHIP,
        IncomeItem.BRAVERY,
        IncomeItem.SOCIAL_ASSISTANCE,
    }
)
EXCLUDED_TEKUN = frozenset(
    {
        IncomeItem.BASIC_PENSION,
        IncomeItem.BASIC_MEDICAL,
        IncomeItem.VETERAN_CARE,
        IncomeItem.OLD_AGE_ALLOWANCE,
    }
)
# Only these may be excluded by local rule; asking for the list is needless for wages and the like.
_LOCALLY_EXCLUDABLE = frozenset(
    {
        IncomeItem.BASIC_MEDICAL,
        IncomeItem.OLD_AGE_ALLOWANCE,
        IncomeItem.DISABILITY_ALLOWANCE,
        IncomeItem.FARM_SUBSIDY,
        IncomeItem.COMPENSATION,
        IncomeItem.DONATION,
        IncomeItem.SURVIVOR,
        IncomeItem.SOCIAL_ASSISTANCE,
        IncomeItem.FAMILY_PLANNING,
        IncomeItem.SCHOLARSHIP,
        IncomeItem.BRAVERY,
        IncomeItem.OTHER,
    }
)
_WORKING_AGES = range(16, 60)
DISPOSABLE_KEY = {Area.URBAN: "income.disposable.urban", Area.RURAL: "income.disposable.rural"}
STD_KEY = {Area.URBAN: "dibao.std.urban", Area.RURAL: "dibao.std.rural"}


class Income(NamedTuple):
    """A yearly income, its working and what a person must still decide. `heads`: members it is shared by."""

    annual: Decimal
    heads: int
    lines: list[WorkingLine]
    notices: list[Notice]

    @property
    def per_capita(self) -> Decimal:
        """Yuan a month and head, unrounded."""
        return self.annual / (TWELVE * self.heads)


def household_income(facts: HouseholdFacts, reading: Reading, on: date) -> Income:
    """Sum the counted members' income of the year before `on` under the rules of 低保."""
    heads = facts.counted
    account = _Account(facts, reading, on, EXCLUDED_DIBAO, "income.excluded.dibao", ARTICLE)
    keys = {member.key for member in heads}
    for line in facts.incomes:
        if line.member is None or line.member in keys:
            account.take(line)
    account.add_imputed(heads)
    for bearer in facts.duty_bearers:
        if bearer.member is None or bearer.member in keys:
            account.add_support(bearer, bearer.supports_here)
    account.deduct_expenses({member.key for member in heads if member.sick})
    return account.close(len(heads))


def own_income(
    facts: HouseholdFacts, reading: Reading, on: date, member: MemberFacts, *, tekun: bool = False
) -> Income:
    """Sum one person's own income; what belongs to the household as a whole counts by head.

    `tekun` applies the exclusions of L43 第6条 instead of those of L57 第13条.
    """
    if tekun:
        account = _Account(facts, reading, on, EXCLUDED_TEKUN, "income.excluded.tekun", TEKUN_ARTICLE)
    else:
        account = _Account(facts, reading, on, EXCLUDED_DIBAO, "income.excluded.dibao", ARTICLE)
    for line in facts.incomes:
        if line.member == member.key:
            account.take(line)
        elif line.member is None and member.counted:
            account.take(line, len(facts.counted))
    if not tekun:
        account.add_imputed((member,))
    for bearer in facts.duty_bearers:
        if bearer.member == member.key:
            account.add_support(bearer, 1)
    return account.close(1)


class _Account:
    """Collects the lines of one sum. Not shared, not kept: it lives for one call."""

    __slots__ = (
        "_article", "_excluded", "_excluded_key", "_facts", "_job_cost_taken", "_lines", "_notices", "_on",
        "_pending", "_reading", "_total",
    )  # fmt: skip

    def __init__(
        self,
        facts: HouseholdFacts,
        reading: Reading,
        on: date,
        excluded: frozenset[IncomeItem],
        excluded_key: str,
        article: str,
    ) -> None:
        self._facts, self._reading, self._on = facts, reading, on
        self._excluded, self._excluded_key, self._article = excluded, excluded_key, article
        self._lines: list[WorkingLine] = []
        self._notices: list[Notice] = []
        self._job_cost_taken: set[str | None] = set()
        self._total = ZERO
        self._pending = ZERO

    def take(self, line: IncomeLine, among: int = 1) -> None:
        """Add one line, or its equal part where it is shared `among` several."""
        yearly = (self._yearly(line, line.amount) if line.mu is None else self._crop(line)) / among
        if not yearly:
            return
        item = line.item
        if self._is_excluded(item, yearly):
            self._lines.append(
                WorkingLine(
                    item.label, "{}{} 元/年，不计入家庭收入", (self._whose(line), yearly), ZERO, self._article
                )
            )
            return
        if item in OUTGOING:
            self._add(item.label, "{}支出 {} 元/年，从转移净收入中扣除", (self._whose(line), yearly), -yearly)
            return
        kind = KIND_OF[item]
        if kind is IncomeKind.WAGE:
            cost = self._job_cost(line, yearly, among)
        else:
            cost = self._yearly(line, line.cost) / among if line.cost else ZERO
        whose = self._whose(line)
        if cost:
            self._add(item.label, "{}{} − {} = {} 元/年", (whose, yearly, cost, yearly - cost), yearly - cost)
        elif line.entered is Entered.MONTHLY and line.mu is None and among == 1:
            self._add(item.label, "{}{} × 12 = {} 元/年", (whose, line.amount, yearly), yearly)
        else:
            self._add(item.label, "{}{} 元/年", (whose, yearly), yearly)

    def add_imputed(self, members: tuple[MemberFacts, ...]) -> None:
        """Count income of those who can work and do not, where the county does so (L83: case by case)."""
        idle = [member for member in members if self._idle(member)]
        if not idle or not self._reading.flag("income.labour.enabled"):
            return
        wage = self._reading.amount("wage.minimum")
        for member in idle:
            partial = member.labour is Labour.PARTIAL
            key = "income.labour.coefficient_partial" if partial else "income.labour.coefficient"
            ratio = self._reading.amount(key)
            monthly, reason = wage * ratio, ""
            if member.imputed_monthly is not None:
                monthly, reason = _adjusted(member, monthly)
            self._add(
                "劳动力系数",
                "{}最低工资 {} × {} × 12 = {} 元/年{}",
                (member.label, wage, ratio, monthly * 12, f"（实事求是调整：{reason}）" if reason else ""),
                monthly * 12,
            )

    def add_support(self, bearer: DutyBearerFacts, here: int) -> None:
        """Add the fee a duty bearer living apart ought to pay to `here` members of this household."""
        who = f"{bearer.relation}{bearer.name}"
        if bearer.exempt_reason:
            self._lines.append(
                WorkingLine(
                    "赡养费",
                    "{}：豁免（{}）",
                    (who, bearer.exempt_reason),
                    ZERO,
                    "民政部 2022-10-20 通知一（一）",
                )
            )
            return
        if bearer.agreed_monthly is not None:
            yearly = bearer.agreed_monthly * 12
            if yearly:
                self._add(
                    "赡养费",
                    "{}按协议或裁判 {} × 12 = {} 元/年",
                    (who, bearer.agreed_monthly, yearly),
                    yearly,
                )
            return
        if bearer.monthly_per_capita is None:
            return
        self._add_formula_fee(bearer, who, here)

    def _add_formula_fee(self, bearer: DutyBearerFacts, who: str, here: int) -> None:
        std = self._reading.amount(STD_KEY[self._facts.area])
        k1, k2 = self._reading.amount("support_fee.k1"), self._reading.amount("support_fee.k2")
        income = bearer.monthly_per_capita or ZERO
        excess = income - k1 * std
        if excess <= 0:
            self._lines.append(
                WorkingLine(
                    "赡养费", "{}家庭月人均 {} ≤ {} × {}，不计", (who, income, k1, std), ZERO, self._article
                )
            )
            return
        yearly = excess * k2 * 12 * here / max(bearer.supported, here)
        self._add(
            "赡养费",
            "{}（{} − {} × {}）× {} ÷ {} 人 × {} 人 × 12 = {} 元/年",
            (who, income, k1, std, k2, max(bearer.supported, here), here, yearly),
            yearly,
        )

    def deduct_expenses(self, sick: set[str]) -> None:
        """Take off what disability and grave illness cost (L57 第13条末款)."""
        candidates = [line for line in self._facts.expenses if line.member in sick and line.own]
        if not candidates:
            return
        kinds = self._reading.words("income.deduct.kinds")
        spent = sum((line.own for line in candidates if line.kind.value in kinds), ZERO)
        if not spent:
            return
        ratio = self._reading.amount("income.deduct.ratio")
        cap = self._reading.amount_or_none("income.deduct.cap")
        taken = spent * ratio if cap is None else min(spent * ratio, cap)
        limit = "" if cap is None else f"，上限 {cap} 元"
        self._add("扣减", "残疾、重病自负支出 {} × {}{} = {} 元/年", (spent, ratio, limit, taken), -taken)

    def close(self, heads: int) -> Income:
        annual = max(self._total, ZERO)
        self._lines.append(WorkingLine("年收入", "各项合计 {} 元", (annual,), annual, self._article))
        if self._pending:
            self._warn_pending(annual, heads)
        return Income(annual, heads, self._lines, self._notices)

    def _add(self, label: str, template: str, values: tuple[object, ...], amount: Decimal) -> None:
        self._total += amount
        self._lines.append(WorkingLine(label, template, values, amount, self._article))

    def _whose(self, line: IncomeLine) -> str:
        if line.member is None:
            return ""
        for member in self._facts.members:
            if member.key == line.member:
                return f"{member.label}："
        return f"{line.member}："

    def _yearly(self, line: IncomeLine, amount: Decimal) -> Decimal:
        if line.entered is Entered.MONTHLY:
            return amount * 12
        if line.entered is Entered.YEARLY:
            return amount
        months = self._reading.integer("income.window_months")
        if line.received is None or not months_before(self._on, months) <= line.received < self._on:
            return ZERO
        return amount * 12 / months

    def _crop(self, line: IncomeLine) -> Decimal:
        return (line.mu or ZERO) * self._reading.entry("income.mu_yield", line.crop)

    def _job_cost(self, line: IncomeLine, yearly: Decimal, among: int) -> Decimal:
        mode = self._reading.text("income.job_cost.mode")
        if mode == "ACTUAL":
            cost = self._yearly(line, line.cost) / among
        elif mode == "RATIO":
            cost = yearly * self._reading.amount("income.job_cost.ratio")
        elif line.member not in self._job_cost_taken:
            self._job_cost_taken.add(line.member)
            cost = self._reading.amount("income.job_cost.fixed") * 12
        else:
            cost = ZERO
        return min(cost, yearly)

    def _is_excluded(self, item: IncomeItem, yearly: Decimal) -> bool:
        if item in self._excluded:
            return True
        if item is IncomeItem.BASIC_PENSION:
            return self._basic_pension_excluded(yearly)
        return item in _LOCALLY_EXCLUDABLE and item.value in self._reading.words(self._excluded_key)

    def _basic_pension_excluded(self, yearly: Decimal) -> bool:
        """Apply the end date of the exclusion: afterwards neither carried on nor dropped in silence."""
        if self._on <= self._reading.day("income.basic_pension.until"):
            return True
        after = self._reading.text("income.basic_pension.after")
        if after == "PENDING":
            self._pending += yearly
        return after != "COUNT"

    def _warn_pending(self, annual: Decimal, heads: int) -> None:
        until = self._reading.day("income.basic_pension.until")
        counted = (annual + self._pending) / (TWELVE * heads)
        self._notices.append(
            Notice(
                "BASIC_PENSION_PENDING",
                f"政策待确认：基础养老金不计入收入的规定只到 {until}。本次暂不计入；"
                f"如果计入，月人均收入为 {counted:.2f} 元。请县局在“参数”中确认“截止日后基础养老金”。",
                blocks=True,
            )
        )

    def _idle(self, member: MemberFacts) -> bool:
        return (
            member.employment is Employment.UNEMPLOYED
            and member.labour is not Labour.NONE
            and age(member.birth_date, self._on) in _WORKING_AGES
        )


def months_before(day: date, months: int) -> date:
    """Give the same day `months` earlier, or that month's last day where it is shorter."""
    year, month = divmod(day.year * 12 + day.month - 1 - months, 12)
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _adjusted(member: MemberFacts, computed: Decimal) -> tuple[Decimal, str]:
    lowered = member.imputed_monthly or ZERO
    if not member.imputed_reason:
        raise Refusal(
            f"{member.label}的劳动力收入作了调整，请填写调整理由。",
            rule="民政部 2022-10-20 通知一（一）",
            field="imputed_reason",
        )
    if lowered > computed:
        raise Refusal(
            f"{member.label}的劳动力收入只能调低：按系数每月 {computed:.2f} 元，现在填 {lowered:.2f} 元。",
            field="imputed_monthly",
        )
    return lowered, member.imputed_reason
