"""What the rules are told about a household. Frozen, so that a decision can keep its copy.

Amounts are yuan. A monthly amount is multiplied by twelve, a yearly one taken as it is; nothing is ever
derived from a rounded monthly figure.
"""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.rules.codes import (
    Area,
    CareIndicator,
    Disability,
    DutyCategory,
    Employment,
    Entered,
    Exemption,
    ExpenseKind,
    IncomeItem,
    Labour,
    NotCounted,
    PropertyKind,
    Situation,
    TekunMode,
)

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True)
class MemberFacts:
    """One person. `key` tells members apart and is what results refer to.

    `imputed_monthly` replaces the labour-coefficient income by the truth of the case and needs
    `imputed_reason`. `clergy_years`: years lived apart in a place of worship. `single_other`: the county
    rule that makes the person eligible alone. `care_lost` is None where ability was not assessed.
    """

    key: str
    birth_date: date
    name: str = ""
    counted: bool = True
    not_counted_because: NotCounted | None = None
    disability: Disability | None = None
    disability_level: int = 0
    illness: str = ""
    critical_illness: bool = False
    labour: Labour = Labour.FULL
    employment: Employment = Employment.EMPLOYED
    imputed_monthly: Decimal | None = None
    imputed_reason: str = ""
    tier: str = ""
    refused_jobs: int = 0
    clergy_years: int = 0
    single_other: str = ""
    care_lost: frozenset[CareIndicator] | None = None
    orphan_benefit: bool = False
    held_tekun: bool = False
    in_school: bool = False

    @property
    def severe(self) -> bool:
        """重度残疾: level one or two."""
        return self.disability is not None and 1 <= self.disability_level <= 2

    @property
    def sick(self) -> bool:
        """Disabled or ill in a way that costs money (L57 第13条末款)."""
        return self.disability is not None or bool(self.illness) or self.critical_illness

    @property
    def label(self) -> str:
        return self.name or self.key


@dataclass(frozen=True, slots=True)
class IncomeLine:
    """One source of income, or one regular outgoing (tax, insurance, support paid).

    `cost` is on the same footing as `amount`: job costs of a wage, expenses of a business, charges on
    a property. Crops may be given as `mu` of a `crop` instead of an amount. `received` is the day of a
    single receipt and decides whether it falls in the window. `member` None: of the household as a whole.
    """

    item: IncomeItem
    amount: Decimal = ZERO
    entered: Entered = Entered.MONTHLY
    member: str | None = None
    cost: Decimal = ZERO
    received: date | None = None
    mu: Decimal | None = None
    crop: str = ""


@dataclass(frozen=True, slots=True)
class PropertyLine:
    """One possession. `value`: yuan (registered capital for a market entity); `area`: m² of a house.

    An exemption counts only with reason, evidence and collective decision.
    """

    kind: PropertyKind
    value: Decimal = ZERO
    name: str = ""
    member: str | None = None
    area: Decimal = ZERO
    exemption: Exemption = Exemption.NONE
    reason: str = ""
    evidence: str = ""
    decision: str = ""

    @property
    def exempt(self) -> bool:
        return self.exemption is not Exemption.NONE and bool(self.reason and self.evidence and self.decision)


@dataclass(frozen=True, slots=True)
class ExpenseLine:
    """Necessary spending of the twelve months before application, in yuan.

    `reimbursed`: paid by insurance, assistance or subsidy. `public_fee`: for education, what the public
    school of the kind charges, which caps the amount.
    """

    kind: ExpenseKind
    amount: Decimal
    reimbursed: Decimal = ZERO
    public_fee: Decimal | None = None
    member: str | None = None

    @property
    def own(self) -> Decimal:
        """What the household bears itself."""
        paid = self.amount - self.reimbursed
        if self.public_fee is not None:
            paid = min(paid, self.public_fee)
        return max(paid, ZERO)


@dataclass(frozen=True, slots=True)
class DutyBearerFacts:
    """A person bound by law to support a member while living apart.

    `monthly_per_capita`: income a head of the bearer's household, for the support fee; `supported`: how
    many this bearer must support in all, `supports_here`: of them in this household; `agreed_monthly`:
    fee of an agreement or court ruling, which goes before the formula; `exempt_reason`: why no fee is
    counted (L83). `yearly_income`: the bearer's own. `member`: whom the bearer supports. `no_duty_reason`:
    why this person, though near, owes nothing (a brother living in the house).
    """

    name: str
    relation: str = ""
    member: str | None = None
    birth_date: date | None = None
    category: DutyCategory = DutyCategory.NONE
    disability: Disability | None = None
    disability_level: int = 0
    yearly_income: Decimal | None = None
    property_ok: bool = False
    incapacitated: bool = False
    missing: bool = False
    imprisoned: bool = False
    other_reason: str = ""
    no_duty_reason: str = ""
    monthly_per_capita: Decimal | None = None
    supported: int = 1
    supports_here: int = 1
    agreed_monthly: Decimal | None = None
    exempt_reason: str = ""


@dataclass(frozen=True, slots=True)
class ReliefFacts:
    """An application for temporary relief. `times`: grants for the same cause in the last twelve months (for an
    unemployed person: ever); `proposed`: the amount a meeting proposes for special relief; `recognised`: the
    household is on 低保 or 特困, so that only its necessary costs are verified."""

    situation: Situation
    persons: int | None = None
    times: int = 0
    proposed: Decimal | None = None
    meeting: str = ""
    recognised: bool = False


@dataclass(frozen=True, slots=True)
class HouseholdFacts:
    """A household as surveyed. `single_for` restricts the single-person reading to one member."""

    area: Area
    members: tuple[MemberFacts, ...]
    incomes: tuple[IncomeLine, ...] = ()
    properties: tuple[PropertyLine, ...] = ()
    expenses: tuple[ExpenseLine, ...] = ()
    duty_bearers: tuple[DutyBearerFacts, ...] = ()
    relief: ReliefFacts | None = None
    tekun_mode: TekunMode = TekunMode.DISPERSED
    single_for: str | None = None

    @property
    def counted(self) -> tuple[MemberFacts, ...]:
        return tuple([member for member in self.members if member.counted])
