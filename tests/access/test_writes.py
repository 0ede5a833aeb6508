"""Writes: forged forms, wrong roles and other units' rows are refused, and nothing changes."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.urls import reverse
from django.utils import timezone

from salvation.accounts.roles import ROLES
from salvation.domain.errors import Refusal
from salvation.flow.models import StatFreeze, Transition
from salvation.jobs.models import Run
from salvation.jobs.services import cancel
from salvation.journal.models import Entry
from salvation.parameters.models import ParameterVersion
from salvation.web.pages.lists import ListPage
from tests.access.routes import address, known, last_month, page_of
from tests.access.test_matrix import PLACES, expected
from tests.world import World

pytestmark = pytest.mark.django_db
REFUSED = {403, 404}
# One of each reach: a village, a town's hand and head, the county's hand, head and reader, an administrator.
WRITERS = (
    "VILLAGE_WORKER",
    "TOWN_CLERK",
    "TOWN_LEADER",
    "COUNTY_CLERK",
    "COUNTY_APPROVER",
    "LEADER_READONLY",
    "SYS_ADMIN",
)


def sent(**fields: Any) -> dict[str, Any]:
    return {"_once": str(uuid4()), "_act": "confirmed"} | fields


def step(flow: str, row: Any, code: str) -> str:
    return reverse("web:step", kwargs={"flow": flow, "pk": row.pk, "step": code})


@pytest.fixture
def unchanged() -> Callable[[], tuple[int, ...]]:
    """Counts that grow with every write that matters."""

    def count() -> tuple[int, ...]:
        return (
            Transition.objects.count(),
            StatFreeze.objects.count(),
            Entry.objects.exclude(action="search").count(),
        )

    return count


@pytest.mark.parametrize("role", WRITERS)
def test_whoever_may_not_open_a_page_may_not_send_it(
    role: str, world: World, enter: Any, unchanged: Any
) -> None:
    client, before, let_in = enter(world.users[role]), unchanged(), []
    for name, (pattern, route) in known().items():
        for place in PLACES if route.model else PLACES[:1]:
            if not set(expected(role, name, route, world, place)) <= REFUSED:
                continue
            act = "export" if issubclass(page_of(pattern) or object, ListPage) else "confirmed"
            response = client.post(address(name, route, world, place), sent(_act=act))
            if response.status_code not in REFUSED | {405}:
                let_in.append(f"{name} at {place}: {response.status_code}")
    assert not let_in, "\n".join(let_in)
    assert unchanged() == before


def test_every_form_asks_for_its_secret(world: World, enter: Any, unchanged: Any) -> None:
    client, before = enter(world.users["COUNTY_CLERK"], enforce_csrf_checks=True), unchanged()
    for name, (_, route) in known().items():
        # The interface has no forms: it reads JSON alone, and is asked for its own secret in tests/api.
        if name.startswith("api:"):
            continue
        response = client.post(address(name, route, world, "own"), sent())
        assert response.status_code == 403, name
        assert "页面停留过久" in response.content.decode(), name
    assert unchanged() == before


def test_a_step_is_taken_by_the_clerk_of_the_unit(world: World, enter: Any) -> None:
    application = world.one("Application")
    response = enter(world.users["TOWN_CLERK"]).post(
        step("application", application, "accept"), sent(comment="")
    )
    assert response.status_code == 302
    assert world.one("Application").state == "ACCEPTED"


@pytest.mark.parametrize(
    ("flow", "model", "code"),
    [
        ("application", "Application", "accept"),
        ("application", "Application", "withdraw"),
        ("change_order", "ChangeOrder", "submit"),
        ("roster", "Roster", "check"),
        ("rectification", "RectificationItem", "register"),
        ("submission", "Submission", "hand_over"),
    ],
)
def test_a_step_on_another_towns_row_finds_nothing(
    flow: str, model: str, code: str, world: World, enter: Any, unchanged: Any
) -> None:
    before = unchanged()
    row = world.one(model, "other_town")
    answer = enter(world.users["TOWN_CLERK"]).post(step(flow, row, code), sent(comment="理由"))
    assert answer.status_code == 404
    assert (world.one(model, "other_town").state, unchanged()) == (row.state, before)


@pytest.mark.parametrize(
    "role", ["TOWN_LEADER", "COUNTY_CLERK", "COUNTY_APPROVER", "AUDITOR", "VILLAGE_WORKER"]
)
def test_a_step_of_another_role_is_forbidden(role: str, world: World, enter: Any) -> None:
    row = world.one("Application")
    assert enter(world.users[role]).post(step("application", row, "accept"), sent()).status_code == 403
    assert world.one("Application").state == "SUBMITTED"


def test_steps_of_the_system_are_nobodys(world: World, enter: Any) -> None:
    for role in ROLES:
        answer = enter(world.users[role]).post(
            step("submission", world.one("Submission"), "generate"), sent()
        )
        assert answer.status_code in REFUSED, role


def test_unknown_flows_and_steps_are_refused(world: World, enter: Any) -> None:
    client, row = enter(world.users["TOWN_CLERK"]), world.one("Application")
    assert client.post(step("application", row, "no-such-step"), sent()).status_code == 409
    assert client.post(step("no-such-flow", row, "accept"), sent()).status_code == 404


def proposal(world: World, **changed: Any) -> ParameterVersion:
    values = {
        "key": "uplift.elder_age", "unit": world.units["360722"], "value": 65, "valid_from": timezone.localdate(),
        "basis": "文号", "entered_by": world.users["COUNTY_CLERK"], **changed,
    }  # fmt: skip
    return ParameterVersion.objects.create(**values)


def test_a_parameter_is_confirmed_by_the_approver_of_the_county(world: World, enter: Any) -> None:
    version = proposal(world)
    url = reverse("parameters:decide", args=[version.pk])
    assert enter(world.users["COUNTY_CLERK"]).post(url, {"_act": "confirm"}).status_code == 403
    assert enter(world.users["TOWN_LEADER"]).post(url, {"_act": "confirm"}).status_code == 403
    assert enter(world.users["COUNTY_APPROVER"]).post(url, {"_act": "confirm"}).status_code == 302
    version.refresh_from_db()
    assert (version.state, version.confirmed_by) == ("CONFIRMED", world.users["COUNTY_APPROVER"])


def test_a_parameter_of_another_county_is_not_found(world: World, enter: Any) -> None:
    version = proposal(world, unit=world.units["140431"])
    url = reverse("parameters:decide", args=[version.pk])
    assert enter(world.users["COUNTY_APPROVER"]).post(url, {"_act": "confirm"}).status_code == 404


def test_nobody_confirms_his_own_entry(world: World, enter: Any) -> None:
    version = proposal(world, entered_by=world.users["COUNTY_APPROVER"])
    url = reverse("parameters:decide", args=[version.pk])
    assert enter(world.users["COUNTY_APPROVER"]).post(url, {"_act": "confirm"}).status_code == 409
    version.refresh_from_db()
    assert version.state == "PROPOSED"


@pytest.mark.parametrize(
    "role", ["TOWN_CLERK", "TOWN_LEADER", "COUNTY_FINANCE", "LEADER_READONLY", "AUDITOR"]
)
def test_a_month_is_frozen_by_nobody_else(role: str, world: World, enter: Any, unchanged: Any) -> None:
    before = unchanged()
    assert enter(world.users[role]).post(reverse("reports:freeze", args=[last_month()])).status_code == 403
    assert unchanged() == before


def test_a_freeze_touches_ones_own_county_only(world: World, enter: Any) -> None:
    StatFreeze.objects.all().delete()
    enter(world.users["COUNTY_CLERK"]).post(reverse("reports:freeze", args=[last_month()]))
    assert [freeze.county.code for freeze in StatFreeze.objects.select_related("county")] == ["360722"]


def test_an_export_is_journalled_with_its_number_of_rows(world: World, enter: Any) -> None:
    enter(world.users["TOWN_CLERK"]).post(reverse("cases:people"), {"_act": "export"})
    entry = Entry.objects.get(action="export")
    assert (entry.actor, entry.unit.code, entry.facts["rows"]) == (world.users["TOWN_CLERK"], "360722100", 4)


def test_the_unmasked_roster_needs_a_second_person(world: World, enter: Any) -> None:
    url = reverse("funds:download", kwargs={"pk": world.one("Roster").pk, "what": "full"})
    for role in ("COUNTY_FINANCE", "COUNTY_CLERK", "TOWN_CLERK", "COUNTY_APPROVER", "AUDITOR"):
        assert enter(world.users[role]).get(url).status_code in {403, 409}, role


def test_a_job_is_cancelled_by_whoever_asked_for_it(world: World, enter: Any) -> None:
    run = world.one("Run")
    Run.objects.filter(pk=run.pk).update(state=Run.State.WAITING)
    for role in ("TOWN_LEADER", "LEADER_READONLY", "CITY_VIEWER", "PETITION_OFFICER"):
        assert enter(world.users[role]).post(reverse("web:job", args=[run.pk])).status_code == 409, role
    assert world.one("Run").state == "WAITING"
    assert enter(world.users["TOWN_CLERK"]).post(reverse("web:job", args=[run.pk])).status_code == 302
    assert world.one("Run").state == "CANCELLED"
    assert Entry.objects.filter(
        action="job.cancel", subject_id=run.pk, actor=world.users["TOWN_CLERK"]
    ).exists()


def test_the_systems_own_jobs_are_cancelled_by_nobody(world: World) -> None:
    run = Run.objects.create(job="roster.generate", unit=world.units["360722"], period="2024-12")
    with pytest.raises(Refusal, match="发起人"):
        cancel(run_id=run.pk, actor=world.users["COUNTY_CLERK"])


def test_one_form_sent_twice_does_its_work_once(world: World, enter: Any) -> None:
    client, form = enter(world.users["TOWN_CLERK"]), sent(comment="")
    url = step("application", world.one("Application"), "accept")
    first, second = client.post(url, form), client.post(url, form)
    assert (first.status_code, second.status_code, first.url) == (302, 302, second.url)
    assert Transition.objects.filter(flow="application", step="accept").count() == 1
