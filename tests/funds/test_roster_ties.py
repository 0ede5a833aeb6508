"""上月 + 增 − 减 = 本月, for households, people and money, whatever happens in between; and the fingerprint."""
# requirements: F02, F27

from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.models import ChangeOrder, PayAccount, Person
from funds.models import Roster
from funds.selectors import summary_rows, ties
from funds.services.rosters import exclude_line, generate_rosters
from salvation.accounts.models import User
from salvation.units.models import Unit
from tests.funds.builders import JULY, JUNE, MAY, a_home, an_account

Make = Callable[..., Roster]
Sign = Callable[[Roster], Roster]


def check_ties(roster: Roster) -> None:
    """The equations of 4.3 by village and in total, and the sum of the lines."""
    roster.refresh_from_db()
    rows = summary_rows([roster.pk])
    for row in rows:
        for what in "hpa":
            assert row[f"last_{what}"] + row[f"in_{what}"] - row[f"out_{what}"] == row[f"now_{what}"], row[
                "place"
            ]
        assert row["in_h"] == row["new_h"]
        assert row["in_a"] == row["new_a"] + row["up_a"] + row["back_a"]
        assert row["out_a"] == sum(row[f"{loss}_a"] for loss in ("death", "exit", "grace", "down", "kept"))
        assert row["out_p"] == sum(row[f"{loss}_p"] for loss in ("death", "exit", "grace", "down", "kept"))
    assert sum(row["now_a"] for row in rows) == roster.amount
    assert sum(row["now_p"] for row in rows) == roster.people
    assert sum(row["now_h"] for row in rows) == roster.households
    planned = roster.pay_lines.filter(state="PLANNED")
    assert sum(planned.values_list("total", flat=True)) == roster.amount
    assert all(tie.ok for tie in ties(roster)), ties(roster)


def test_everything_at_once_ties_in_every_month(
    units: dict[str, Unit], village: Unit, make: Make, sign: Sign, clerk: User
) -> None:
    north = units["360722100201"]
    up, down, dies, partly, stops, kept = (a_home(village, base="300", size=2) for _ in range(6))
    alone = a_home(north, base="500", size=1)
    second = a_home(north, base="200", size=1, household=alone.household)
    may = sign(make(MAY))
    up.change(JUNE, "360")
    down.change(JUNE, "240", kind="DECREASE")
    dies.stop(JUNE, "DEATH")
    partly.change(JUNE, "150", kind="DEATH", people=partly.people[1:])
    stops.stop(JUNE, "INCOME")
    alone.stop(JUNE, "VOLUNTARY")
    a_home(north, base="410", size=3, first=JUNE)
    a_home(village, base="99", size=1, first=MAY)
    june = make(JUNE)
    exclude_line(
        roster_id=june.pk,
        benefit_id=kept.benefit.pk,
        for_month=JUNE,
        reason="下落不明",
        actor=clerk,
        now=timezone.now(),
    )
    check_ties(may)
    check_ties(june)
    june.refresh_from_db()
    assert (june.last_households, june.in_households, june.out_households, june.households) == (7, 2, 3, 6)
    sign(june)
    second.change(JULY, "260")
    july = make(JULY)
    check_ties(july)
    assert july.last_amount == june.amount - june.backpay_amount


def test_what_goes_on_under_another_benefit_is_all_gone_from_this_book(
    village: Unit, make: Make, sign: Sign
) -> None:
    home, other = a_home(village, base="500"), a_home(village, program="TEKUN_DISPERSED")
    a_home(village, base="300")
    sign(make(MAY))
    home.stop(JUNE, "CATEGORY_CHANGE")
    ChangeOrder.objects.filter(benefit=home.benefit).update(
        kind="CATEGORY", new_total=780, successor=other.benefit
    )
    check_ties(make(JUNE))


def test_a_household_with_two_benefits_counts_once(village: Unit, make: Make) -> None:
    first = a_home(village, size=1)
    a_home(village, size=1, household=first.household)
    roster = make(MAY)
    assert (roster.households, roster.people, roster.lines) == (1, 2, 2)


def test_every_person_of_destitute_support_counts_as_a_household(village: Unit, make: Make) -> None:
    first = a_home(village, size=1, program="TEKUN_DISPERSED")
    a_home(village, size=1, program="TEKUN_DISPERSED", household=first.household)
    assert make(MAY, "TEKUN_DISPERSED").households == 2


def test_last_months_figures_are_last_months_roster_without_back_pay(
    village: Unit, make: Make, sign: Sign
) -> None:
    a_home(village)
    sign(make(MAY))
    a_home(village, first=MAY, base="100")
    june = sign(make(JUNE))
    assert june.backpay_amount == 100
    july = make(JULY)
    assert (july.last_amount, july.in_amount, july.out_amount) == (Decimal(400), 0, 0)


def test_the_database_refuses_totals_that_do_not_tie(village: Unit, make: Make) -> None:
    a_home(village)
    roster = make(MAY)
    with pytest.raises(IntegrityError, match="roster_ties_people"), transaction.atomic():
        Roster.objects.filter(pk=roster.pk).update(people=99)


def test_generating_again_changes_nothing(village: Unit, make: Make) -> None:
    a_home(village)
    first = make(MAY)
    again = make(MAY)
    assert (again.content_hash, again.version, again.lines) == (first.content_hash, 1, 1)


def test_the_fingerprint_does_not_depend_on_how_a_value_was_sealed(village: Unit, make: Make) -> None:
    home = a_home(village)
    before = make(MAY).content_hash
    person = Person.objects.get(pk=home.people[0].pk)
    person.id_no = person.id_no.plain()
    person.save()
    assert make(MAY).content_hash == before


def test_another_account_is_another_content(village: Unit, make: Make) -> None:
    home = a_home(village)
    before = make(MAY)
    PayAccount.objects.all().delete()
    an_account(home.household)
    after = make(MAY)
    assert after.content_hash != before.content_hash
    assert after.version == before.version + 1


def test_the_number_of_statements_does_not_grow_with_units_or_households(
    units: dict[str, Unit], village: Unit, other_village: Unit, django_assert_max_num_queries: Callable
) -> None:
    counts = []
    for month, more in ((MAY, 1), (JUNE, 12)):
        for _ in range(more):
            a_home(village, first=MAY)
            a_home(other_village, first=MAY)
        with django_assert_max_num_queries(40) as found:
            generate_rosters(unit=units["360722"], month=month, actor=None, now=timezone.now())
        counts.append(len(found))
    assert all(later <= earlier + 1 for earlier, later in pairwise(counts))


def test_no_statement_can_edit_a_line(village: Unit, make: Make) -> None:
    a_home(village)
    roster = make(MAY)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE funds_payline SET base = 1, total = 1 WHERE roster_id = %s", [roster.pk])
