"""Filed relatives, village sheets, meetings, reopened problems and resting payments in the monthly table (04 §4.1)."""
# requirements: A10, A11, B21, C02, C13, L01

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from audits.models import RectificationItem
from cases.models import BenefitTerm, CareVisit, Household, KinshipFiling, MonthlyCycle, VillageAttestation
from cases.services.snapshots import freeze_month
from cases.services.visits import save_visit
from reports.governance.services import close_month, count, distinct_figures, frame_for, rows_for
from reports.governance.table import TABLE, county_total
from salvation.access.models import Recusal
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.flow.models import StatFreeze, Transition
from salvation.periods.measures import compute
from salvation.periods.models import Submission
from salvation.registers.models import Meeting, StaffMember
from salvation.units.models import PopulationStat, Unit
from salvation.units.selectors import reporting_units
from tests.builders import make_benefit, make_household, make_person

MONTH = Month(2022, 5)
JUNE = timezone.make_aware(timezone.datetime(2022, 6, 1, 2))
LATER = timezone.make_aware(timezone.datetime(2022, 6, 3, 9))


@pytest.fixture
def household(units: dict[str, Unit]) -> Household:
    return make_household(units["360722100200"], ["谢桂英"])


def cells(county: Unit, town: Unit, month: Month = MONTH) -> dict[str, str]:
    return count(frame_for(county, month), [town])[0][town.pk]


def said(county: Unit, town: Unit, *keys: str, month: Month = MONTH) -> list[str | None]:
    found = cells(county, town, month)
    return [found.get(key) for key in keys]


def step(flow: str, pk: int, unit: Unit, name: str, month: date, **data: Any) -> None:
    Transition.objects.create(
        flow=flow, subject_id=pk, step=name, from_state="A", to_state="B", unit=unit, at=JUNE, stat_month=month, data=data
    )  # fmt: skip


def filed(person: Any, town: Unit, **facts: Any) -> KinshipFiling:
    staff = StaffMember.objects.create(
        unit=town, name="李分管", kind="LEADER", post="副镇长", from_on=date(2020, 1, 1)
    )
    return KinshipFiling.objects.create(
        staff=staff, person=person, relation="父母", level="TOWN", county=town.county, unit=town, state="FILED", **facts
    )  # fmt: skip


@pytest.fixture
def filing(household: Household, town: Unit) -> KinshipFiling:
    return filed(household.head, town, filed_on=date(2022, 5, 20))


def test_filings_stand_until_they_end_and_a_person_counts_once(
    filing: KinshipFiling, county: Unit, town: Unit
) -> None:
    filed(filing.person, town, filed_on=date(2022, 4, 2), ended_on=date(2022, 6, 9))
    filed(make_person(filing.person.village, "未备案"), town)
    assert said(county, town, "SJ16", "SJ17.m", "SJ17.c") == ["1", "1", "1"]
    assert said(county, town, "SJ16", "SJ17.m", month=MONTH - 1) == ["1", "1"]
    filing.__class__.objects.update(ended_on=date(2022, 5, 31))
    assert said(county, town, "SJ16") == ["0"]


def test_an_inspection_counts_by_the_month_of_its_step(
    filing: KinshipFiling, county: Unit, town: Unit
) -> None:
    step("kinship", filing.pk, town, "inspect", date(2022, 5, 1))
    step("kinship", filing.pk, town, "inspect", date(2022, 5, 1))
    step("kinship", filing.pk, town, "renew", date(2022, 5, 1))
    assert said(county, town, "SC08.m", "SC08.c") == ["1", "1"]
    assert said(county, town, "SC08.m", "SC08.c", month=MONTH + 1) == ["0", "1"]


def attest(county: Unit, village: Unit, **facts: Any) -> None:
    cycle = MonthlyCycle.objects.get_or_create(
        county=county, month=MONTH.first_day, defaults={"opened_at": JUNE}
    )[0]
    VillageAttestation.objects.create(
        cycle=cycle, unit=village.parent, village=village, households=1, people=1, **facts
    )


def test_villages_sign_before_the_month_ends_and_before_it_is_frozen(
    units: dict[str, Unit], county: Unit, town: Unit
) -> None:
    villages = [units[code] for code in ("360722100200", "360722100001", "360722101200")]
    signed = {"signer": "村主任", "changed": False, "registered_at": LATER}
    attest(county, villages[0], signed_on=date(2022, 5, 20), **signed)
    attest(county, villages[2], signed_on=date(2022, 6, 2), **signed)
    assert said(county, town, "SJ18D", "SJ18") == ["1", "1"]
    assert said(county, units["360722101"], "SJ18D", "SJ18") == ["1", "0"]
    assert said(county, town, "SJ18D", "SJ18", month=MONTH - 1) == [None, None]
    freeze_month(county=county, month=MONTH, now=JUNE, actor=None)
    assert said(county, town, "SJ18D", "SJ18") == ["1", "0"]


def meet(unit: Unit, kind: str, held_on: date, recorded_at: Any = None) -> None:
    made = Meeting.objects.create(
        unit=unit, kind=kind, title="会议", held_on=held_on, place="会议室", host="组长", attendees="甲"
    )
    Meeting.objects.filter(pk=made.pk).update(recorded_at=recorded_at or made.recorded_at)


def test_a_meeting_recorded_after_the_freeze_counts_in_the_next_month(county: Unit, town: Unit) -> None:
    meet(town, "PANEL", date(2022, 5, 9), timezone.make_aware(timezone.datetime(2022, 5, 10)))
    StatFreeze.objects.create(county=county, month=MONTH.first_day, frozen_at=JUNE)
    meet(town, "PANEL", date(2022, 5, 30), LATER)
    assert said(county, town, "SJ08.m", "SJ08.c") == ["1", "1"]
    assert said(county, town, "SJ08.m", "SJ08.c", month=MONTH + 1) == ["1", "2"]


def test_joint_conferences_stand_in_the_total_row_alone(county: Unit, town: Unit) -> None:
    meet(county, "JOINT", date(2022, 2, 9))
    meet(county, "JOINT", date(2022, 5, 9))
    meet(county, "JOINT", date(2021, 12, 9))
    meet(county, "JOINT", date(2022, 6, 9))
    meet(town, "JOINT", date(2022, 5, 9))
    rows, _ = rows_for(county, MONTH, list(reporting_units(county, on=MONTH.last_day)))
    assert {str(TABLE.column("SJ07").read(row)) for row in rows} == {"—"}
    assert county_total(rows, distinct_figures(county, MONTH))["SJ07"] == 2


def test_what_was_reopened_is_counted_by_its_kind_and_in_what_was_to_be_mended(
    county: Unit, town: Unit
) -> None:
    item = RectificationItem.objects.create(
        no="W1", unit=town, county=county, category="DIBAO", source="SELF", found_on=date(2022, 5, 2), description="错保",
        state="RECTIFYING", filed_month=MONTH.first_day,
    )  # fmt: skip
    step("rectification", item.pk, town, "reopen", MONTH.first_day, tag="FAKE")
    step("rectification", item.pk, town, "reopen", MONTH.first_day, tag="RECURRENCE")
    step("rectification", item.pk, town, "reopen", (MONTH - 1).first_day, tag="RECURRENCE")
    assert said(county, town, "SL06A.m", "SL06A.c", "SL06B.m", "SL03D") == ["1", "2", "1", "4"]


def test_a_resting_payment_still_counts_and_is_shown_apart(
    household: Household, county: Unit, town: Unit
) -> None:
    make_benefit(household, date(2022, 1, 1))
    BenefitTerm.objects.update(standing="SUSPENDED")
    assert said(county, town, "SA05", "SA07X") == ["1", "1"]


def test_a_visit_recorded_after_the_freeze_counts_in_the_next_month(
    household: Household, county: Unit, town: Unit, clerk: User
) -> None:
    make_benefit(household, date(2022, 1, 1), program="TEKUN_DISPERSED")
    StatFreeze.objects.create(county=county, month=MONTH.first_day, frozen_at=JUNE)
    visit = CareVisit(
        person=household.head, unit=town, village=household.village, way="ONSITE", org="TOWN", visitor="李社工",
        visited_at=timezone.make_aware(timezone.datetime(2022, 5, 31, 9)), **{code: "GOOD" for code, _ in CareVisit.CHECKS},
    )  # fmt: skip
    save_visit(record=visit, actor=clerk, now=timezone.now(), new=True)
    assert visit.stat_month == date(2022, 6, 1)


def test_what_people_filled_gives_way_to_what_is_counted(county: Unit, town: Unit) -> None:
    held = Submission.objects.create(
        table="governance_monthly", unit=town, county=county, period=MONTH.first_day, state="FILLING",
        cells={"SJ08.m": {"manual": "7", "by": "钟经办"}, "SJ14.m": {"manual": "3"}},
    )  # fmt: skip
    close_month(county=county, month=MONTH, now=JUNE)
    held.refresh_from_db()
    assert held.cells["SJ08.m"] == {"auto": "0"}
    assert held.cells["SJ14.m"] == {"manual": "3"}


@pytest.mark.parametrize("key", ["SJ16", "SJ17-m", "SC08-c"])
def test_the_filings_behind_a_figure_are_listed_but_not_ones_own(
    key: str, filing: KinshipFiling, town: Unit, approver: User, sign_in: Callable[[User], Client]
) -> None:
    step("kinship", filing.pk, town, "inspect", date(2022, 5, 1))
    url = f"/reports/governance/2022-05/{town.pk}/{key}/"
    assert "李分管" in sign_in(approver).get(url).content.decode()
    Recusal.objects.create(user=approver, person_id=filing.person_id, reason="近亲属")
    page = sign_in(approver).get(url).content.decode()
    assert "李分管" not in page and "回避" in page


def test_the_meetings_and_sheets_behind_a_figure_are_listed(
    units: dict[str, Unit], county: Unit, town: Unit, approver: User, sign_in: Callable[[User], Client]
) -> None:
    meet(town, "PANEL", date(2022, 5, 9))
    meet(county, "JOINT", date(2022, 5, 9))
    attest(county, units["360722100200"])
    browser = sign_in(approver)
    for place, key, words in ((town, "SJ08-m", "会议室"), (county, "SJ07", "会议"), (town, "SJ18D", "水东")):
        page = browser.get(f"/reports/governance/2022-05/{place.pk}/{key}/")
        assert page.status_code == 200
        assert "共 <strong>1</strong>" in page.content.decode(), (key, words)


def test_each_person_on_tekun_is_a_household(units: dict[str, Unit], county: Unit, town: Unit) -> None:
    home = make_household(units["360722100200"], ["谢大", "谢二"])
    benefit = make_benefit(home, date(2022, 1, 1), program="TEKUN_DISPERSED")
    found = compute(frame_for(county, MONTH), ["V3EH", "V3EP", "V4EH"])
    assert benefit.program == "TEKUN_DISPERSED"
    assert {found[key][town.pk] for key in found if found[key][town.pk]} == {2}


@pytest.mark.parametrize(("population", "words"), [(50, "低于4%"), (10, "高于5%"), (22, "")])
def test_a_share_outside_the_range_is_a_hint_at_the_countys_total_alone(
    population: int,
    words: str,
    household: Household,
    county: Unit,
    approver: User,
    sign_in: Callable[[User], Client],
) -> None:
    make_benefit(household, date(2022, 1, 1))
    for unit in reporting_units(county, on=MONTH.last_day):
        PopulationStat.objects.create(
            unit=unit, year=2022, hukou_population=population if unit == household.handling_unit else 0
        )
    page = sign_in(approver).get("/reports/governance/2022-05/").content.decode()
    hints = [words for words in ("低于4%", "高于5%") if words in page]
    assert hints == ([words] if words else [])
    assert page.count('<span class="flag-words">') == len(hints)
