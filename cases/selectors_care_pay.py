"""照料护理费 (D03): how much, of which level, and into whose account it belongs by the county's parameters.

The money is paid by ``funds``; who receives it is known here. What is missing for a payment is said, never guessed.
"""
# requirements: D03 part

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from cases.models import BenefitTerm, CareAgreement, PayAccount, Person, Residence
from cases.models.choices import TEKUN, CareLevel, PayeeKind, Program
from salvation.domain.month import Month
from salvation.parameters.book import at
from salvation.vault.fields import Sealed


@dataclass(frozen=True, slots=True)
class CarePay:
    """A month's care money of one person (yuan). ``gap``: why it cannot be paid as the parameter says, in words."""

    amount: Decimal
    level: CareLevel | None
    kind: PayeeKind
    name: str
    bank: str = ""
    account: Sealed | None = None
    gap: str = ""


def care_pay(person: Person, on: date) -> CarePay | None:
    """The care money of this month; None for somebody without any."""
    month = Month.of(on).first_day
    term = (
        BenefitTerm.objects.filter(
            benefit__program__in=TEKUN, months__contains=month, covered__person=person, care__gt=0
        )
        .select_related("benefit")
        .first()
    )
    if term is None:
        return None
    central = term.benefit.program == Program.TEKUN_CENTRALIZED
    key = "care.payee.centralized" if central else "care.payee.dispersed"
    kind = PayeeKind(at(key, on=on, unit=term.benefit.unit).value)
    level = CareLevel(term.care_level) if term.care_level else None
    if kind == PayeeKind.INSTITUTION:
        return _to_institution(person, term.care, level, on)
    if kind == PayeeKind.CAREGIVER:
        return _to_caregiver(person, term.care, level, on)
    return _to_himself(person, term, level)


def _to_institution(person: Person, amount: Decimal, level: CareLevel | None, on: date) -> CarePay:
    """Where he lives on the day."""
    stays = Residence.objects.filter(person=person, from_on__lte=on).exclude(until_on__lt=on)
    stay = stays.select_related("institution").order_by("-from_on").first()
    if stay is None:
        return CarePay(amount, level, PayeeKind.INSTITUTION, "", gap="没有在院登记，请先登记入住的机构")
    home = stay.institution
    gap = "" if home.account else "机构没有登记对公账号，请在“供养机构”补填"
    return CarePay(
        amount, level, PayeeKind.INSTITUTION, home.account_name or home.name, home.bank, home.account, gap
    )


def _to_caregiver(person: Person, amount: Decimal, level: CareLevel | None, on: date) -> CarePay:
    """Who is bound by the agreement of the day (only one is valid at a time)."""
    agreed = CareAgreement.objects.filter(person=person, from_on__lte=on, until_on__gte=on)
    found = agreed.select_related("caregiver").first()
    if found is None:
        return CarePay(amount, level, PayeeKind.CAREGIVER, "", gap="没有有效的照料协议，请先签订")
    carer = found.caregiver
    gap = "" if carer.account else "照料人没有登记银行账号，请在“照料护理人”补填"
    return CarePay(amount, level, PayeeKind.CAREGIVER, carer.name, carer.bank, carer.account, gap)


def _to_himself(person: Person, term: BenefitTerm, level: CareLevel | None) -> CarePay:
    """Into the household's open account, whoever holds it."""
    account = PayAccount.objects.filter(household=term.benefit.household_id, valid_to__isnull=True).first()
    if account is None:
        return CarePay(term.care, level, PayeeKind.SELF, person.name, gap="没有收款账户，请在家庭页面登记")
    return CarePay(term.care, level, PayeeKind.SELF, account.holder_name, account.bank, account.number)
