"""What the search finds, for whom, and what the journal keeps of it."""

import pytest
from django.db import connection

from cases.search import find_people
from funds.models import Roster
from salvation.journal.models import Entry
from tests.builders import make_household, make_person

pytestmark = pytest.mark.django_db


def found(client, words):
    return client.get("/search/", {"q": words}).content.decode()


@pytest.mark.parametrize("words", ["谢桂", "桂英", "谢桂英"])
def test_a_person_is_found_by_a_part_of_the_name(words, village, clerk, sign_in):
    person = make_person(village, "谢桂英")
    assert f"/cases/people/{person.pk}/" in found(sign_in(clerk), words)


def test_a_given_name_is_found_behind_a_double_surname(village, clerk, sign_in):
    person = make_person(village, "欧阳建国")
    assert f"/cases/people/{person.pk}/" in found(sign_in(clerk), "建国")


def test_an_id_number_is_found_whole_and_never_in_part(village, clerk, sign_in):
    person = make_person(village, "谢桂英")
    number = person.id_no
    link = f"/cases/people/{person.pk}/"
    assert link in found(sign_in(clerk), number)
    assert link not in found(sign_in(clerk), number[:14])
    assert link not in found(sign_in(clerk), number[6:])


def test_a_household_is_found_by_the_beginning_of_its_number(village, clerk, sign_in):
    household = make_household(village, ["谢桂英"])
    assert f"/cases/households/{household.pk}/" in found(sign_in(clerk), household.no[:5])


def test_payment_lists_are_found_by_month_and_by_unit(units, county_clerk, sign_in):
    roster = Roster.objects.create(
        county=units["360722"], unit=units["360722100"], program="DIBAO_RURAL", month="2022-06-01"
    )
    for words in ("2022-06", "2022年6月", "嘉定"):
        assert f"/funds/rosters/{roster.pk}/" in found(sign_in(county_clerk), words)


@pytest.mark.parametrize("words", ["谢桂", "桂英"])
def test_nobody_finds_people_of_another_town(words, village, other_clerk, sign_in):
    make_person(village, "谢桂英")
    assert "/cases/people/" not in found(sign_in(other_clerk), words).split("<main")[1]


def test_the_journal_keeps_who_searched_but_not_the_whole_word(village, clerk, sign_in):
    person = make_person(village, "谢桂英")
    found(sign_in(clerk), person.id_no)
    entry = Entry.objects.get(action="search")
    assert entry.actor == clerk and str(person.id_no) not in str(entry.facts) and entry.facts["hits"] == 1


def test_a_part_of_a_name_is_looked_up_in_indexes(village, clerk):
    """On a large table nobody reads every name."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            "EXPLAIN SELECT id FROM cases_person WHERE name LIKE '桂英%' OR SUBSTRING(name, 2) LIKE '桂英%'"
            " OR SUBSTRING(name, 3) LIKE '桂英%'"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "person_name_from_2" in plan and "person_name_from_3" in plan
    assert list(find_people(clerk, "桂英", 5)) == []
