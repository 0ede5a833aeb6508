"""The monthly table: what is counted, frozen, filled, signed; what a late entry may not change."""
# requirements: C13, L01, L12

import json
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cases.models import BenefitSnapshot
from cases.services.snapshots import freeze_month
from reports.governance import columns
from reports.governance.checks import CHECKS
from reports.governance.services import close_month, count, frame_for, rows_for
from reports.governance.table import TABLE
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform, stat_month
from salvation.periods.checks import judge
from salvation.periods.models import Submission
from salvation.periods.services import fill_cells
from salvation.units.models import PopulationStat, Unit
from salvation.units.selectors import reporting_units
from tests.builders import make_benefit, make_household

MONTH = Month(2022, 5)
JULY = timezone.make_aware(timezone.datetime(2022, 7, 1, 2))


@pytest.fixture
def helped(units: dict[str, Unit]) -> None:
    """嘉定镇: a family of three on 农村低保, one 特困, one 单人保 of a 边缘 family; another town: one 低保."""
    home, away = units["360722100200"], units["360722101200"]
    first = date(2022, 1, 1)
    make_benefit(make_household(home, ["甲", "乙", "丙"]), first)
    make_benefit(make_household(home, ["丁"]), first, program="TEKUN_DISPERSED")
    make_benefit(make_household(home, ["戊"]), first, is_single=True, single_reason="DISABLED_L12")
    make_benefit(make_household(home, ["己", "庚"]), first, program="MARGINAL")
    make_benefit(make_household(away, ["辛"]), first)
    PopulationStat.objects.create(unit=units["360722100"], year=2022, hukou_population=175)


def row_of(county: Unit, unit: Unit, month: Month = MONTH) -> dict[str, object]:
    rows, _ = rows_for(county, month, [unit])
    return {column.code: column.read(rows[0]) for column in TABLE.leaves()[1:]}


def test_people_and_households_are_counted_by_unit(
    helped: None, county: Unit, units: dict[str, Unit]
) -> None:
    row = row_of(county, units["360722100"])
    assert [row[code] for code in ("SA04", "SA05", "SA06", "SA09", "SA10", "SA11", "SA14")] == [
        2,
        4,
        1,
        1,
        1,
        2,
        7,
    ]


def test_the_share_is_a_percentage_of_the_population(
    helped: None, county: Unit, units: dict[str, Unit]
) -> None:
    assert row_of(county, units["360722100"])["SA15"] == Decimal("4.00")


def test_an_unknown_population_is_not_zero(helped: None, county: Unit, units: dict[str, Unit]) -> None:
    row = row_of(county, units["360722101"])
    assert str(row["SA01"]) == "缺数据"
    assert str(row["SA15"]) == "缺数据"


def test_the_frozen_month_does_not_move_when_benefits_change(
    helped: None, county: Unit, units: dict[str, Unit]
) -> None:
    close_month(county=county, month=MONTH, now=JULY)
    make_benefit(make_household(units["360722100200"], ["迟到"]), date(2022, 1, 1))
    assert row_of(county, units["360722100"])["SA05"] == 4


def test_the_draft_before_the_freeze_moves(helped: None, county: Unit, units: dict[str, Unit]) -> None:
    make_benefit(make_household(units["360722100200"], ["新来"]), date(2022, 1, 1))
    assert row_of(county, units["360722100"])["SA05"] == 5


def test_freezing_twice_writes_nothing_more(helped: None, county: Unit) -> None:
    first = freeze_month(county=county, month=MONTH, now=JULY, actor=None)
    assert freeze_month(county=county, month=MONTH, now=JULY, actor=None) == first
    assert BenefitSnapshot.objects.count() == first == 8


def test_a_month_that_has_not_ended_cannot_be_frozen(county: Unit) -> None:
    with pytest.raises(Refusal, match="还没有结束"):
        freeze_month(county=county, month=Month(2022, 7), now=JULY, actor=None)


def test_events_after_a_freeze_count_in_the_next_month(
    helped: None, county: Unit, units: dict[str, Unit]
) -> None:
    freeze_month(county=county, month=MONTH, now=JULY, actor=None)
    late = timezone.make_aware(timezone.datetime(2022, 5, 20))
    assert stat_month(units["360722100"], late) == date(2022, 6, 1)


def test_household_money_stands_once_in_the_snapshot(helped: None, county: Unit) -> None:
    freeze_month(county=county, month=MONTH, now=JULY, actor=None)
    family = BenefitSnapshot.objects.filter(program="DIBAO_RURAL", is_single=False, unit__code="360722100")
    assert sorted(family.values_list("total", flat=True)) == [Decimal(0), Decimal(0), Decimal(300)]


def test_any_number_of_units_takes_the_same_statements(
    helped: None, county: Unit, django_assert_max_num_queries: Callable[..., object]
) -> None:
    close_month(county=county, month=MONTH, now=JULY)
    units = list(reporting_units(county, on=MONTH.last_day))
    frame = frame_for(county, MONTH)
    with django_assert_max_num_queries(20):
        count(frame, units)


@pytest.fixture
def submission(helped: None, county: Unit, units: dict[str, Unit]) -> Submission:
    close_month(county=county, month=MONTH, now=JULY)
    return Submission.objects.get(unit=units["360722100"])


def test_a_filled_figure_keeps_who_filled_it(submission: Submission, clerk: User) -> None:
    fill_cells(submission=submission, values={"SJ14.m": "3"}, actor=clerk, now=timezone.now())
    submission.refresh_from_db()
    assert (submission.cells["SJ14.m"]["manual"], submission.cells["SJ14.m"]["by"]) == ("3", "钟经办")


def test_a_counted_figure_cannot_be_typed_over(submission: Submission, clerk: User) -> None:
    with pytest.raises(Refusal, match="由系统计算"):
        fill_cells(submission=submission, values={"SA05": "99"}, actor=clerk, now=timezone.now())


@pytest.mark.parametrize("raw", ["-1", "三", "1e99", "0.001", "NaN"])
def test_a_figure_that_is_none_is_refused(submission: Submission, clerk: User, raw: str) -> None:
    with pytest.raises(Refusal, match=r"SJ14\.m"):
        fill_cells(submission=submission, values={"SJ14.m": raw}, actor=clerk, now=timezone.now())


def test_the_way_of_a_submission(
    submission: Submission, clerk: User, leader: User, county_clerk: User
) -> None:
    now = timezone.now()
    for step, actor in (("hand_over", clerk), ("sign", leader), ("submit", clerk)):
        perform(subject=submission, step=step, actor=actor, now=now)
    perform(subject=submission, step="return", actor=county_clerk, now=now, comment="SJ14 与上月相差过大")
    assert submission.state == "RETURNED"
    assert submission.due_on == date(2022, 6, 10)


def test_what_does_not_tie_cannot_be_signed(submission: Submission, clerk: User, leader: User) -> None:
    fill_cells(submission=submission, values={"SG01.m": "1", "SG03.m": "2"}, actor=clerk, now=timezone.now())
    perform(subject=submission, step="hand_over", actor=clerk, now=timezone.now())
    with pytest.raises(Refusal, match="SG03"):
        perform(subject=submission, step="sign", actor=leader, now=timezone.now())


def test_checks_with_an_unknown_part_are_not_asked() -> None:
    assert not [one for one in judge(CHECKS, {"SG03.m": {"manual": "2"}}, {}, {}) if one.blocks]


def test_the_header_has_all_twelve_groups() -> None:
    labels = [group.label for group in columns.GROUPS]
    assert [label.split(" ")[0] for label in labels] == [f"组{number}" for number in range(1, 13)]


def test_every_figure_says_what_it_counts() -> None:
    assert [column.code for column in TABLE.leaves()[1:] if len(column.definition) < 6] == []


def test_the_command_writes_the_county_and_says_whether_it_is_frozen(helped: None, tmp_path: Path) -> None:
    out, said = tmp_path / "t.xlsx", StringIO()
    call_command(
        "build_table", "governance_monthly", unit="360722", month="2022-05", out=out, json=True, stdout=said
    )
    told = json.loads(said.getvalue())
    assert told["frozen"] is False
    assert told["total"]["SA05"] == 5
    assert told["distinct"] == {"SA14": 8}
    book = load_workbook(out)
    assert book.sheetnames[:4] == [title for title, _ in columns.SHEETS[:4]]
    assert any(
        "未冻结" in str(cell.value) for row in book.worksheets[0].iter_rows() for cell in row if cell.value
    )


@pytest.mark.parametrize(
    ("unit", "month"), [("999", "2022-05"), ("360722100200", "2022-05"), ("360722", "2022-13")]
)
def test_the_command_refuses_what_it_cannot_read(units: dict[str, Unit], unit: str, month: str) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("build_table", "governance_monthly", unit=unit, month=month)
    assert refused.value.returncode == 2


def test_the_records_behind_a_figure_are_the_figure(
    submission: Submission, clerk: User, sign_in: Callable[[User], Client], units: dict[str, Unit]
) -> None:
    page = sign_in(clerk).get(f"/reports/governance/2022-05/{units['360722100'].pk}/SA05/").content.decode()
    assert "共 <strong>4</strong> 人" in page
    assert all(name in page for name in ("甲", "乙", "丙", "戊"))
    assert "辛" not in page


def test_another_towns_figure_leads_nowhere(
    submission: Submission, clerk: User, sign_in: Callable[[User], Client], units: dict[str, Unit]
) -> None:
    other = units["360722101"].pk
    assert sign_in(clerk).get(f"/reports/governance/2022-05/{other}/SA05/").status_code == 404


def test_the_desk_tells_the_share_of_the_frozen_month(
    submission: Submission, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    page = sign_in(clerk).get("/").content.decode()
    assert "4.00%" in page
    assert "救助对象（人，2022年5月）" in page


def test_a_figure_that_is_none_is_named_at_its_field_and_the_form_stays(
    submission: Submission, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    browser, url = sign_in(clerk), f"/reports/submissions/{submission.pk}/fill/"
    wrong, right = list(browser.get(url).context["form"].fields)[:2]
    answer = browser.post(url, {wrong: "三", right: "41"})
    assert answer.status_code == 422
    assert "“三”不是数字" in answer.context["form"].errors[wrong][0]
    assert 'value="41"' in answer.content.decode()
