"""Two people at the same instant, in real transactions: one wins, the other is told; nothing is done twice."""

import itertools
import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from cases.models import Application, Assessment, Benefit, ChangeOrder, Notice, NoticeSheet
from cases.services.applications import create_application
from cases.services.changes import draft_stop
from cases.services.notice_sheets import post_notice
from cases.services.people import PersonInput, register_household
from cases.services.proofs import rest_on
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.flow.engine import perform
from salvation.flow.models import Transition
from salvation.jobs.models import Run
from salvation.jobs.services import claim
from salvation.journal.models import Entry
from salvation.parameters.models import ParameterVersion
from salvation.parameters.services import confirm_parameter
from salvation.registers.models import Meeting
from salvation.vault import facts as sealed_facts
from salvation.web.models import Sending
from salvation.web.services import carry_out_once, new_token
from tests.builders import COMPLETE, hand_in, make_benefit, make_check, make_household, make_visited
from tests.world import PLACES, person_id

pytestmark = pytest.mark.django_db(transaction=True)


def together(*acts: Callable[[], Any]) -> list[Any]:
    """Run acts in threads of their own that set off at the same moment; results, or the refusal met."""
    gate, results = threading.Barrier(len(acts)), [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            gate.wait(timeout=30)
            results[number] = act()
        except Refusal as refusal:
            results[number] = refusal
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return results


@pytest.fixture
def submitted(clerk: User, units: Any) -> Application:
    members = [PersonInput("谢桂英", person_id(PLACES[0], 1), "HEAD")]
    household = register_household(
        unit=units["360722100"],
        village=units["360722100200"],
        members=members,
        standard_area="RURAL",
        actor=clerk,
    )
    return hand_in(household, clerk, "submit")


def test_of_two_clicks_on_one_step_exactly_one_is_taken(submitted: Application, clerk: User) -> None:
    def accept() -> Transition:
        mine = Application.objects.get(pk=submitted.pk)
        return perform(subject=mine, step="accept", actor=User.objects.get(pk=clerk.pk), now=timezone.now())

    results = together(*[accept] * 4)
    refused = [result for result in results if isinstance(result, Refusal)]
    assert len(refused) == 3
    assert all("已受理" in str(refusal) for refusal in refused)
    assert Transition.objects.filter(subject_id=submitted.pk, step="accept").count() == 1
    assert Entry.objects.filter(action="flow.application", facts__step="受理").count() == 1
    assert Duty.objects.filter(kind="application", subject_id=submitted.pk, done_at=None).count() == 1


def test_accepting_and_withdrawing_at_once_leave_one_history(submitted: Application, clerk: User) -> None:
    def take(step: str) -> Callable[[], Transition]:
        return lambda: perform(
            subject=Application.objects.get(pk=submitted.pk), step=step, actor=User.objects.get(pk=clerk.pk),
            now=timezone.now(), comment="不申请了",
        )  # fmt: skip

    together(take("accept"), take("withdraw"))
    submitted.refresh_from_db()
    steps = list(
        Transition.objects.filter(subject_id=submitted.pk)
        .order_by("id")
        .values_list("from_state", "to_state")
    )
    assert steps[-1][1] == submitted.state == "WITHDRAWN"
    assert all(one[1] == other[0] for one, other in itertools.pairwise(steps))


def test_one_form_sent_twice_at_once_is_carried_out_once(clerk: User) -> None:
    token, done = new_token(), []

    def send() -> str:
        return carry_out_once(
            token=token, actor=User.objects.get(pk=clerk.pk), act=lambda: done.append(1) or "/done/"
        )

    assert together(send, send, send) == ["/done/"] * 3
    assert len(done) == 1
    assert Sending.objects.count() == 1


def test_two_applications_of_one_family_at_once_get_numbers_of_their_own(clerk: User, units: Any) -> None:
    def register(number: int) -> Callable[[], str]:
        def act() -> str:
            actor = User.objects.get(pk=clerk.pk)
            household = register_household(
                unit=units["360722100"], village=units["360722100200"], standard_area="RURAL", actor=actor,
                members=[PersonInput("谢桂英", person_id(PLACES[0], number), "HEAD")],
            )  # fmt: skip
            made = create_application(
                household=household, program="DIBAO_RURAL", applied_on=timezone.localdate(), actor=actor,
                now=timezone.now(),
            )  # fmt: skip
            return made.no

        return act

    numbers = together(*(register(n) for n in range(1, 5)))
    assert not [number for number in numbers if not isinstance(number, str)]
    assert len(set(numbers)) == 4


def test_two_approvers_confirm_one_value(
    county_clerk: User, approver: User, make_user: Any, units: Any
) -> None:
    second = make_user("approver2", "COUNTY_APPROVER", "360722")
    version = ParameterVersion.objects.create(
        key="uplift.elder_age", unit=units["360722"], value=65, valid_from=date(2022, 1, 1), basis="文号",
        entered_by=county_clerk,
    )  # fmt: skip

    def confirm(user: User) -> Callable[[], ParameterVersion]:
        return lambda: confirm_parameter(version_id=version.pk, actor=User.objects.get(pk=user.pk))

    results = together(confirm(approver), confirm(second))
    assert sum(isinstance(result, Refusal) for result in results) == 1
    assert Entry.objects.filter(action="param.confirm").count() == 1


def test_two_workers_never_hold_one_run(units: Any) -> None:
    run = Run.objects.create(job="roster.generate", unit=units["360722"], period="2022-05")
    results = together(*[lambda: claim(run.pk)] * 4)
    assert sum(result is not None for result in results) == 1


def test_first_reviews_of_one_village_at_once_stand_on_one_sheet(clerk: User, units: Any) -> None:
    today = timezone.localdate()
    ends, notices = today + timedelta(days=7), []
    for name in ("甲", "乙", "丙", "丁"):
        made = create_application(
            household=make_household(units["360722100200"], [name]), program="DIBAO_RURAL", applied_on=today,
            actor=clerk, now=timezone.now(), **COMPLETE,
        )  # fmt: skip
        notices.append(
            Notice.objects.create(
                application=made, posted_on=today, ends_on=ends, place="村公开栏", people=1, amount=500
            )
        )

    def post(pk: int) -> Callable[[], NoticeSheet]:
        return lambda: post_notice(notice=Notice.objects.get(pk=pk), actor=User.objects.get(pk=clerk.pk))

    together(*(post(notice.pk) for notice in notices))
    sheet = NoticeSheet.objects.get()
    assert sorted(row["name"] for row in sheet.rows) == sorted("甲乙丙丁")
    assert sheet.notices.count() == 4


def test_two_approvers_decide_one_order_and_two_clerks_carry_it_out_once(
    units: Any, clerk: User, leader: User, approver: User, make_user: Callable[..., User]
) -> None:
    benefit = make_benefit(make_household(units["360722100200"], ["甲", "乙"]), date(2022, 1, 1))
    now = timezone.now()
    order = draft_stop(benefit=benefit, reason="VOLUNTARY", note="自愿", actor=clerk, now=now)
    rest_on(order, "入户核查记录")
    perform(subject=order, step="submit", actor=clerk, now=now)
    perform(subject=order, step="to_county", actor=leader, now=now)
    second = make_user("approver2", "COUNTY_APPROVER", "360722", "副局长")
    other = make_user("clerk2", "TOWN_CLERK", "360722100", "另一经办")

    def take(step: str, actor: User, **data: str) -> Callable[[], Transition]:
        return lambda: perform(
            subject=ChangeOrder.objects.get(pk=order.pk), step=step, actor=User.objects.get(pk=actor.pk),
            now=timezone.now(), data=data,
        )  # fmt: skip

    decided = together(take("decide_county", approver), take("decide_county", second))
    assert sum(isinstance(result, Refusal) for result in decided) == 1
    told = timezone.localdate().isoformat()
    carried = together(
        take("take_effect", clerk, notified_on=told), take("take_effect", other, notified_on=told)
    )
    assert sum(isinstance(result, Refusal) for result in carried) == 1
    steps = Transition.objects.filter(flow="change_order", subject_id=order.pk)
    assert [steps.filter(step=step).count() for step in ("decide_county", "take_effect")] == [1, 1]
    assert benefit.terms.count() == 1


def test_two_approvers_confirm_one_application_and_one_benefit_runs(
    units: Any, approver: User, make_user: Callable[..., User]
) -> None:
    household = make_household(units["360722100200"], ["甲"])
    application = make_visited(household, state="COUNTY_REVIEW", level="COUNTY")
    verdict = {
        "working": [], "failed": [], "warnings": [], "covered": [str(household.head_id)],
        "members": [{"member": str(household.head_id), "base": "500.00", "uplift": "0.00", "uplift_kinds": [], "care": "0"}],
    }  # fmt: skip
    application.assessment = Assessment.objects.create(
        application=application, household=household, program="DIBAO_RURAL", on=timezone.localdate(), eligible=True,
        base=500, uplift=0, total=500, annual_income=0, per_capita=0, people=1, made_at=timezone.now(),
        result=sealed_facts.dump(verdict), facts=sealed_facts.dump({}),
    )  # fmt: skip
    application.save(update_fields=["assessment"])
    make_check(application)
    meeting = Meeting.objects.create(
        unit=units["360722"], kind="BUREAU", title="局务会", held_on=timezone.localdate(), place="会议室", host="郭",
        attendees="甲\n乙\n丙",
    )  # fmt: skip
    second = make_user("approver2", "COUNTY_APPROVER", "360722", "副局长")

    def confirm(actor: User) -> Callable[[], Transition]:
        return lambda: perform(
            subject=Application.objects.get(pk=application.pk), step="confirm_county",
            actor=User.objects.get(pk=actor.pk), now=timezone.now(),
            data={"meeting": str(meeting.pk), "amount": "500.00"},
        )  # fmt: skip

    results = together(confirm(approver), confirm(second))
    refused = [str(result) for result in results if isinstance(result, Refusal)]
    assert len(refused) == 1 and "已确认" in refused[0], results
    assert Benefit.objects.filter(household=household).count() == 1
