"""Into whose account care money belongs."""
# requirements: D03 part

from datetime import date, timedelta
from decimal import Decimal

from django.utils import timezone

from cases.models import (
    Benefit,
    BenefitTerm,
    CareAgreement,
    Caregiver,
    Institution,
    Residence,
)
from cases.selectors_care_pay import care_pay
from salvation.accounts.models import User
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index
from tests.builders import make_benefit, make_household
from tests.days import today


def supported(units: dict[str, Unit], program: str) -> Benefit:
    benefit = make_benefit(
        make_household(units["360722100200"], ["谢特困"]), date(2022, 1, 1), program=program
    )
    term = BenefitTerm.objects.get(benefit=benefit)
    BenefitTerm.objects.filter(pk=term.pk).update(care=300, total=term.total + 300, care_level="HALF")
    return benefit


def pay_to(key: str, value: str, units: dict[str, Unit], first: User, second: User) -> None:
    ParameterVersion.objects.create(
        key=key, unit=units["360722"], value=value, valid_from=date(2020, 1, 1), basis="县局文件", state="CONFIRMED",
        entered_by=first, confirmed_by=second, confirmed_at=timezone.now(),
    )  # fmt: skip


def test_care_money_of_somebody_at_home_goes_into_his_own_account(units: dict[str, Unit]) -> None:
    benefit = supported(units, "TEKUN_DISPERSED")
    pay = care_pay(benefit.applicant, today())
    assert pay is not None
    assert (pay.amount, pay.level, pay.kind) == (Decimal(300), "HALF", "SELF")
    assert "没有收款账户" in pay.gap


def test_without_care_money_nobody_is_paid(units: dict[str, Unit]) -> None:
    benefit = make_benefit(make_household(units["360722100200"], ["谢低保"]), date(2022, 1, 1))
    assert care_pay(benefit.applicant, today()) is None


def test_by_parameter_it_goes_to_the_caregiver_of_the_agreement(
    units: dict[str, Unit], county_clerk: User, approver: User
) -> None:
    pay_to("care.payee.dispersed", "CAREGIVER", units, county_clerk, approver)
    pay = care_pay(supported(units, "TEKUN_DISPERSED").applicant, today())
    assert pay is not None
    assert (pay.kind, pay.gap) == ("CAREGIVER", "没有有效的照料协议，请先签订")


def test_in_an_institution_it_goes_to_the_institution(units: dict[str, Unit]) -> None:
    pay = care_pay(supported(units, "TEKUN_CENTRALIZED").applicant, today())
    assert pay is not None
    assert (pay.kind, pay.gap) == ("INSTITUTION", "没有在院登记，请先登记入住的机构")


def test_where_agreement_and_stay_are_there_the_account_is_named(
    units: dict[str, Unit], county_clerk: User, approver: User
) -> None:
    pay_to("care.payee.dispersed", "CAREGIVER", units, county_clerk, approver)
    person = supported(units, "TEKUN_DISPERSED").applicant
    carer = Caregiver.objects.create(
        unit=units["360722100"], name="谢照料", id_no="990000197001010017", phone="12000000001", address="村里", health="GOOD",
        bank="农商行", account="990000000000000001", id_index=blind_index("990000197001010017", "citizen_id"),
    )  # fmt: skip
    CareAgreement.objects.create(
        person=person, unit=units["360722100"], village=units["360722100200"], no="XY1", caregiver=carer, relation="邻居",
        party="镇", from_on=date(2022, 1, 1), until_on=today() + timedelta(days=30), services="照料", pay=300,
        signed_on=date(2022, 1, 1),
    )  # fmt: skip
    pay = care_pay(person, today())
    assert pay is not None
    assert (pay.name, pay.bank, pay.gap) == ("谢照料", "农商行", "")
    home = Institution.objects.create(
        unit=units["360722"], county=units["360722"], name="敬老院", kind="TEKUN", legal_person="甲", address="县城", beds=9,
        account_name="敬老院专户", account="990000000000000002",
    )  # fmt: skip
    resident = supported(units, "TEKUN_CENTRALIZED").applicant
    Residence.objects.create(
        person=resident, unit=units["360722100"], village=units["360722100200"], institution=home, bed=1,
        from_on=date(2022, 1, 1),
    )  # fmt: skip
    to_home = care_pay(resident, today())
    assert to_home is not None
    assert (to_home.kind, to_home.name, to_home.gap) == ("INSTITUTION", "敬老院专户", "")
