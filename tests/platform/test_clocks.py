"""The total time limit: begins with acceptance, stands still, grows on a legal ground, once."""
# requirements: B18

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.checklist import checklist
from cases.models import Application
from cases.services.applications import create_application
from cases.services.materials import Received, receive_materials
from cases.timeliness import timeliness
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.flow.clocks import extend_clock, keep_time, start_clock
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_household

# A Monday; nothing falls on a holiday until the Dragon Boat festival of 3 June.
MONDAY = date(2022, 5, 9)


def at(day: date) -> datetime:
    return timezone.make_aware(datetime(day.year, day.month, day.day, 10))


@pytest.fixture
def application(units: dict[str, Unit], clerk: User) -> Application:
    household = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    return create_application(
        household=household,
        program="DIBAO_RURAL",
        applicant_id=household.head_id,
        applied_on=MONDAY,
        **COMPLETE,
        actor=clerk,
        now=at(MONDAY),
    )


@pytest.fixture
def accepted(application: Application, clerk: User) -> Application:
    perform(subject=application, step="submit", actor=clerk, now=at(MONDAY))
    perform(subject=application, step="accept", actor=clerk, now=at(MONDAY))
    return application


def bring(application: Application, clerk: User) -> None:
    """The family brings what it was asked for."""
    wanted = [Received(line.code, True) for line in checklist(application) if line.missing]
    receive_materials(application=application, given=wanted, actor=clerk, on=MONDAY)


def test_the_clock_begins_with_acceptance(accepted: Application) -> None:
    # Thirty working days after 9 May, without 3 June.
    assert (accepted.clock_from, accepted.total_due_on) == (MONDAY, date(2022, 6, 21))


def test_days_of_correction_do_not_count_against_the_office(application: Application, clerk: User) -> None:
    perform(subject=application, step="submit", actor=clerk, now=at(MONDAY))
    tuesday, friday = MONDAY + timedelta(days=1), MONDAY + timedelta(days=4)
    perform(subject=application, step="correct", actor=clerk, now=at(tuesday), comment="缺收入证明")
    bring(application, clerk)
    perform(subject=application, step="submit", actor=clerk, now=at(friday))
    # One of three days was spent before; two are left after Friday.
    assert application.due_on == date(2022, 5, 17)


def test_whoever_comes_back_too_late_has_a_day_left(application: Application, clerk: User) -> None:
    perform(subject=application, step="submit", actor=clerk, now=at(MONDAY))
    late = MONDAY + timedelta(days=7)
    perform(subject=application, step="correct", actor=clerk, now=at(late), comment="缺收入证明")
    bring(application, clerk)
    perform(subject=application, step="submit", actor=clerk, now=at(late))
    assert application.due_on == late + timedelta(days=1)


def test_a_pause_moves_the_end_by_its_working_days(accepted: Application) -> None:
    accepted.state = "CORRECTING"
    keep_time(accepted, step="correct", before="ACCEPTED", on=date(2022, 5, 13))
    assert accepted.paused_on == date(2022, 5, 13)
    accepted.state = "SUBMITTED"
    keep_time(accepted, step="submit", before="CORRECTING", on=date(2022, 5, 18))
    # A weekend lies between: three working days.
    assert (accepted.paused_on, accepted.paused_days, accepted.total_due_on) == (None, 3, date(2022, 6, 24))


def test_an_objection_extends_the_limit_by_itself(accepted: Application) -> None:
    accepted.state = "OBJECTION"
    keep_time(accepted, step="object", before="NOTICING", on=MONDAY)
    assert (accepted.extension, accepted.clock_days, accepted.total_due_on) == (
        "OBJECTION", 45, date(2022, 7, 12),
    )  # fmt: skip


def test_the_leader_extends_on_a_legal_ground_and_it_is_journalled(
    accepted: Application, leader: User
) -> None:
    extend_clock(subject=accepted, ground="APART", note="户籍在外县", actor=leader, now=at(MONDAY))
    assert (accepted.clock_days, accepted.get_extension_display()) == (45, "人户分离")
    assert Entry.objects.get(action="clock.extend").facts["due"] == str(accepted.total_due_on)


def test_a_longer_limit_is_never_shortened(accepted: Application, leader: User) -> None:
    start_clock(accepted, parameter="sla.dibao.total", on=MONDAY)
    Application.objects.filter(pk=accepted.pk).update(clock_days=60)
    extend_clock(subject=accepted, ground="APART", note="户籍在外县", actor=leader, now=at(MONDAY))
    assert accepted.clock_days == 60


@pytest.mark.parametrize(
    ("given", "said"),
    [({"ground": "TIRED"}, "法定的延长情形"), ({"note": " "}, "写明延长的具体情况")],
)
def test_an_extension_needs_ground_and_words(
    accepted: Application, leader: User, given: dict[str, str], said: str
) -> None:
    facts: dict[str, Any] = {"ground": "APART", "note": "户籍在外县", **given}
    with pytest.raises(Refusal, match=said):
        extend_clock(subject=accepted, actor=leader, now=at(MONDAY), **facts)


def test_a_limit_is_extended_once(accepted: Application, leader: User) -> None:
    facts: dict[str, Any] = {"ground": "APART", "note": "户籍在外县", "actor": leader, "now": at(MONDAY)}
    extend_clock(subject=accepted, **facts)
    with pytest.raises(Refusal, match="延长过一次"):
        extend_clock(subject=accepted, **facts)


def test_nobody_extends_what_has_not_begun(application: Application, leader: User) -> None:
    with pytest.raises(Refusal, match="还没有开始计时"):
        extend_clock(subject=application, ground="APART", note="户籍在外县", actor=leader, now=at(MONDAY))


def test_a_clerk_may_not_extend_and_another_town_does_not_find_it(
    accepted: Application, clerk: User, other_clerk: User
) -> None:
    facts: dict[str, Any] = {"ground": "APART", "note": "户籍在外县", "now": at(MONDAY)}
    with pytest.raises(PermissionDenied):
        extend_clock(subject=accepted, actor=clerk, **facts)
    with pytest.raises(Http404):
        extend_clock(subject=accepted, actor=other_clerk, **facts)


def test_the_table_of_time_limits_counts_by_unit_what_one_may_see(
    accepted: Application, clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    today = accepted.total_due_on + timedelta(days=1)
    (row,) = timeliness(clerk, today)
    assert (row["accepted"], row["open"], row["open_late"], row["extended"]) == (1, 1, 1, 0)
    Application.objects.filter(pk=accepted.pk).update(state="CONFIRMED", decided_on=accepted.total_due_on)
    (row,) = timeliness(clerk, today)
    assert (row["in_time"], row["late"], row["open"], str(row["rate"])) == (1, 0, 0, "100.00")
    assert timeliness(other_clerk, today) == []
    assert "按时率" in sign_in(clerk).get(reverse("cases:timeliness")).content.decode()


def test_the_page_extends_and_the_record_says_so(
    accepted: Application, leader: User, sign_in: Callable[[User], Client]
) -> None:
    client = sign_in(leader)
    url = reverse("web:extend_clock", kwargs={"flow": "application", "pk": accepted.pk})
    assert "公示期有异议" in client.get(url).content.decode()
    facts = {"ground": "DIFFICULT", "note": "两处房产须异地核查", "_once": str(uuid4())}
    client.post(url, facts)
    page = client.get(reverse("cases:application", args=[accepted.pk])).content.decode()
    assert "已延长：家庭经济状况调查难度大" in page
    assert "两处房产须异地核查" in page
    assert url not in page


def test_the_visit_is_due_from_acceptance_not_from_its_start(
    accepted: Application, clerk: User, leader: User
) -> None:
    perform(subject=accepted, step="survey", actor=clerk, now=at(MONDAY + timedelta(days=2)))
    assert accepted.due_on == MONDAY + timedelta(days=3)
    Application.objects.filter(pk=accepted.pk).update(state="TOWN_REVIEW")
    monday = at(MONDAY + timedelta(days=7))
    perform(subject=accepted, step="send_back", actor=leader, now=monday, comment="邻里走访再补一户")
    assert accepted.due_on == MONDAY + timedelta(days=10)


def test_a_destitute_case_sent_back_has_what_is_left_since_acceptance(
    accepted: Application, clerk: User, leader: User
) -> None:
    Application.objects.filter(pk=accepted.pk).update(program="TEKUN_DISPERSED")
    perform(subject=accepted, step="survey", actor=clerk, now=at(MONDAY + timedelta(days=2)))
    assert accepted.due_on == date(2022, 5, 30)
    Application.objects.filter(pk=accepted.pk).update(state="TOWN_REVIEW")
    last = at(date(2022, 5, 30))
    perform(subject=accepted, step="send_back", actor=leader, now=last, comment="义务人情况再核实")
    assert accepted.due_on == date(2022, 5, 31)
