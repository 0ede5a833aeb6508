"""The exclusion matrix (02 §2.8) stands in the database: raw SQL and two people at once do not get past it."""
# requirements: C01 part

from datetime import date
from itertools import product

import pytest
from django.db import IntegrityError, connection, transaction

from cases.models import Benefit, BenefitTerm, Household, TermMember
from cases.models.choices import LASTING, TEKUN
from cases.services.benefits import Share, open_term
from salvation.domain.errors import Refusal
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household
from tests.platform.test_races import together

FIRST, LATER = date(2022, 1, 1), date(2022, 6, 1)
OF_FAMILIES = [program.value for program in LASTING if program not in TEKUN]
ALL = [program.value for program in LASTING]


@pytest.fixture
def family(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["谢一", "谢二"])


def helped(
    family: Household, program: str, people: list[int], months: str, *, single: bool = False
) -> Benefit:
    """A benefit with one range and its people, by raw SQL alone."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_benefit (no, program, household_id, applicant_id, county_id, unit_id, village_id,"
            " standard_area, is_single, single_reason, source, first_month, stop_reason, demo)"
            " VALUES ('', %s, %s, %s, %s, %s, %s, 'RURAL', %s, %s, 'IMPORT', '2022-01-01', '', false) RETURNING id",
            [
                program, family.pk, people[0], family.county_id, family.handling_unit_id, family.village_id, single,
                "DISABLED_L12" if single else "",
            ],
        )  # fmt: skip
        (benefit,) = cursor.fetchone()
        cursor.execute(
            "INSERT INTO cases_benefitterm (benefit_id, months, standing, base, uplift, care, total, care_level)"
            " VALUES (%s, %s, 'ACTIVE', 0, 0, 0, 0, '') RETURNING id",
            [benefit, months],
        )
        (term,) = cursor.fetchone()
        for person in people:
            cursor.execute(
                "INSERT INTO cases_termmember (term_id, person_id, months, base, uplift, uplift_kinds)"
                " VALUES (%s, %s, %s, 0, 0, '{}')",
                [term, person, months],
            )
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    return Benefit.objects.get(pk=benefit)


def people_of(family: Household) -> list[int]:
    return list(family.members.order_by("pk").values_list("person_id", flat=True))


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), list(product(ALL, ALL)))
def test_nobody_is_covered_by_two_programmes_in_a_month(one: str, other: str, family: Household) -> None:
    person = people_of(family)[:1]
    helped(family, one, person, "[2022-01-01,2022-06-01)", single=one.startswith("DIBAO"))
    with pytest.raises(IntegrityError, match=r"person_covered_once_a_month|family_helped_once_a_month"):
        helped(family, other, person, "[2022-05-01,)", single=other.startswith("DIBAO"))
    helped(family, other, person, "[2022-06-01,)", single=other.startswith("DIBAO"))


@pytest.mark.django_db
@pytest.mark.parametrize(("one", "other"), list(product(OF_FAMILIES, OF_FAMILIES)))
def test_a_family_is_helped_as_a_whole_once_whoever_of_it_is_named(
    one: str, other: str, family: Household
) -> None:
    first, second = people_of(family)
    helped(family, one, [first], "[2022-01-01,)")
    with pytest.raises(IntegrityError, match="family_helped_once_a_month"):
        helped(family, other, [second], "[2023-01-01,)")


@pytest.mark.django_db
@pytest.mark.parametrize("program", OF_FAMILIES)
@pytest.mark.parametrize("own", ["DIBAO_URBAN", "DIBAO_RURAL", *(program.value for program in TEKUN)])
def test_what_one_person_gets_for_himself_stands_beside_what_his_family_gets(
    own: str, program: str, family: Household
) -> None:
    first, second = people_of(family)
    helped(family, program, [first], "[2022-01-01,)")
    helped(family, own, [second], "[2022-01-01,)", single=own.startswith("DIBAO"))
    assert BenefitTerm.objects.filter(family__isnull=False).count() == 1


@pytest.mark.django_db
def test_the_months_of_a_member_are_those_of_his_range(family: Household) -> None:
    benefit = make_benefit(family, FIRST)
    with pytest.raises(IntegrityError, match="月份与待遇期间不一致"), transaction.atomic():
        TermMember.objects.filter(term__benefit=benefit).update(months=("2030-01-01", None))
    BenefitTerm.objects.filter(benefit=benefit).update(months=(FIRST, LATER))
    assert {row.months.upper for row in TermMember.objects.filter(term__benefit=benefit)} == {LATER}


@pytest.mark.django_db
def test_a_range_cannot_pretend_to_be_of_no_family(family: Household) -> None:
    benefit = make_benefit(family, FIRST)
    BenefitTerm.objects.filter(benefit=benefit).update(family=None)
    assert benefit.terms.get().family == family.pk


@pytest.mark.django_db
def test_a_benefit_of_one_person_cannot_become_one_of_the_family_while_another_runs(
    family: Household,
) -> None:
    first, second = people_of(family)
    helped(family, "MARGINAL", [first], "[2022-01-01,)")
    own = helped(family, "DIBAO_RURAL", [second], "[2022-01-01,)", single=True)
    with pytest.raises(IntegrityError, match="family_helped_once_a_month"), transaction.atomic():
        Benefit.objects.filter(pk=own.pk).update(is_single=False)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_help_a_family_at_once_one_is_told(family: Household) -> None:
    pairs = [
        (Benefit.objects.create(
            program=program, household=family, applicant=family.head, county=family.county, unit=family.handling_unit,
            village=family.village, standard_area="RURAL", source="IMPORT", first_month=FIRST,
        ), person)
        for program, person in zip(["DIBAO_RURAL", "MARGINAL"], people_of(family), strict=True)
    ]  # fmt: skip

    def opened(benefit: Benefit, person: int) -> BenefitTerm:
        months = BenefitTerm._meta.get_field("months").to_python((FIRST, None))
        return open_term(benefit, months, [Share(person)], base=0, uplift=0, care=0, total=0)

    results = together(*[lambda pair=pair: opened(*pair) for pair in pairs])
    (refused,) = [result for result in results if isinstance(result, Refusal)]
    assert "这户在这些月份已按家庭享受" in str(refused)
    assert BenefitTerm.objects.count() == 1
