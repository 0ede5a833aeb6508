"""集中供养: a town pays for exactly who lives in an institution in the month; what differs is named on the roster."""
# requirements: D11

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, Institution, PayAccount, Residence
from funds.models import Roster
from funds.prerequisites import unmet
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.flow.engine import perform
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index
from tests.builders import make_benefit, make_household
from tests.days import this_month

LONG_AGO = date(2022, 1, 1)


@pytest.fixture
def home(units: dict[str, Unit]) -> Institution:
    return Institution.objects.create(
        unit=units["360722100"], county=units["360722"], name="嘉定敬老院", kind="TEKUN", legal_person="院长",
        address="嘉定", beds=9,
    )  # fmt: skip


@pytest.fixture
def paid(village: Unit) -> Benefit:
    """Somebody paid as 集中供养, with an account."""
    household = make_household(village, ["院民甲"])
    PayAccount.objects.create(
        household=household, holder=household.head, holder_name="院民甲", payee_kind="SELF", kind="PASSBOOK",
        number="9900000000000001", number_index=blind_index("9900000000000001", "account"), valid_from=LONG_AGO,
    )  # fmt: skip
    return make_benefit(household, LONG_AGO, program="TEKUN_CENTRALIZED")


def lives(benefit: Benefit, home: Institution, bed: int) -> Residence:
    person = benefit.applicant
    return Residence.objects.create(
        person=person, unit=person.unit, village=person.village, institution=home, bed=bed, from_on=LONG_AGO
    )


def said(roster: Roster) -> list[str]:
    return [found.detail for found in unmet(roster) if "在院" in found.label]


def test_who_is_on_one_side_only_is_named(
    village: Unit, home: Institution, paid: Benefit, make: Callable[..., Roster]
) -> None:
    roster = make(this_month(), program="TEKUN_CENTRALIZED")
    assert said(roster) == ["付款1人，在院0人；付款但没有在院登记：院民甲"]
    lives(make_benefit(make_household(village, ["院民乙"]), LONG_AGO, program="TEKUN_DISPERSED"), home, 1)
    assert "在院但没有列入付款：院民乙" in said(roster)[0]


def test_equal_numbers_of_the_same_people_tie(
    home: Institution, paid: Benefit, make: Callable[..., Roster]
) -> None:
    lives(paid, home, 1)
    assert said(make(this_month(), program="TEKUN_CENTRALIZED")) == []


def test_other_rosters_do_not_ask(village: Unit, paid: Benefit, make: Callable[..., Roster]) -> None:
    make_benefit(make_household(village, ["低保户"]), LONG_AGO)
    assert said(make(this_month())) == []


def test_by_parameter_it_keeps_the_roster_from_being_signed(
    units: dict[str, Unit], paid: Benefit, home: Institution, make: Callable[..., Roster], clerk: User, leader: User,
    county_clerk: User, approver: User, sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    roster = make(this_month(), program="TEKUN_CENTRALIZED")
    page = sign_in(clerk).get(reverse("funds:roster", args=[roster.pk])).content.decode()
    assert "付款但没有在院登记：院民甲" in page
    ParameterVersion.objects.create(
        key="funds.require_residents", unit=units["360722"], value=True, valid_from=LONG_AGO, basis="县文",
        state="CONFIRMED", entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
    )  # fmt: skip
    perform(subject=roster, step="check", actor=clerk, now=timezone.now())
    with pytest.raises(Refusal, match="集中供养付款人数与在院人数一致"):
        perform(subject=roster, step="sign", actor=leader, now=timezone.now())
    lives(paid, home, 1)
    perform(subject=roster, step="sign", actor=leader, now=timezone.now())
    assert roster.state == "TOWN_SIGNED"
