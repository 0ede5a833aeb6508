"""manage.py generate_rosters and export_roster: output, exit codes, no traceback."""

from collections.abc import Callable
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone
from openpyxl import load_workbook

from funds.jobs import GENERATE
from funds.models import PayLine, Roster
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.jobs.services import execute, start
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.funds.builders import JUNE, a_home

TOWN, COUNTY = "360722100", "360722"


def run(command: str, *words: str) -> list[str]:
    out = StringIO()
    call_command(command, *words, stdout=out)
    return out.getvalue().strip().splitlines()


def refused(command: str, *words: str) -> str:
    with pytest.raises(CommandError) as caught:
        run(command, *words)
    assert caught.value.returncode == 2
    return str(caught.value)


@pytest.fixture
def homes(village: Unit, other_village: Unit) -> None:
    a_home(village, base="300")
    a_home(village, base="200")
    a_home(other_village, base="500")


def test_generate_prints_a_line_a_roster_and_the_sums(homes: None) -> None:
    lines = run("generate_rosters", "--month", "2022-06")
    assert lines[0].startswith("360722100 嘉定镇 农村低保 草稿 2户 4人 2笔 500.00元")
    assert lines[-1] == "rosters=2 lines=3 amount=1000.00"


def test_generate_for_one_town_leaves_the_others(homes: None) -> None:
    assert (
        run("generate_rosters", "--month", "2022-06", "--unit", TOWN)[-1] == "rosters=1 lines=2 amount=500.00"
    )
    assert Roster.objects.count() == 1


def test_generating_twice_gives_the_same(homes: None) -> None:
    first = run("generate_rosters", "--month", "2022-06")
    assert run("generate_rosters", "--month", "2022-06", "--unit", COUNTY) == first
    assert PayLine.objects.count() == 3


def test_nothing_to_pay_is_no_error(units: dict[str, Unit]) -> None:
    assert run("generate_rosters", "--month", "2022-06") == ["rosters=0 lines=0 amount=0.00"]


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (("--month", "2022-13"), "月"),
        (("--month", "六月"), "不是月份"),
        (("--month", "2022-06", "--unit", "999999"), "没有代码为 999999 的单位"),
        (("--month", "2022-06", "--unit", "360722100200"), "不是县或填报单位"),
    ],
)
def test_generate_refuses_in_chinese_with_exit_2(
    units: dict[str, Unit], words: tuple[str, ...], why: str
) -> None:
    assert why in refused("generate_rosters", *words)


def exported(path: Path, *more: str) -> list[str]:
    return run(
        "export_roster",
        "--unit",
        TOWN,
        "--program",
        "DIBAO_RURAL",
        "--month",
        "2022-06",
        "--out",
        str(path),
        *more,
    )


def test_export_writes_the_masked_book_and_the_summary(homes: None, tmp_path: Path) -> None:
    run("generate_rosters", "--month", "2022-06")
    last = exported(tmp_path / "book.xlsx", "--summary", str(tmp_path / "sum.xlsx"))[-1]
    assert last.startswith("lines=2 amount=500.00 hash=")
    number = load_workbook(tmp_path / "book.xlsx")["花名表"]["F4"].value
    assert "********" in number
    assert load_workbook(tmp_path / "sum.xlsx").worksheets[0].title == "发放汇总表"


def test_a_full_export_names_the_person_and_stands_in_the_journal(
    homes: None, tmp_path: Path, finance: User
) -> None:
    run("generate_rosters", "--month", "2022-06")
    exported(tmp_path / "full.xlsx", "--full", "--user", "finance", "--reason", "报送银行代发")
    assert "*" not in load_workbook(tmp_path / "full.xlsx")["花名表"]["F4"].value
    entry = Entry.objects.get(action="roster.export_full")
    assert (entry.actor, entry.facts["reason"]) == (finance, "报送银行代发")


@pytest.mark.parametrize(
    ("more", "why"),
    [
        (("--full",), "--user"),
        (("--full", "--user", "nobody", "--reason", "报送银行"), "没有登录名"),
        (("--full", "--user", "clerk", "--reason", "报送银行"), "没有导出完整版的权限"),
        (("--full", "--user", "finance"), "用途"),
    ],
)
def test_a_full_export_without_right_or_reason_is_refused(
    homes: None, tmp_path: Path, finance: User, clerk: User, more: tuple[str, ...], why: str
) -> None:
    run("generate_rosters", "--month", "2022-06")
    words = [
        "--unit",
        TOWN,
        "--program",
        "DIBAO_RURAL",
        "--month",
        "2022-06",
        "--out",
        str(tmp_path / "x.xlsx"),
        *more,
    ]
    assert why in refused("export_roster", *words)
    assert not (tmp_path / "x.xlsx").exists()


@pytest.mark.parametrize(
    ("changed", "why"),
    [
        ({"--month": "2022-07"}, "没有2022年7月的农村低保花名表"),
        ({"--month": "x"}, "不是月份"),
        ({"--program": "DIBAO"}, "可用的有"),
        ({"--unit": "1"}, "没有代码为 1 的单位"),
        ({"--out": "/nowhere/x.xlsx"}, "写不出文件"),
    ],
)
def test_export_refuses_in_chinese_with_exit_2(
    homes: None, tmp_path: Path, changed: dict[str, str], why: str
) -> None:
    run("generate_rosters", "--month", "2022-06")
    words = {
        "--unit": TOWN,
        "--program": "DIBAO_RURAL",
        "--month": "2022-06",
        "--out": str(tmp_path / "x.xlsx"),
        **changed,
    }
    assert why in refused("export_roster", *[part for pair in words.items() for part in pair])


def job(units: dict[str, Unit], period: str) -> dict:
    run = start(code=GENERATE, unit=units[COUNTY], period=period, actor=None, enqueue=lambda pk: None)
    return execute(run.pk).result


def test_the_nightly_job_makes_next_months_rosters(homes: None, units: dict[str, Unit]) -> None:
    this_month = Month.of(timezone.localdate())
    found = job(units, str(this_month))
    assert found == {"month": str(this_month + 1), "rosters": 2, "lines": 3, "amount": "1000.00"}


def test_a_county_new_to_the_system_gets_no_drafts_for_months_gone_by(
    homes: None, units: dict[str, Unit]
) -> None:
    assert "skipped" in job(units, "2022-05")
    assert not Roster.objects.exists()


def test_a_missed_month_is_caught_up_once_the_county_works_with_rosters(
    homes: None, units: dict[str, Unit], make: Callable[..., Roster]
) -> None:
    make(JUNE)
    assert job(units, "2022-06")["month"] == "2022-07"
