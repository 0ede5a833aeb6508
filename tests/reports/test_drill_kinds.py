"""Every figure that is measured says so in the table, and every record behind a figure can be listed."""
# requirements: L01

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils import timezone

from cases.models import CareVisit, Household, Relief
from reports.drill_lines import SHOWN
from reports.governance.columns import figures
from reports.governance.services import DERIVED
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.periods.measures import DISTINCT, MEASURES
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.days import this_month, today

FIGURES = {figure.code: figure for figure in figures()}


def test_a_column_is_computed_exactly_when_its_figure_is_measured() -> None:
    computed = {code for code, figure in FIGURES.items() if figure.computed}
    assert computed == {code for code in FIGURES if code in MEASURES} | set(DERIVED)


def test_records_that_are_counted_one_by_one_have_a_list_of_their_own() -> None:
    listed = {m.source for m in MEASURES.values() if m.count not in DISTINCT and m.code in FIGURES}
    assert listed - set(SHOWN) == set()


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["谢桂英", "谢小明"])


@pytest.fixture
def paid(household: Household, clerk: User) -> Relief:
    return Relief.objects.create(
        household=household, applicant=household.head, unit=household.village.parent, village=household.village,
        county=household.village.county, no="LS0001", reason="失火", program="TEMP_EMERGENCY", situation="FIRE", state="PAID", amount=900, persons=2, paid_on=today(),
        stat_month=this_month().first_day, happened_on=today(), applied_on=today(),
    )  # fmt: skip


@pytest.fixture
def behind(units: dict[str, Unit], sign_in: Callable[[User], Client]) -> Callable[[User, str], str]:
    def page(user: User, key: str) -> str:
        url = f"/reports/governance/{this_month()}/{units['360722100'].pk}/{key}/"
        return sign_in(user).get(url).content.decode()

    return page


@pytest.mark.parametrize("key", ["SE01-m", "SE02-c", "SE12N-m", "SE12A-m"])
def test_relief_behind_a_figure_is_listed(
    key: str, paid: Relief, clerk: User, behind: Callable[[User, str], str]
) -> None:
    page = behind(clerk, key)
    assert "谢桂英" in page and "900.00" in page


def test_the_relief_of_a_relative_is_counted_and_not_listed(
    paid: Relief, clerk: User, behind: Callable[[User, str], str]
) -> None:
    Recusal.objects.create(user=clerk, person_id=paid.applicant_id, reason="近亲属")
    page = behind(clerk, "SE01-m")
    assert "谢桂英" not in page and "回避" in page


def test_visits_behind_a_figure_are_listed(
    household: Household, clerk: User, behind: Callable[[User, str], str]
) -> None:
    make_benefit(household, this_month().first_day, program="TEKUN_DISPERSED")
    CareVisit.objects.create(
        person=household.head, unit=household.village.parent, village=household.village, visited_at=timezone.now(),
        way="ONSITE", org="NPO", visitor="李社工", stat_month=this_month().first_day,
        **{code: "GOOD" for code, _ in CareVisit.CHECKS},
    )  # fmt: skip
    page = behind(clerk, "SF12-m")
    assert "谢桂英" in page and "共 <strong>1</strong> 条记录" in page
