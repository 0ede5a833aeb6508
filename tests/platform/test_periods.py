"""Submissions and measures: drafted, filled, signed from a frozen month only; figures equal the records behind them."""

from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.utils import timezone

from cases.models.choices import StopReason
from cases.services.proofs import rest_on
from reports.governance.services import draft_month, frame_for
from salvation.access.reach import reach_of
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.journal.models import Entry
from salvation.periods.measures import MEASURES, SOURCES, Frame, compute, key, records, subs
from salvation.periods.models import PERIODICALS, Submission
from salvation.periods.services import fill_cells
from tests.world import LONG_AGO, World, make_account

pytestmark = pytest.mark.django_db


@pytest.fixture
def sheet(world: World) -> Submission:
    """Last month's table of 嘉定镇, drafted from the frozen month."""
    found: Submission = world.one("Submission")
    return found


@pytest.fixture
def fillable(sheet: Submission) -> str:
    return sorted(PERIODICALS[sheet.table].fillable)[0]


def go(subject: Any, actor: User, *steps: str) -> None:
    for step in steps:
        perform(subject=subject, step=step, actor=actor, now=timezone.now(), comment="请核对")


def fill(sheet: Submission, actor: User, **values: str) -> Submission:
    return fill_cells(submission=sheet, values=values, actor=actor, now=timezone.now())


def test_a_manual_figure_keeps_who_filled_it_and_when(sheet: Submission, fillable: str, world: World) -> None:
    clerk = world.users["TOWN_CLERK"]
    filled = fill(sheet, clerk, **{fillable: "1,200.50"})
    cell = filled.cells[fillable]
    assert (cell["manual"], cell["by"]) == ("1200.50", str(clerk))
    assert cell["at"].startswith(f"{timezone.now():%Y-%m-}")
    assert (filled.state, filled.filled_by) == ("FILLING", clerk)
    assert Entry.objects.filter(action="submission.cell", subject_id=sheet.pk, actor=clerk).exists()


def test_filling_in_the_same_figure_again_changes_nobodys_name(
    sheet: Submission, fillable: str, world: World
) -> None:
    colleague = make_account("colleague", [("TOWN_CLERK", sheet.unit, LONG_AGO, None)], "同事")
    fill(sheet, world.users["TOWN_CLERK"], **{fillable: "3"})
    assert fill(sheet, colleague, **{fillable: " 3 "}).cells[fillable]["by"] == str(world.users["TOWN_CLERK"])
    assert fill(sheet, colleague, **{fillable: "4"}).cells[fillable]["by"] == "同事"


def test_a_figure_taken_back_is_unknown_and_not_zero(sheet: Submission, fillable: str, world: World) -> None:
    clerk = world.users["TOWN_CLERK"]
    assert fill(sheet, clerk, **{fillable: "0"}).cells[fillable]["manual"] == "0"
    assert fillable not in fill(sheet, clerk, **{fillable: ""}).cells


def test_a_figure_of_the_system_cannot_be_typed(sheet: Submission, world: World) -> None:
    before = sheet.cells
    with pytest.raises(Refusal, match="由系统计算"):
        fill(sheet, world.users["TOWN_CLERK"], SA05="99")
    sheet.refresh_from_db()
    assert sheet.cells == before


@pytest.mark.parametrize("raw", ["十", "-1", "1.234", "NaN", "1e20", "Infinity"])
def test_a_figure_that_is_none_is_refused_at_its_cell(
    raw: str, sheet: Submission, fillable: str, world: World
) -> None:
    with pytest.raises(Refusal) as refused:
        fill(sheet, world.users["TOWN_CLERK"], **{fillable: raw})
    assert refused.value.field == fillable


@pytest.mark.parametrize("role", ["TOWN_LEADER", "TOWN_FINANCE", "AUDITOR", "LEADER_READONLY"])
def test_only_those_who_fill_tables_fill_them(
    role: str, sheet: Submission, fillable: str, world: World
) -> None:
    with pytest.raises(PermissionDenied):
        fill(sheet, world.users[role], **{fillable: "1"})


def test_drafting_again_keeps_what_people_filled(sheet: Submission, fillable: str, world: World) -> None:
    Submission.objects.filter(pk=sheet.pk).update(frozen=False)
    sheet.refresh_from_db()
    fill(sheet, world.users["TOWN_CLERK"], **{fillable: "7"})
    draft_month(county=sheet.county, month=sheet.month, now=timezone.now())
    sheet.refresh_from_db()
    assert sheet.frozen
    assert sheet.cells[fillable]["manual"] == "7"
    assert sheet.cells["SA05"]["auto"] == "4"


def test_a_draft_of_a_running_month_cannot_be_handed_over_or_signed(world: World) -> None:
    county = world.units["360722"]
    draft_month(county=county, month=Month.of(timezone.localdate()), now=timezone.now())
    live = Submission.objects.get(
        unit=world.units["360722100"], period=Month.of(timezone.localdate()).first_day
    )
    assert not live.frozen
    with pytest.raises(Refusal, match="还没有冻结"):
        go(live, world.users["TOWN_CLERK"], "hand_over")
    Submission.objects.filter(pk=live.pk).update(state="READY")
    live.refresh_from_db()
    with pytest.raises(Refusal, match="还没有冻结"):
        go(live, world.users["TOWN_LEADER"], "sign")


def test_a_table_goes_up_comes_back_and_is_accepted(sheet: Submission, fillable: str, world: World) -> None:
    clerk, leader, county = (world.users[role] for role in ("TOWN_CLERK", "TOWN_LEADER", "COUNTY_CLERK"))
    go(sheet, clerk, "hand_over")
    with pytest.raises(Refusal, match="不能再填"):
        fill(sheet, clerk, **{fillable: "1"})
    go(sheet, leader, "sign")
    go(sheet, clerk, "submit")
    go(sheet, county, "return")
    assert sheet.state == "RETURNED"
    fill(sheet, clerk, **{fillable: "2"})
    sheet.refresh_from_db()
    go(sheet, clerk, "hand_over")
    go(sheet, leader, "sign")
    go(sheet, clerk, "submit")
    go(sheet, county, "accept", "file")
    assert sheet.state == "FROZEN"


def test_a_submitted_table_is_left_alone_by_a_new_draft(sheet: Submission, world: World) -> None:
    go(sheet, world.users["TOWN_CLERK"], "hand_over")
    Submission.objects.filter(pk=sheet.pk).update(frozen=False, cells={"SA05": {"auto": "1"}})
    draft_month(county=sheet.county, month=sheet.month, now=timezone.now())
    sheet.refresh_from_db()
    assert sheet.cells == {"SA05": {"auto": "1"}}


def test_the_due_day_belongs_to_the_table_and_not_to_its_states(sheet: Submission, world: World) -> None:
    due = sheet.due_on
    go(sheet, world.users["TOWN_CLERK"], "hand_over")
    assert sheet.due_on == due
    assert due is not None


@pytest.fixture
def busy(world: World) -> World:
    """A benefit stopped by decision and a problem filed in the running month, so that more figures are not zero."""
    order = world.one("ChangeOrder")
    clerk, leader, approver = (world.users[role] for role in ("TOWN_CLERK", "TOWN_LEADER", "COUNTY_APPROVER"))
    rest_on(order, "入户核查记录")
    go(order, clerk, "submit")
    county_decides = any(
        step.code == "to_county"
        for step in order.flow.steps_from("TOWN_REVIEW")
        if not step_closed(order, step)
    )
    go(order, leader, "to_county" if county_decides else "decide_town")
    if county_decides:
        go(order, approver, "decide_county")
    perform(
        subject=order, step="take_effect", actor=clerk, now=timezone.now(),
        data={"notified_on": timezone.localdate().isoformat()},
    )  # fmt: skip
    item = world.one("RectificationItem")
    type(item).objects.filter(pk=item.pk).update(
        deadline=timezone.localdate(), cause="STAFF", cause_note="人手不足", plan="补充人员"
    )
    item.refresh_from_db()
    go(item, clerk, "register")
    return world


def step_closed(order: Any, step: Any) -> bool:
    """Whether a guard of a step refuses the order as it is."""
    from_here = type(
        "Context", (), {"subject": order, "actor": None, "now": timezone.now(), "step": step, "data": {}}
    )
    return any(guard(from_here) for guard in (*step.applies, *step.guards))


MONTHS = {"the month frozen": -1, "the running month": 0}


@pytest.mark.parametrize("back", MONTHS.values(), ids=list(MONTHS))
def test_every_figure_equals_the_records_behind_it(back: int, busy: World) -> None:
    """For every measure, month and cumulative, every unit and the county that counts nobody twice."""
    frame = frame_for(busy.units["360722"], Month.of(timezone.localdate()) + back)
    figures = compute(frame, MEASURES)
    towns = [busy.units[code] for code in ("360722100", "360722101", "360722102", "360722901")]
    not_zero = 0
    for code, measure in MEASURES.items():
        source = SOURCES[measure.source]
        for sub in subs(source):
            found = figures.get(key(code, sub), {})
            for unit in (*towns, None):
                rows = records(frame, code, sub, None if unit is None else [unit.pk]).order_by()
                counted = {
                    "people": lambda rows, s=source: rows.values(s.person).distinct().count(),
                    "households": lambda rows, s=source: rows.values(s.household).distinct().count(),
                    "events": lambda rows, s=source: rows.count(),
                }.get(measure.count, lambda rows, m=measure: rows.aggregate(sum=Sum(m.count))["sum"] or 0)(
                    rows
                )
                figure = found.get(unit.pk if unit else None, 0)
                assert Decimal(figure) == Decimal(counted), (code, sub, unit)
                not_zero += figure != 0
    assert not_zero >= 8


def test_the_busy_month_counts_what_happened(busy: World) -> None:
    frame = frame_for(busy.units["360722"], Month.of(timezone.localdate()))
    figures = compute(frame, ["SC10", "SC11P", "SL01"])
    town = busy.units["360722100"].pk
    assert figures["SC10.m"] == {town: 2, None: 2}
    assert figures["SC11P.m"][town] == 2
    assert figures["SL01.m"][town] == 1
    assert StopReason.INCOME.value == busy.one("ChangeOrder").stop_reason


def test_the_county_counts_a_person_of_two_towns_once(busy: World) -> None:
    frame = frame_for(busy.units["360722"], Month.of(timezone.localdate()))
    found = compute(frame, ["SA05"])["SA05"]
    assert found[None] <= sum(number for unit, number in found.items() if unit is not None)


def test_no_figure_counts_another_county(busy: World) -> None:
    other = frame_for(busy.units["140431"], Month.of(timezone.localdate()) - 1)
    own = {unit.pk for unit in busy.units.values() if unit.path.startswith("/36/")}
    for figures in compute(other, MEASURES).values():
        assert not own & set(figures)


def test_every_source_asks_for_a_permission_somebody_has(busy: World) -> None:
    for source in SOURCES.values():
        assert any(reach_of(user, source.permission) for user in busy.users.values()), source.code


@pytest.mark.parametrize(("back", "month", "cumulative"), [(0, 0, 1), (-1, 1, 1), (-2, 0, 0)])
def test_an_event_counts_in_its_month_and_from_then_on(
    back: int, month: int, cumulative: int, world: World
) -> None:
    this, item = Month.of(timezone.localdate()), world.one("RectificationItem")
    type(item).objects.filter(pk=item.pk).update(state="RECTIFYING", filed_month=(this - 1).first_day)
    figures = compute(Frame(item.county, this + back, this - 6, frozen=False), ["SL01"])
    assert (figures["SL01.m"][None], figures["SL01.c"][None]) == (month, cumulative)


def test_what_happened_before_the_count_began_is_left_out(world: World) -> None:
    this, item = Month.of(timezone.localdate()), world.one("RectificationItem")
    type(item).objects.filter(pk=item.pk).update(state="RECTIFYING", filed_month=(this - 7).first_day)
    assert compute(Frame(item.county, this, this - 6, frozen=False), ["SL01"])["SL01.c"][None] == 0
