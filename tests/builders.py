"""Small builders of what tests need in numbers: a household with a running benefit, written straight into the tables."""

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from django.db.backends.postgresql.psycopg_any import DateRange
from django.utils import timezone

from cases.models import (
    Application,
    Benefit,
    BenefitTerm,
    CheckRequest,
    Household,
    Member,
    Person,
    TermMember,
)
from cases.rules.codes import Program
from cases.rules.materials import ITEMS
from cases.services.applications import create_application
from salvation.accounts.models import User
from salvation.domain.citizen_id import check_character
from salvation.flow.engine import perform
from salvation.units.models import Unit
from salvation.vault.crypto import blind_index

NUMBERS = count(1)
# Everything handed in and signed with a new application: keyword arguments of ``create_application``.
COMPLETE: dict[str, Any] = {
    "authorised": True,
    "kinship_declared": True,
    "received": frozenset(item.code for item in ITEMS),
}
ZERO = Decimal(0)


def make_person(village: Unit, name: str, born: date = date(1970, 5, 1), **facts: Any) -> Person:
    first = f"99{next(NUMBERS):04d}{born:%Y%m%d}001"
    number = first + check_character(first)
    return Person.objects.create(
        name=name, id_no=number, id_index=blind_index(number, "citizen_id"), sex="MALE", birth_date=born,
        unit=village.parent, village=village, **facts,
    )  # fmt: skip


def make_check(application: Application, **facts: Any) -> CheckRequest:
    """A check of a family, with a report that conforms and is valid for half a year unless said otherwise."""
    today = timezone.localdate()
    given = {"state": "CONFORMS", "reported_on": today, "valid_until": today + timedelta(days=180), **facts}
    return CheckRequest.objects.create(
        no=f"HC{next(NUMBERS):06d}", application=application, county=application.county, unit=application.unit,
        requested_on=today, **given,
    )  # fmt: skip


def make_household(village: Unit, names: Sequence[str], **facts: Any) -> Household:
    people = [make_person(village, name) for name in names]
    household = Household.objects.create(
        no=f"T{next(NUMBERS):06d}", head=people[0], county=village.county, handling_unit=village.parent, village=village,
        standard_area="RURAL", **facts,
    )  # fmt: skip
    Member.objects.bulk_create(
        Member(household=household, person=person, relation="HEAD" if place == 0 else "CHILD")
        for place, person in enumerate(people)
    )
    return household


def make_benefit(
    household: Household,
    first: date,
    *,
    program: str = Program.DIBAO_RURAL.value,
    shares: Sequence[tuple[str, str, str]] = (),
    **facts: Any,
) -> Benefit:
    """A running benefit of all members; ``shares``: (base, uplift, kind) in the members' order."""
    people = [member.person for member in household.members.select_related("person")]
    given = [*shares, *[("100", "0", "")] * (len(people) - len(shares))]
    benefit = Benefit.objects.create(
        program=program, household=household, applicant=household.head, county=household.county,
        unit=household.handling_unit, village=household.village, standard_area="RURAL", source="IMPORT", first_month=first,
        **facts,
    )  # fmt: skip
    base, uplift = (sum((Decimal(part[i]) for part in given), ZERO) for i in (0, 1))
    months = DateRange(first, benefit.stop_month)
    term = BenefitTerm.objects.create(
        benefit=benefit, months=months, base=base, uplift=uplift, total=base + uplift
    )
    TermMember.objects.bulk_create(
        TermMember(
            term=term,
            person=person,
            months=months,
            base=part[0],
            uplift=part[1],
            uplift_kinds=[part[2]] if part[2] else [],
        )
        for person, part in zip(people, given, strict=True)
    )
    return benefit


def hand_in(household: Household, clerk: User, *steps: str, **facts: Any) -> Application:
    """An application with everything, taken through ``steps`` by the clerk."""
    now = timezone.now()
    given = {"program": Program.DIBAO_RURAL.value, "applied_on": timezone.localdate(now), **COMPLETE, **facts}
    made: Application = create_application(household=household, actor=clerk, now=now, **given)
    for step in steps:
        perform(subject=made, step=step, actor=clerk, now=now)
    return made


def make_visited(household: Household, state: str = "SURVEYING", **facts: Any) -> Application:
    """An accepted application that waits for a visit, written straight into the table."""
    given = {"program": Program.DIBAO_RURAL.value, "applicant": household.head, **facts}
    return Application.objects.create(
        no=f"SQ{next(NUMBERS):06d}", household=household, county=household.county, unit=household.handling_unit,
        village=household.village, standard_area="RURAL", applied_on=timezone.localdate(),
        accepted_on=timezone.localdate(), state=state, state_since=timezone.now(), **given,
    )  # fmt: skip
