"""Found in the register: who might get 低保 alone; counted: relief by event and of people at risk; printed: the pledge."""
# requirements: A18, B08, B11, B22, E11

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Assessment, Household, MonitorBatch, MonitoredPerson, Person, Relief
from cases.selectors import with_risk
from cases.selectors_single import screened
from cases.services.archives import catalogue
from cases.views.event_figures import by_event, by_risk
from cases.views.screening import reason_of
from salvation.accounts.models import User
from salvation.files.services import attachments_of
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household, make_person, make_visited
from tests.cases.test_archives import photo
from tests.days import today

VILLAGE = "360722100200"


def found(clerk: User) -> dict[str, Any]:
    return {person.name: person for person in screened(Person.objects.visible_to(clerk))}


def with_reason(units: dict[str, Unit], name: str, **facts: Any) -> Household:
    """A household of two of whom one is severely disabled or ill."""
    household = make_household(units[VILLAGE], [f"{name}父"])
    household.members.create(person=make_person(units[VILLAGE], name, **facts), relation="CHILD")
    return household


def test_a_severely_disabled_member_of_a_marginal_family_may_apply_alone(
    units: dict[str, Unit], clerk: User
) -> None:
    household = with_reason(units, "钟重残", disability_kind="LIMB", disability_level=1)
    make_benefit(household, date(2022, 1, 1), program="MARGINAL")
    person = found(clerk)["钟重残"]
    assert (person.marginal, person.applying, reason_of(person)) == (True, False, "重残（一、二级）")


def test_whoever_is_on_dibao_already_is_not_on_the_list(units: dict[str, Unit], clerk: User) -> None:
    make_benefit(with_reason(units, "钟在保", critical_illness=True), date(2022, 1, 1))
    assert found(clerk) == {}


@pytest.mark.parametrize(
    ("facts", "listed"),
    [
        ({"disability_kind": "MENTAL", "disability_level": 3}, True),
        ({"disability_kind": "LIMB", "disability_level": 3}, False),
        ({"critical_illness": True}, True),
        ({}, False),
    ],
)
def test_the_reasons_are_those_of_article_8(
    facts: dict[str, Any], listed: bool, units: dict[str, Unit], clerk: User
) -> None:
    with_reason(units, "钟一人", **facts)
    assert ("钟一人" in found(clerk)) is listed


def test_whoever_is_applying_is_shown_as_such(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    make_visited(with_reason(units, "钟申请", critical_illness=True))
    assert found(clerk)["钟申请"].applying
    browser, address = sign_in(clerk), reverse("cases:single_screening")
    assert "钟申请" in browser.get(address, {"state": "applying"}).content.decode()
    assert "钟申请" not in browser.get(address, {"state": "marginal"}).content.decode()


def paid(household: Household, event: str = "") -> Relief:
    return Relief.objects.create(
        no=f"LS{household.pk}", program="TEMP_EMERGENCY", situation="FIRE", household=household, applicant=household.head,
        county=household.county, unit=household.handling_unit, village=household.village, happened_on=today(), applied_on=today(),
        persons=2, reason="火灾", event=event, amount=1500, paid_on=today(), state="PAID", state_since=timezone.now(),
    )  # fmt: skip


def listed(household: Household) -> None:
    batch = MonitorBatch.objects.create(
        unit=household.county, title="名单", source="乡村振兴部门", valid_from=today() - timedelta(days=30),
        valid_until=today() + timedelta(days=30), stored_as="", sha256="0" * 64,
    )  # fmt: skip
    MonitoredPerson.objects.create(
        batch=batch, county=household.county, unit=household.handling_unit, village=household.village, name="某人",
        id_no="990000195403150027", id_index=household.head.id_index, category="SUDDEN", person=household.head,
        benefit=make_benefit(household, date(2022, 1, 1)),
    )  # fmt: skip


def test_relief_is_counted_by_event(units: dict[str, Unit], clerk: User) -> None:
    household = make_household(units[VILLAGE], ["谢桂英", "谢建国"])
    paid(household, "六月洪灾")
    make_visited(household, "CONFIRMED", event="六月洪灾")
    assert by_event(clerk, today().year) == [
        {"event": "六月洪灾", "applications": 1, "confirmed": 1, "reliefs": 1, "persons": 2, "amount": 1500}
    ]


def test_relief_of_monitored_families_is_set_apart(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    at_risk, other = (make_household(units[VILLAGE], [name]) for name in ("谢桂英", "钟建国"))
    paid(at_risk)
    paid(other)
    listed(at_risk)
    assert {one.household_id: one.at_risk for one in with_risk(Relief.objects.all())} == {
        at_risk.pk: True,
        other.pk: False,
    }
    row = by_risk(clerk, today().year)[0]
    assert (row["reliefs"], row["risk_reliefs"], row["risk_amount"]) == (2, 1, 1500)
    browser = sign_in(clerk)
    words = browser.get(reverse("cases:reliefs"), {"wanted": "risk"}).content.decode()
    assert ("谢桂英" in words, "钟建国" in words) == (True, False)
    assert "三类人员户次" in browser.get(reverse("cases:event_figures")).content.decode()


def test_relief_of_another_town_is_not_counted(units: dict[str, Unit], other_clerk: User) -> None:
    paid(make_household(units[VILLAGE], ["谢桂英"]), "六月洪灾")
    assert by_event(other_clerk, today().year) == []


def test_the_signed_sheet_of_a_deliberation_is_kept_and_missed(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    application = make_visited(make_household(units[VILLAGE], ["谢桂英"]))
    sent = {
        "held_on": today().isoformat(), "place": "村委会", "host": "村主任", "due": 9, "present": 7, "agree": 6, "disagree": 0,
        "abstain": 1, "conclusion": "属实", "sheet": SimpleUploadedFile("签名.jpg", photo(), "image/jpeg"),
        "_act": "confirmed", "_once": "5d7c2c1e-8a54-4f0e-9f0e-2b8f1d7c9a31",
    }  # fmt: skip
    assert sign_in(clerk).post(reverse("cases:new_debate", args=[application.pk]), sent).status_code == 302
    assert attachments_of(application).filter(kind="DEBATE").count() == 1
    titles = [entry.piece.title for one in catalogue(application.household, clerk) for entry in one.entries]
    assert "签名的评议记录表：签名.jpg" in titles


def test_the_pledge_is_printed_for_the_applicants_signature(
    units: dict[str, Unit], clerk: User, sign_in: Callable[[User], Client]
) -> None:
    application = make_visited(make_household(units[VILLAGE], ["谢桂英"]), "SUBMITTED")
    address = reverse("documents:print", args=["commitment-form", application.pk, "pdf"])
    answer = sign_in(clerk).get(address)
    assert answer.status_code == 200
    assert b"".join(answer.streaming_content).startswith(b"%PDF")
    assert not Assessment.objects.exists()
