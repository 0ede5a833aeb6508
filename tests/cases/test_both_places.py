"""人户分离: the notice hangs at both places, each township photographs its own and hears objections (L57 第19条)."""
# requirements: J01, J06, B13

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.checklist import checklist
from cases.models import Application, Household, NoticeSheet
from cases.services.applications import create_application, save_declaration
from cases.services.archives import catalogue
from cases.services.notice_sheets import add_sheet_photos, object_at_sheet, sheet_paper
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.flow.engine import perform
from salvation.units.models import Unit
from tests.builders import COMPLETE
from tests.cases.test_application_flow import STANDARDS, economy, finish_notice, photo, review
from tests.cases.test_application_flow import household as household
from tests.cases.test_application_flow import parameters as parameters

OTHER = "360722101200"


def apply(household: Household, clerk: User, **facts: Any) -> Application:
    return create_application(
        household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk, now=timezone.now(),
        **COMPLETE, **facts,
    )  # fmt: skip


@pytest.fixture
def noticed(
    household: Household, clerk: User, leader: User, parameters: Callable[..., None], units: dict[str, Unit]
) -> Application:
    """Registered in 嘉定镇, living in 大塘埠镇; on notice."""
    parameters(STANDARDS)
    application = apply(household, clerk, apart_village=units[OTHER])
    save_declaration(household=household, application=application, document=economy(household), actor=clerk)
    perform(subject=application, step="submit", actor=clerk, now=timezone.now())
    review(application, clerk, leader, timezone.now())
    return application


def sheet_of(unit: Unit) -> NoticeSheet:
    return NoticeSheet.objects.get(unit=unit)


def files(*names: str) -> list[SimpleUploadedFile]:
    return [SimpleUploadedFile(name, photo(), "image/jpeg") for name in names]


def test_each_place_gets_a_sheet_of_its_own_township(noticed: Application, units: dict[str, Unit]) -> None:
    own, other = sheet_of(units["360722100"]), sheet_of(units["360722101"])
    assert own.rows == other.rows
    assert (other.village, other.place, other.ends_on) == (units[OTHER], "大塘村委会公开栏", own.ends_on)


def test_the_proof_of_residence_is_asked_for(
    household: Household, clerk: User, units: dict[str, Unit]
) -> None:
    application = apply(household, clerk, apart_village=units[OTHER])
    assert "residence" in {line.code for line in checklist(application)}


def test_the_notice_is_not_over_before_the_other_place_has_its_photos(
    noticed: Application, clerk: User, other_clerk: User, units: dict[str, Unit]
) -> None:
    later = finish_notice(noticed, clerk)
    with pytest.raises(Refusal, match=r"大塘村委会公开栏.*已有0张"):
        perform(subject=noticed, step="to_county", actor=clerk, now=later)
    photos = files("开始.jpg", "结束.jpg")
    assert add_sheet_photos(sheet=sheet_of(units["360722101"]), photos=photos, actor=other_clerk) == 2
    perform(subject=noticed, step="to_county", actor=clerk, now=later)
    assert noticed.state == "COUNTY_REVIEW"


def test_an_objection_heard_at_the_other_place_stops_the_case(
    noticed: Application, other_clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    sheet = sheet_of(units["360722101"])
    sent = {
        "household": noticed.pk, "content": "其子有两套房", "objector": "", "_act": "confirmed",
        "_once": "5d7c2c1e-8a54-4f0e-9f0e-2b8f1d7c9a11",
    }  # fmt: skip
    browser = sign_in(other_clerk)
    assert browser.post(reverse("cases:notice_voice", args=[sheet.pk]), sent).status_code == 302
    noticed.refresh_from_db()
    assert noticed.state == "OBJECTION"
    objection = noticed.objections.get()
    assert (objection.recorded_by, "大塘埠镇" in objection.content) == (other_clerk, True)
    assert "其子有两套房" in browser.get(reverse("cases:notice", args=[sheet.pk])).content.decode()


def test_the_other_township_sees_the_sheet_and_not_the_case(
    noticed: Application, other_clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    browser = sign_in(other_clerk)
    assert browser.get(reverse("cases:notice", args=[sheet_of(units["360722101"]).pk])).status_code == 200
    assert browser.get(reverse("cases:application", args=[noticed.pk])).status_code == 404
    assert (
        browser.get(reverse("cases:notice_voice", args=[sheet_of(units["360722100"]).pk])).status_code == 404
    )


def test_only_a_household_of_the_sheet_is_objected_to(
    noticed: Application, other_clerk: User, units: dict[str, Unit]
) -> None:
    sheet = sheet_of(units["360722101"])
    noticed.notices.filter(sheet=sheet).update(sheet=None)
    with pytest.raises(Refusal, match="不在本公示单上"):
        object_at_sheet(
            sheet=sheet,
            application=noticed,
            content="不实",
            objector="",
            actor=other_clerk,
            now=timezone.now(),
        )


def test_a_leader_hears_no_objections(noticed: Application, leader: User, units: dict[str, Unit]) -> None:
    with pytest.raises(PermissionDenied):
        object_at_sheet(
            sheet=sheet_of(units["360722100"]), application=noticed, content="不实", objector="", actor=leader,
            now=timezone.now(),
        )  # fmt: skip


def test_outside_the_county_the_sheet_is_ours_with_the_place_as_written(
    household: Household, clerk: User, leader: User, parameters: Callable[..., None]
) -> None:
    parameters(STANDARDS)
    application = apply(household, clerk, apart_place="赣州市章贡区某社区公开栏")
    save_declaration(household=household, application=application, document=economy(household), actor=clerk)
    perform(subject=application, step="submit", actor=clerk, now=timezone.now())
    review(application, clerk, leader, timezone.now())
    assert set(application.notices.values_list("sheet__place", flat=True)) == {
        "村公开栏",
        "赣州市章贡区某社区公开栏",
    }


def test_one_village_is_no_second_place(household: Household, clerk: User) -> None:
    with pytest.raises(Refusal, match="就是受理的村"):
        apply(household, clerk, apart_village=household.village)


def test_a_village_of_another_county_is_written_out(
    household: Household, clerk: User, units: dict[str, Unit]
) -> None:
    with pytest.raises(Refusal, match="本县的村"):
        apply(household, clerk, apart_village=units["140431100001"])


def test_the_form_offers_the_villages_of_the_county(
    household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(clerk).get(reverse("cases:new_application", args=[household.pk])).content.decode()
    assert "大塘埠镇 大塘村" in page


def test_a_sheet_taken_out_after_its_time_says_so(noticed: Application, units: dict[str, Unit]) -> None:
    sheet = sheet_of(units["360722100"])
    assert sheet_paper(sheet).mark == ""
    sheet.ends_on = timezone.localdate() - timedelta(days=1)
    assert "不得张贴" in sheet_paper(sheet).mark


def test_sheets_photos_and_objections_of_both_places_stand_in_the_archive(
    noticed: Application, clerk: User, other_clerk: User, units: dict[str, Unit]
) -> None:
    add_sheet_photos(sheet=sheet_of(units["360722101"]), photos=files("开始.jpg"), actor=other_clerk)
    perform(
        subject=noticed,
        step="object",
        actor=clerk,
        now=timezone.now(),
        comment="收入不实",
        data={"objector": "甲"},
    )
    titles = " ".join(e.piece.title for one in catalogue(noticed.household, clerk) for e in one.entries)
    assert titles.count("公示单（") == 2
    assert "公示照片（大塘村委会公开栏）" in titles
    assert "公示异议处理记录" in titles
