"""The guide to household files tells the truth: its examples run, its lists are complete."""

import re
from pathlib import Path

import pytest

from cases.rules import codes, groups, materials
from cases.rules.codes import Code, Program
from cases.rules.household_file import as_text, judge, read_case
from cases.rules.keys import KEYS

GUIDE = (Path(__file__).parents[2] / "docs/assess.md").read_text()
FAMILY, OLD_MAN = re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)


def test_the_first_example_gives_the_printed_answer() -> None:
    answer = as_text(judge(read_case(FAMILY), Program.DIBAO_RURAL))
    assert f"```\n{answer}\n```" in GUIDE


def test_the_second_example_gives_the_printed_amount() -> None:
    (verdict,) = judge(read_case(OLD_MAN), Program.TEKUN_DISPERSED)
    assert f'"total": "{verdict.total}"' in GUIDE


@pytest.mark.parametrize("text", [FAMILY, OLD_MAN], ids=["family", "old man"])
def test_the_examples_can_be_compared_over_all_programs(text: str) -> None:
    assert len(judge(read_case(text), None)) == len(Program)


@pytest.mark.parametrize("key", KEYS)
def test_every_parameter_is_in_the_guide(key: str) -> None:
    assert f"| `{key}` | {KEYS[key].label} |" in GUIDE


def test_every_word_a_file_may_use_is_in_the_guide() -> None:
    internal = {
        codes.IncomeKind, codes.Entered, codes.SingleReason, codes.UpliftKind, codes.CareLevel, materials.Origin,
    }  # fmt: skip
    missing = [
        code.value
        for kind in Code.__subclasses__()
        if kind not in internal and kind.__module__ != groups.__name__
        for code in kind
        if f"`{code.value}`" not in GUIDE
    ]
    assert missing == []
