"""Standing back from one's own and relatives' files (回避), and single files lent to somebody (专项组)."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib.auth.models import Permission
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, transaction
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from guardian.shortcuts import assign_perm, remove_perm

from salvation.access.models import Recusal, ScopedModel
from salvation.access.services import get_visible, must_still_see
from salvation.accounts.models import User
from salvation.duties.selectors import duties_for
from salvation.files.models import Attachment
from salvation.flow.engine import perform
from tests.access.routes import address, patterns, route_of
from tests.world import PLACE, World, person_id

pytestmark = pytest.mark.django_db
ABOUT_PEOPLE = [
    model
    for model in apps.get_models()
    if issubclass(model, ScopedModel) and not model._meta.proxy and model.access.people
]


def anew(user: User) -> User:
    """The account as the next request loads it."""
    return User.objects.get(pk=user.pk)


@pytest.fixture
def recused(world: World) -> User:
    """The clerk of 嘉定镇, a relative of the head of the family in 水东村."""
    clerk = world.users["TOWN_CLERK"]
    Recusal.objects.create(user=clerk, person_id=world.one("Person").pk, reason="近亲属")
    return anew(clerk)


@pytest.mark.parametrize("model", ABOUT_PEOPLE, ids=lambda m: m.__name__)
def test_nothing_of_a_relatives_family_is_seen(model: Any, world: World, recused: User) -> None:
    path, people = model.access.people, [world.one("Person").pk]
    hidden = set(model._base_manager.filter(**{f"{path}__in": people}).values_list("pk", flat=True))
    seen = set(model.objects.visible_to(recused).values_list("pk", flat=True))
    before = set(model.objects.visible_to(anew(world.users["TOWN_LEADER"])).values_list("pk", flat=True))
    assert not seen & hidden
    assert before & hidden or "TOWN_LEADER" not in model.access.view


def test_the_neighbours_files_stay_open(world: World, recused: User) -> None:
    for model in ("Household", "Application", "Benefit", "PayLine"):
        other = world.one(model, "next_village")
        assert type(other).objects.visible_to(recused).filter(pk=other.pk).exists(), model


def test_the_papers_of_a_relatives_file_are_closed_too(world: World, recused: User) -> None:
    seen = set(Attachment.objects.visible_to(recused).values_list("pk", flat=True))
    assert world.one("Attachment").pk not in seen
    assert world.one("Attachment", "next_village").pk in seen


def test_a_relatives_file_is_nobodys_duty_for_the_recused(world: World, recused: User) -> None:
    titles = "\n".join(duties_for(recused).values_list("title", flat=True))
    assert PLACE["own"].names[0] not in titles
    assert PLACE["next_village"].names[0] in titles


def test_a_step_on_a_relatives_file_finds_nothing(world: World, recused: User) -> None:
    with pytest.raises(Http404):
        perform(subject=world.one("Application"), step="accept", actor=recused, now=timezone.now())


def test_pages_search_and_figures_do_not_name_the_relative(world: World, recused: User, enter: Any) -> None:
    client, name = enter(recused), PLACE["own"].names[0]
    drill = route_of("reports:drill", dict(patterns())["reports:drill"])
    pages = [
        reverse("web:desk"),
        reverse("cases:people"),
        reverse("cases:households"),
        reverse("cases:applications"),
    ]
    for url in [*pages, address("reports:drill", drill, world, "own")]:
        response = client.get(url)
        assert response.status_code == 200
        assert name not in response.content.decode(), url
    found = client.get(reverse("web:search"), {"q": person_id(PLACE["own"], 1)}).content.decode()
    assert reverse("cases:person", args=[world.one("Person").pk]) not in found


def test_a_lifted_recusal_opens_the_file_again(world: World, recused: User) -> None:
    Recusal.objects.update(lifted_at=timezone.now())
    household = world.one("Household")
    assert type(household).objects.visible_to(anew(recused)).filter(pk=household.pk).exists()


def test_a_recusal_stands_once_at_a_time(world: World, recused: User) -> None:
    again = {"user": recused, "person_id": world.one("Person").pk, "reason": "重复"}
    with pytest.raises(IntegrityError), transaction.atomic():
        Recusal.objects.create(**again)
    Recusal.objects.update(lifted_at=timezone.now())
    Recusal.objects.create(**again)


@pytest.fixture
def borrower(world: World) -> User:
    """The clerk of another town, lent one application of 嘉定镇."""
    clerk = world.clerks["360722101"]
    assign_perm("cases.borrow_application", clerk, world.one("Application"))
    return anew(clerk)


def test_a_lent_file_is_seen_beside_ones_own_and_no_other(world: World, borrower: User) -> None:
    application = world.one("Application")
    seen = set(type(application).objects.visible_to(borrower).values_list("pk", flat=True))
    assert seen == {application.pk, world.one("Application", "other_town").pk}


def test_a_lent_file_brings_its_papers(world: World, borrower: User) -> None:
    seen = set(Attachment.objects.visible_to(borrower).values_list("pk", flat=True))
    assert seen == {world.one("Attachment").pk, world.one("Attachment", "other_town").pk}


def test_a_lent_file_may_be_read_and_not_acted_on(world: World, borrower: User, enter: Any) -> None:
    application = world.one("Application")
    page = reverse("cases:application", args=[application.pk])
    assert enter(borrower).get(page).status_code == 200
    with pytest.raises(PermissionDenied):
        perform(subject=application, step="accept", actor=borrower, now=timezone.now())


def test_a_file_taken_back_is_closed(world: World, borrower: User) -> None:
    application = world.one("Application")
    remove_perm("cases.borrow_application", borrower, application)
    with pytest.raises(Http404):
        get_visible(type(application).objects, anew(borrower), pk=application.pk)


def test_lending_opens_nothing_to_whoever_holds_no_post(world: World) -> None:
    admin, application = world.users["SYS_ADMIN"], world.one("Application")
    assign_perm("cases.borrow_application", admin, application)
    assert not type(application).objects.visible_to(anew(admin)).exists()


def test_a_recused_person_does_not_get_the_file_by_lending(world: World, recused: User) -> None:
    application = world.one("Application")
    assign_perm("cases.borrow_application", recused, application)
    assert not type(application).objects.visible_to(anew(recused)).filter(pk=application.pk).exists()


def test_every_lendable_model_declares_its_permission() -> None:
    for model in apps.get_models():
        if issubclass(model, ScopedModel) and not model._meta.proxy and model.access.lendable:
            codename = f"borrow_{model._meta.model_name}"
            assert Permission.objects.filter(
                codename=codename, content_type__app_label=model._meta.app_label
            ).exists()


def test_nobody_pushes_a_record_out_of_his_units(world: World) -> None:
    household = world.one("Household")
    household.handling_unit = world.units["360722101"]
    household.save()
    with pytest.raises(PermissionDenied, match="未保存"):
        must_still_see(world.users["TOWN_CLERK"], household)


def test_the_unit_of_residence_sees_a_household_in_its_own_scope_only(world: World) -> None:
    household = world.one("Household")
    type(household).objects.filter(pk=household.pk).update(residence_unit=world.units["360722101"])
    rows, other = type(household).objects, world.clerks["360722101"]
    assert not rows.visible_to(other).filter(pk=household.pk).exists()
    assert rows.visible_to(other, "residence").filter(pk=household.pk).exists()
