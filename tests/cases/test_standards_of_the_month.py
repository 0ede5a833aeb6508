"""The standard is that of the month which is paid (02 §2.4), and nobody is raised by it twice or not at all."""
# requirements: B08, C12

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from cases.models import Application, Assessment, Benefit, Household, StandardAdjustment
from cases.services.applications import save_declaration, shares_of
from cases.services.assessments import assess_application
from cases.services.benefits import open_benefit
from cases.services.outdated import refuse_outdated
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.parameters.models import ParameterVersion
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household, make_visited
from tests.cases.test_adjustment import START, bureau, carried, standard, total_in, tried
from tests.cases.test_application_flow import STANDARDS, parameters
from tests.days import next_month, this_month, today

__all__ = ["bureau", "carried", "parameters", "standard", "tried"]
Carried = Callable[..., StandardAdjustment]
Standard = Callable[..., ParameterVersion]


@pytest.fixture
def household(units: dict[str, Unit], parameters: Callable[..., None]) -> Household:
    """Two people without income, under a standard of 600."""
    parameters(STANDARDS)
    return make_household(units["360722100200"], ["谢桂英", "谢建国"])


def assessed(household: Household, clerk: User) -> Application:
    application = make_visited(household)
    save_declaration(household=household, application=application, document={}, actor=clerk)
    assess_application(application=application, actor=clerk, now=timezone.now())
    return application


def confirmed(application: Application) -> Benefit:
    made = Assessment.objects.get(pk=application.assessment_id)
    return open_benefit(application=application, assessment=made, shares=shares_of(made), first=next_month())


def test_a_standard_that_begins_next_month_counts_for_what_is_paid_from_then_on(
    household: Household, standard: Standard, clerk: User
) -> None:
    standard("650", next_month().first_day)
    standard("700", (next_month() + 1).first_day)
    assert assessed(household, clerk).assessment.total == Decimal("1300.00")


def test_whoever_was_judged_by_the_new_standard_is_not_raised_by_it_again(
    household: Household, standard: Standard, carried: Carried, clerk: User, units: dict[str, Unit]
) -> None:
    old = make_benefit(make_household(units["360722100200"], ["祖父"]), START, shares=[("400", "0", "")])
    version = standard("650", this_month().first_day)
    benefit = confirmed(assessed(household, clerk))
    made = carried(version)
    assert total_in(benefit, next_month()) == 1300
    assert total_in(old, next_month()) == 450
    assert made.benefits == 1


def test_whoever_was_judged_by_the_old_standard_is_raised_with_everybody(
    household: Household, standard: Standard, carried: Carried, clerk: User
) -> None:
    benefit = confirmed(assessed(household, clerk))
    carried(standard("650", this_month().first_day))
    assert total_in(benefit, next_month()) == 1300


def test_a_case_judged_before_everybody_was_raised_is_judged_again_before_it_is_confirmed(
    household: Household, standard: Standard, carried: Carried, clerk: User, units: dict[str, Unit]
) -> None:
    make_benefit(make_household(units["360722100200"], ["祖父"]), START, shares=[("400", "0", "")])
    application = assessed(household, clerk)
    refuse_outdated(application, on=today())
    carried(standard("650", this_month().first_day))
    with pytest.raises(Refusal, match="已调整，本件还是按原标准核算的；请退回乡镇重新核算后再确认"):
        refuse_outdated(application, on=today())
    assess_application(application=application, actor=clerk, now=timezone.now())
    refuse_outdated(Application.objects.get(pk=application.pk), on=today())
