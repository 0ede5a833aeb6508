"""特困 (L43): no strength to work, nothing to live on, nobody able to support; base plus care money."""
# requirements: D02, D03 part

from collections.abc import Set
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from cases.rules.assets import check_property
from cases.rules.codes import Area, CareIndicator, CareLevel, Disability, Program, TekunMode
from cases.rules.duty import ARTICLE as DUTY_ARTICLE
from cases.rules.duty import conclude
from cases.rules.facts import HouseholdFacts, MemberFacts
from cases.rules.income import STD_KEY, TEKUN_ARTICLE, Income, own_income
from cases.rules.policy import PolicyParameters, Reading
from cases.rules.result import NOTHING, Assessment, Failure, MemberShare, Notice, WorkingLine, nearest
from salvation.domain.ages import age

LABOUR_ARTICLE = "特困人员认定办法第5条"
CHILD_ARTICLE = "特困人员认定办法第9条"
CARE_ARTICLE = "特困人员认定办法第22条"
MODE_ARTICLE = "特困人员认定办法第4条"
PROPERTY_ARTICLE = "特困人员认定办法第7条"
# How the support of each of the two programmes is given.
MODE_OF = {
    Program.TEKUN_DISPERSED: TekunMode.DISPERSED,
    Program.TEKUN_CENTRALIZED: TekunMode.CENTRALIZED,
}
# The highest (mildest) level of each kind that counts as unable to work.
_UNABLE_UP_TO = {Disability.INTELLECT: 3, Disability.MENTAL: 3, Disability.LIMB: 2, Disability.SIGHT: 1}
_COMING_OF_AGE = 18


def care_level(lost: Set[CareIndicator]) -> CareLevel:
    """Grade by how many of the six things the person can no longer do alone: 0, 1–3, 4–6 (第22条)."""
    if not lost:
        return CareLevel.SELF
    return CareLevel.HALF if len(lost) <= 3 else CareLevel.FULL


def disabled_from_work(disability: Disability | None, level: int) -> bool:
    """Tell whether kind and level alone mean no strength to work (第5条第3项).

    Of a multiple disability the single kinds must be known: MULTIPLE itself decides nothing.
    """
    return disability is not None and 1 <= level <= _UNABLE_UP_TO.get(disability, 0)


def assess_tekun(
    facts: HouseholdFacts, parameters: PolicyParameters, on: date, program: Program
) -> Assessment:
    """Judge every counted member alone for dispersed or centralised support. Raises `MissingParameter`."""
    reading = parameters.reading()
    if facts.tekun_mode is not MODE_OF[program]:
        failure = Failure("供养方式", f"本户按{facts.tekun_mode.label}核算", MODE_ARTICLE)
        return Assessment(program, False, failed=(failure,), nearest_miss=failure, parameters_used={})
    judge = _Judge(facts, reading, on)
    # Who is on 特困 already is judged on his own, whether he counts to the family or not.
    for member in facts.members:
        if member.counted or member.held_tekun:
            judge.person(member)
    failed = () if judge.shares else tuple(judge.failed)
    base = sum((share.base for share in judge.shares), NOTHING)
    care = sum((share.care for share in judge.shares), NOTHING)
    return Assessment(
        program,
        bool(judge.shares),
        base,
        care,
        base + care,
        failed=failed,
        nearest_miss=nearest(failed),
        working=tuple(judge.lines),
        per_capita=judge.income and judge.income.per_capita,
        annual_income=judge.income and judge.income.annual,
        members=tuple(judge.shares),
        covered=tuple(share.key for share in judge.shares),
        parameters_used=reading.used(),
        warnings=tuple(judge.notices),
        care=care,
        care_level=max(judge.levels, key=list(CareLevel).index, default=None),
    )


class Support(NamedTuple):
    """The two parts of a 特困 payment, in yuan a month."""

    base: Decimal
    care: Decimal

    @property
    def total(self) -> Decimal:
        return self.base + self.care


def support_amount(reading: Reading, area: Area, mode: TekunMode, level: CareLevel) -> Support:
    """Give what a person of this area, mode and care level is paid."""
    place = mode.value.lower()
    base = reading.amount(f"tekun.base.{area.value.lower()}.{place}")
    care = reading.amount(f"tekun.care.{level.value.lower()}.{place}")
    return Support(base, care)


class _Judge:
    def __init__(self, facts: HouseholdFacts, reading: Reading, on: date) -> None:
        self._facts, self._reading, self._on = facts, reading, on
        self.lines: list[WorkingLine] = []
        self.failed: list[Failure] = []
        self.notices: list[Notice] = []
        self.shares: list[MemberShare] = []
        self.levels: list[CareLevel] = []
        self.income: Income | None = None

    def person(self, member: MemberFacts) -> None:
        """Check the three conditions in turn; whoever can work is not looked into any further."""
        reason = self._unable_to_work(member)
        if not reason:
            message = f"{member.label}有劳动能力：不属于老年、未成年或规定的残疾类别等级"
            self.failed.append(Failure("无劳动能力", message, LABOUR_ARTICLE))
            return
        self.lines.append(WorkingLine("无劳动能力", "{}：{}", (member.label, reason), None, LABOUR_ARTICLE))
        if member.orphan_benefit:
            message = f"{member.label}已选择孤儿或事实无人抚养儿童保障，不再认定为特困人员"
            self.failed.append(Failure("选择保障", message, CHILD_ARTICLE))
            return
        failed = [*self._livelihood(member), *self._bearers(member)]
        self.failed += failed
        if not failed:
            self._pay(member)

    def _unable_to_work(self, member: MemberFacts) -> str:
        years = age(member.birth_date, self._on)
        if years >= self._reading.integer("tekun.elder_age"):
            return f"{years} 周岁老年人"
        if years < self._reading.integer("tekun.minor_age"):
            return f"{years} 周岁未成年人"
        if disabled_from_work(member.disability, member.disability_level):
            kind = member.disability.label if member.disability else ""
            return f"{kind}残疾{'一二三'[member.disability_level - 1]}级"
        if member.held_tekun and (years < _COMING_OF_AGE or member.in_school):
            return f"已是特困人员，{years} 周岁{'在读' if member.in_school else '未满 18 周岁'}，继续供养"
        if member.disability is Disability.MULTIPLE:
            self.notices.append(
                Notice(
                    "MULTIPLE_DISABILITY",
                    f"{member.label}是多重残疾，请查明细类别和等级后再判断有无劳动能力。",
                )
            )
        return ""

    def _livelihood(self, member: MemberFacts) -> list[Failure]:
        std = self._reading.amount(STD_KEY[self._facts.area])
        income = own_income(self._facts, self._reading, self._on, member, tekun=True)
        self.income = self.income or income
        self.lines += income.lines
        self.notices += income.notices
        monthly = income.per_capita
        template = "{}本人月收入 {}，低保标准 {} 元"
        self.lines.append(
            WorkingLine("无生活来源", template, (member.label, monthly, std), monthly, TEKUN_ARTICLE)
        )
        own = [line for line in self._facts.properties if line.member in (None, member.key)]
        owned = check_property(
            own, self._reading, heads=1, std=std, program="tekun", article=PROPERTY_ARTICLE
        )
        self.lines += owned.lines
        self.notices += owned.notices
        if monthly < std:
            return owned.failed
        gap = monthly - std
        message = f"{member.label}本人月收入 {monthly:.2f} 元，不低于低保标准 {std:.2f} 元，超出 {gap:.2f} 元"
        return [Failure("无生活来源", message, TEKUN_ARTICLE, gap, gap / std), *owned.failed]

    def _bearers(self, member: MemberFacts) -> list[Failure]:
        mine = [bearer for bearer in self._facts.duty_bearers if bearer.member in (None, member.key)]
        if not mine and len(self._facts.counted) == 1:
            self.lines.append(
                WorkingLine("法定义务人", "{}：无法定义务人", (member.label,), None, MODE_ARTICLE)
            )
        failed = self._unrecorded(member, {bearer.name for bearer in mine})
        for bearer in mine:
            conclusion = conclude(bearer, self._facts.area, self._reading, self._on)
            self.lines.append(WorkingLine("法定义务人", "{}", (conclusion.reason,), None, DUTY_ARTICLE))
            if conclusion.able:
                failed.append(Failure("法定义务人", conclusion.reason, DUTY_ARTICLE))
        return failed

    def _unrecorded(self, member: MemberFacts, recorded: set[str]) -> list[Failure]:
        """Fail on grown-up, able people of the same household about whose duty nothing was put down."""
        return [
            Failure(
                "法定义务人",
                f"{other.label}与{member.label}共同生活且有劳动能力，请先登记其是否为法定义务人和履行能力",
                DUTY_ARTICLE,
            )
            for other in self._facts.counted
            if other.key != member.key
            and recorded.isdisjoint({other.name, other.key})
            and age(other.birth_date, self._on) >= _COMING_OF_AGE
            and not self._unable_to_work(other)
        ]

    def _pay(self, member: MemberFacts) -> None:
        if member.care_lost is None:
            message = f"{member.label}没有生活自理能力评定，按全自理计算照料护理标准，请尽快评定。"
            self.notices.append(Notice("CARE_NOT_ASSESSED", message, blocks=True))
        level = care_level(member.care_lost or frozenset())
        support = support_amount(self._reading, self._facts.area, self._facts.tekun_mode, level)
        lost = "、".join(sorted(indicator.label for indicator in member.care_lost or ()))
        template = "{}：{}（{} 项不能自理{}），基本生活 {} + 照料护理 {} = {} 元"
        values = (
            member.label, level.label, len(member.care_lost or ()), lost and f"：{lost}",
            support.base, support.care, support.total,
        )  # fmt: skip
        self.lines.append(WorkingLine("月应付", template, values, support.total, CARE_ARTICLE))
        self.shares.append(MemberShare(member.key, support.base, care=support.care))
        self.levels.append(level)
        self._check_ratio(support.base)

    def _check_ratio(self, base: Decimal) -> None:
        std, ratio = self._reading.amount(STD_KEY[self._facts.area]), self._reading.amount("tekun.ratio_min")
        if base < std * ratio:
            least = f"低保标准 {std:.2f} 元的 {ratio} 倍（{std * ratio:.2f} 元）"
            message = f"基本生活标准 {base:.2f} 元低于{least}，请核对标准。"
            self.notices.append(Notice("TEKUN_BASE_LOW", message))
