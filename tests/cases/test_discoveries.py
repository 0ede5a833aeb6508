"""Active discovery: registered, looked into, told, led to an application that takes its facts over; counted."""
# requirements: B25

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Application, Discovery, Household
from cases.services.applications import create_application
from cases.services.discoveries import Found, register_discovery
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.periods.measures import Frame, compute
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_household, make_person
from tests.intake.builder import an_id

VILLAGE = "360722100200"


def find(units: dict[str, Unit], actor: User, **facts: Any) -> Discovery:
    given = {
        "name": "何满妹", "origin": "VILLAGE", "hardship": "ILLNESS", "situation": "长期透析，无人照料",
        "found_on": timezone.localdate(), **facts,
    }  # fmt: skip
    return register_discovery(given=Found(**given), village=units[VILLAGE], actor=actor, now=timezone.now())


def take(discovery: Discovery, step: str, actor: User, comment: str = "", **data: Any) -> None:
    perform(subject=discovery, step=step, actor=actor, now=timezone.now(), comment=comment, data=data)


def look_into(discovery: Discovery, clerk: User) -> None:
    today = timezone.localdate().isoformat()
    take(discovery, "check", clerk, checked_on=today, checkers="钟经办、村干部", finding="确有困难")
    take(discovery, "inform", clerk, informed_on=today, way="FACE")


def figure(units: dict[str, Unit], code: str) -> Any:
    month = Month.of(timezone.localdate())
    found = compute(Frame(units["360722"], month, month, frozen=False), [code])
    return found.get(f"{code}.m", {}).get(None, 0)


def test_whoever_is_found_waits_for_a_check_within_the_days_of_the_parameter(
    units: dict[str, Unit], clerk: User
) -> None:
    discovery = find(units, clerk)
    assert (discovery.state, discovery.unit) == ("FOUND", units["360722100"])
    assert discovery.due_on is not None and discovery.due_on > timezone.localdate()


def test_a_village_worker_registers_for_his_own_village_only(
    units: dict[str, Unit], make_user: Callable[..., User], sign_in: Callable[[User], Client]
) -> None:
    worker = make_user("worker", "VILLAGE_WORKER", VILLAGE)
    assert find(units, worker).village == units[VILLAGE]
    page = sign_in(worker).get(reverse("cases:new_discovery")).content.decode()
    assert "水东村" in page
    assert "水北村" not in page


def test_the_same_number_is_not_looked_into_twice(units: dict[str, Unit], clerk: User) -> None:
    number = an_id(7)
    find(units, clerk, id_no=number)
    with pytest.raises(Refusal, match="已有在办的主动发现"):
        find(units, clerk, id_no=number)


def test_a_number_of_another_name_is_refused(units: dict[str, Unit], clerk: User) -> None:
    known = make_person(units[VILLAGE], "谢桂英")
    with pytest.raises(Refusal, match="库中登记为“谢桂英”"):
        find(units, clerk, id_no=known.id_no)


def test_found_is_not_taken_in_without_an_application(units: dict[str, Unit], clerk: User) -> None:
    discovery = find(units, clerk)
    look_into(discovery, clerk)
    with pytest.raises(Refusal, match="第28条"):
        take(discovery, "conclude", clerk, "符合", outcome="DIBAO")
    take(discovery, "conclude", clerk, "子女已接走赡养", outcome="DECLINED")
    assert (discovery.state, discovery.outcome_note) == ("CLOSED", "子女已接走赡养")


def test_a_check_cannot_lie_in_the_future(units: dict[str, Unit], clerk: User) -> None:
    discovery = find(units, clerk)
    with pytest.raises(Refusal, match="不能晚于今天"):
        take(discovery, "check", clerk, checked_on="2099-01-01", checkers="甲", finding="无")


def apply_for(household: Household, clerk: User) -> Application:
    return create_application(
        household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=timezone.now(),
        **COMPLETE,
    )  # fmt: skip


def test_an_application_of_the_household_is_joined_and_the_conclusion_may_name_it(
    units: dict[str, Unit], clerk: User
) -> None:
    household = make_household(units[VILLAGE], ["谢桂英"])
    discovery = find(units, clerk, name="谢桂英", id_no=household.head.id_no)
    assert discovery.household == household
    look_into(discovery, clerk)
    application = apply_for(household, clerk)
    discovery.refresh_from_db()
    assert discovery.application == application
    take(discovery, "conclude", clerk, "已代为申请", outcome="DIBAO")
    assert discovery.state == "CLOSED"


def test_the_application_form_takes_over_what_was_found(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    household = make_household(units[VILLAGE], ["谢桂英"])
    find(units, clerk, name="谢桂英", id_no=household.head.id_no)
    page = sign_in(clerk).get(reverse("cases:new_application", args=[household.pk])).content.decode()
    assert "长期透析，无人照料" in page


def test_the_household_form_takes_the_person_over_and_joins_the_two(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    number = an_id(9)
    discovery, client = find(units, clerk, id_no=number), sign_in(clerk)
    address = reverse("cases:discovery_household", args=[discovery.pk])
    page = client.get(address)
    assert number in page.content.decode()
    assert Entry.objects.filter(action="mask.reveal").exists()
    typed = {
        "_once": page.context["token"], "_act": "confirmed", "village": units[VILLAGE].pk, "standard_area": "RURAL",
        "members-TOTAL_FORMS": "1", "members-INITIAL_FORMS": "0", "members-0-name": "何满妹", "members-0-id_no": number,
        "members-0-relation": "HEAD",
    }  # fmt: skip
    assert client.post(address, typed).status_code == 302
    discovery.refresh_from_db()
    assert discovery.household is not None
    assert discovery.person == discovery.household.head


def test_the_figures_count_people_by_the_month_of_check_and_telling(
    units: dict[str, Unit], clerk: User
) -> None:
    look_into(find(units, clerk), clerk)
    find(units, clerk, name="还没核查")
    assert [figure(units, code) for code in ("SB01", "SB02", "SB03")] == [0, 1, 1]


def test_the_clerk_of_another_town_gets_404(
    units: dict[str, Unit], clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    discovery = find(units, clerk)
    address = reverse("cases:discovery", args=[discovery.pk])
    assert sign_in(other_clerk).get(address).status_code == 404
    assert "长期透析" in sign_in(clerk).get(address).content.decode()


def test_the_desk_counts_what_waits(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    find(units, clerk)
    assert "待核查" in sign_in(clerk).get("/").content.decode()
