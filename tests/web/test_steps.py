"""The page on which every step of every flow is taken, shown with applications."""

from datetime import date, timedelta

import pytest
from django.utils import timezone

from cases.models import Application, ChangeOrder
from cases.services.applications import create_application
from cases.services.changes import draft_stop
from cases.services.people import PersonInput, register_household
from salvation.flow.engine import history
from salvation.flow.table import Need
from salvation.registers.models import Meeting
from salvation.web.services import new_token
from salvation.web.steps import field_for, kept
from tests.builders import COMPLETE, make_benefit, make_household


@pytest.fixture
def application(clerk, units):
    village = units["360722100200"]
    household = register_household(
        unit=village.parent,
        village=village,
        members=[PersonInput("谢桂英", "990000195403150022", "HEAD")],
        standard_area="RURAL",
        actor=clerk,
    )
    return create_application(
        household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=clerk,
        now=timezone.now(), **COMPLETE,
    )  # fmt: skip


def address(application, step):
    return f"/flow/application/{application.pk}/{step}/"


def state_of(application):
    return Application.objects.get(pk=application.pk).state


def test_a_step_is_taken_and_leads_back_to_the_record(clerk, sign_in, application):
    client = sign_in(clerk)
    page = client.get(address(application, "submit")).content.decode()
    assert "提交申请：谢桂英" in page and "草稿" in page and "已提交" in page
    answer = client.post(address(application, "submit"), {"_once": new_token(), "comment": "材料齐全"})
    assert answer["Location"] == f"/cases/applications/{application.pk}/"
    assert state_of(application) == "SUBMITTED"
    assert history(application).get().comment == "材料齐全"


def test_the_same_step_sent_twice_is_taken_once(clerk, sign_in, application):
    client, token = sign_in(clerk), new_token()
    first = client.post(address(application, "withdraw"), {"_once": token, "comment": "本人要求"})
    second = client.post(address(application, "withdraw"), {"_once": token, "comment": "本人要求"})
    assert first["Location"] == second["Location"]
    assert history(application).count() == 1


def test_a_step_without_its_reason_comes_back_with_the_message_at_the_field(clerk, sign_in, application):
    answer = sign_in(clerk).post(address(application, "withdraw"), {"_once": new_token(), "comment": ""})
    assert answer.status_code == 422 and 'href="#id_comment"' in answer.content.decode()
    assert state_of(application) == "DRAFT"


def test_another_town_gets_404_and_another_role_403(other_clerk, leader, sign_in, application):
    sent = {"_once": new_token(), "comment": "x"}
    assert sign_in(other_clerk).get(address(application, "submit")).status_code == 404
    assert sign_in(other_clerk).post(address(application, "submit"), sent).status_code == 404
    assert sign_in(leader).post(address(application, "submit"), sent).status_code == 403
    assert state_of(application) == "DRAFT"


def test_a_step_of_another_state_says_so(clerk, sign_in, application):
    answer = sign_in(clerk).get(address(application, "accept"))
    assert answer.status_code == 409 and "该件现在是“草稿”" in answer.content.decode()


def test_steps_of_the_system_are_nobodys(clerk, approver, sign_in, application):
    for user in (clerk, approver):
        assert sign_in(user).get(address(application, "notice_over_county")).status_code == 403


@pytest.mark.parametrize("path", ["/flow/nothing/1/submit/", "/flow/application/999999/submit/"])
def test_unknown_flows_and_subjects_are_404(clerk, sign_in, application, path):
    assert sign_in(clerk).get(path).status_code == 404


def test_an_unknown_step_is_refused_in_words(clerk, sign_in, application):
    answer = sign_in(clerk).get(address(application, "nothing"))
    assert answer.status_code == 409 and "没有这个办理步骤" in answer.content.decode()


def test_the_record_offers_what_the_flow_allows_and_greys_the_rest(clerk, sign_in, application):
    page = sign_in(clerk).get(f"/cases/applications/{application.pk}/").content.decode()
    assert address(application, "submit") in page and address(application, "withdraw") in page
    assert address(application, "accept") not in page


@pytest.mark.parametrize(
    ("kind", "typed", "fact"),
    [
        ("text", "公开栏", "公开栏"),
        ("long", "一\n二", "一\n二"),
        ("date", "2022-05-31", "2022-05-31"),
        ("month", "2022-05", "2022-05"),
        ("money", "1,580.50元", "1580.50"),
        ("bool", "no", False),
        ("choice", "A", "A"),
    ],
)
def test_every_kind_of_need_is_asked_for_and_kept_as_plain_fact(clerk, kind, typed, fact):
    field = field_for(Need("x", "事项", kind, choices=(("A", "甲"),)), clerk)
    assert kept(field.clean(typed)) == fact


def test_a_meeting_may_decide_only_if_its_kind_does_and_it_was_held_after_acceptance(clerk, units):
    held = {"unit": units["360722100"], "place": "会议室", "host": "主持人", "attendees": "甲\n乙\n丙"}
    day = date(2022, 5, 9)
    kept_ones = [
        Meeting.objects.create(kind=kind, title=kind, held_on=on, **held).pk
        for kind, on in (("PANEL", day), ("PANEL", day - timedelta(days=1)), ("MOBILIZE", day))
    ]
    field = field_for(Need("meeting", "会议", "meeting"), clerk, day)
    assert [value for value, _ in field.choices] == ["", kept_ones[0]]


def test_a_yes_or_no_question_must_be_answered(clerk):
    field = field_for(Need("x", "是否听取意见", "bool"), clerk)
    assert field.required and [label for _, label in field.choices] == ["是", "否"]


def test_what_the_system_knows_is_filled_in_already(clerk, units, sign_in):
    benefit = make_benefit(make_household(units["360722100200"], ["谢桂英"]), date(2022, 1, 1))
    order = draft_stop(benefit=benefit, reason="INCOME", note="收入超标", actor=clerk, now=timezone.now())
    ChangeOrder.objects.filter(pk=order.pk).update(state="DECIDED")
    page = sign_in(clerk).get(f"/flow/change_order/{order.pk}/take_effect/").content.decode()
    assert f'value="{timezone.localdate()}"' in page
