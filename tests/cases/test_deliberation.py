"""What the village says: objections to a notice, and deliberations with two thirds of the representatives."""
# requirements: B11 part, B13

from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Application, DemocraticReview
from cases.services.applications import create_application
from cases.services.deliberation import record_debate
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.flow.engine import perform
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_household

VOTES = {"due": 9, "present": 6, "agree": 5, "disagree": 1, "abstain": 0}


@pytest.fixture
def application(units: dict[str, Unit], clerk: User) -> Application:
    household, now = make_household(units["360722100200"], ["谢桂英"]), timezone.now()
    made = create_application(
        household=household,
        program="DIBAO_RURAL",
        applied_on=timezone.localdate(),
        actor=clerk,
        now=now,
        **COMPLETE,
    )
    for step in ("submit", "accept"):
        perform(subject=made, step=step, actor=clerk, now=now)
    return made


def at_the_notice(application: Application) -> Application:
    Application.objects.filter(pk=application.pk).update(state="NOTICING")
    return Application.objects.get(pk=application.pk)


def debate(application: Application, actor: User, **votes: Any) -> DemocraticReview:
    return record_debate(
        application=application, held_on=timezone.localdate(), place="村委会", host="村主任", conclusion="情况属实", actor=actor,
        **{**VOTES, **votes},
    )  # fmt: skip


def test_an_anonymous_objection_is_kept_extends_the_clock_and_closes_with_its_conclusion(
    application: Application, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    noticed = at_the_notice(application)
    before = noticed.total_due_on
    perform(subject=noticed, step="object", actor=clerk, now=timezone.now(), comment="家里有小汽车")
    kept = noticed.objections.get()
    assert (kept.objector, kept.content, kept.closed_on) == ("", "家里有小汽车", None)
    assert before is not None
    assert noticed.total_due_on is not None
    assert noticed.total_due_on > before
    data = {"conclusion": "UNFOUNDED"}
    perform(
        subject=noticed, step="answer", actor=clerk, now=timezone.now(), comment="车辆已报废注销", data=data
    )
    page = sign_in(clerk).get(reverse("cases:application", args=[noticed.pk]), {"tab": "voices"})
    assert "异议不成立" in page.content.decode()


def test_an_answer_without_a_conclusion_is_refused(application: Application, clerk: User) -> None:
    noticed = at_the_notice(application)
    perform(subject=noticed, step="object", actor=clerk, now=timezone.now(), comment="家里有小汽车")
    with pytest.raises(Refusal, match="异议结论"):
        perform(subject=noticed, step="answer", actor=clerk, now=timezone.now(), comment="已查")


def test_a_deliberation_needs_two_thirds_and_votes_that_add_up(application: Application, clerk: User) -> None:
    perform(subject=application, step="survey", actor=clerk, now=timezone.now())
    with pytest.raises(Refusal, match="三分之二"):
        debate(application, clerk, due=10)
    with pytest.raises(Refusal, match="票数合计 7，与实到 6 人不符"):
        debate(application, clerk, abstain=1)
    assert debate(application, clerk).present == 6


def test_the_database_holds_the_quorum_too(application: Application, clerk: User) -> None:
    perform(subject=application, step="survey", actor=clerk, now=timezone.now())
    made = debate(application, clerk)
    with pytest.raises(IntegrityError), transaction.atomic():
        DemocraticReview.objects.filter(pk=made.pk).update(due=10)


def test_the_form_of_a_deliberation_saves_it(
    application: Application, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    perform(subject=application, step="survey", actor=clerk, now=timezone.now())
    client, address = sign_in(clerk), reverse("cases:new_debate", args=[application.pk])
    given = {
        "_once": client.get(address).context["token"], "held_on": timezone.localdate().isoformat(), "place": "村委会",
        "host": "村主任", "conclusion": "情况属实", **VOTES,
    }  # fmt: skip
    assert client.post(address, given).status_code == 302
    assert application.debates.count() == 1
