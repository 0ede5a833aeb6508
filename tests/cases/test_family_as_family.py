"""A family is judged as a family: nobody of it gets 单人保 who did not apply alone (L57 第8条, L83 一（一）)."""
# requirements: B08, B22

from collections.abc import Callable
from decimal import Decimal

import pytest
from django.utils import timezone

from cases.models import Application, Assessment, Household, Person
from cases.services.applications import create_application, save_declaration, shares_of
from cases.services.assessments import assess_application, reassess_household
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_household, make_visited
from tests.cases.test_application_flow import STANDARDS, parameters
from tests.days import today

__all__ = ["parameters"]
SINGLE = {"is_single": True, "single_reason": "DISABLED_L12"}


@pytest.fixture
def family(units: dict[str, Unit], parameters: Callable[..., None]) -> Household:
    """Example 10.2: four people with 1,100 yuan each, the head severely disabled; the standard is 750."""
    parameters({**STANDARDS, "dibao.std.rural": "750"})
    household = make_household(units["360722100200"], ["罗大", "罗二", "罗三", "罗小四"])
    Person.objects.filter(pk=household.head_id).update(
        disability_kind="LIMB", disability_level=2, labour="NONE"
    )
    return household


def earner(family: Household) -> int:
    found: int = family.members.exclude(person=family.head).order_by("pk").values_list("person", flat=True)[0]
    return found


def assessed(application: Application, clerk: User) -> Assessment:
    earns = {"member": str(earner(application.household)), "item": "SALARY", "monthly": "4400"}
    save_declaration(
        household=application.household, application=application, document={"incomes": [earns]}, actor=clerk
    )
    made = assess_application(application=application, actor=clerk, now=timezone.now())
    return Assessment.objects.get(pk=made.pk)


def test_a_family_above_the_standard_gets_no_dibao_for_its_disabled_member_alone(
    family: Household, clerk: User
) -> None:
    made = assessed(make_visited(family), clerk)
    assert (made.eligible, made.total) == (False, 0)


def test_the_disabled_member_who_applies_alone_gets_it(family: Household, clerk: User) -> None:
    made = assessed(make_visited(family, **SINGLE), clerk)
    assert (made.eligible, made.total) == (True, Decimal("870.00"))
    assert [share.person_id for share in shares_of(made)] == [family.head_id]


def test_a_marginal_family_covers_whoever_could_have_applied_alone_but_did_not(
    family: Household, clerk: User
) -> None:
    made = assessed(make_visited(family, program="MARGINAL"), clerk)
    assert {share.person_id for share in shares_of(made)} == set(
        family.members.values_list("person", flat=True)
    )


def test_a_family_on_dibao_that_earns_too_much_is_not_cut_down_to_its_disabled_member(
    family: Household, clerk: User
) -> None:
    application = make_visited(family)
    assessed(application, clerk)
    made = reassess_household(
        household=family,
        declaration=application.declaration,
        program="DIBAO_RURAL",
        actor=clerk,
        now=timezone.now(),
    )
    assert not made.eligible


@pytest.mark.parametrize("alone_first", [True, False])
def test_one_person_applies_for_the_family_and_for_himself_at_the_same_time(
    alone_first: bool, family: Household, clerk: User
) -> None:
    both = [{"program": "DIBAO_RURAL", **SINGLE}, {"program": "MARGINAL"}]
    for given in both if alone_first else reversed(both):
        create_application(
            household=family, applied_on=today(), actor=clerk, now=timezone.now(), **given, **COMPLETE
        )
    assert Application.objects.filter(applicant=family.head).count() == 2


def test_a_second_application_of_the_family_still_waits_for_the_first(family: Household, clerk: User) -> None:
    create_application(
        household=family,
        program="DIBAO_RURAL",
        applied_on=today(),
        actor=clerk,
        now=timezone.now(),
        **COMPLETE,
    )
    with pytest.raises(Refusal, match="已有在办申请"):
        create_application(
            household=family,
            program="MARGINAL",
            applied_on=today(),
            actor=clerk,
            now=timezone.now(),
            **COMPLETE,
        )
