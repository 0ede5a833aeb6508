"""A table on its way: remarks at cells, explanations, zero report, corrections, reminders, what is behind a figure."""
# requirements: L01, L07, L12

from collections.abc import Callable
from datetime import date
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.test import Client
from django.utils import timezone
from openpyxl import load_workbook

from cases.models import BenefitSnapshot
from reports.governance.export import sheet_heading
from reports.governance.services import close_month, rows_for
from reports.governance.table import TABLE
from reports.jobs import REMINDERS
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.models import Duty
from salvation.flow.engine import perform
from salvation.jobs.schedule import SCHEDULE
from salvation.journal.models import Entry
from salvation.periods.corrections import correct_cell, open_correction
from salvation.periods.models import CellRemark, Submission, Urge
from salvation.periods.remarks import add_remark, answer_remark, explain_check
from salvation.periods.services import fill_cells
from salvation.periods.standing import standings, urge, urge_outstanding
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from tests.builders import make_benefit, make_household

MAY = Month(2022, 5)
JULY = timezone.make_aware(timezone.datetime(2022, 7, 1, 2))
MOMENT = timezone.make_aware(timezone.datetime(2022, 7, 2, 9))


@pytest.fixture
def submission(units: dict[str, Unit], county: Unit) -> Submission:
    first = date(2022, 1, 1)
    make_benefit(make_household(units["360722100200"], ["甲", "乙", "丙"]), first)
    make_benefit(make_household(units["360722100200"], ["丁"]), first)
    make_benefit(make_household(units["360722101200"], ["辛"]), first)
    close_month(county=county, month=MAY, now=JULY)
    return Submission.objects.get(unit=units["360722100"])


def walk(submission: Submission, *steps: tuple[str, User]) -> None:
    for step, actor in steps:
        perform(subject=submission, step=step, actor=actor, now=MOMENT, comment="请核对批注")


@pytest.fixture
def handed_in(submission: Submission, clerk: User, leader: User) -> Submission:
    walk(submission, ("hand_over", clerk), ("sign", leader), ("submit", clerk))
    return submission


@pytest.fixture
def accepted(handed_in: Submission, county_clerk: User) -> Submission:
    walk(handed_in, ("accept", county_clerk))
    return handed_in


def test_a_remark_must_be_answered_before_the_table_goes_back(
    handed_in: Submission, clerk: User, county_clerk: User
) -> None:
    remark = add_remark(submission=handed_in, cell="SA05", text="比上月多", actor=county_clerk, now=MOMENT)
    walk(handed_in, ("return", county_clerk))
    with pytest.raises(Refusal, match="1 条批注没有答复"):
        walk(handed_in, ("hand_over", clerk))
    answer_remark(remark=remark, text="新纳入两户", actor=clerk, now=MOMENT)
    walk(handed_in, ("hand_over", clerk))
    assert CellRemark.objects.get().answer == "新纳入两户"


def test_the_unit_sees_the_remark_at_the_cell_and_in_the_list(
    handed_in: Submission, clerk: User, county_clerk: User, sign_in: Callable[[User], Client]
) -> None:
    add_remark(submission=handed_in, cell="SA05", text="比上月多", actor=county_clerk, now=MOMENT)
    walk(handed_in, ("return", county_clerk))
    page = sign_in(clerk).get(f"/reports/submissions/{handed_in.pk}/").content.decode()
    assert "remarked" in page and "比上月多" in page and "已退回 1 次" in page


def test_a_town_may_not_remark(handed_in: Submission, clerk: User) -> None:
    with pytest.raises(PermissionDenied):
        add_remark(submission=handed_in, cell="SA05", text="好", actor=clerk, now=MOMENT)


def test_what_may_differ_is_explained_and_what_may_not_is_corrected(
    submission: Submission, clerk: User, leader: User
) -> None:
    cells = {"SH14": "5", "SH11.m": "0", "SH13.m": "0"}
    Submission.objects.create(
        table=submission.table, unit=submission.unit, county=submission.county, period=date(2022, 4, 1),
        cells={"SH14": {"manual": "9"}}, state="ACCEPTED",
    )  # fmt: skip
    fill_cells(submission=submission, values=cells, actor=clerk, now=MOMENT)
    walk(submission, ("hand_over", clerk))
    with pytest.raises(Refusal, match="未退缴余额"):
        walk(submission, ("sign", leader))
    walk(submission, ("rework", leader))
    explain_check(submission=submission, code="SH14", text="核销4元", actor=clerk, now=MOMENT)
    walk(submission, ("hand_over", clerk), ("sign", leader))
    with pytest.raises(Refusal, match="必须相符"):
        walk_back = Submission.objects.get(pk=submission.pk)
        Submission.objects.filter(pk=walk_back.pk).update(state="FILLING")
        explain_check(submission=walk_back, code="SG03.m", text="就这样", actor=clerk, now=MOMENT)


def test_a_cumulative_figure_follows_from_last_month(submission: Submission, clerk: User) -> None:
    Submission.objects.create(
        table=submission.table, unit=submission.unit, county=submission.county, period=date(2022, 4, 1),
        cells={"SJ14.c": {"manual": "4"}}, state="ACCEPTED",
    )  # fmt: skip
    fill_cells(submission=submission, values={"SJ14.m": "3", "SJ14.c": ""}, actor=clerk, now=MOMENT)
    submission.refresh_from_db()
    assert submission.cells["SJ14.c"]["manual"] == "7"


def test_a_zero_report_is_one_act(submission: Submission, clerk: User) -> None:
    fill_cells(submission=submission, values={"SJ14.m": "3"}, actor=clerk, now=MOMENT)
    walk(submission, ("zero", clerk))
    submission.refresh_from_db()
    assert (submission.state, submission.zero) == ("READY", True)
    assert submission.cells["SJ14.m"]["manual"] == "3"
    assert submission.cells["SH02.m"]["manual"] == "0"


def test_a_correction_keeps_both_figures_and_counts_once_accepted(
    accepted: Submission, county: Unit, clerk: User, leader: User, county_clerk: User
) -> None:
    new = open_correction(submission=accepted, reason="重复统计一人", actor=clerk, now=MOMENT)
    correct_cell(submission=new, key="SC13A.m", value="1", reason="漏报一户", actor=clerk, now=MOMENT)
    assert shown(county, accepted.unit, "SC13A.m") == 0
    walk(new, ("hand_over", clerk), ("sign", leader), ("submit", clerk), ("accept", county_clerk))
    accepted.refresh_from_db()
    assert accepted.state == "CORRECTED"
    assert shown(county, accepted.unit, "SC13A.m") == 1
    cell = Submission.objects.get(pk=new.pk).cells["SC13A.m"]
    assert (cell["was"], cell["manual"], cell["why"], cell["by"]) == ("0", "1", "漏报一户", "钟经办")


def shown(county: Unit, unit: Unit, key: str = "SA05") -> object:
    return TABLE.column(key).read(rows_for(county, MAY, [unit])[0][0])


def test_the_page_of_a_correction_shows_both_values_and_every_version(
    accepted: Submission, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    new = open_correction(submission=accepted, reason="重复统计一人", actor=clerk, now=MOMENT)
    correct_cell(submission=new, key="SA05", value="3", reason="甲已去世", actor=clerk, now=MOMENT)
    page = sign_in(clerk).get(f"/reports/submissions/{new.pk}/").content.decode()
    assert all(
        words in page for words in ("更正内容", "甲已去世", "第1版", "第2版", 'data-source="adjusted"')
    )


def test_a_correction_needs_a_reason_and_a_change(accepted: Submission, clerk: User) -> None:
    with pytest.raises(Refusal, match="更正原因"):
        open_correction(submission=accepted, reason=" ", actor=clerk, now=MOMENT)
    new = open_correction(submission=accepted, reason="核对", actor=clerk, now=MOMENT)
    with pytest.raises(Refusal, match="还没有更正任何数据"):
        walk(new, ("hand_over", clerk))
    with pytest.raises(Refusal, match="已有正在办理的更正版"):
        open_correction(submission=accepted, reason="再来", actor=clerk, now=MOMENT)


def test_what_is_entered_after_the_freeze_counts_in_the_next_month(
    submission: Submission, units: dict[str, Unit], county: Unit
) -> None:
    make_benefit(make_household(units["360722100200"], ["补录"]), date(2022, 5, 1))
    close_month(county=county, month=MAY, now=JULY)
    assert shown(county, submission.unit) == 4
    june = rows_for(county, MAY + 1, [submission.unit])[0][0]
    assert TABLE.column("SA05").read(june) == 5


def test_late_is_told_by_the_dates(handed_in: Submission, county: Unit) -> None:
    units = list(reporting_units(county, on=MAY.last_day))
    found = standings(
        table=handed_in.table, county=county, units=units, months=[MAY], today=date(2022, 7, 5)
    )[MAY]
    words = {one.unit.name: (one.word, one.missing) for one in found}
    assert words["嘉定镇"] == ("迟报", False)
    assert words["大塘埠镇"] == ("逾期未报", True)


def test_a_reminder_reaches_the_leader_and_ends_when_the_table_comes(
    submission: Submission, clerk: User, leader: User, county_clerk: User
) -> None:
    urge(submission=submission, actor=county_clerk, now=MOMENT)
    waiting = Duty.objects.filter(kind="submission.leader", done_at__isnull=True)
    assert waiting.get().permission == "table.sign"
    walk(submission, ("hand_over", clerk), ("sign", leader), ("submit", clerk))
    assert not waiting.exists()
    with pytest.raises(Refusal, match="不用再催"):
        urge(submission=submission, actor=county_clerk, now=MOMENT)


def test_the_jobs_remind_once_a_day_and_only_who_is_missing(handed_in: Submission, county: Unit) -> None:
    asked = {"county": county, "month": MAY, "table": handed_in.table, "level": "COUNTY", "now": MOMENT}
    assert len(urge_outstanding(**asked)) == len(urge_outstanding(**asked)) + Urge.objects.count()
    assert not Urge.objects.filter(submission=handed_in).exists()
    assert Duty.objects.filter(kind="submission.late", unit=county).count() == Urge.objects.count()


def test_the_reminders_stand_in_the_schedule() -> None:
    planned = {(entry.code, entry.day, entry.hour) for entry in SCHEDULE if hasattr(entry, "day")}
    assert {(code, day, hour) for code, day, hour, _, _ in REMINDERS} <= planned


def test_the_head_names_who_is_missing(handed_in: Submission, county: Unit) -> None:
    rows, frozen = rows_for(county, MAY, list(reporting_units(county, on=MAY.last_day)))
    lines = "".join(sheet_heading(county, MAY, rows, frozen=frozen, made_by="县").lines)
    assert "缺报单位" in lines and "大塘埠镇" in lines and "嘉定镇" not in lines.partition("缺报单位")[2]


def drill(client: Client, place: Unit, key: str) -> str:
    return client.get(f"/reports/governance/2022-05/{place.pk}/{key}/").content.decode()


def test_households_are_listed_once_each(
    submission: Submission, clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    page = drill(sign_in(clerk), units["360722100"], "SA04")
    assert "共 <strong>2</strong> 户" in page
    assert page.count('scope="row"') == 2


def test_amounts_behind_a_figure_add_up_to_it(
    submission: Submission, clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    total = sum(BenefitSnapshot.objects.filter(unit=units["360722100"]).values_list("total", flat=True))
    assert f"合计 <strong>{total:,.2f}</strong>" in drill(sign_in(clerk), units["360722100"], "V2EA")


def test_a_percentage_leads_to_its_parts(
    submission: Submission, clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    page = drill(sign_in(clerk), units["360722100"], "SA15")
    assert "SA14" in page and "SA01" in page


def test_the_list_behind_a_figure_is_exported_masked_and_journalled(
    submission: Submission, clerk: User, units: dict[str, Unit], sign_in: Callable[[User], Client]
) -> None:
    answer = sign_in(clerk).post(f"/reports/governance/2022-05/{units['360722100'].pk}/SA05/")
    sheet = load_workbook(BytesIO(b"".join(answer.streaming_content))).worksheets[0]
    told = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert any("甲" in words for words in told) and any("****" in words for words in told)
    entry = Entry.objects.get(action="export")
    assert (entry.facts["cell"], entry.facts["rows"]) == ("SA05", 4)


def test_the_county_sees_all_units_behind_its_figure_and_a_town_its_own(
    submission: Submission, county: Unit, county_clerk: User, clerk: User, sign_in: Callable[[User], Client]
) -> None:
    assert "共 <strong>5</strong> 人" in drill(sign_in(county_clerk), county, "SA05")
    assert sign_in(clerk).get(f"/reports/governance/2022-05/{county.pk}/SA05/").status_code == 404


def test_a_city_compares_counties_and_sees_nobody(
    handed_in: Submission,
    county: Unit,
    make_user: Callable[..., User],
    clerk: User,
    sign_in: Callable[[User], Client],
) -> None:
    city = sign_in(make_user("city", "CITY_VIEWER", county.parent.code))
    page = city.get("/reports/counties/2022-05/").content.decode()
    assert ("信丰县" in page and "1/3" in page.replace(" ", "")) or "1/4" in page
    assert city.get(f"/reports/governance/2022-05/{county.pk}/SA05/").status_code == 403
    assert sign_in(clerk).get("/reports/counties/2022-05/").status_code == 403
