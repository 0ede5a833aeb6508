"""Rules of bodies that meet: quorum, leave, agenda, how often; tasks read from resolutions."""
# requirements: A11, A12

from datetime import date

import pytest

from salvation.registers.rules.meetings import Held, Rule, asked_by, breaches, due_or, owed

START = date(2020, 1, 1)
GOOD = Held("甲\n乙\n丙", "", "", "研究申请", "同意")


def test_a_meeting_that_kept_everything_has_no_breach() -> None:
    assert breaches(GOOD, Rule(3, 12, START)) == []


@pytest.mark.parametrize(
    ("held", "words"),
    [
        (Held("甲\n乙", "", "", "议题", "结论"), "不足法定人数3人"),
        (Held("甲\n乙\n丙", "", "丙", "议题", "结论"), "到会2人"),
        (Held("甲\n乙\n丙", "丁", "", "议题", "结论"), "没有登记请假事由：丁"),
        (Held("甲\n乙\n丙", "丁：出差\n戊：开会", "", "议题", "结论"), "超过一次最多缺席1人"),
        (Held("甲\n乙\n丙", "", "", " ", "结论"), "没有登记议题"),
        (Held("甲\n乙\n丙", "", "", "议题", ""), "没有议定事项"),
    ],
)
def test_each_breach_is_named(held: Held, words: str) -> None:
    assert any(words in one for one in breaches(held, Rule(3, 12, START, most_absent=1)))


def test_a_member_who_is_nowhere_in_the_record_is_asked_for() -> None:
    members = frozenset({"甲", "乙", "丙", "丁", "戊"})
    held = Held("甲\n乙\n丙", "丁：出差", "", "议题", "结论")
    assert breaches(held, Rule(3, 12, START, members)) == ["成员既未签到也未登记缺席：戊"]


def test_leave_with_a_reason_is_no_breach() -> None:
    assert breaches(Held("甲\n乙\n丙", "丁：出差\n戊（病假）", "", "议题", "结论"), Rule(3, 12, START)) == []


@pytest.mark.parametrize(
    ("on", "per_year", "due"),
    [
        (date(2026, 1, 31), 12, 0), (date(2026, 2, 1), 12, 1), (date(2026, 7, 1), 2, 1), (date(2026, 6, 30), 2, 0),
        (date(2026, 12, 30), 2, 1), (date(2026, 12, 31), 2, 2),
    ],
)  # fmt: skip
def test_meetings_are_owed_in_even_shares_of_the_year(on: date, per_year: int, due: int) -> None:
    assert owed(Rule(3, per_year, START), on) == due


def test_a_body_founded_in_summer_owes_from_then_on() -> None:
    assert owed(Rule(3, 12, date(2026, 7, 10)), date(2026, 9, 1)) == 2


def test_resolutions_become_tasks_with_unit_and_limit() -> None:
    text = "一、完成参保核查（县医保局，2026年7月31日前）\n2. 建立信息推送机制（县教育局）\n\n继续推进"
    found = asked_by(text)
    assert [one.responsible for one in found] == ["县医保局", "县教育局", ""]
    assert [one.due_on for one in found] == [date(2026, 7, 31), None, None]
    assert found[0].what.startswith("完成参保核查")


def test_a_day_that_does_not_exist_is_no_limit() -> None:
    assert asked_by("核查（县局，2026年2月30日前）")[0].due_on is None


def test_a_limit_is_never_before_the_meeting() -> None:
    assert due_or(date(2025, 1, 1), date(2026, 1, 1), 30) == date(2026, 1, 1)
    assert due_or(None, date(2026, 1, 1), 30) == date(2026, 1, 31)
