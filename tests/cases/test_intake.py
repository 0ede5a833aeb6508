"""What comes with an application: the list of materials, authorisations of everybody, who acts for the applicant."""
# requirements: B01, B03, B06, B20 part

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import checklist
from cases.models import Application, Authorisation, Household
from cases.rules.materials import Matter, Origin, wanted
from cases.services.applications import TieInput, create_application, save_declaration
from cases.services.authorisations import Signed, record_authorisations
from cases.services.materials import Received, receive_materials, reusable, save_mandate
from salvation.accounts.models import User
from salvation.documents.models import Document
from salvation.domain.errors import Refusal
from salvation.flow.engine import perform
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from salvation.web.services import new_token
from tests.builders import COMPLETE, make_household, make_person
from tests.days import today
from tests.world import photo


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["谢桂英", "谢建国"])


def apply(household: Household, clerk: User, **facts: Any) -> Application:
    given = {"program": "DIBAO_RURAL", "applied_on": today(), "kinship_declared": True, **facts}
    return create_application(household=household, actor=clerk, now=timezone.now(), **given)


def submit(application: Application, clerk: User) -> Application:
    perform(subject=application, step="submit", actor=clerk, now=timezone.now())
    return application


def test_the_list_asks_for_what_the_family_needs_and_nothing_offices_can_draw() -> None:
    plain = {item.code for item in wanted(Matter("DIBAO_RURAL"))}
    assert {"application", "hukou", "commitment"} <= plain
    assert not plain & {"illness", "residence", "proxy", "bearers", "expense"}
    full = wanted(Matter("DIBAO_RURAL", is_single=True, disabled=True, ill=True, apart=True, by_proxy=True))
    assert {"illness", "residence", "proxy", "bearers", "disability"} <= {item.code for item in full}
    assert all(not item.required for item in full if item.origin == Origin.DRAWN)


def test_what_is_missing_is_told_at_once_and_acceptance_waits_for_it(
    household: Household, clerk: User
) -> None:
    application = submit(apply(household, clerk, authorised=True, received=["application"]), clerk)
    assert checklist.missing(application) == ["户口簿和全部家庭成员身份证", "诚信承诺书"]
    with pytest.raises(Refusal, match="还缺 2 件材料：户口簿和全部家庭成员身份证、诚信承诺书"):
        perform(subject=application, step="accept", actor=clerk, now=timezone.now())


def test_the_notice_names_every_missing_piece_and_the_day(
    household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    application = submit(apply(household, clerk, authorised=True), clerk)
    page = sign_in(clerk).get(f"/flow/application/{application.pk}/correct/").content.decode()
    assert "诚信承诺书" in page
    perform(
        subject=application, step="correct", actor=clerk, now=timezone.now(),
        comment="\n".join([*checklist.missing(application), "银行流水"]), data={"until": "2022-06-15"},
    )  # fmt: skip
    given = sealed_facts.load(Document.objects.get(code="correction").given)
    assert given["materials"].splitlines() == [
        "申请书",
        "户口簿和全部家庭成员身份证",
        "诚信承诺书",
        "银行流水",
    ]
    assert given["until"] == "2022年6月15日"


def test_a_piece_asked_for_by_hand_is_wanted_until_it_comes(household: Household, clerk: User) -> None:
    application = submit(apply(household, clerk, **COMPLETE), clerk)
    perform(subject=application, step="correct", actor=clerk, now=timezone.now(), comment="银行流水")
    with pytest.raises(Refusal, match="银行流水"):
        submit(application, clerk)
    left = receive_materials(
        application=application, given=[Received("ASKED1", True)], actor=clerk, on=today()
    )
    assert (left, submit(application, clerk).state) == ([], "SUBMITTED")


def test_a_second_correction_needs_its_reason(household: Household, clerk: User) -> None:
    application = submit(apply(household, clerk, **COMPLETE), clerk)
    perform(subject=application, step="correct", actor=clerk, now=timezone.now(), comment="银行流水")
    receive_materials(application=application, given=[Received("ASKED1", True)], actor=clerk, on=today())
    submit(application, clerk)
    with pytest.raises(Refusal, match="再次补正须写明理由"):
        perform(subject=application, step="correct", actor=clerk, now=timezone.now(), comment="租房合同")
    again = {"again": "银行流水中新发现租金收入"}
    perform(
        subject=application, step="correct", actor=clerk, now=timezone.now(), comment="租房合同", data=again
    )
    assert application.state == "CORRECTING"


def test_pieces_of_an_earlier_application_serve_again_with_their_files(
    household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    earlier = apply(household, clerk)
    files = [SimpleUploadedFile("户口簿.jpg", photo())]
    receive_materials(
        application=earlier, given=[Received("hukou", True, files=files)], actor=clerk, on=today()
    )
    perform(subject=earlier, step="withdraw", actor=clerk, now=timezone.now(), comment="申请人撤回")
    later = apply(household, clerk, authorised=True)
    piece = reusable(later)["hukou"]
    receive_materials(application=later, given=[Received("hukou", True, piece.pk)], actor=clerk, on=today())
    page = sign_in(clerk).get(f"/cases/applications/{later.pk}/?tab=materials").content.decode()
    assert "户口簿.jpg" in page
    assert "户口簿和全部家庭成员身份证" not in checklist.missing(later)


def test_a_piece_of_another_family_cannot_be_taken_over(
    household: Household, clerk: User, units: dict[str, Unit]
) -> None:
    other = apply(make_household(units["360722100201"], ["钟小北"]), clerk, received=["hukou"])
    stolen = other.materials.get().pk
    mine = apply(household, clerk)
    with pytest.raises(Refusal, match="不能沿用"):
        receive_materials(application=mine, given=[Received("hukou", True, stolen)], actor=clerk, on=today())


def test_everybody_signs_before_acceptance(household: Household, clerk: User) -> None:
    application = submit(apply(household, clerk, received=COMPLETE["received"]), clerk)
    head = [Signed(today(), household.head_id)]
    record_authorisations(application=application, signed=head, actor=clerk)
    with pytest.raises(Refusal, match=r"还有 1 人未签核对授权书或已到期：谢建国"):
        perform(subject=application, step="accept", actor=clerk, now=timezone.now())


def test_an_authorisation_that_ran_out_counts_no_more_and_a_valid_one_serves_again(
    household: Household, clerk: User
) -> None:
    application = apply(household, clerk, authorised=True)
    assert checklist.unsigned(application, on=today() + timedelta(days=365)) == []
    assert checklist.unsigned(application, on=today() + timedelta(days=366)) == ["谢桂英", "谢建国"]
    perform(subject=application, step="withdraw", actor=clerk, now=timezone.now(), comment="申请人撤回")
    assert checklist.unsigned(apply(household, clerk), on=today()) == []


def test_a_guardian_signs_for_a_minor(household: Household, clerk: User) -> None:
    minor = make_person(household.village, "谢小明", born=date(2015, 8, 1))
    household.members.create(person=minor, relation="GRANDCHILD")
    application = apply(household, clerk)
    with pytest.raises(Refusal, match="谢小明未满18周岁"):
        record_authorisations(application=application, signed=[Signed(today(), minor.pk)], actor=clerk)
    signed = [Signed(today(), minor.pk, guardian="谢建国", guardian_relation="父亲")]
    record_authorisations(application=application, signed=signed, actor=clerk)
    assert Authorisation.objects.get(person=minor).guardian == "谢建国"


def test_duty_bearers_of_a_single_applicant_sign_too(household: Household, clerk: User) -> None:
    application = apply(household, clerk, authorised=True, is_single=True, single_reason="DISABLED_L12")
    document = {"duty_bearers": [{"name": "谢大国", "relation": "儿子"}]}
    save_declaration(household=household, application=application, document=document, actor=clerk)
    application = Application.objects.get(pk=application.pk)
    assert checklist.unsigned(application, on=today()) == ["谢大国"]
    record_authorisations(application=application, signed=[Signed(today(), bearer="谢大国")], actor=clerk)
    assert checklist.unsigned(application, on=today()) == []


def test_a_mandate_puts_the_letter_on_the_list(household: Household, clerk: User) -> None:
    application = apply(household, clerk, **COMPLETE)
    save_mandate(
        application=application, kind="VILLAGE", name="村委会", id_no="", relation="", phone="", signed_on=today(), actor=clerk
    )  # fmt: skip
    application = Application.objects.get(pk=application.pk)
    assert checklist.missing(application) == ["委托书和受托人身份证"]


def test_declared_relatives_in_office_are_kept_with_the_application(
    household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    tie = TieInput(household.head_id, "父母", "谢干部", "水东村村委会主任")
    application = apply(household, clerk, kinship_flag=True, ties=[tie])
    page = sign_in(clerk).get(reverse("cases:application", args=[application.pk]), {"tab": "materials"})
    assert "谢桂英是水东村村委会主任谢干部的父母" in page.content.decode()


def test_the_form_of_materials_and_that_of_signatures_save_what_was_ticked(
    household: Household, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    application = apply(household, clerk)
    client = sign_in(clerk)
    ticked = {"_once": new_token()} | {
        f"got_{code}": "RECEIVED" for code in ("application", "hukou", "commitment")
    }
    answer = client.post(reverse("cases:materials", args=[application.pk]), ticked)
    assert answer.status_code == 302, answer.context["form"].errors
    signed = {
        "_once": new_token(), "signers-TOTAL_FORMS": "1", "signers-INITIAL_FORMS": "0", "signers-0-who": str(household.head_id),
        "signers-0-signed_on": today().isoformat(),
    }  # fmt: skip
    answer = client.post(reverse("cases:authorisations", args=[application.pk]), signed)
    assert answer.status_code == 302
    assert checklist.missing(application) == []
    assert checklist.unsigned(application, on=today()) == ["谢建国"]


def test_a_clerk_of_another_town_cannot_receive_anything(
    household: Household, clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    application = apply(household, clerk)
    for name in ("materials", "authorisations", "mandate"):
        assert sign_in(other_clerk).get(reverse(f"cases:{name}", args=[application.pk])).status_code == 404
