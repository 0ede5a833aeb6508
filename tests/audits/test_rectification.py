"""Problems: filed with all elements, rectified with evidence, closed by another unit, counted in group 12."""
# requirements: A07, A08, H01, H03, H05, N03

from collections.abc import Callable
from datetime import date
from io import BytesIO
from typing import Any

import pytest
from django.http import Http404
from django.utils import timezone
from PIL import Image

from audits.models import RectificationItem
from audits.services import create_item
from reports.governance.services import rows_for
from reports.governance.table import TABLE
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.duties.selectors import duties_for
from salvation.files.services import add_attachment
from salvation.flow.engine import perform
from salvation.units.models import Unit

ELEMENTS: dict[str, Any] = {
    "category": "DIBAO", "source": "SELF", "found_on": date(2022, 5, 6), "description": "缺少入户照片", "responsible": "李分管",
    "deadline": date(2022, 5, 20), "cause": "PROCEDURE", "cause_note": "抽查不够", "plan": "逐户补拍", "immediate": True,
}  # fmt: skip
MAY = timezone.make_aware(timezone.datetime(2022, 5, 10))
DONE = {"measures": "已补拍", "done_on": "2022-05-18"}


@pytest.fixture
def item(clerk: User, units: dict[str, Unit]) -> RectificationItem:
    return create_item(unit=units["360722100"], actor=clerk, now=timezone.now(), **ELEMENTS)


def with_evidence(item: RectificationItem, clerk: User) -> None:
    stream = BytesIO()
    Image.new("RGB", (9, 9)).save(stream, "JPEG")
    add_attachment(
        subject=item, unit=item.unit, kind="EVIDENCE", name="照片.jpg", content=stream.getvalue(), actor=clerk
    )


@pytest.fixture
def reviewing(item: RectificationItem, clerk: User) -> RectificationItem:
    perform(subject=item, step="register", actor=clerk, now=MAY)
    with_evidence(item, clerk)
    perform(subject=item, step="apply", actor=clerk, now=MAY, data=DONE)
    return item


def test_a_problem_without_its_elements_is_not_filed(clerk: User, units: dict[str, Unit]) -> None:
    bare = {**ELEMENTS, "cause": "", "cause_note": "", "plan": ""}
    item = create_item(unit=units["360722100"], actor=clerk, now=timezone.now(), **bare)
    with pytest.raises(Refusal, match="原因类别、原因分析、整改措施"):
        perform(subject=item, step="register", actor=clerk, now=MAY)


def test_nothing_is_closed_on_paper_alone(item: RectificationItem, clerk: User) -> None:
    perform(subject=item, step="register", actor=clerk, now=MAY)
    with pytest.raises(Refusal, match="佐证"):
        perform(subject=item, step="apply", actor=clerk, now=MAY, data=DONE)


def test_the_units_own_leader_cannot_close_it(reviewing: RectificationItem, leader: User) -> None:
    with pytest.raises(Refusal, match="责任单位"):
        perform(subject=reviewing, step="close", actor=leader, now=MAY, data={"opinion": "属实"})


def test_a_reviewer_of_another_unit_closes_it(reviewing: RectificationItem, county_clerk: User) -> None:
    perform(subject=reviewing, step="close", actor=county_clerk, now=MAY, data={"opinion": "属实"})
    assert (reviewing.state, reviewing.closed_month) == ("CLOSED", date(2022, 5, 1))


def test_the_countys_own_problem_is_closed_by_the_auditor(
    county_clerk: User, approver: User, auditor: User
) -> None:
    county = county_clerk.main_post.unit
    item = create_item(
        unit=county, actor=county_clerk, now=timezone.now(), **{**ELEMENTS, "responsible": "股长"}
    )
    perform(subject=item, step="register", actor=county_clerk, now=MAY)
    assert item.state == "RECTIFYING"
    item.__class__.objects.filter(pk=item.pk).update(state="REVIEWING")
    item.refresh_from_db()
    with pytest.raises(Refusal, match="责任单位"):
        perform(subject=item, step="close", actor=approver, now=MAY, data={"opinion": "属实"})
    perform(subject=item, step="close", actor=auditor, now=MAY, data={"opinion": "属实"})
    assert item.state == "CLOSED"


def test_another_town_does_not_see_it(item: RectificationItem, other_clerk: User) -> None:
    with pytest.raises(Http404):
        perform(subject=item, step="register", actor=other_clerk, now=MAY)


def counted(unit: Unit, month: Month) -> dict[str, object]:
    rows, _ = rows_for(unit.county, month, [unit])
    return {
        code: TABLE.column(code).read(rows[0])
        for code in ("SL01.m", "SL01.c", "SL02.m", "SL03", "SL04", "SL05")
    }


def test_group_12_counts_filed_closed_open_and_late(
    item: RectificationItem, clerk: User, county_clerk: User, units: dict[str, Unit]
) -> None:
    town = units["360722100"]
    perform(subject=item, step="register", actor=clerk, now=MAY)
    assert list(counted(town, Month(2022, 5)).values())[:3] == [1, 1, 0]
    assert list(counted(town, Month(2022, 5)).values())[4:] == [1, 1]
    assert counted(town, Month(2022, 4))["SL04"] == 0
    with_evidence(item, clerk)
    perform(subject=item, step="apply", actor=clerk, now=MAY, data=DONE)
    june = timezone.make_aware(timezone.datetime(2022, 6, 5))
    perform(subject=item, step="close", actor=county_clerk, now=june, data={"opinion": "属实"})
    assert list(counted(town, Month(2022, 6)).values())[1:3] == [1, 1]
    assert counted(town, Month(2022, 6))["SL04"] == 0
    assert counted(town, Month(2022, 5))["SL04"] == 1


def test_reopening_makes_it_open_again(
    reviewing: RectificationItem, county_clerk: User, units: dict[str, Unit], sign_in: Callable[..., Any]
) -> None:
    perform(subject=reviewing, step="close", actor=county_clerk, now=MAY, data={"opinion": "属实"})
    perform(
        subject=reviewing,
        step="reopen",
        actor=county_clerk,
        now=MAY,
        data={"tag": "FAKE"},
        comment="照片系旧照",
    )
    assert counted(units["360722100"], Month(2022, 5))["SL04"] == 1


def test_a_problem_without_a_limit_yet_says_when_it_gets_one(
    clerk: User, units: dict[str, Unit], sign_in: Any
) -> None:
    found = create_item(
        unit=units["360722100"], actor=clerk, now=timezone.now(), **{**ELEMENTS, "deadline": None}
    )
    page = sign_in(clerk).get(f"/audits/problems/{found.pk}/").content.decode()
    assert "立案时确定" in page and "None" not in page


def test_a_review_waits_at_the_desk_of_the_county_and_not_of_the_unit_itself(
    reviewing: RectificationItem, leader: User, approver: User
) -> None:
    assert duties_for(approver).filter(kind="rectification", subject_id=reviewing.pk).exists()
    assert not duties_for(leader).filter(kind="rectification").exists()
