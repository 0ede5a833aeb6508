"""Files with whole numbers, each kind × every role × every place: one rule for all of them (12 §12.1 #9)."""

from typing import Any

import pytest
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from cases.models import ArchiveBundle
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.accounts.roles import ROLES
from salvation.duties.selectors import duties_for
from salvation.files.models import ExportRequest
from salvation.files.services import store
from salvation.files.whole import PERMISSION, WHOLE, Whole, ask_whole, decide_whole, requests_to_decide
from salvation.journal.models import Entry
from tests.access.routes import sees
from tests.world import PLACE, World

pytestmark = pytest.mark.django_db
KINDS = {
    "cases.referralbatch": "case.review",
    "cases.checkexchange": "check.issue",
    "cases.archivebundle": "mask.unmask",
    "funds.roster": "roster.export",
}


def subject(kind: Whole, world: World, place: str) -> Any:
    return world.one(kind.model.__name__, place)


def test_every_file_with_whole_numbers_is_declared_with_the_permission_of_its_work() -> None:
    assert {label: kind.permission for label, kind in WHOLE.items()} == KINDS


@pytest.mark.parametrize("label", KINDS)
@pytest.mark.parametrize("role", ROLES)
def test_who_comes_to_a_file_with_whole_numbers(role: str, label: str, world: World, enter: Any) -> None:
    kind, held, client = WHOLE[label], ROLES[role].permissions, enter(world.users[role])
    for place in PLACE:
        found = subject(kind, world, place)
        answer = client.get(reverse("files:whole", args=[label, found.pk])).status_code
        if PERMISSION not in held:
            assert answer == 403, place
        elif not sees(role, world, found):
            assert answer == 404, place
        else:
            assert answer == (200 if kind.permission in held else 403), place


@pytest.mark.parametrize("label", KINDS)
def test_nobody_takes_one_out_without_the_consent_of_a_second_person(
    label: str, world: World, enter: Any
) -> None:
    kind = WHOLE[label]
    found = subject(kind, world, "own")
    for role, spec in ROLES.items():
        user = User.objects.get(pk=world.users[role].pk)
        if not {kind.permission, PERMISSION} <= spec.permissions or not sees(role, world, found):
            continue
        if isinstance(found, ArchiveBundle):
            ArchiveBundle.objects.filter(pk=found.pk).update(requested_by=user, stored_as=store(b"%PDF-1.7"))
        if label in ("cases.referralbatch", "cases.checkexchange"):
            kind.model._base_manager.filter(pk=found.pk).update(stored_as=store(b"content"))
        client = enter(user)
        assert client.get(kind.file(found)).status_code == 409, role
        asked = ask_whole(subject=found, reason="核对用途", actor=user, now=timezone.now())
        boss = User.objects.get(pk=world.users["COUNTY_APPROVER"].pk)
        decide_whole(request_id=asked.pk, approve=True, actor=boss, now=timezone.now())
        assert client.get(kind.file(found)).status_code == 200, role
        facts = Entry.objects.filter(facts__approved_by=str(boss)).latest("pk").facts
        assert facts["reason"] == "核对用途"
        ExportRequest.objects.filter(pk=asked.pk).update(expires_at=timezone.now())
        assert client.get(kind.file(found)).status_code == 409, role


def test_who_must_stand_back_from_a_file_is_not_asked_to_let_it_out(world: World) -> None:
    kind = WHOLE["cases.archivebundle"]
    found = subject(kind, world, "own")
    asker = next(
        user
        for role, user in world.users.items()
        if {kind.permission, PERMISSION} <= ROLES[role].permissions and sees(role, world, found)
    )
    asked = ask_whole(subject=found, reason="调卷核查", actor=asker, now=timezone.now())
    relative = kind.model._base_manager.filter(pk=found.pk).values_list(kind.model.access.people, flat=True)[
        0
    ]
    approver = User.objects.get(pk=world.users["COUNTY_APPROVER"].pk)
    assert requests_to_decide(approver).filter(pk=asked.pk).exists()
    assert duties_for(approver).filter(kind="export", subject_id=asked.pk).exists()
    Recusal.objects.create(user=approver, person_id=relative, reason="近亲属")
    approver = User.objects.get(pk=approver.pk)
    assert not requests_to_decide(approver).filter(pk=asked.pk).exists()
    assert not duties_for(approver).filter(kind="export", subject_id=asked.pk).exists()
    with pytest.raises(Http404):
        decide_whole(request_id=asked.pk, approve=True, actor=approver, now=timezone.now())
