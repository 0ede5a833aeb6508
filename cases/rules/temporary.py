"""临时救助: as far as rules can go, which is amount, ceiling and how often; everything else is judgement."""

from collections.abc import Mapping
from datetime import date
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from cases.rules.assets import check_property
from cases.rules.codes import ExpenseKind, Program, Situation
from cases.rules.facts import HouseholdFacts, ReliefFacts
from cases.rules.income import STD_KEY, household_income
from cases.rules.means import disposable_failures, per_capita_line, possessions
from cases.rules.policy import PolicyParameters, Reading
from cases.rules.result import NOTHING, Assessment, Failure, Notice, WorkingLine, nearest
from salvation.domain.errors import Refusal
from salvation.domain.money import CENT

ARTICLE = "民政部、财政部 2018-01-23 临时救助意见"
UNEMPLOYED_ARTICLE = "001 第45条"
_EMERGENCIES = frozenset(
    {
        Situation.FIRE,
        Situation.TRAFFIC,
        Situation.DROWNING,
        Situation.INJURY,
        Situation.SUDDEN_ILLNESS,
        Situation.UNEMPLOYED,
        Situation.OTHER,
    }
)
_COSTS = {Situation.MEDICAL_COST: ExpenseKind.MEDICAL, Situation.EDUCATION_COST: ExpenseKind.EDUCATION}
ZERO = Decimal(0)


def assess_temporary(
    facts: HouseholdFacts, parameters: PolicyParameters, on: date, program: Program
) -> Assessment:
    """Judge one of the three kinds of temporary relief; `total` is a single payment.

    Raises `MissingParameter` naming the key a rule needed and did not find.
    """
    relief = facts.relief
    misfit = _misfit(relief, program)
    if relief is None or misfit is not None:
        failure = Failure("情形", misfit or "", ARTICLE)
        return Assessment(program, False, failed=(failure,), nearest_miss=failure, parameters_used={})
    judge = _Judge(facts, relief, parameters.reading(), on)
    judge.frequency(program)
    if program is Program.TEMP_EMERGENCY:
        amount = judge.emergency()
    elif program is Program.TEMP_EXPENSE:
        amount = judge.expense()
    else:
        amount = judge.special()
    return judge.verdict(program, amount)


def banded(spent: Decimal, bands: dict[Decimal, Decimal]) -> Decimal:
    """Apply rates by bands: each rate to the part of `spent` above its floor and below the next floor."""
    floors = sorted(bands)
    ceilings = [*floors[1:], spent]
    parts = (
        (min(spent, ceiling) - floor) * bands[floor]
        for floor, ceiling in zip(floors, ceilings, strict=True)
        if spent > floor
    )
    return sum(parts, ZERO)


def _misfit(relief: ReliefFacts | None, program: Program) -> str | None:
    if relief is None:
        return "没有申报临时救助的情形"
    if program is Program.TEMP_EMERGENCY and relief.situation not in _EMERGENCIES:
        return f"“{relief.situation.label}”不是急难型情形"
    if program is Program.TEMP_EXPENSE and relief.situation not in _COSTS:
        return f"“{relief.situation.label}”不是支出型情形"
    if program is Program.TEMP_SPECIAL and relief.proposed is None:
        return "没有会议提出的特别救助金额"
    return None


class _Judge:
    def __init__(self, facts: HouseholdFacts, relief: ReliefFacts, reading: Reading, on: date) -> None:
        self._facts, self._relief, self._reading, self._on = facts, relief, reading, on
        self._std = reading.amount(STD_KEY[facts.area])
        self._lines: list[WorkingLine] = []
        self._failed: list[Failure] = []
        self._notices: list[Notice] = []

    def frequency(self, program: Program) -> None:
        """How often the same cause was helped; beyond the limit only a meeting decides (一事一议, 特别救助)."""
        if self._relief.situation is Situation.UNEMPLOYED:
            if self._relief.times:
                message = "未参保失业人员一次性救助金已发过，同一人只发一次"
                self._failed.append(Failure("次数", message, UNEMPLOYED_ARTICLE))
            return
        limit = self._reading.integer("temp.per_year_limit")
        if self._relief.times >= limit:
            message = f"同一事由 12 个月内已救助 {self._relief.times} 次，上限 {limit} 次"
            if program is Program.TEMP_SPECIAL:
                self._notices.append(Notice("TIMES", f"{message}；超出的由一事一议会议决定"))
                return
            message += "；确需再救助的，撤回本件后按特别救助申报，由一事一议会议决定"
            self._failed.append(Failure("次数", message, ARTICLE))

    def emergency(self) -> Decimal:
        """Standard × persons × months × factor, up to the ceiling."""
        persons = self._relief.persons or len(self._facts.counted)
        months = self._reading.entry("temp.emergency.months", self._relief.situation.label)
        factor = self._reading.amount("temp.emergency.factor")
        amount = self._std * persons * months * factor
        values = (self._std, persons, months, factor, amount)
        self._line("急难型标准", "{} × {} 人 × {} 个月 × {} = {} 元", values, amount)
        return self._capped(amount, "temp.cap_months")

    def expense(self) -> Decimal:
        """Bands over what the household bears itself; income and property are tested as well.

        A household on 低保 or 特困 has been tested already: only its costs are verified.
        """
        if self._relief.recognised:
            self._line("家庭条件", "已认定的低保、特困家庭，只核实必需支出", (), None)
        else:
            self._means()
        kind = _COSTS[self._relief.situation]
        spent = sum((line.own for line in self._facts.expenses if line.kind is kind), ZERO)
        table = self._reading.table("temp.expense.bands")
        amount = banded(spent, _floors(table))
        self._line("支出型标准", "自负{}支出 {} 元，分段计算 {} 元", (kind.label, spent, amount), amount)
        if not amount:
            self._failed.append(
                Failure("支出", f"自负{kind.label}支出 {spent:.2f} 元，未达到救助起点", ARTICLE)
            )
        return self._capped(amount, "temp.cap_months")

    def special(self) -> Decimal:
        """What the meeting proposes, up to the ceiling; without a meeting there is nothing to grant."""
        if not self._relief.meeting:
            self._failed.append(Failure("程序", "特别救助须一事一议，请填写会议名称或纪要编号", ARTICLE))
        proposed = self._relief.proposed or ZERO
        self._line("会议提出", "{} 元（{}）", (proposed, self._relief.meeting or "未填会议"), proposed)
        return self._capped(proposed, "temp.special.cap_months")

    def verdict(self, program: Program, exact: Decimal) -> Assessment:
        failed = tuple(self._failed)
        amount = NOTHING if failed else exact.quantize(CENT, ROUND_HALF_UP)
        if amount:
            self._approval(amount)
        return Assessment(
            program,
            not failed,
            amount,
            NOTHING,
            amount,
            failed=failed,
            nearest_miss=nearest(failed),
            working=tuple(self._lines),
            covered=() if failed else tuple(member.key for member in self._facts.counted),
            parameters_used=self._reading.used(),
            warnings=tuple(self._notices),
        )

    def _means(self) -> None:
        income = household_income(self._facts, self._reading, self._on)
        self._lines += [*income.lines, per_capita_line(income)]
        self._notices += income.notices
        self._failed += disposable_failures(self._facts, income, self._reading, self._lines, ARTICLE)
        owned = check_property(
            possessions(self._facts), self._reading, heads=income.heads, std=self._std,
            program="rigid", article=ARTICLE,
        )  # fmt: skip
        self._lines += owned.lines
        self._failed += owned.failed
        self._notices += owned.notices

    def _capped(self, amount: Decimal, key: str) -> Decimal:
        months = self._reading.integer(key)
        cap = self._std * months
        if amount <= cap:
            return amount
        self._line("上限", "超过上限 {} × {} 个月，按 {} 元", (self._std, months, cap), cap)
        return cap

    def _approval(self, amount: Decimal) -> None:
        limit = self._reading.amount("temp.town_limit")
        words = "乡镇可以审批" if amount <= limit else "超出额度，须报县级审批"
        self._line("审批权限", "{} 元，乡镇额度 {} 元：{}", (amount, limit, words), None)

    def _line(self, label: str, template: str, values: tuple[object, ...], amount: Decimal | None) -> None:
        self._lines.append(WorkingLine(label, template, values, amount, ARTICLE))


def _floors(table: Mapping[str, Decimal]) -> dict[Decimal, Decimal]:
    try:
        return {Decimal(floor): rate for floor, rate in table.items()}
    except InvalidOperation:
        message = "参数 temp.expense.bands 的起点应为数字，例如 0: 0.3。"
        raise Refusal(message, field="temp.expense.bands") from None
