"""From the draft to the bureau's consent: who may do what, what is locked, what is refused."""
# requirements: A13, F01, F03

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.http import Http404
from django.utils import timezone

from cases.models import Hold
from funds.models import Exclusion, PayLine, Roster
from funds.services.rosters import (
    approve_month,
    exclude_line,
    generate_rosters,
    include_line,
    release_exclusion,
)
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.flow.engine import perform
from salvation.parameters.services import confirm_parameter, propose_parameter
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from tests.funds.builders import JULY, JUNE, MAY, Home, a_home, an_account
from tests.funds.conftest import a_meeting

Make = Callable[..., Roster]
Sign = Callable[[Roster], Roster]


def step(roster: Roster, code: str, actor: User, **more: object) -> None:
    perform(subject=roster, step=code, actor=actor, now=timezone.now(), **more)


def exclude(roster: Roster, home: Home, clerk: User, month=MAY, reason: str = "下落不明") -> Exclusion:
    return exclude_line(
        roster_id=roster.pk,
        benefit_id=home.benefit.pk,
        for_month=month,
        reason=reason,
        actor=clerk,
        now=timezone.now(),
    )


def test_a_roster_goes_from_draft_to_the_bureaus_consent(
    village: Unit, make: Make, sign: Sign, county_clerk: User, approver: User, bureau_meeting: Meeting
) -> None:
    a_home(village)
    roster = sign(make(MAY))
    step(roster, "county_check", county_clerk)
    step(roster, "approve", approver, data={"meeting": str(bureau_meeting.pk)})
    assert (roster.state, roster.meeting) == ("BUREAU_APPROVED", bureau_meeting)


def test_the_township_is_due_on_the_30th_or_the_last_of_february(
    units: dict[str, Unit], village: Unit, make: Make
) -> None:
    a_home(village)
    assert make(JULY).due_on == date(2022, 6, 30)
    # 28 February 2023 is a Tuesday.
    generate_rosters(unit=units["360722"], month=MAY + 10, actor=None, now=timezone.now())
    assert Roster.objects.get(month=date(2023, 3, 1)).due_on == date(2023, 2, 28)


def test_a_deadline_on_a_day_off_comes_before_it(village: Unit, make: Make) -> None:
    a_home(village)
    # 30 April 2022 is a holiday; the last working day is the 29th.
    assert make(MAY).due_on == date(2022, 4, 29)


def test_a_new_draft_waits_on_the_clerks_desk_and_moves_on_with_the_state(
    village: Unit, make: Make, clerk: User
) -> None:
    a_home(village)
    roster = make(MAY)
    make(MAY)
    assert Duty.objects.get(kind="roster", done_at=None).permission == "roster.check"
    step(roster, "check", clerk)
    assert Duty.objects.get(kind="roster", done_at=None).permission == "roster.sign"


def test_signed_lines_are_locked_against_everything(village: Unit, make: Make, sign: Sign) -> None:
    a_home(village)
    roster = sign(make(MAY))
    with pytest.raises(Exception, match="明细不能改动"), transaction.atomic():
        PayLine.objects.filter(roster=roster)._raw_delete("default")
    with pytest.raises(Exception, match="明细不能改动"), transaction.atomic():
        line = roster.pay_lines.get()
        line.pk, line.for_month, line.kind = None, date(2022, 4, 1), "BACKPAY"
        line.save(force_insert=True)
    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        Roster.objects.filter(pk=roster.pk).update(content_hash="x")
    with pytest.raises(Exception, match="Cannot delete"), transaction.atomic():
        Roster.objects.filter(pk=roster.pk)._raw_delete("default")


def test_generating_leaves_a_signed_roster_alone(village: Unit, make: Make, sign: Sign) -> None:
    a_home(village)
    roster = sign(make(MAY))
    a_home(village)
    assert make(MAY).content_hash == roster.content_hash


def test_who_checked_may_not_sign(village: Unit, make: Make, clerk: User, make_user: Callable) -> None:
    a_home(village)
    roster = make(MAY)
    step(roster, "check", clerk)
    with pytest.raises(PermissionDenied):
        step(roster, "sign", clerk)


def test_who_signed_may_not_approve(
    village: Unit, make: Make, sign: Sign, leader: User, county_clerk: User, bureau_meeting: Meeting
) -> None:
    a_home(village)
    roster = sign(make(MAY))
    step(roster, "county_check", county_clerk)
    from_town = User.objects.get(pk=leader.pk)
    from_town.posts.update(role="COUNTY_APPROVER", unit=roster.county)
    with pytest.raises(Refusal, match="职责分离"):
        step(roster, "approve", from_town, data={"meeting": str(bureau_meeting.pk)})


def test_a_blocked_line_must_be_mended_or_taken_out_before_signing(
    village: Unit, make: Make, clerk: User, leader: User
) -> None:
    a_home(village)
    poor = a_home(village, account=False, names=("钟建国",))
    roster = make(MAY)
    step(roster, "check", clerk)
    with pytest.raises(Refusal, match="缺账户（钟建国）"):
        step(roster, "sign", leader)
    exclude(roster, poor, clerk, reason="账户待补")
    step(roster, "sign", leader)
    assert roster.state == "TOWN_SIGNED"


def test_what_changed_after_the_check_must_be_checked_again(
    village: Unit, make: Make, clerk: User, leader: User
) -> None:
    a_home(village)
    roster = make(MAY)
    step(roster, "check", clerk)
    a_home(village, first=MAY)
    with pytest.raises(Refusal, match="有变化"):
        step(roster, "sign", leader)
    make(MAY)
    with pytest.raises(Refusal, match="重新核对"):
        step(roster, "sign", leader)
    step(roster, "check", clerk)
    step(roster, "sign", leader)
    assert roster.lines == 2


def test_a_block_set_after_the_check_stops_the_signature(
    village: Unit, make: Make, clerk: User, leader: User
) -> None:
    home = a_home(village)
    roster = make(MAY)
    step(roster, "check", clerk)
    Hold.objects.create(
        unit=village.parent, person=home.people[0], reason="疑似死亡", source="比对", from_month=MAY.first_day
    )
    with pytest.raises(Refusal, match="有变化"):
        step(roster, "sign", leader)


def test_a_stale_draft_cannot_be_checked_until_it_is_made_anew(
    village: Unit, make: Make, clerk: User
) -> None:
    home = a_home(village, account=False)
    roster = make(MAY)
    an_account(home.household)
    with pytest.raises(Refusal, match="重新生成草稿"):
        step(roster, "check", clerk)
    step(roster, "refresh", clerk)
    step(roster, "check", clerk)
    assert roster.state == "TOWN_CHECK"


def test_months_are_signed_in_their_order(village: Unit, make: Make, clerk: User, leader: User) -> None:
    a_home(village)
    make(MAY)
    june = make(JUNE)
    step(june, "check", clerk)
    with pytest.raises(Refusal, match="2022年5月的花名表还没有签章"):
        step(june, "sign", leader)


def test_an_exclusion_stays_when_the_draft_is_made_anew(village: Unit, make: Make, clerk: User) -> None:
    a_home(village)
    home = a_home(village)
    roster = make(MAY)
    exclude(roster, home, clerk)
    line = make(MAY).pay_lines.get(benefit=home.benefit)
    assert (line.state, line.why_excluded) == ("EXCLUDED", "乡镇剔除待核：下落不明")


def test_an_exclusion_can_be_taken_back_before_signing(village: Unit, make: Make, clerk: User) -> None:
    home = a_home(village)
    roster = make(MAY)
    exclude(roster, home, clerk)
    include_line(
        roster_id=roster.pk, benefit_id=home.benefit.pk, for_month=MAY, actor=clerk, now=timezone.now()
    )
    assert roster.pay_lines.get().state == "PLANNED"


def test_what_the_clerk_takes_out_after_his_check_counts_as_checked(
    village: Unit, make: Make, clerk: User, leader: User
) -> None:
    a_home(village)
    home = a_home(village)
    roster = make(MAY)
    step(roster, "check", clerk)
    exclude(roster, home, clerk)
    step(roster, "sign", leader)
    assert (roster.lines, roster.excluded) == (1, 1)


def test_an_excluded_payment_is_made_up_only_after_it_was_settled(
    village: Unit, make: Make, sign: Sign, clerk: User
) -> None:
    home = a_home(village)
    may = make(MAY)
    made = exclude(may, home, clerk)
    sign(may)
    assert [line.kind for line in make(JUNE).pay_lines.all()] == ["REGULAR"]
    release_exclusion(exclusion_id=made.pk, note="入户核实在世", actor=clerk, now=timezone.now())
    back = make(JUNE).pay_lines.get(kind="BACKPAY")
    assert (back.for_month, back.cause, back.total) == (
        MAY.first_day,
        "RELEASED",
        home.benefit.terms.get().total,
    )


def test_an_exclusion_needs_a_reason(village: Unit, make: Make, clerk: User) -> None:
    home = a_home(village)
    with pytest.raises(Refusal, match="剔除理由"):
        exclude(make(MAY), home, clerk, reason=" ")


def test_after_the_signature_nothing_can_be_taken_out(
    village: Unit, make: Make, sign: Sign, clerk: User
) -> None:
    home = a_home(village)
    roster = sign(make(MAY))
    with pytest.raises(Refusal, match="明细已锁定"):
        exclude(roster, home, clerk)


def test_a_clerk_of_another_town_finds_no_roster(village: Unit, make: Make, other_clerk: User) -> None:
    home = a_home(village)
    roster = make(MAY)
    with pytest.raises(Http404):
        exclude(roster, home, other_clerk)
    with pytest.raises(Http404):
        step(roster, "check", other_clerk)


def test_a_clerk_may_not_make_the_countys_rosters(units: dict[str, Unit], village: Unit, clerk: User) -> None:
    a_home(village)
    with pytest.raises(PermissionDenied):
        generate_rosters(unit=units["360722"], month=MAY, actor=clerk, now=timezone.now())


def test_the_county_returns_a_roster_with_a_reason_and_it_opens_again(
    village: Unit, make: Make, sign: Sign, county_clerk: User
) -> None:
    a_home(village)
    roster = sign(make(MAY))
    with pytest.raises(Refusal, match="理由"):
        step(roster, "return_town", county_clerk)
    step(roster, "return_town", county_clerk, comment="金额有误")
    a_home(village)
    assert make(MAY).lines == 2


def test_a_month_cannot_be_reopened_behind_a_later_signed_one(
    village: Unit, make: Make, sign: Sign, county_clerk: User
) -> None:
    a_home(village)
    may = sign(make(MAY))
    sign(make(JUNE))
    with pytest.raises(Refusal, match="2022年6月的花名表已签章"):
        step(may, "return_town", county_clerk, comment="金额有误")


def checked(roster: Roster, county_clerk: User) -> Roster:
    step(roster, "county_check", county_clerk)
    return roster


@pytest.mark.parametrize(
    ("kind", "facts", "words"),
    [
        ("PANEL", {}, "不是本县民政局的局务会"),
        ("BUREAU", {"attendees": "甲"}, "不足3人"),
        ("BUREAU", {"held_on": timezone.localdate() + timedelta(days=2)}, "晚于今天"),
    ],
)
def test_only_a_proper_meeting_of_the_bureau_approves(
    village: Unit,
    make: Make,
    sign: Sign,
    county_clerk: User,
    approver: User,
    kind: str,
    facts: dict,
    words: str,
) -> None:
    a_home(village)
    roster = checked(sign(make(MAY)), county_clerk)
    meeting = a_meeting(roster.county, kind, **facts)
    with pytest.raises(Refusal, match=words):
        step(roster, "approve", approver, data={"meeting": str(meeting.pk)})


def test_a_meeting_of_another_county_is_not_found(
    units: dict[str, Unit], village: Unit, make: Make, sign: Sign, county_clerk: User, approver: User
) -> None:
    a_home(village)
    roster = checked(sign(make(MAY)), county_clerk)
    with pytest.raises(Http404):
        step(roster, "approve", approver, data={"meeting": str(a_meeting(units["140431"], "BUREAU").pk)})


def test_one_meeting_agrees_to_all_rosters_of_a_month(
    village: Unit, make: Make, sign: Sign, county_clerk: User, approver: User, bureau_meeting: Meeting
) -> None:
    a_home(village)
    a_home(village, program="TEKUN_DISPERSED", size=1)
    make(MAY)
    for roster in Roster.objects.all():
        checked(sign(roster), county_clerk)
    done = approve_month(month=MAY, meeting=str(bureau_meeting.pk), actor=approver, now=timezone.now())
    assert done == 2
    assert set(Roster.objects.values_list("state", flat=True)) == {"BUREAU_APPROVED"}


def test_prerequisites_only_warn_unless_the_county_demands_them(
    units: dict[str, Unit],
    village: Unit,
    make: Make,
    clerk: User,
    leader: User,
    county_clerk: User,
    approver: User,
) -> None:
    a_home(village)
    roster = make(MAY)
    step(roster, "check", clerk)
    version = propose_parameter(
        key="funds.require_death_match", unit=units["360722"], value=True, valid_from=date(2020, 1, 1), basis="测试",
        actor=county_clerk,
    )  # fmt: skip
    confirm_parameter(version_id=version.pk, actor=approver)
    with pytest.raises(Refusal, match="当期死亡比对"):
        step(roster, "sign", leader)


def test_the_database_refuses_consent_without_a_meeting(
    village: Unit, make: Make, sign: Sign, county_clerk: User
) -> None:
    a_home(village)
    roster = checked(sign(make(MAY)), county_clerk)
    with pytest.raises(Exception, match="没有局务会"), transaction.atomic():
        Roster.objects.filter(pk=roster.pk).update(state="BUREAU_APPROVED")
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
