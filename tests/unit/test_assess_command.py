"""manage.py assess: exit codes, output and independence of any database."""

import json
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

EXAMPLES = Path(__file__).parents[2] / "cases/rules/examples"
FAMILY = EXAMPLES / "01-三口之家差额低保.yaml"
WORKER = EXAMPLES / "40-两口之家比较全部类别.yaml"


def run(*arguments: str) -> str:
    out = StringIO()
    call_command("assess", *arguments, stdout=out)
    return out.getvalue()


def refused(*arguments: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(*arguments)
    assert caught.value.returncode == 2
    return str(caught.value)


def test_json_of_one_program_is_one_object_with_two_place_strings() -> None:
    verdict = json.loads(run(str(FAMILY), "--program", "DIBAO_RURAL", "--json"))
    amounts = {key: verdict[key] for key in ("program", "eligible", "base", "uplift", "total", "failed")}
    assert amounts == {
        "program": "DIBAO_RURAL",
        "eligible": True,
        "base": "1400.00",
        "uplift": "180.00",
        "total": "1580.00",
        "failed": [],
    }
    assert {line["article"] for line in verdict["working"]} >= {
        "低保审核确认办法第13条",
        "低保审核确认办法第23条",
    }


def test_without_a_program_all_are_compared() -> None:
    verdicts = json.loads(run(str(WORKER), "--json"))
    assert len(verdicts) == 9
    assert [verdict["program"] for verdict in verdicts if verdict["eligible"]] == ["DIBAO_RURAL"]


def test_the_text_tells_verdict_reasons_and_working() -> None:
    text = run(str(WORKER))
    assert "【农村低保】符合" in text
    assert "【低保边缘家庭】不符合" in text
    assert "（600.00 − 500.00）× 2 人 = 200.00 元（低保审核确认办法第23条）" in text


def test_not_eligible_is_a_verdict_too() -> None:
    verdict = json.loads(run(str(WORKER), "--program", "MARGINAL", "--json"))
    assert (verdict["eligible"], verdict["total"]) == (False, "0.00")
    assert verdict["failed"][0]["message"] == "家庭符合低保条件，应纳入低保"
    assert verdict["per_capita"] and verdict["working"], "the better programme's working shows why"


def test_a_missing_parameter_is_named(tmp_path: Path) -> None:
    path = tmp_path / "household.yaml"
    path.write_text(FAMILY.read_text().replace("  dibao.std.rural: 600\n", ""))
    assert "dibao.std.rural" in refused(str(path), "--program", "DIBAO_RURAL")


def test_a_missing_file_and_a_folder_are_refused(tmp_path: Path) -> None:
    assert "读不了文件" in refused(str(tmp_path / "none.yaml"))
    assert "读不了文件" in refused(str(tmp_path))
    assert "读不了文件" in refused("a\0b")


def test_an_unknown_program_is_refused() -> None:
    assert "没有类别“DIBAO”" in refused(str(FAMILY), "--program", "DIBAO")
