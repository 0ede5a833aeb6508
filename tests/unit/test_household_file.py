"""A bad file is answered in plain Chinese with the field, never with a traceback."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from cases.rules.codes import Program
from cases.rules.household_file import decode, judge, read_case
from salvation.domain.errors import Refusal

EXAMPLES = Path(__file__).parents[2] / "cases/rules/examples"
GOOD = (EXAMPLES / "01-三口之家差额低保.yaml").read_text()
FULL = (EXAMPLES / "22-赡养费按公式计入.yaml").read_text()


def refusal(text: str) -> Refusal:
    with pytest.raises(Refusal) as caught:
        judge(read_case(text), Program.DIBAO_RURAL)
    assert caught.value.message
    return caught.value


@pytest.mark.parametrize(
    ("old", "new", "field"),
    [
        ("on: 2025-03-10", "", "on"),
        ("on: 2025-03-10", "on: 2025-02-30", "on"),
        ("on: 2025-03-10", "on: [2025-03-10]", "on"),
        ("on: 2025-03-10", "on: {a: b}", "on"),
        ("on: 2025-03-10", "on: 9999-99-99", "on"),
        ("area: 农村", "", "area"),
        ("area: 农村", "area: 郊区", "area"),
        ("monthly: 500", "monthly: -500", "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: .nan", "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: .inf", "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: 1e400", "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: " + "9" * 30, "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: " + "9" * 5000, "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: [500]", "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: 500.001", "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: true", "incomes 第 2 项 monthly"),
        ("monthly: 500", "month: 500", "incomes 第 2 项 monthly"),
        ("monthly: 500", "monthly: 500, yearly: 6000", "incomes 第 2 项 monthly"),
        ("item: 工资", "item: 薪水", "incomes 第 2 项 item"),
        ("member: 父亲", "member: 外公", "incomes 第 2 项 member"),
        ("cost: 100", "costs: 100", "incomes 第 2 项 costs"),
        ("birth: 1980-01-15", "birth: 2080-01-15", "members 第 2 项 birth"),
        ("birth: 1980-01-15", "birth: 1880-01-15", "members 第 2 项 birth"),
        ("birth: 1980-01-15", "birth: ", "members 第 2 项 birth"),
        ("name: 父亲", "name: 祖父", "members"),
        ("name: 父亲", "name: {a: 1}", "members 第 2 项 name"),
        ("name: 父亲", 'name: "\\ud800"', "members 第 2 项 name"),
        ("name: 父亲", "name: " + "长" * 300, "members 第 2 项 name"),
        ("{name: 父亲, birth: 1980-01-15}", "父亲", "members 第 2 项"),
        (
            "{name: 父亲, birth: 1980-01-15}",
            "{name: 父亲, birth: 1980-01-15, counted: 也许}",
            "members 第 2 项 counted",
        ),
        (
            "{name: 父亲, birth: 1980-01-15}",
            "{name: 父亲, birth: 1980-01-15, counted: false}",
            "members 第 2 项 not_counted_because",
        ),
        (
            "{name: 父亲, birth: 1980-01-15}",
            "{name: 父亲, birth: 1980-01-15, disability: {kind: 肢体, level: 5}}",
            "members 第 2 项 disability level",
        ),
        (
            "{name: 父亲, birth: 1980-01-15}",
            "{name: 父亲, birth: 1980-01-15, disability: 肢体二级}",
            "members 第 2 项 disability",
        ),
        (
            "{name: 父亲, birth: 1980-01-15}",
            "{name: 父亲, birth: 1980-01-15, care_lost: [飞行]}",
            "members 第 2 项 care_lost",
        ),
        ("dibao.std.rural: 600", "dibao.std.rural: 0", "dibao.std.rural"),
        ("dibao.std.rural: 600", "dibao.std.rural: .nan", "dibao.std.rural"),
        ("dibao.std.rural: 600", "dibao.std.rural: {a: 1}", "dibao.std.rural"),
        ("dibao.std.rural: 600", "dibao.std.rural:", "dibao.std.rural"),
        ("dibao.std.rural: 600", "", "dibao.std.rural"),
        ("dibao.std.rural: 600", "dibao.std.rual: 600", "parameters dibao.std.rual"),
        ("dibao.mode: DIFF", "dibao.mode: 差额", "dibao.mode"),
        ("parameters:", "parametres:", "parametres"),
        ("title:", "titel:", "titel"),
    ],
)
def test_the_field_at_fault_is_named(old: str, new: str, field: str) -> None:
    assert old in GOOD
    caught = refusal(GOOD.replace(old, new, 1))
    assert caught.field == field
    assert field.split()[-1] in caught.message


@pytest.mark.parametrize(
    "text",
    [
        "",
        "   \n",
        "- 1\n- 2\n",
        "just words",
        "on: 2025-03-10\n\ton: x",
        "on: [",
        "a: &x [1]\nb: *x",
        "on: 2025-03-10\non: 2025-03-11",
        "? [a, b]\n: c",
        "? {a: b}\n: c",
        "--- \na: b\n---\nc: d",
        'on: "\\U00110000"',
        "on: !!python/object/apply:os.system [ls]",
        "%YAML " + "9" * 5000 + ".1\n---\na: b",
        "[" * 3000,
        "{a: " * 3000,
        "on: \x00",
        "members: 5",
        "members: []\non: 2025-03-10\narea: 农村",
        "on: 2025-03-10\narea: 农村\nmembers: " + "[" + "{}, " * 600 + "]",
    ],
)
def test_what_is_no_household_is_refused(text: str) -> None:
    refusal(text)


def test_a_household_without_any_counted_member_is_refused() -> None:
    text = "on: 2025-03-10\narea: 农村\nmembers: [{name: 甲, birth: 1980-01-01, not_counted_because: 服刑}]\n"
    assert refusal(text).field == "members"


def test_a_file_in_another_encoding_or_of_absurd_size_is_refused() -> None:
    with pytest.raises(Refusal, match="UTF-8"):
        decode("on: 2025-03-10 农村".encode("gbk"))
    with pytest.raises(Refusal, match="1 MB"):
        decode(b"a" * 1_000_001)


def test_a_byte_order_mark_does_no_harm() -> None:
    assert read_case(decode(b"\xef\xbb\xbf" + GOOD.encode())).on.year == 2025


@given(st.text(max_size=400))
def test_no_text_whatever_gets_another_answer_than_a_refusal(text: str) -> None:
    with pytest.raises(Refusal):
        read_case(text)


PARTS = sorted(
    {line.strip() for line in (GOOD + FULL).splitlines()} | {"- [", "}", "? ", "*a", "&a", "0: {", "!!x"}
)


@given(st.lists(st.sampled_from(PARTS), max_size=25), st.integers(0, 4))
def test_shuffled_lines_of_real_files_are_read_or_refused(lines: list[str], indent: int) -> None:
    text = "\n".join(" " * (indent * (number % 3)) + line for number, line in enumerate(lines))
    try:
        judge(read_case(text), None)
    except Refusal as caught:
        assert caught.message


WILD = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.dates(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=8,
)


@given(st.data(), WILD)
def test_any_value_in_any_place_is_read_or_refused(data: st.DataObject, value: object) -> None:
    content = yaml.safe_load(FULL)
    place = content
    while True:
        steps = list(place) if isinstance(place, dict) else list(range(len(place)))
        step = data.draw(st.sampled_from(steps))
        inner = place[step]
        if isinstance(inner, dict | list) and inner and data.draw(st.booleans()):
            place = inner
            continue
        place[step] = value
        break
    try:
        judge(read_case(yaml.safe_dump(content, allow_unicode=True)), None)
    except Refusal as caught:
        assert caught.message
