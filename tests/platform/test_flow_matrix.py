"""Every state × role × step of every flow: what available() offers is what perform() takes, and nothing else."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404
from django.utils import timezone

from audits.flows import RECTIFICATION
from cases.alert_flow import ALERT
from cases.check_flow import CHECK
from cases.discovery_flow import DISCOVERY
from cases.emergency_flow import EMERGENCY
from cases.flows import APPLICATION, CHANGE_ORDER
from cases.kinship_flow import FILING
from cases.relief_flow import RELIEF
from cases.special_flow import SPECIAL
from funds.flows import ROSTER
from reports.summary.flows import SUMMARY
from salvation.accounts.roles import ROLES
from salvation.documents.flows import DOCUMENT
from salvation.domain.errors import Refusal
from salvation.flow.engine import available, perform
from salvation.flow.models import Transition
from salvation.flow.registry import FLOWS
from salvation.flow.table import Flow, Step
from salvation.periods.flows import SUBMISSION
from tests.world import World

pytestmark = pytest.mark.django_db
FLOW_TABLES = {
    "Application": APPLICATION,
    "ChangeOrder": CHANGE_ORDER,
    "CheckRequest": CHECK,
    "Discovery": DISCOVERY,
    "EmergencyMode": EMERGENCY,
    "KinshipFiling": FILING,
    "MonitoringAlert": ALERT,
    "RectificationItem": RECTIFICATION,
    "Relief": RELIEF,
    "Submission": SUBMISSION,
    "SpecialDeliberation": SPECIAL,
    "SummaryReport": SUMMARY,
    "Roster": ROSTER,
    "Document": DOCUMENT,
}
DONE, REFUSED, FORBIDDEN, HIDDEN = "done", "refused", "forbidden", "hidden"


class Undone(Exception):
    """Takes a step back."""


def facts_for(world: World, step: Step) -> dict[str, Any]:
    """Everything a step asks for, filled in plausibly."""
    meeting = world.one("Meeting")
    known = {
        "meeting": meeting.pk,
        "place": "公开栏",
        "amount": "500",
        "notified_on": timezone.localdate(),
        "done_on": timezone.localdate(),
        "tag": "FAKE",
    }
    return {
        need.key: known.get(need.key, "2022-06-15" if need.kind == "date" else "已填写")
        for need in step.needs
    }


def attempt(world: World, subject: Any, step: Step, actor: Any) -> tuple[str, str]:
    """Take a step and take it back; how it ended, and the reason of a refusal."""
    fresh = type(subject)._base_manager.get(pk=subject.pk)
    try:
        with transaction.atomic():
            perform(
                subject=fresh,
                step=step.code,
                actor=actor,
                now=timezone.now(),
                comment="理由",
                data=facts_for(world, step),
            )
            raise Undone
    except Undone:
        return DONE, ""
    except Refusal as refusal:
        return REFUSED, str(refusal)
    except PermissionDenied:
        return FORBIDDEN, ""
    except Http404:
        return HIDDEN, ""


def put(subject: Any, state: str) -> Any:
    """The subject in a state, whatever way leads there."""
    changed: dict[str, Any] = {"state": state}
    if hasattr(subject, "meeting_id") and state == "BUREAU_APPROVED":
        changed["meeting"] = subject.meeting_id or facts_meeting(subject)
    type(subject)._base_manager.filter(pk=subject.pk).update(**changed)
    return type(subject)._base_manager.get(pk=subject.pk)


def facts_meeting(subject: Any) -> int:
    found = type(subject)._meta.get_field("meeting").related_model._base_manager.first()
    return int(found.pk)


def concerned(flow: Flow) -> list[str]:
    """Roles that hold any permission of the flow."""
    wanted = {step.permission for step in flow.steps if step.permission}
    return [code for code, role in ROLES.items() if role.permissions & wanted]


def cases(model: str) -> Iterator[str]:
    yield from (state.code for state in FLOW_TABLES[model].states)


def test_every_registered_flow_is_in_this_test() -> None:
    assert {entry.model.__name__ for entry in FLOWS.values()} <= set(FLOW_TABLES)


@pytest.mark.parametrize(
    ("model", "state"), [(model, state) for model in FLOW_TABLES for state in cases(model)]
)
def test_what_is_offered_is_what_is_taken(model: str, state: str, world: World) -> None:
    flow, subject = FLOW_TABLES[model], put(world.one(model), state)
    for role in concerned(flow):
        actor = world.users[role]
        offers = {offer.step.code: offer for offer in available(subject, actor, timezone.now())}
        for step in flow.steps:
            outcome, reason = attempt(world, subject, step, actor)
            where = f"{role}: {state} → {step.code}: {outcome} {reason}"
            offer = offers.get(step.code)
            if offer is None:
                assert outcome != DONE, where
                assert outcome in (FORBIDDEN, HIDDEN) or state not in step.sources or step.applies, where
            elif offer.allowed:
                assert outcome in (DONE, REFUSED), where
                assert outcome == DONE or "不能办理" not in reason, where
            else:
                # The offer names all that is missing; the first of it refuses.
                assert outcome == REFUSED and offer.reason.startswith(reason), where


@pytest.mark.parametrize("model", FLOW_TABLES)
def test_roles_without_a_permission_of_the_flow_are_offered_and_allowed_nothing(
    model: str, world: World
) -> None:
    flow, subject = FLOW_TABLES[model], world.one(model)
    for role in set(ROLES) - set(concerned(flow)):
        assert available(subject, world.users[role], timezone.now()) == []
        for step in flow.steps:
            assert attempt(world, subject, step, world.users[role])[0] in (FORBIDDEN, HIDDEN), (
                role,
                step.code,
            )


@pytest.mark.parametrize("model", FLOW_TABLES)
def test_nobody_is_offered_or_allowed_a_step_outside_his_units(model: str, world: World) -> None:
    flow = FLOW_TABLES[model]
    for place in ("other_town", "other_county"):
        subject = world.one(model, place)
        towns = [role for role in concerned(flow) if "TOWN" in ROLES[role].kinds]
        beyond = concerned(flow) if place == "other_county" else towns
        for role in beyond:
            assert available(subject, world.users[role], timezone.now()) == [], role
            assert {attempt(world, subject, step, world.users[role])[0] for step in flow.steps} <= {
                HIDDEN,
                FORBIDDEN,
            }


@pytest.mark.parametrize("model", FLOW_TABLES)
def test_every_state_is_reached_and_every_open_one_is_left(model: str) -> None:
    flow = FLOW_TABLES[model]
    reached = {flow.initial} | {step.target for step in flow.steps}
    assert reached == {state.code for state in flow.states}
    assert all(state.actor is None for state in flow.states if state.code in flow.ended)


@pytest.mark.parametrize("model", FLOW_TABLES)
def test_whoever_must_act_in_a_state_has_a_step_to_take(model: str) -> None:
    """A duty without a button is a dead end."""
    flow = FLOW_TABLES[model]
    for state in flow.states:
        permissions = {step.permission for step in flow.steps_from(state.code)}
        holders = [role.permissions for role in ROLES.values() if state.actor in role.permissions]
        assert state.actor is None or any(held & permissions for held in holders), state.code


def test_a_step_of_the_system_is_closed_to_people_and_open_to_the_system(world: World) -> None:
    submission = world.one("Submission")
    type(submission).objects.filter(pk=submission.pk).update(state="PENDING")
    with pytest.raises(PermissionDenied):
        perform(subject=submission, step="generate", actor=world.users["COUNTY_CLERK"], now=timezone.now())
    made = perform(subject=submission, step="generate", actor=None, now=timezone.now())
    assert (made.actor, made.role) == (None, "系统")


def test_whoever_took_an_earlier_step_may_not_take_the_one_kept_apart(world: World) -> None:
    item, county = world.one("RectificationItem"), world.users["COUNTY_CLERK"]
    type(item).objects.filter(pk=item.pk).update(state="REVIEWING")
    Transition.objects.create(
        flow="rectification", subject_id=item.pk, step="apply", from_state="RECTIFYING", to_state="REVIEWING",
        actor=county, unit=item.unit, at=timezone.now(), stat_month=timezone.localdate().replace(day=1),
    )  # fmt: skip
    item.refresh_from_db()
    offer = next(offer for offer in available(item, county, timezone.now()) if offer.step.code == "close")
    assert not offer.allowed
    assert "申请销号" in offer.reason
    with pytest.raises(Refusal, match="职责分离"):
        perform(subject=item, step="close", actor=county, now=timezone.now(), data={"opinion": "属实"})
