"""提标减标: one confirmed standard reaches everybody it pays, back pay follows, the batch can be taken back."""
# requirements: C12

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cases.models import Benefit, BenefitTerm, StandardAdjustment
from cases.services.adjustments import ask_adjustment, back_pay, carry_out, preview, undo
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.parameters.models import ParameterVersion
from salvation.registers.models import Meeting
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household

START = date(2022, 1, 1)
THIS = Month.of(timezone.localdate())


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
    def made(value: str, since: date, key: str = "dibao.std.rural") -> ParameterVersion:
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


@pytest.fixture
def adjusted(
    benefit: Benefit,
    other: Benefit,
    standard: Callable[..., ParameterVersion],
    bureau: Meeting,
    approver: User,
) -> StandardAdjustment:
    """600 → 650 from three months ago."""
    standard("600", START)
    version = standard("650", (THIS - 3).first_day)
    asked = ask_adjustment(
        version=version, month=THIS - 3, meeting=bureau, actor=approver, now=timezone.now()
    )
    return carry_out(adjustment=asked, now=timezone.now(), progress=lambda *args: None)


def total_in(benefit: Benefit, month: Month) -> Decimal:
    found: BenefitTerm = benefit.terms.get(months__contains=month.first_day)
    return found.total


def test_everybody_paid_by_the_standard_gets_it_for_each_person(
    benefit: Benefit, other: Benefit, adjusted: StandardAdjustment
) -> None:
    assert total_in(benefit, THIS - 4) == 980
    assert total_in(benefit, THIS - 3) == total_in(benefit, THIS + 5) == 1080
    assert total_in(other, THIS) == 800
    members = benefit.terms.get(months__contains=THIS.first_day).covered
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
        (benefit.pk, (THIS - back).first_day) for back in (3, 2, 1, 0)
    ]
    assert adjusted.back_pay == 400


def test_carrying_it_out_twice_changes_nothing(benefit: Benefit, adjusted: StandardAdjustment) -> None:
    carry_out(adjustment=adjusted, now=timezone.now(), progress=lambda *args: None)
    assert benefit.orders.count() == 1
    assert total_in(benefit, THIS) == 1080


def test_taken_back_everybody_has_what_he_had(
    benefit: Benefit, adjusted: StandardAdjustment, approver: User
) -> None:
    undo(
        adjustment=adjusted,
        because="文号录错",
        actor=approver,
        now=timezone.now(),
        progress=lambda *args: None,
    )
    assert total_in(benefit, THIS) == 980
    assert benefit.orders.get().state == "REVERSED"


def test_what_builds_on_it_keeps_it_from_being_taken_back(
    benefit: Benefit, adjusted: StandardAdjustment, approver: User
) -> None:
    adjusted.made_at = date.min and timezone.now().replace(year=2020)
    StandardAdjustment.objects.filter(pk=adjusted.pk).update(made_at=adjusted.made_at)
    benefit.orders.update(adjustment=None)
    first = benefit.orders.get()
    copied = StandardAdjustment.objects.get(pk=adjusted.pk)
    first.adjustment = None
    first.pk, first.no = None, "X1"
    first.save()
    benefit.orders.exclude(no="X1").update(adjustment=copied)
    with pytest.raises(Refusal, match="又办理了变更"):
        undo(adjustment=copied, because="误", actor=approver, now=timezone.now(), progress=lambda *args: None)


def test_tapering_keeps_its_amount(
    benefit: Benefit, standard: Callable[..., ParameterVersion], bureau: Meeting, approver: User
) -> None:
    standard("600", START)
    benefit.terms.update(standing="GRACE")
    version = standard("650", THIS.first_day)
    assert preview(version=version, month=THIS, today=timezone.localdate()).benefits == 0


def test_who_would_fall_to_nothing_is_left_to_a_person(
    benefit: Benefit, standard: Callable[..., ParameterVersion]
) -> None:
    standard("600", START)
    version = standard("150", THIS.first_day)
    found = preview(version=version, month=THIS, today=timezone.localdate())
    assert (found.benefits, found.left_out) == (0, 1)
    assert total_in(benefit, THIS) == 980


def test_a_parameter_that_is_no_standard_is_refused(
    standard: Callable[..., ParameterVersion], bureau: Meeting, approver: User
) -> None:
    version = standard("60", THIS.first_day, key="uplift.elder_age")
    with pytest.raises(Refusal, match="不是保障标准"):
        ask_adjustment(version=version, month=THIS, meeting=bureau, actor=approver, now=timezone.now())


def test_the_county_sees_the_numbers_before_it_decides(
    benefit: Benefit, standard: Callable[..., ParameterVersion], bureau: Meeting, approver: User,
    sign_in: Callable[[User], Client],
) -> None:  # fmt: skip
    standard("600", START)
    version = standard("650", THIS.first_day)
    client = sign_in(approver)
    typed = {"version": version.pk, "effective_month": str(THIS), "meeting": bureau.pk, "_once": "a" * 32}
    page = client.post(reverse("cases:new_adjustment"), typed).content.decode()
    assert "将调整1户（人）的待遇，每月增减+100.00元" in page
    assert not StandardAdjustment.objects.exists()
    client.post(reverse("cases:new_adjustment"), {**typed, "_act": "confirmed"})
    made = StandardAdjustment.objects.get()
    assert client.get(reverse("cases:adjustment", args=[made.pk])).status_code == 200
    assert client.get(reverse("cases:adjustments")).status_code == 200
