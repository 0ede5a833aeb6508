"""Change orders of every other kind: members, head, programme, township, suspension, care, correction, striking out."""
# requirements: C01 part, C06, C08, C16, D02

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, BenefitTerm, ChangeOrder, Declaration, Household, Member, Person
from cases.services.changes import draft_resumption, draft_stop, draft_suspension
from cases.services.deaths import draft_death
from cases.services.heads import draft_head_change
from cases.services.member_changes import draft_correction, draft_member_remove
from cases.services.proofs import rest_on
from cases.services.successions import draft_care_level, draft_transfer
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import available, perform
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import make_benefit, make_household

START = date(2022, 1, 1)
SHARES = (("500", "100", "ELDER"), ("500", "0", ""), ("500", "80", "CHILD"))
FORWARD = (
    "submit", "submit_county", "confirm_death", "decide_leader", "agree_out", "receive", "to_county", "decide_county",
    "take_effect", "carry_out",
)  # fmt: skip


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["祖父", "父亲", "孙子"])


@pytest.fixture
def benefit(household: Household) -> Benefit:
    return make_benefit(household, START, shares=SHARES)


@pytest.fixture
def carry(
    make_user: Callable[..., User], clerk: User, leader: User, county_clerk: User, approver: User
) -> Callable[[ChangeOrder], ChangeOrder]:
    """Whoever may takes the next step forward, until the order has taken effect."""
    other = [
        make_user("new_leader", "TOWN_LEADER", "360722101", "接收领导"),
        make_user("new_clerk", "TOWN_CLERK", "360722101", "接收经办"),
    ]

    def carried(order: ChangeOrder) -> ChangeOrder:
        now = timezone.now()
        rest_on(order, "户口簿或身份证")
        for _ in range(6):
            if order.state == "EFFECTIVE":
                return order
            step, actor = next(
                (offer.step.code, person)
                for person in (clerk, leader, county_clerk, approver, *other)
                for offer in available(order, person, now)
                if offer.allowed and offer.step.code in FORWARD
            )
            data = {"notified_on": timezone.localdate().isoformat()}
            perform(subject=order, step=step, actor=actor, now=now, data=data)
        raise AssertionError(order.state)

    return carried


@pytest.fixture
def standards(in_force: Callable[[dict[str, Any]], None]) -> None:
    """600 元 低保, 780 元 特困 with the three grades of care."""
    values = {
        "dibao.std.rural": "600", "dibao.std.urban": "750", "tekun.base.rural.dispersed": "780",
        "tekun.base.rural.centralized": "800", "tekun.care.self.dispersed": "180",
        "tekun.care.half.dispersed": "300", "tekun.care.full.dispersed": "600",
    }  # fmt: skip
    in_force(values)


def next_month() -> Month:
    return Month.of(timezone.localdate()) + 1


def term_in(benefit: Benefit, month: Month) -> BenefitTerm | None:
    return benefit.terms.filter(months__contains=month.first_day).first()


def people(household: Household) -> list[Person]:
    return [member.person for member in household.members.select_related("person").order_by("id")]


def declare(household: Household, **document: object) -> None:
    Declaration.objects.create(household=household, facts=sealed_facts.dump(document))


def test_a_member_who_marries_away_takes_his_share_with_him(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    gone = people(benefit.household)[1]
    carry(
        draft_member_remove(
            benefit=benefit, person=gone, cause="MARRIED_OUT", on=timezone.localdate(), note="婚出", actor=clerk,
            now=timezone.now(),
        )
    )  # fmt: skip
    term = term_in(benefit, next_month())
    assert term is not None and (term.base, term.uplift) == (1000, 180)
    assert gone.memberships.get().left_on == timezone.localdate()


def test_a_declared_family_is_judged_anew_without_the_member(
    benefit: Benefit, clerk: User, standards: None, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    gone = people(benefit.household)[1]
    declare(benefit.household, incomes=[{"member": str(gone.pk), "item": "SALARY", "monthly": "900"}])
    order = draft_member_remove(
        benefit=benefit, person=gone, cause="MOVED_OUT", on=timezone.localdate(), note="迁出", actor=clerk,
        now=timezone.now(),
    )  # fmt: skip
    assert order.assessment is not None
    carry(order)
    term = term_in(benefit, next_month())
    assert term is not None and term.base == 1200 and term.covered.count() == 2


def test_the_householder_cannot_simply_leave(benefit: Benefit, clerk: User) -> None:
    with pytest.raises(Refusal, match="先办户主变更"):
        draft_member_remove(
            benefit=benefit, person=benefit.household.head, cause="MOVED_OUT", on=timezone.localdate(), note="迁出",
            actor=clerk, now=timezone.now(),
        )  # fmt: skip


def test_another_head_brings_his_account(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    new = people(benefit.household)[1]
    account = {"number": "6228480000000000000", "kind": "DEBIT", "bank_name": "农商行"}
    carry(
        draft_head_change(
            benefit=benefit,
            new_head=new.pk,
            account=account,
            note="原户主年迈",
            actor=clerk,
            now=timezone.now(),
        )
    )
    benefit.refresh_from_db()
    assert (benefit.household.head, benefit.applicant) == (new, new)
    assert benefit.household.accounts.get(valid_to=None).holder == new
    assert benefit.terms.count() == 1


def test_at_the_householders_death_the_next_head_follows_and_uplifts_stay_with_their_persons(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    old, new = people(benefit.household)[:2]
    carry(
        draft_death(
            benefit=benefit, person=old, died_on=date(2022, 5, 10), note="病故", actor=clerk, now=timezone.now(),
            new_head=new.pk,
        )
    )  # fmt: skip
    june = term_in(benefit, Month(2022, 6))
    household = Household.objects.get(pk=benefit.household_id)
    assert june is not None and (june.base, june.uplift) == (1000, 80)
    assert household.head == new


def test_a_family_moves_to_another_town_and_is_paid_on_there(
    units: dict[str, Unit], benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    order = carry(
        draft_transfer(
            benefit=benefit, village=units["360722101200"], note="搬迁", actor=clerk, now=timezone.now()
        )
    )
    after = order.successor
    assert after is not None and after.unit == units["360722101"]
    assert after.terms.get().total == Decimal("1680.00")
    household = Household.objects.get(pk=benefit.household_id)
    assert (household.handling_unit, household.left_unit) == (units["360722101"], units["360722100"])
    assert Benefit.objects.visible_to(clerk).filter(pk=benefit.pk).exists()
    assert not Benefit.objects.visible_to(clerk).filter(pk=after.pk).exists()


def test_what_rests_is_paid_back_when_it_goes_on(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    carry(
        draft_suspension(benefit=benefit, cause="ACCOUNT", note="账户被冻结", actor=clerk, now=timezone.now())
    )
    resting = term_in(benefit, next_month())
    assert resting is not None and (resting.standing, resting.covered.count()) == ("SUSPENDED", 3)
    carry(
        draft_resumption(
            benefit=benefit, pay_from=next_month().first_day, note="已解冻", actor=clerk, now=timezone.now()
        )
    )
    paid = term_in(benefit, next_month())
    assert paid is not None and (paid.standing, paid.total) == ("ACTIVE", Decimal("1680.00"))


def test_a_mistaken_stop_is_resumed_with_the_months_between(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    wrong = Month.of(timezone.localdate()) - 2
    benefit.terms.update(months=(START, wrong.first_day))
    for row in benefit.terms.get().covered.all():
        type(row).objects.filter(pk=row.pk).update(months=(START, wrong.first_day))
    Benefit.objects.filter(pk=benefit.pk).update(stop_month=wrong.first_day, stop_reason="INCOME")
    benefit.refresh_from_db()
    order = draft_resumption(
        benefit=benefit, pay_from=wrong.first_day, note="停发有误", actor=clerk, now=timezone.now()
    )
    assert order.people.filter(leaves=False).count() == 3
    carry(order)
    benefit.refresh_from_db()
    assert benefit.stop_month is None
    assert all(term_in(benefit, wrong + step) is not None for step in range(4))


def test_the_county_decides_the_care_level(
    units: dict[str, Unit], county_clerk: User, standards: None, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    tekun = make_benefit(
        make_household(units["360722100200"], ["老人"]),
        START,
        program="TEKUN_DISPERSED",
        shares=(("780", "0", ""),),
    )
    order = carry(
        draft_care_level(
            benefit=tekun, lost=["BED", "TOILET"], assessed_on=timezone.localdate(), note="复评",
            actor=county_clerk, now=timezone.now(),
        )
    )  # fmt: skip
    term = term_in(tekun, Month.of(order.effective_month))
    assert term is not None and (term.base, term.care, term.care_level) == (780, 300, "HALF")


def test_a_correction_touches_no_money(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    person = people(benefit.household)[1]
    carry(
        draft_correction(
            benefit=benefit,
            person=person,
            values={"name": "父亲二"},
            note="写错",
            actor=clerk,
            now=timezone.now(),
        )
    )
    assert Person.objects.get(pk=person.pk).name == "父亲二"
    assert benefit.terms.count() == 1


def test_two_orders_of_one_month_become_one(
    benefit: Benefit, clerk: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    now = timezone.now()
    gone = people(benefit.household)
    first = carry(
        draft_member_remove(
            benefit=benefit, person=gone[1], cause="MARRIED_OUT", on=timezone.localdate(), note="婚出", actor=clerk, now=now
        )
    )  # fmt: skip
    second = carry(draft_stop(benefit=benefit, reason="INCOME", note="收入", actor=clerk, now=timezone.now()))
    first.refresh_from_db()
    assert (first.state, second.state, second.old_total) == ("MERGED", "EFFECTIVE", Decimal("1680.00"))
    assert second.people.filter(leaves=True).count() == 3


def test_a_struck_out_stop_brings_everything_back(
    benefit: Benefit, clerk: User, approver: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    order = carry(draft_stop(benefit=benefit, reason="INCOME", note="收入", actor=clerk, now=timezone.now()))
    perform(subject=order, step="reverse_county", actor=approver, now=timezone.now(), comment="核查有误")
    benefit.refresh_from_db()
    assert (order.state, benefit.stop_month) == ("REVERSED", None)
    later = term_in(benefit, next_month() + 3)
    assert later is not None and (later.total, later.covered.count()) == (Decimal("1680.00"), 3)
    assert benefit.terms.count() == 1


def test_a_struck_out_death_is_no_death(
    benefit: Benefit, clerk: User, leader: User, carry: Callable[[ChangeOrder], ChangeOrder]
) -> None:
    person = people(benefit.household)[2]
    order = carry(
        draft_death(
            benefit=benefit,
            person=person,
            died_on=date(2022, 5, 10),
            note="误报",
            actor=clerk,
            now=timezone.now(),
        )
    )
    perform(subject=order, step="reverse_town", actor=leader, now=timezone.now(), comment="同名误报")
    assert Person.objects.get(pk=person.pk).died_on is None
    june = term_in(benefit, Month(2022, 6))
    assert june is not None and june.total == Decimal("1680.00")
    assert Member.objects.get(person=person).left_on is None


def test_the_end_of_tekun_is_posted_for_seven_days_first(
    units: dict[str, Unit], clerk: User, leader: User
) -> None:
    tekun = make_benefit(make_household(units["360722100200"], ["老人"]), START, program="TEKUN_DISPERSED")
    order = draft_stop(benefit=tekun, reason="VOLUNTARY", note="自愿", actor=clerk, now=timezone.now())
    now = timezone.now()
    rest_on(order, "入户核查记录")
    perform(subject=order, step="submit", actor=clerk, now=now)
    offered = {offer.step.code for offer in available(order, leader, now)}
    assert "to_county" not in offered and "notice" in offered
    perform(subject=order, step="notice", actor=leader, now=now, data={"place": "公开栏"})
    with pytest.raises(Refusal, match="未满期"):
        perform(subject=order, step="notice_over_county", actor=clerk, now=now + timedelta(days=7))
    perform(subject=order, step="notice_over_county", actor=clerk, now=now + timedelta(days=8))
    assert order.state == "COUNTY_DECIDE"


def test_a_town_that_does_not_take_the_family_sends_it_back(
    units: dict[str, Unit], benefit: Benefit, clerk: User, leader: User, make_user: Callable[..., User]
) -> None:
    now = timezone.now()
    other = make_user("new_leader", "TOWN_LEADER", "360722101")
    order = draft_transfer(benefit=benefit, village=units["360722101200"], note="搬迁", actor=clerk, now=now)
    rest_on(order, "入户核查记录")
    perform(subject=order, step="submit", actor=clerk, now=now)
    perform(subject=order, step="agree_out", actor=leader, now=now)
    assert order.unit == units["360722101"]
    # The old town reads this order on, takes no step of it, and sees nothing else of the other town.
    assert ChangeOrder.objects.visible_to(clerk).filter(pk=order.pk).exists()
    assert available(order, leader, now) == []
    with pytest.raises(PermissionDenied):
        perform(subject=order, step="receive", actor=leader, now=now)
    perform(subject=order, step="refuse_in", actor=other, now=now, comment="查无此户")
    assert (order.unit, order.state, order.from_unit) == (units["360722100"], "DRAFT", None)
    assert not ChangeOrder.objects.visible_to(other).filter(pk=order.pk).exists()


def test_two_programmes_of_one_person_are_refused_even_by_raw_sql(
    benefit: Benefit, units: dict[str, Unit]
) -> None:
    person = benefit.household.head
    marginal = make_benefit(make_household(units["360722100201"], ["别人"]), START, program="MARGINAL")
    term = marginal.terms.get()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO cases_termmember (term_id, person_id, months, base, uplift, uplift_kinds) "
            "VALUES (%s, %s, '[2022-03-01,)', 0, 0, '{}')",
            [term.pk, person.pk],
        )


def test_only_what_fits_is_offered(benefit: Benefit, clerk: User, sign_in: Callable[[User], Client]) -> None:
    page = sign_in(clerk).get(reverse("cases:changes_of", args=[benefit.pk])).content.decode()
    assert "增加成员" in page and "类别转换" in page
    assert "自理等级" not in page and "恢复发放" not in page


@pytest.mark.parametrize(
    "kind",
    ["amount", "member_add", "member_remove", "death", "head", "transfer", "grace", "suspend", "stop", "correct"],
)  # fmt: skip
def test_every_form_opens(
    benefit: Benefit, clerk: User, sign_in: Callable[[User], Client], kind: str
) -> None:
    client = sign_in(clerk)
    url = reverse("cases:new_change", args=[benefit.pk, kind])
    assert client.get(url).status_code == 200
    assert client.post(url, {}).status_code == 422
