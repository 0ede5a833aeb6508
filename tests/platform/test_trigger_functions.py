"""The history's triggers roll back no subtransaction a row, and still do what pghistory and pgtrigger promise."""

from collections.abc import Sequence

import pghistory
import pgtrigger
import pytest
from django.db import connection

from cases.models import Household
from salvation.units.models import Unit
from tests.builders import make_household

pytestmark = pytest.mark.django_db


def events(household: Household) -> Sequence[tuple[str, object]]:
    rows = Household.pgh_event_model.objects.filter(pgh_obj_id=household.pk).order_by("pgh_id")
    return [(row.address, row.pgh_context_id) for row in rows]


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["谢桂英"])


def test_no_function_of_a_trigger_catches_an_error_row_by_row(household: Household) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT proname FROM pg_proc"
            " WHERE prosrc ILIKE '%%exception when%%' AND pronamespace = 'public'::regnamespace"
        )
        # pgtrigger's catches a missing setting, which a connection of ours has.
        assert cursor.fetchall() == [("_pgtrigger_should_ignore",)]
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone() == ("{}",)


def test_a_change_is_kept_without_a_context(household: Household) -> None:
    Household.objects.filter(pk=household.pk).update(address="一组")
    assert events(household) == [("一组", None)]


def test_a_change_is_kept_with_the_context_it_was_made_in(household: Household) -> None:
    with pghistory.context(why="测试") as context:
        Household.objects.filter(pk=household.pk).update(address="二组")
        Household.objects.filter(pk=household.pk).update(address="三组")
    assert events(household) == [("二组", context.id), ("三组", context.id)]


def test_a_trigger_told_to_be_still_is_still_and_speaks_again_afterwards(household: Household) -> None:
    with pgtrigger.ignore("cases.Household:update_update"):
        Household.objects.filter(pk=household.pk).update(address="五组")
    Household.objects.filter(pk=household.pk).update(address="六组")
    assert events(household) == [("六组", None)]
