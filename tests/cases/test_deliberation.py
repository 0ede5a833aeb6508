"""What the village says: objections to a notice, and deliberations with two thirds of the representatives."""
# requirements: B11, B13

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases import guards
from cases.models import Application, DemocraticReview, Notice
from cases.services.deliberation import record_debate
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.flow.engine import perform
from salvation.flow.table import Context
from salvation.parameters.services import confirm_parameter, propose_parameter
from salvation.units.models import Unit
from tests.builders import hand_in, make_household

VOTES = {"due": 9, "present": 6, "agree": 5, "disagree": 1, "abstain": 0}


@pytest.fixture
def application(units: dict[str, Unit], clerk: User) -> Application:
    return hand_in(make_household(units["360722100200"], ["谢桂英"]), clerk, "submit", "accept")


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


def asked(guard: Any, application: Application) -> str | None:
    answer: str | None = guard(Context(application, None, timezone.now(), Application.flow.step("propose")))
    return answer


def test_where_the_county_says_so_no_case_goes_on_without_a_deliberation(
    application: Application, clerk: User, county_clerk: User, approver: User, units: dict[str, Unit]
) -> None:
    perform(subject=application, step="survey", actor=clerk, now=timezone.now())
    assert asked(guards.debated, application) is None
    version = propose_parameter(
        key="debate.required", unit=units["360722"], value=True, valid_from=date(2020, 1, 1), basis="县办法",
        actor=county_clerk,
    )  # fmt: skip
    confirm_parameter(version_id=version.pk, actor=approver)
    assert "须经民主评议" in (asked(guards.debated, application) or "")
    debate(application, clerk)
    assert asked(guards.debated, application) is None


def test_after_an_unfounded_objection_only_tekun_is_noticed_again(
    application: Application, clerk: User
) -> None:
    today = timezone.localdate()
    noticed = at_the_notice(application)
    Notice.objects.create(
        application=noticed, posted_on=today - timedelta(days=9), ends_on=today - timedelta(days=2), place="公开栏",
        people=1, amount=0,
    )  # fmt: skip
    assert asked(guards.notice_still_holds, noticed) is not None
    perform(subject=noticed, step="object", actor=clerk, now=timezone.now(), comment="家里有小汽车")
    data = {"conclusion": "UNFOUNDED"}
    perform(subject=noticed, step="answer", actor=clerk, now=timezone.now(), comment="已报废", data=data)
    assert asked(guards.notice_still_holds, noticed) is None
    Application.objects.filter(pk=noticed.pk).update(program="TEKUN_DISPERSED")
    noticed.refresh_from_db()
    assert "重新公示" in (asked(guards.notice_still_holds, noticed) or "")
