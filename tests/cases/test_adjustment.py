"""提标减标: one confirmed standard reaches everybody it pays, back pay follows, the batch can be taken back."""
# requirements: C12

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cases.demo.parameters import VALUES
from cases.models import (
    Benefit,
    BenefitTerm,
    ChangeOrder,
    Declaration,
    Discovery,
    Household,
    SimulatedChange,
    StandardAdjustment,
)
from cases.services.adjustment_orders import back_pay, carry_out, undo
from cases.services.adjustments import ask_adjustment, ask_trial, recheck, try_out
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.models import Transition
from salvation.journal.models import Entry
from salvation.parameters.models import ParameterVersion
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from salvation.vault import facts as sealed_facts
from tests.builders import make_benefit, make_household
from tests.days import next_month, this_month

START = date(2022, 1, 1)


@pytest.fixture
def benefit(units: dict[str, Unit]) -> Benefit:
    household = make_household(units["360722100200"], ["祖父", "孙子"])
    return make_benefit(household, START, shares=(("400", "100", "ELDER"), ("400", "80", "CHILD")))


@pytest.fixture
def other(units: dict[str, Unit]) -> Benefit:
    """Centralised 特困: another standard."""
    household = make_household(units["360722101200"], ["老人"])
    return make_benefit(household, START, program="TEKUN_CENTRALIZED", shares=(("800", "0", ""),))


@pytest.fixture
def standard(units: dict[str, Unit], county_clerk: User, approver: User) -> Callable[..., ParameterVersion]:
    def made(value: Any, since: date, key: str = "dibao.std.rural") -> ParameterVersion:
        version: ParameterVersion = ParameterVersion.objects.create(
            key=key, unit=units["360722"], value=value, valid_from=since, basis="县民发〔2026〕9号", state="CONFIRMED",
            entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
        )  # fmt: skip
        return version

    return made


@pytest.fixture
def bureau(units: dict[str, Unit]) -> Meeting:
    found: Meeting = Meeting.objects.create(
        unit=units["360722"], kind="BUREAU", title="局务会", held_on=timezone.localdate(), place="会议室", host="郭",
        attendees="甲",
    )  # fmt: skip
    return found


def quiet(*args: Any) -> None:
    """Nobody watches."""


@pytest.fixture
def tried(approver: User) -> Callable[..., StandardAdjustment]:
    """A confirmed version tried out from a month on."""

    def made(version: ParameterVersion, month: Month | None = None) -> StandardAdjustment:
        asked = ask_trial(version=version, month=month or this_month(), actor=approver, now=timezone.now())
        return try_out(adjustment=asked, now=timezone.now(), report=quiet)

    return made


@pytest.fixture
def carried(tried: Callable[..., StandardAdjustment], bureau: Meeting, approver: User) -> Callable[..., Any]:
    """Tried, decided, carried out."""

    def made(version: ParameterVersion, month: Month | None = None) -> StandardAdjustment:
        decided = ask_adjustment(
            adjustment=tried(version, month), meeting=bureau, actor=approver, now=timezone.now()
        )
        return carry_out(adjustment=decided, now=timezone.now(), progress=quiet)

    return made


@pytest.fixture
def adjusted(
    benefit: Benefit, other: Benefit, standard: Callable[..., ParameterVersion], carried: Callable[..., Any]
) -> StandardAdjustment:
    """600 → 650 from three months ago."""
    standard("600", START)
    found: StandardAdjustment = carried(standard("650", (this_month() - 3).first_day), this_month() - 3)
    return found


def total_in(benefit: Benefit, month: Month) -> Decimal:
    found: BenefitTerm = benefit.terms.get(months__contains=month.first_day)
    return found.total


def test_everybody_paid_by_the_standard_gets_it_for_each_person(
    benefit: Benefit, other: Benefit, adjusted: StandardAdjustment
) -> None:
    assert total_in(benefit, this_month() - 4) == 980
    assert total_in(benefit, this_month() - 3) == total_in(benefit, this_month() + 5) == 1080
    assert total_in(other, this_month()) == 800
    members = benefit.terms.get(months__contains=this_month().first_day).covered
    assert [(row.base, row.uplift) for row in members.order_by("id")] == [(450, 100), (450, 80)]


def test_each_benefit_has_an_order_in_effect(benefit: Benefit, adjusted: StandardAdjustment) -> None:
    order = benefit.orders.get()
    assert (order.kind, order.state, order.old_total, order.new_total) == (
        "STD_ADJUST", "EFFECTIVE", Decimal("980.00"), Decimal("1080.00"),
    )  # fmt: skip
    assert (adjusted.benefits, adjusted.monthly) == (1, 100)


def test_the_months_passed_are_back_pay(benefit: Benefit, adjusted: StandardAdjustment) -> None:
    rows = back_pay(adjusted, timezone.localdate())
    assert [(pk, month) for pk, month, _ in rows] == [
        (benefit.pk, (this_month() - back).first_day) for back in (3, 2, 1, 0)
    ]
    assert adjusted.back_pay == 400


def test_carrying_it_out_twice_changes_nothing(benefit: Benefit, adjusted: StandardAdjustment) -> None:
    carry_out(adjustment=adjusted, now=timezone.now(), progress=quiet)
    assert benefit.orders.count() == 1
    assert total_in(benefit, this_month()) == 1080


def test_taken_back_everybody_has_what_he_had(
    benefit: Benefit, adjusted: StandardAdjustment, approver: User
) -> None:
    undo(
        adjustment=adjusted,
        because="文号录错",
        actor=approver,
        now=timezone.now(),
        progress=quiet,
    )
    assert total_in(benefit, this_month()) == 980
    assert benefit.orders.get().state == "REVERSED"


def test_taking_many_back_takes_the_statements_of_taking_few_back(
    units: dict[str, Unit], benefit: Benefit, standard: Callable[..., ParameterVersion], carried: Callable[..., Any],
    approver: User,
) -> None:  # fmt: skip
    standard("600", START)
    asked = []
    for households, month in ((1, this_month()), (4, next_month())):
        for _ in range(households - 1):
            make_benefit(make_household(units["360722100200"], ["同村"]), START)
        made = carried(standard(str(640 + 10 * households), month.first_day), month)
        with CaptureQueriesContext(connection) as seen:
            undo(adjustment=made, because="误", actor=approver, now=timezone.now(), progress=quiet)
        asked.append(len(seen))
        assert set(ChangeOrder.objects.filter(adjustment=made).values_list("state", flat=True)) == {
            "REVERSED"
        }
    assert ChangeOrder.objects.count() == 1 + 4
    assert asked[0] == asked[1]


def test_taken_back_each_order_says_why(
    benefit: Benefit, adjusted: StandardAdjustment, approver: User
) -> None:
    undo(adjustment=adjusted, because="文号录错", actor=approver, now=timezone.now(), progress=quiet)
    order = benefit.orders.get()
    step = Transition.objects.get(flow="change_order", subject_id=order.pk, step="roll_back")
    assert (step.comment, step.from_state, step.unit) == ("文号录错", "EFFECTIVE", order.unit)
    entries = Entry.objects.filter(subject_type="cases.changeorder", subject_id=order.pk)
    assert entries.order_by("-id")[0].facts["step"] == "批次撤回"


def test_what_builds_on_it_keeps_it_from_being_taken_back(
    benefit: Benefit, adjusted: StandardAdjustment, approver: User
) -> None:
    StandardAdjustment.objects.filter(pk=adjusted.pk).update(made_at=timezone.now().replace(year=2020))
    later = benefit.orders.get()
    later.pk, later.no, later.adjustment = None, "X1", None
    later.save()
    adjusted.refresh_from_db()
    with pytest.raises(Refusal, match="又办理了变更"):
        undo(adjustment=adjusted, because="误", actor=approver, now=timezone.now(), progress=quiet)


def test_tapering_keeps_its_amount(
    benefit: Benefit, standard: Callable[..., ParameterVersion], tried: Callable[..., StandardAdjustment]
) -> None:
    standard("600", START)
    benefit.terms.update(standing="GRACE")
    assert tried(standard("650", this_month().first_day)).benefits == 0


def test_who_would_fall_to_nothing_is_left_to_a_person(
    benefit: Benefit, standard: Callable[..., ParameterVersion], tried: Callable[..., StandardAdjustment]
) -> None:
    standard("600", START)
    found = tried(standard("150", this_month().first_day))
    assert (found.benefits, found.left_out) == (0, 1)
    assert "不足零元" in SimulatedChange.objects.get().reason
    assert total_in(benefit, this_month()) == 980


def test_a_parameter_that_is_no_standard_is_refused(
    standard: Callable[..., ParameterVersion], approver: User
) -> None:
    version = standard("60", this_month().first_day, key="uplift.elder_age")
    with pytest.raises(Refusal, match="不是保障标准"):
        ask_trial(version=version, month=this_month(), actor=approver, now=timezone.now())


def test_nothing_is_decided_before_it_was_tried(
    benefit: Benefit, standard: Callable[..., ParameterVersion], bureau: Meeting, approver: User
) -> None:
    standard("600", START)
    asked = ask_trial(
        version=standard("650", this_month().first_day),
        month=this_month(),
        actor=approver,
        now=timezone.now(),
    )
    with pytest.raises(Refusal, match="还没有试算完"):
        ask_adjustment(adjustment=asked, meeting=bureau, actor=approver, now=timezone.now())


def test_the_county_sees_the_numbers_before_it_decides(
    benefit: Benefit, standard: Callable[..., ParameterVersion], tried: Callable[..., StandardAdjustment],
    bureau: Meeting, approver: User, sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    standard("600", START)
    found = tried(standard("650", this_month().first_day))
    client = sign_in(approver)
    assert "嘉定镇" in client.get(f"/cases/adjustments/{found.pk}/").content.decode()
    typed = {"meeting": bureau.pk, "_once": "a" * 32}
    page = client.post(reverse("cases:decide_adjustment", args=[found.pk]), typed).content.decode()
    assert "将调整1户（人）的待遇，每月增减+100.00元" in page
    assert not benefit.orders.exists()
    client.post(reverse("cases:decide_adjustment", args=[found.pk]), {**typed, "_act": "confirmed"})
    found.refresh_from_db()
    assert found.meeting == bureau
    assert client.get(reverse("cases:adjustments")).status_code == 200


def test_a_difference_to_what_was_decided_sends_it_back_to_the_meeting(
    benefit: Benefit, standard: Callable[..., ParameterVersion], tried: Callable[..., StandardAdjustment],
    bureau: Meeting, approver: User, units: dict[str, Unit],
) -> None:  # fmt: skip
    standard("600", START)
    found = tried(standard("650", this_month().first_day))
    ask_adjustment(adjustment=found, meeting=bureau, actor=approver, now=timezone.now())
    make_benefit(make_household(units["360722100200"], ["新户"]), START)
    found.refresh_from_db()
    with pytest.raises(Refusal, match="调整1→2户"):
        recheck(adjustment=found, now=timezone.now(), report=quiet)
    found.refresh_from_db()
    assert (found.meeting, found.benefits) == (None, 2)


@pytest.fixture
def judged(units: dict[str, Unit], in_force: Callable[[dict[str, Any]], None]) -> Callable[..., Household]:
    """A household of one that declared what it has a year, under the county's full set of parameters."""
    in_force({**VALUES, "dibao.std.rural": "600"})

    def made(name: str, yearly: str, **facts: Any) -> Household:
        household = make_household(units["360722100200"], [name])
        income = {"member": str(household.head_id), "item": "FARM_SUBSIDY", "yearly": yearly}
        document = {"incomes": [income], "members": {str(household.head_id): facts}}
        Declaration.objects.create(household=household, facts=sealed_facts.dump(document))
        return household

    return made


def test_a_higher_standard_is_judged_and_lets_others_in(
    judged: Callable[..., Household], standard: Callable[..., ParameterVersion], carried: Callable[..., Any]
) -> None:
    poor = make_benefit(judged("谢桂英", "1200"), START, shares=(("500", "0", ""),))
    waiting = judged("钟小北", "7800")
    made = carried(standard("700", this_month().first_day))
    assert total_in(poor, this_month()) == 600
    assert (made.benefits, made.entering, made.leaving) == (1, 1, 0)
    found = Discovery.objects.get()
    assert (found.household, found.origin, found.state) == (waiting, "STANDARD", "FOUND")


def test_who_no_longer_meets_a_lower_standard_gets_a_drafted_stop_and_is_paid_on(
    judged: Callable[..., Household], standard: Callable[..., ParameterVersion], carried: Callable[..., Any],
    approver: User,
) -> None:  # fmt: skip
    poor = make_benefit(judged("谢桂英", "1200"), START, shares=(("500", "0", ""),))
    better = make_benefit(judged("赖塘生", "6600"), START, shares=(("50", "0", ""),))
    made = carried(standard("500", this_month().first_day))
    order = better.orders.get()
    assert (order.kind, order.state, order.stop_reason) == ("STOP", "DRAFT", "INCOME")
    assert (total_in(better, this_month()), total_in(poor, this_month())) == (50, 400)
    undo(adjustment=made, because="文号录错", actor=approver, now=timezone.now(), progress=quiet)
    order.refresh_from_db()
    assert (order.state, total_in(poor, this_month())) == ("CANCELLED", 500)


def test_who_would_not_qualify_by_what_he_declared_last_is_left_to_a_person(
    judged: Callable[..., Household], standard: Callable[..., ParameterVersion], tried: Any
) -> None:
    make_benefit(judged("早超标", "90000"), START, shares=(("50", "0", ""),))
    found = tried(standard("650", this_month().first_day))
    assert (found.benefits, found.left_out) == (0, 1)
    assert "按最近一次申报已不符合" in SimulatedChange.objects.get().reason


def test_in_a_tiered_county_the_tiers_are_raised(
    judged: Callable[..., Household], units: dict[str, Unit], standard: Callable[..., ParameterVersion],
    carried: Callable[..., Any],
) -> None:  # fmt: skip
    ParameterVersion.objects.filter(key="dibao.mode").delete()
    standard("TIER", START, key="dibao.mode")
    ParameterVersion.objects.filter(key="dibao.tiers").delete()
    standard({"A": "500", "B": "300"}, START, key="dibao.tiers")
    known = make_benefit(judged("有申报", "1200", tier="B"), START, shares=(("300", "0", ""),))
    imported = make_benefit(
        make_household(units["360722100200"], ["未核算"]), START, shares=(("500", "0", ""),)
    )
    odd = make_benefit(make_household(units["360722100200"], ["金额不明"]), START, shares=(("333", "0", ""),))
    made = carried(standard({"A": "560", "B": "340"}, this_month().first_day, key="dibao.tiers"))
    assert [total_in(each, this_month()) for each in (known, imported, odd)] == [340, 560, 333]
    assert (made.benefits, made.left_out) == (2, 1)


def test_a_member_whose_tier_does_not_change_gets_nothing_more(
    units: dict[str, Unit], standard: Callable[..., ParameterVersion], carried: Callable[..., Any]
) -> None:
    ParameterVersion.objects.filter(key="dibao.mode").delete()
    standard("TIER", START, key="dibao.mode")
    ParameterVersion.objects.filter(key="dibao.tiers").delete()
    standard({"A": "500", "B": "300"}, START, key="dibao.tiers")
    both = make_household(units["360722100200"], ["一档", "二档"])
    paid = make_benefit(both, START, shares=(("500", "0", ""), ("300", "0", "")))
    made = carried(standard({"A": "560", "B": "300"}, this_month().first_day, key="dibao.tiers"))
    covered = paid.terms.get(months__contains=this_month().first_day).covered
    assert [row.base for row in covered.order_by("id")] == [560, 300]
    assert (total_in(paid, this_month()), made.monthly) == (860, 60)


def test_a_raised_uplift_reaches_whoever_has_it(
    benefit: Benefit, standard: Callable[..., ParameterVersion], carried: Callable[..., Any]
) -> None:
    standard("100", START, key="uplift.amount.elder")
    carried(standard("130", this_month().first_day, key="uplift.amount.elder"))
    term = benefit.terms.get(months__contains=this_month().first_day)
    assert (term.base, term.uplift) == (800, 210)


def test_the_page_names_who_leaves_and_who_may_come_in(
    judged: Callable[..., Household], standard: Callable[..., ParameterVersion], tried: Any, approver: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    make_benefit(judged("赖塘生", "6600"), START, shares=(("50", "0", ""),))
    judged("钟小北", "7800")
    lower = tried(standard("500", this_month().first_day))
    page = sign_in(approver).get(f"/cases/adjustments/{lower.pk}/").content.decode()
    assert "赖塘生" in page
    assert "不再符合" in page


def test_somebody_else_does_not_try_it_out_again(
    benefit: Benefit, standard: Callable[..., ParameterVersion], tried: Any, clerk: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    standard("600", START)
    found = tried(standard("650", this_month().first_day))
    assert sign_in(clerk).post(f"/cases/adjustments/{found.pk}/try/").status_code == 403
