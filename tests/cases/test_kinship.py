"""Relatives of staff: found at acceptance, filed by level, inspected, kept away from; and the check of a typed number."""
# requirements: B02, B20, B21, M05

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.guards import county_has_visited
from cases.models import Application, Household, KinshipFiling
from cases.services.applications import TieInput, create_application
from cases.services.kinship import RelativeInput, save_relatives
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.flow.engine import available, perform
from salvation.flow.table import Context
from salvation.journal.models import Entry
from salvation.parameters.services import confirm_parameter, propose_parameter
from salvation.registers.models import StaffMember
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_benefit, make_household

LONG_AGO = date(2020, 1, 1)


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    made = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    return Household.objects.select_related("head").get(pk=made.pk)


@pytest.fixture
def staff(units: dict[str, Unit], leader: User) -> StaffMember:
    """The deputy head of 嘉定镇, with his login."""
    return StaffMember.objects.create(
        unit=units["360722100"], name="李分管", kind="LEADER", post="副镇长", from_on=LONG_AGO, account=leader
    )


def declare(staff: StaffMember, household: Household, clerk: User) -> int:
    given = RelativeInput("父母", "谢桂英", household.head.id_no.plain())
    return save_relatives(staff=staff, relatives=[given], actor=clerk, now=timezone.now())


def accept(household: Household, clerk: User, **facts: Any) -> Application:
    now = timezone.now()
    application = create_application(
        household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=now,
        **{**COMPLETE, **facts},
    )  # fmt: skip
    for step in ("submit", "accept"):
        perform(subject=application, step=step, actor=clerk, now=now)
    return application


def file(filing: KinshipFiling, head: User, county_clerk: User) -> KinshipFiling:
    perform(subject=filing, step="approve", actor=head, now=timezone.now())
    perform(subject=filing, step="file", actor=county_clerk, now=timezone.now())
    return filing


def test_an_applicant_who_is_a_relative_by_number_is_flagged_and_drawn_up(
    household: Household, staff: StaffMember, clerk: User
) -> None:
    declare(staff, household, clerk)
    application = accept(household, clerk)
    filing = KinshipFiling.objects.get()
    assert application.kinship_flag
    assert (filing.person, filing.relation, filing.level, filing.state) == (
        household.head,
        "父母",
        "TOWN",
        "DRAFT",
    )


def test_a_declared_relative_on_the_roster_is_drawn_up_too(
    household: Household, staff: StaffMember, clerk: User
) -> None:
    tie = TieInput(household.head_id, "兄弟姐妹", "李分管", "副镇长")
    application = accept(household, clerk, ties=[tie])
    assert (application.kinship_flag, KinshipFiling.objects.get().staff) == (True, staff)


def test_staff_who_left_office_or_work_elsewhere_are_no_match(
    household: Household, staff: StaffMember, clerk: User, units: dict[str, Unit]
) -> None:
    declare(staff, household, clerk)
    StaffMember.objects.update(unit=units["360722101"])
    assert not accept(household, clerk).kinship_flag
    assert not KinshipFiling.objects.exists()


def test_the_relative_of_somebody_helped_is_drawn_up_when_staff_declare_him(
    household: Household, staff: StaffMember, clerk: User
) -> None:
    make_benefit(household, LONG_AGO)
    assert declare(staff, household, clerk) == 1


def test_staff_see_no_file_of_their_relatives_until_the_filing_ends(
    household: Household, staff: StaffMember, clerk: User, leader: User, head: User, county_clerk: User
) -> None:
    declare(staff, household, clerk)
    application = accept(household, clerk)
    kept_away = User.objects.get(pk=leader.pk)
    assert not Application.objects.visible_to(kept_away).exists()
    filing = file(KinshipFiling.objects.get(), head, county_clerk)
    perform(
        subject=filing, step="terminate", actor=county_clerk, now=timezone.now(), comment="已调离", data={"ending": "LEFT_OFFICE"}
    )  # fmt: skip
    assert list(Application.objects.visible_to(User.objects.get(pk=leader.pk))) == [application]
    assert not Recusal.objects.filter(lifted_at__isnull=True).exists()


def test_a_filing_is_inspected_every_year_with_a_conclusion(
    household: Household, staff: StaffMember, clerk: User, head: User, county_clerk: User
) -> None:
    declare(staff, household, clerk)
    accept(household, clerk)
    filing = file(KinshipFiling.objects.get(), head, county_clerk)
    today = timezone.localdate()
    assert filing.filing_no.startswith("JQS360722")
    assert filing.due_on is not None
    assert filing.due_on.year == today.year + 1
    data = {"inspected_on": today.isoformat(), "conclusion": "FIT", "finding": "县级两人入户，情况属实"}
    perform(subject=filing, step="inspect", actor=county_clerk, now=timezone.now(), data=data)
    assert (filing.state, filing.reviews.get().conclusion) == ("INSPECTED", "FIT")


def test_the_county_may_switch_the_forced_visit_off_by_parameter(
    household: Household, clerk: User, head: User, county_clerk: User, approver: User, units: dict[str, Unit]
) -> None:
    application = accept(household, clerk, kinship_flag=True)
    context = Context(application, head, timezone.now(), Application.flow.step("confirm_town"))
    assert "县级人员入户" in (county_has_visited(context) or "")
    version = propose_parameter(
        key="kinship.county_visit", unit=units["360722"], value=False, valid_from=LONG_AGO, basis="县局文号", actor=county_clerk
    )  # fmt: skip
    confirm_parameter(version_id=version.pk, actor=approver)
    assert county_has_visited(context) is None


def test_a_typed_number_says_what_is_known_within_ones_units_only(
    household: Household,
    staff: StaffMember,
    clerk: User,
    other_clerk: User,
    sign_in: Callable[[User], Client],
) -> None:
    make_benefit(household, LONG_AGO)
    declare(staff, household, clerk)
    asked = {"id_no": household.head.id_no.plain(), "name": "别名"}
    own = sign_in(clerk).post(reverse("cases:check_id"), asked).content.decode()
    assert "正在嘉定镇享受农村低保" in own
    assert "证号已登记为“谢桂英”" in own
    assert "工作人员本人或近亲属" in own
    other = sign_in(other_clerk).post(reverse("cases:check_id"), asked).content.decode()
    assert "已在其他单位享受救助" in other
    assert "谢桂英" not in other
    assert "农村低保" not in other
    assert Entry.objects.filter(action="search").count() == 2


def test_the_pages_of_filings_show_what_is_due(
    household: Household, staff: StaffMember, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    declare(staff, household, clerk)
    accept(household, clerk)
    client = sign_in(clerk)
    assert "李分管" in client.get(reverse("cases:kinships")).content.decode()
    assert client.get(reverse("cases:kinships"), {"due": "30"}).status_code == 200
    page = client.get(reverse("cases:kinship", args=[KinshipFiling.objects.get().pk])).content.decode()
    assert "该工作人员看不到" in page
    assert [offer.step.code for offer in available(KinshipFiling.objects.get(), clerk, timezone.now())] == []
    given = {
        "_once": client.get(reverse("cases:relatives", args=[staff.pk])).context["token"],
        "relatives-TOTAL_FORMS": "1", "relatives-INITIAL_FORMS": "0", "relatives-0-relation": "子女",
        "relatives-0-name": "谢建国", "relatives-0-id_no": household.members.last().person.id_no.plain(),
    }  # fmt: skip
    assert client.post(reverse("cases:relatives", args=[staff.pk]), given).status_code == 302
    assert staff.relatives.count() == 2
