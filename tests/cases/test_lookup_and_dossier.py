"""Many people asked at once, and everything about one of them in the order of time."""
# requirements: B27

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

from cases import dossier
from cases.models import Household
from cases.services.lookup import MOST, look_up, read_asked
from salvation.accounts.models import User
from salvation.domain.citizen_id import check_character
from salvation.domain.errors import Refusal
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household

PAGE = "/cases/people/lookup/"


@pytest.fixture
def helped(units: dict[str, Unit]) -> Household:
    household = make_household(units["360722100200"], ["谢桂英", "谢小明"])
    make_benefit(household, date(2024, 1, 1), shares=(("300", "50", "ELDER"), ("200", "0", "")))
    return household


@pytest.fixture
def elsewhere(units: dict[str, Unit]) -> Household:
    household = make_household(units["360722101200"], ["别镇人"])
    make_benefit(household, date(2024, 1, 1))
    return household


def number_of(household: Household, place: int = 0) -> str:
    return str(list(household.members.order_by("pk"))[place].person.id_no.plain())


def test_a_pasted_list_tells_who_receives_what(helped: Household, clerk: User) -> None:
    text = f"谢桂英 {number_of(helped)}\n{number_of(helped, 1)}，{number_of(helped, 1)}"
    answers = look_up(asked=read_asked(text, b""), purpose="冬春救助摸底", actor=clerk)
    assert [(a.name, a.state, a.program, str(a.amount)) for a in answers] == [
        ("谢桂英", "在保", "农村低保", "350.00"),
        ("谢小明", "在保", "农村低保", "200.00"),
    ]
    assert all("*" in answer.id_no for answer in answers)


def test_somebody_of_another_town_is_told_like_nobody(elsewhere: Household, clerk: User) -> None:
    unknown = "99000019800101002"
    asked = read_asked(f"{number_of(elsewhere)} {unknown}{check_character(unknown)}", b"")
    first, second = look_up(asked=asked, purpose="冬春救助摸底", actor=clerk)
    assert (
        (first.state, first.note, first.name)
        == (second.state, second.note, second.name)
        == ("未查到", first.note, "")
    )


def test_a_workbook_is_searched_for_numbers_and_damaged_ones_are_named(
    helped: Household, clerk: User
) -> None:
    book = Workbook()
    book.active.append(["姓名", "证件号码"])
    book.active.append(["谢桂英", number_of(helped)])
    book.active.append(["坏号", 4.4e17])
    stream = BytesIO()
    book.save(stream)
    good, bad = look_up(asked=read_asked("", stream.getvalue()), purpose="冬春救助摸底", actor=clerk)
    assert (good.state, bad.state) == ("在保", "证号有误")
    assert bad.note


def test_too_many_none_and_no_purpose_are_refused(clerk: User) -> None:
    with pytest.raises(Refusal, match="没有找到身份证号"):
        read_asked("张三 李四", b"")
    with pytest.raises(Refusal, match="最多查"):
        read_asked(" ".join(f"{n:018d}" for n in range(MOST + 1)), b"")
    with pytest.raises(Refusal, match="用途"):
        look_up(asked=[], purpose="", actor=clerk)


def test_five_thousand_numbers_take_a_handful_of_statements(
    helped: Household, clerk: User, django_assert_max_num_queries: Any
) -> None:
    asked = read_asked(" ".join([number_of(helped), *(f"{n:018d}" for n in range(MOST - 1))]), b"")
    with django_assert_max_num_queries(12):
        assert len(look_up(asked=asked, purpose="冬春救助摸底", actor=clerk)) == MOST


def test_the_journal_keeps_purpose_and_counts_and_no_number(helped: Household, clerk: User) -> None:
    look_up(asked=read_asked(number_of(helped), b""), purpose="冬春救助摸底", actor=clerk)
    entry = Entry.objects.filter(action="person.lookup").get()
    assert entry.facts == {"purpose": "冬春救助摸底", "asked": 1, "found": 1}


def test_the_workbook_comes_from_the_page_and_only_to_its_reader(
    helped: Household, clerk: User, other_clerk: User, sign_in: Callable[[User], Any]
) -> None:
    client = sign_in(clerk)
    page = client.post(PAGE, {"purpose": "冬春救助摸底", "text": number_of(helped)})
    sealed = page.context_data["sealed"]
    assert number_of(helped) not in page.content.decode().split("<textarea")[0]
    answer = client.post(PAGE, {"sealed": sealed})
    rows = list(load_workbook(BytesIO(b"".join(answer.streaming_content))).active.values)
    assert any("谢桂英" in row for row in rows)
    assert sign_in(other_clerk).post(PAGE, {"sealed": sealed}).status_code == 409
    assert client.post(PAGE, {"sealed": "xx"}).status_code == 409


def test_a_dossier_lists_what_the_reader_may_see_in_the_order_of_time(
    helped: Household, clerk: User, other_clerk: User
) -> None:
    person = helped.head
    found = dossier.entries(person, clerk)
    assert [entry.kind for entry in found] == ["家庭", "待遇"]
    assert [entry.on for entry in found] == sorted((entry.on for entry in found), reverse=True)
    assert dossier.entries(person, clerk, "待遇")[0].amount == 350
    assert dossier.entries(person, other_clerk) == []
    with pytest.raises(Refusal):
        dossier.entries(person, clerk, "别的")


def test_the_persons_page_shows_the_dossier(
    helped: Household, clerk: User, sign_in: Callable[[User], Any]
) -> None:
    page = sign_in(clerk).get(f"/cases/people/{helped.head_id}/?tab=dossier").content.decode()
    assert "农村低保本人份额" in page
