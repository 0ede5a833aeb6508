"""The registry of households with a status: who is in it, what is missing, who sees it."""
# requirements: B27 part

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client
from django.urls import reverse

from cases.models import Household
from salvation.accounts.models import User
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household


@pytest.fixture
def helped(units: dict[str, Unit]) -> Household:
    household = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    make_benefit(household, date(2024, 1, 1))
    make_household(units["360722100200"], ["无身份户"])
    return household


def test_households_with_a_status_are_in_it_with_what_is_missing(
    helped: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(clerk).get(reverse("cases:registry")).content.decode()
    assert "谢桂英" in page
    assert "收款账户、近一年经济状况" in page
    assert "无身份户" not in page


@pytest.mark.parametrize(
    ("asked", "seen"),
    [
        ({"program": "DIBAO_RURAL"}, True),
        ({"program": "MARGINAL"}, False),
        ({"lacking": "account"}, True),
        ({"lacking": "number"}, False),
    ],
)
def test_it_is_narrowed_by_status_and_by_what_is_missing(
    asked: dict[str, str], seen: bool, helped: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(clerk).get(reverse("cases:registry"), asked).content.decode()
    assert ("谢桂英" in page) is seen


def test_another_town_sees_none_of_it(
    helped: Household, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    assert "谢桂英" not in sign_in(other_clerk).get(reverse("cases:registry")).content.decode()
