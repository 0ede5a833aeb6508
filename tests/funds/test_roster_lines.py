"""What a roster holds: who is paid how much for a month, and why it differs from the month before."""

from collections.abc import Callable
from decimal import Decimal

from django.utils import timezone

from cases.models import Benefit, BenefitTerm, Hold, Person
from funds.models import Roster
from salvation.units.models import Unit
from tests.funds.builders import APRIL, JULY, JUNE, MAY, a_home, an_account

Make = Callable[..., Roster]


def line_of(roster: Roster, benefit: Benefit):
    return roster.pay_lines.get(benefit=benefit, kind="REGULAR")


def test_every_benefit_in_force_has_one_line_with_its_parts(village: Unit, make: Make) -> None:
    home = a_home(village, base="300", uplift="80", size=3, names=("谢桂英",))
    roster = make(MAY)
    line = line_of(roster, home.benefit)
    assert (line.base, line.uplift, line.total) == (Decimal(300), Decimal(80), Decimal(380))
    assert (line.name, line.people, line.counted, line.village_name, line.seq) == (
        "谢桂英",
        3,
        3,
        "水东村委会",
        1,
    )
    assert (roster.households, roster.people, roster.amount) == (1, 3, Decimal(380))


def test_identity_and_account_are_copied_sealed(village: Unit, make: Make) -> None:
    home = a_home(village)
    line = line_of(make(MAY), home.benefit)
    account = home.household.accounts.get()
    assert line.id_no.plain() == home.people[0].id_no
    assert bytes(line.account.sealed) == bytes(type(account).objects.get(pk=account.pk).number.sealed)


def test_a_benefit_that_begins_next_month_is_not_paid_yet(village: Unit, make: Make) -> None:
    a_home(village, first=MAY)
    later = a_home(village, first=JUNE)
    assert not make(MAY).pay_lines.filter(benefit=later.benefit).exists()


def test_each_programme_has_a_book_of_its_own(village: Unit, make: Make) -> None:
    a_home(village)
    a_home(village, program="TEKUN_DISPERSED", base="780", care="300", size=1)
    make(MAY)
    books = dict(Roster.objects.values_list("program", "amount"))
    assert books == {"DIBAO_RURAL": Decimal(300), "TEKUN_DISPERSED": Decimal(1080)}


def test_changes_are_marked_and_explained_with_their_order(village: Unit, make: Make, sign: Callable) -> None:
    up, down, same = (a_home(village, base="300") for _ in range(3))
    sign(make(MAY))
    raised = up.change(JUNE, "350")
    lowered = down.change(JUNE, "250", kind="DECREASE")
    roster = make(JUNE)
    found = {line.benefit_id: (line.mark, line.cause_no, line.difference) for line in roster.pay_lines.all()}
    assert found == {
        up.benefit.pk: ("INCREASE", raised.no, Decimal(50)),
        down.benefit.pk: ("DECREASE", lowered.no, Decimal(-50)),
        same.benefit.pk: ("SAME", "", Decimal(0)),
    }
    assert line_of(roster, up.benefit).explanation == f"增发变更单 {raised.no}"


def test_who_is_gone_stands_among_the_leavers_with_the_reason(
    village: Unit, make: Make, sign: Callable
) -> None:
    stays, stops = a_home(village), a_home(village, base="500", size=1)
    sign(make(MAY))
    stops.stop(JUNE, "INCOME")
    roster = make(JUNE)
    leaver = roster.leavers.get()
    assert (leaver.benefit, leaver.reason, leaver.last_total, leaver.order_no[:1]) == (
        stops.benefit,
        "INCOME",
        500,
        "B",
    )
    assert list(roster.pay_lines.values_list("benefit", flat=True)) == [stays.benefit.pk]


def test_a_dead_member_is_out_from_the_month_of_his_order(village: Unit, make: Make, sign: Callable) -> None:
    home = a_home(village, base="600", size=3)
    sign(make(MAY))
    home.change(JUNE, "400", kind="DEATH", people=home.people[1:])
    line = line_of(make(JUNE), home.benefit)
    assert (line.total, line.people, line.last_people, line.mark, line.cause_kind) == (
        400,
        2,
        3,
        "DECREASE",
        "DEATH",
    )


def test_a_tapering_household_is_marked_as_such(village: Unit, make: Make, sign: Callable) -> None:
    home = a_home(village)
    sign(make(MAY))
    home.change(JUNE, "300", kind="GRACE", standing="GRACE")
    line = line_of(make(JUNE), home.benefit)
    assert (line.mark, line.remarks, line.total) == ("GRACE", "渐退", Decimal(300))


def test_a_tapering_period_that_ran_out_leaves_without_a_stop_order(
    village: Unit, make: Make, sign: Callable
) -> None:
    home = a_home(village, standing="GRACE")
    sign(make(MAY))
    BenefitTerm.objects.filter(benefit=home.benefit).update(months=f"[{MAY.first_day},{JUNE.first_day})")
    assert make(JUNE).leavers.get().reason == "GRACE_END"


def test_a_confirmation_after_the_signature_is_paid_with_the_month_it_missed(
    village: Unit, make: Make, sign: Callable
) -> None:
    a_home(village)
    sign(make(MAY))
    late = a_home(village, base="420", first=MAY)
    roster = make(JUNE)
    lines = {line.kind: line for line in roster.pay_lines.filter(benefit=late.benefit)}
    assert (lines["REGULAR"].total, lines["BACKPAY"].total) == (420, 420)
    assert (lines["BACKPAY"].for_month, lines["BACKPAY"].mark) == (MAY.first_day, "BACKPAY")
    assert (roster.backpay_lines, roster.backpay_amount, roster.people) == (1, 420, 4)


def test_back_pay_is_the_difference_where_a_part_was_paid(village: Unit, make: Make, sign: Callable) -> None:
    home = a_home(village, base="300")
    sign(make(MAY))
    home.change(MAY, "340")
    back = make(JUNE).pay_lines.get(kind="BACKPAY")
    assert (back.total, back.base) == (40, 40)


def test_back_pay_is_given_once(village: Unit, make: Make, sign: Callable) -> None:
    a_home(village)
    sign(make(MAY))
    a_home(village, first=MAY)
    sign(make(JUNE))
    assert not make(JULY).pay_lines.filter(kind="BACKPAY").exists()


def test_months_paid_before_the_system_are_not_paid_again(village: Unit, make: Make) -> None:
    a_home(village, first=APRIL)
    assert not make(JUNE).pay_lines.filter(kind="BACKPAY").exists()


def test_a_late_confirmation_is_absorbed_until_the_signature(village: Unit, make: Make) -> None:
    a_home(village)
    make(MAY)
    late = a_home(village, first=MAY)
    assert line_of(make(MAY), late.benefit).kind == "REGULAR"


def test_a_person_without_a_valid_id_is_never_paid(village: Unit, make: Make) -> None:
    a_home(village)
    home = a_home(village)
    Person.objects.filter(pk=home.people[1].pk).update(id_status="FORMAT_ERROR")
    roster = make(MAY)
    line = line_of(roster, home.benefit)
    assert (line.state, line.excluded_as, line.seq) == ("EXCLUDED", "ID", None)
    assert (roster.lines, roster.excluded, roster.amount) == (1, 1, Decimal(300))


def test_a_hold_keeps_a_line_out_until_it_is_lifted_and_then_pays_what_was_missed(
    village: Unit, make: Make, sign: Callable
) -> None:
    a_home(village)
    home = a_home(village)
    hold = Hold.objects.create(
        unit=village.parent, person=home.people[0], reason="疑似死亡", source="比对", from_month=MAY.first_day
    )
    may = sign(make(MAY))
    assert line_of(may, home.benefit).why_excluded == "发放阻断：疑似死亡"
    june = make(JUNE)
    assert not june.pay_lines.filter(benefit=home.benefit, state="PLANNED").exists()
    Hold.objects.filter(pk=hold.pk).update(lifted_at=timezone.now())
    june = make(JUNE)
    assert sorted(june.pay_lines.filter(benefit=home.benefit).values_list("kind", "cause")) == [
        ("BACKPAY", "RELEASED"),
        ("REGULAR", "RESTORED"),
    ]


def test_a_suspended_benefit_is_listed_but_not_paid(village: Unit, make: Make) -> None:
    home = a_home(village, standing="SUSPENDED")
    line = line_of(make(MAY), home.benefit)
    assert (line.state, line.excluded_as) == ("EXCLUDED", "SUSPENDED")


def test_a_household_without_an_account_is_flagged_until_it_has_one(village: Unit, make: Make) -> None:
    home = a_home(village, account=False)
    roster = make(MAY)
    assert (roster.blocked, line_of(roster, home.benefit).remarks) == (1, "缺账户")
    an_account(home.household)
    assert make(MAY).blocked == 0


def test_numbers_run_on_by_village_and_household(units: dict[str, Unit], make: Make) -> None:
    homes = [a_home(units[code]) for code in ("360722100201", "360722100200", "360722100201", "360722100200")]
    found = list(make(MAY).pay_lines.values_list("seq", "benefit"))
    order = [homes[1], homes[3], homes[0], homes[2]]
    assert found == [(number, home.benefit.pk) for number, home in enumerate(order, start=1)]
