"""Named households with their expected verdicts: documentation for people, a regression net for the rules."""
# requirements: B08, B09, B10, B22, B30, D02, D03, D15

from pathlib import Path
from typing import Any

import pytest
import yaml

from cases.rules.codes import Program
from cases.rules.household_file import judge, read_case
from cases.rules.result import Assessment

EXAMPLES = sorted((Path(__file__).parents[2] / "cases/rules/examples").glob("*.yaml"))


def seen(assessment: Assessment) -> dict[str, Any]:
    verdict = assessment.as_dict()
    verdict["failed"] = [failure["condition"] for failure in verdict["failed"]]
    verdict["warnings"] = [notice["code"] for notice in verdict["warnings"]]
    verdict["gap"] = verdict["nearest_miss"] and verdict["nearest_miss"]["gap"]
    return verdict


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_household_is_judged_as_expected(path: Path) -> None:
    text = path.read_text()
    expected = yaml.safe_load(text)["expect"]
    case = read_case(text)
    for code, verdict in expected.items():
        (assessment,) = judge(case, Program(code))
        got = seen(assessment)
        assert {key: got[key] for key in verdict} == verdict, code


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_household_can_be_compared_over_all_programs(path: Path) -> None:
    verdicts = judge(read_case(path.read_text()), None)
    assert [verdict.program for verdict in verdicts] == list(Program)


def test_there_are_enough_examples() -> None:
    assert len(EXAMPLES) >= 60
