"""Who may move whose file."""
# requirements: B27

from cases.models import Person
from cases.services.people import PersonInput, save_person
from salvation.accounts.models import User
from salvation.units.models import Unit
from tests.builders import make_household


def test_naming_somebody_of_another_town_as_uncounted_does_not_move_his_file(
    units: dict[str, Unit], clerk: User
) -> None:
    away = Person.objects.get(pk=make_household(units["360722101200"], ["邻镇人"]).head_id)
    given = PersonInput("邻镇人", away.id_no.plain(), "OTHER", counted=False, exclude_reason="APART")
    home = units["360722100200"]
    save_person(given=given, unit=home.parent, village=home, actor=clerk)
    assert Person.objects.get(pk=away.pk).unit == units["360722101"]
