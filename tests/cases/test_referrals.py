"""转介: a need is raised once, handed to its department with a purpose, answered; a family's chain of help."""
# requirements: B27, B35

from collections.abc import Callable
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from cases.models import Household, Referral, ReferralBatch
from cases.services.referrals import Answer, answer_one, import_answers, push_list, raise_need, read_list
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.files.whole import decide_whole, requests_for
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.builders import make_household
from tests.intake.builder import xlsx

TODAY = timezone.localdate()
HEAD = ["姓名", "身份证号", "需求", "反馈结果", "救助金额", "反馈说明"]


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    made = make_household(units["360722100200"], ["谢桂英", "谢建国"])
    # Read back: a sealed value is clear text in a new object.
    return Household.objects.get(pk=made.pk)


def need(household: Household, clerk: User, kind: str = "MEDICAL") -> Referral:
    return raise_need(
        household=household, person_id=household.head_id, need=kind, situation="透析自费部分较大", raised_on=TODAY,
        actor=clerk,
    )  # fmt: skip


def push(county_clerk: User, units: dict[str, Unit], kind: str = "MEDICAL") -> ReferralBatch:
    return push_list(
        need=kind, purpose="医疗救助衔接", county=units["360722"], actor=county_clerk, now=timezone.now()
    )


def answer(
    household: Household,
    outcome: str = "已救助",
    amount: Any = 3000,
    kind: str = "医疗救助",
    name: str = "谢桂英",
) -> bytes:
    number = household.head.id_no.plain() if household.head.id_no else ""
    return xlsx([HEAD, [name, number, kind, outcome, amount, "一次性医疗救助"]])


def test_a_need_goes_to_its_department_and_comes_back_with_an_answer(
    household: Household, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    referral = need(household, clerk)
    batch = push(county_clerk, units)
    made = import_answers(
        content=answer(household), county=units["360722"], answered_on=TODAY, actor=county_clerk
    )
    referral.refresh_from_db()
    assert (made, batch.department, referral.stage) == (1, "医疗保障局", "ANSWERED")
    assert (referral.outcome, referral.amount) == ("HELPED", Decimal(3000))


def test_the_same_need_is_not_raised_twice_while_it_is_open(household: Household, clerk: User) -> None:
    need(household, clerk)
    need(household, clerk, "HOUSING")
    with pytest.raises(Refusal, match="已登记"):
        need(household, clerk)


def test_the_list_carries_whole_numbers_lies_sealed_and_every_look_is_journalled(
    household: Household, clerk: User, county_clerk: User, approver: User, units: dict[str, Unit]
) -> None:
    need(household, clerk)
    batch = push(county_clerk, units)
    with pytest.raises(Refusal, match="第二人批准"):
        read_list(batch=batch, actor=county_clerk)
    asked = requests_for(batch, county_clerk).get()
    decide_whole(request_id=asked.pk, approve=True, actor=approver, now=timezone.now())
    content = read_list(batch=batch, actor=county_clerk)
    cells = [str(cell.value) for row in load_workbook(BytesIO(content)).active.iter_rows() for cell in row]
    assert household.head.id_no is not None
    assert household.head.id_no.plain() in cells
    facts = Entry.objects.get(action="referral.read").facts
    assert (facts["purpose"], facts["approved_by"]) == ("医疗救助衔接", "郭局长")


def test_each_department_gets_its_own_needs_and_each_once(
    household: Household, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    need(household, clerk)
    need(household, clerk, "EDUCATION")
    assert push(county_clerk, units).rows == 1
    with pytest.raises(Refusal, match="没有等待推送的医疗救助"):
        push(county_clerk, units)


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"kind": "住房救助"}, "没有推送过这项需求"),
        ({"outcome": "不符合"}, "不填金额"),
        ({"outcome": "不知道"}, "反馈结果"),
        (
            {"name": "谢建国"},
            "姓名：该证号登记的姓名是“谢桂英”，文件中写的是“谢建国”。请核对证号和姓名，改正后重新导入",
        ),
    ],
)
def test_an_answer_that_does_not_fit_keeps_the_whole_file_out(
    given: dict[str, Any],
    words: str,
    household: Household,
    clerk: User,
    county_clerk: User,
    units: dict[str, Unit],
) -> None:
    need(household, clerk)
    push(county_clerk, units)
    content = answer(household, **given)
    with pytest.raises(Refusal, match=words):
        import_answers(content=content, county=units["360722"], answered_on=TODAY, actor=county_clerk)
    assert Referral.objects.get().outcome == ""


def test_a_name_spelt_with_blanks_is_the_same_name(
    household: Household, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    need(household, clerk)
    push(county_clerk, units)
    content = answer(household, name="谢 桂 英")
    assert import_answers(content=content, county=units["360722"], answered_on=TODAY, actor=county_clerk) == 1


def test_nothing_is_answered_before_it_was_handed_over(household: Household, clerk: User) -> None:
    referral = need(household, clerk)
    with pytest.raises(Refusal, match="还没有推送"):
        answer_one(referral=referral, answer=Answer("UNFIT", None, ""), answered_on=TODAY, actor=clerk)


def test_the_county_hands_lists_over_and_nobody_else(
    household: Household, clerk: User, units: dict[str, Unit]
) -> None:
    need(household, clerk)
    with pytest.raises(PermissionDenied):
        push(clerk, units)


def test_the_households_page_shows_the_chain_of_help(
    household: Household,
    clerk: User,
    county_clerk: User,
    units: dict[str, Unit],
    sign_in: Callable[[User], Client],
) -> None:
    need(household, clerk)
    push(county_clerk, units)
    import_answers(content=answer(household), county=units["360722"], answered_on=TODAY, actor=county_clerk)
    page = sign_in(clerk).get(reverse("cases:household", args=[household.pk]), {"tab": "chain"})
    words = page.content.decode()
    assert "医疗救助（医疗保障局）：已给予救助" in words
    assert "3,000.00" in words


def test_a_clerk_raises_a_need_on_the_page(
    household: Household, clerk: User, other_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    sent = {
        "person": household.head_id, "need": "HOUSING", "situation": "危房", "raised_on": TODAY.isoformat(),
        "_act": "confirmed", "_once": "5d7c2c1e-8a54-4f0e-9f0e-2b8f1d7c9a21",
    }  # fmt: skip
    address = reverse("cases:new_referral", args=[household.pk])
    assert sign_in(other_clerk).post(address, sent).status_code == 404
    assert sign_in(clerk).post(address, sent).status_code == 302
    assert Referral.objects.get().department == "住房和城乡建设局"


def test_an_answer_is_not_reopened_while_the_same_need_waits_again(
    household: Household, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    first = need(household, clerk)
    push(county_clerk, units)
    answer_one(
        referral=first, answer=Answer("HELPED", Decimal(3000), ""), answered_on=TODAY, actor=county_clerk
    )
    need(household, clerk)
    with pytest.raises(Refusal, match="又登记了"):
        answer_one(referral=first, answer=Answer("WAITING", None, ""), answered_on=TODAY, actor=county_clerk)
    with pytest.raises(Refusal, match="又登记了"):
        import_answers(
            content=answer(household, "办理中", ""),
            county=units["360722"],
            answered_on=TODAY,
            actor=county_clerk,
        )


def test_a_list_with_the_number_of_a_relative_is_not_there(
    household: Household, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    need(household, clerk)
    batch = push(county_clerk, units)
    Recusal.objects.create(user=county_clerk, person_id=household.head_id, reason="近亲属")
    again = User.objects.get(pk=county_clerk.pk)
    assert not ReferralBatch.objects.visible_to(again).filter(pk=batch.pk).exists()
