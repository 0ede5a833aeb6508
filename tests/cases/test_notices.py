"""公示单: only what may be public, minors masked, looked through before posting, taken down after its time."""
# requirements: B12, J01, J06, J07

from datetime import date, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from cases.models import Application, Notice, NoticeSheet
from cases.services.applications import create_application
from cases.services.notice_sheets import (
    ask_to_withdraw,
    checked,
    post_notice,
    row_of,
    sheet_paper,
    withdraw_sheet,
)
from salvation.accounts.models import User
from salvation.documents.html import paper_html
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.units.models import Unit
from tests.builders import COMPLETE, make_household

POSTED = date(2022, 6, 1)
ROW = {"place": "水东村3组", "name": "谢桂英", "people": "3", "program": "农村低保", "grant": "1,580.00元/月"}


def notice(**given: Any) -> Any:
    """What a sheet reads of a notice, without a database."""
    person = SimpleNamespace(name=given.get("name", "谢桂英"), birth_date=given.get("born", date(1957, 2, 1)))
    household = SimpleNamespace(group_name=given.get("group", "3组"))
    application = SimpleNamespace(
        applicant=person,
        household=household,
        village="水东村",
        program=given.get("program", "DIBAO_RURAL"),
        specials=SimpleNamespace(filter=lambda **given: SimpleNamespace(first=lambda: None)),
    )
    return SimpleNamespace(application=application, posted_on=POSTED, people=3, amount=1580)


@pytest.fixture
def sheet(units: dict[str, Unit]) -> NoticeSheet:
    return NoticeSheet.objects.create(
        unit=units["360722100"], village=units["360722100200"], group="低保", year=2022, number=3, posted_on=POSTED,
        ends_on=date(2022, 6, 8), place="村公开栏", rows=[ROW, {**ROW, "name": "钟*"}],
    )  # fmt: skip


def test_a_row_has_the_allowed_columns_and_nothing_else() -> None:
    assert row_of(notice()) == ROW


def test_a_minors_name_is_masked() -> None:
    assert row_of(notice(name="张小三", born=date(2010, 1, 1)))["name"] == "张*"


def test_of_the_destitute_the_way_of_care_is_posted_and_no_amount() -> None:
    row = row_of(notice(program="TEKUN_DISPERSED"))
    assert (row["program"], row["grant"]) == ("特困供养", "分散供养特困")


@pytest.mark.parametrize(
    ("key", "text", "what"),
    [
        ("name", "谢桂英990722195003150016", "身份证号"),
        ("name", "谢桂英９９０７２２１９５００３１５００１６", "身份证号"),
        ("place", "水东村 990722 19500315 0016", "身份证号"),
        ("place", "水东村\u200b9907221950\u200b03150016", "身份证号"),
        ("place", "水东村138-7970-1234", "手机号"),
        ("name", "谢桂英（①③⑧⑦⑨⑦⓪①②③④）", "手机号"),
        ("place", "水东村6230881234500012345", "银行账号"),
    ],
)
def test_a_number_is_blocked_with_its_place(key: str, text: str, what: str) -> None:
    label = {"name": "申请人姓名", "place": "村组"}[key]
    with pytest.raises(Refusal, match=f"第2行“{label}”第\\d+至\\d+个字符像是{what}"):
        checked([ROW, {**ROW, key: text}], "村公开栏")


def test_where_it_hangs_is_looked_through_too() -> None:
    with pytest.raises(Refusal, match="公示地点第5至15个字符像是手机号"):
        checked([ROW], "村公开栏13879701234")


def test_an_ordinary_sheet_passes() -> None:
    checked([ROW, ROW], "村公开栏（2号楼前），2022年6月1日")


def test_the_sheet_says_what_the_rules_ask_for(sheet: NoticeSheet) -> None:
    told = paper_html(sheet_paper(sheet))
    for text in (
        "嘉定镇2022年第3批低保初审公示",
        "2022年6月1日",
        "2022年6月8日",
        "村公开栏",
        "12345",
        "1,580.00元/月",
    ):
        assert text in told


def test_it_is_taken_down_after_its_time(sheet: NoticeSheet, clerk: User) -> None:
    assert withdraw_sheet(sheet=sheet, actor=clerk, on=date(2022, 6, 9)).withdrawn_on == date(2022, 6, 9)


def test_what_hangs_too_long_is_asked_for_once_until_it_is_down(
    sheet: NoticeSheet, clerk: User, units: dict[str, Unit]
) -> None:
    county, now = units["360722"].pk, timezone.now()
    assert ask_to_withdraw(county_id=county, on=date(2022, 6, 8), now=now) == 0
    assert [ask_to_withdraw(county_id=county, on=date(2022, 6, 9), now=now) for _ in range(2)] == [1, 0]
    waiting = Duty.objects.get(kind="notice.withdraw", done_at__isnull=True)
    assert (waiting.unit, waiting.due_on) == (sheet.unit, date(2022, 6, 9))
    withdraw_sheet(sheet=sheet, actor=clerk, on=date(2022, 6, 10))
    waiting.refresh_from_db()
    assert (waiting.done_by, waiting.done_at is None) == (clerk, False)


def test_it_hangs_its_seven_days(sheet: NoticeSheet, clerk: User) -> None:
    with pytest.raises(Refusal, match="期满后才能撤下"):
        withdraw_sheet(sheet=sheet, actor=clerk, on=date(2022, 6, 8))


def test_what_should_have_come_down_is_found(sheet: NoticeSheet, clerk: User, sign_in: Any) -> None:
    client = sign_in(clerk)
    assert "第3批" in client.get("/cases/notices/?state=OVER").content.decode()
    NoticeSheet.objects.filter(pk=sheet.pk).update(ends_on=timezone.localdate() + timedelta(days=1))
    assert "第3批" not in client.get("/cases/notices/?state=OVER").content.decode()
    assert "第3批" in client.get("/cases/notices/?state=OPEN").content.decode()


@pytest.mark.parametrize("form", ["pdf", "docx"])
def test_the_sheet_is_printed(sheet: NoticeSheet, clerk: User, sign_in: Any, form: str) -> None:
    answer = sign_in(clerk).get(f"/cases/notices/{sheet.pk}/sheet.{form}")
    assert b"".join(answer.streaming_content)[:2] in (b"%P", b"PK")


def test_another_town_gets_404(sheet: NoticeSheet, other_clerk: User, sign_in: Any) -> None:
    for path in ("", "sheet.pdf"):
        assert sign_in(other_clerk).get(f"/cases/notices/{sheet.pk}/{path}").status_code == 404


def test_a_household_reviewed_anew_on_the_same_day_stands_once_with_its_new_amount(
    units: dict[str, Unit], clerk: User
) -> None:
    today = timezone.localdate()

    def post(application: Application, amount: int) -> NoticeSheet:
        notice = Notice.objects.create(
            application=application, posted_on=today, ends_on=today + timedelta(days=7), place="村公开栏", people=1,
            amount=amount,
        )  # fmt: skip
        return post_notice(notice=notice, actor=clerk)

    first, second = (
        create_application(
            household=make_household(units["360722100200"], [name]), program="DIBAO_RURAL", applied_on=today,
            actor=clerk, now=timezone.now(), **COMPLETE,
        )
        for name in ("谢桂英", "钟小北")
    )  # fmt: skip
    post(first, 500)
    post(second, 300)
    sheet = post(first, 410)
    shown = [(row["name"], row["grant"]) for row in sheet.rows]
    assert shown == [("谢桂英", "410.00元/月"), ("钟小北", "300.00元/月")]


def test_a_link_leads_nobody_to_a_page_closed_to_him(
    sheet: NoticeSheet, units: dict[str, Unit], clerk: User, make_user: Any, sign_in: Any
) -> None:
    application = create_application(
        household=make_household(units["360722100200"], ["谢桂英"]), program="DIBAO_RURAL", applied_on=timezone.localdate(),
        actor=clerk, now=timezone.now(), **COMPLETE,
    )  # fmt: skip
    Notice.objects.create(
        application=application,
        posted_on=POSTED,
        ends_on=sheet.ends_on,
        place="村公开栏",
        people=1,
        amount=500,
        sheet=sheet,
    )
    page, link = reverse("cases:application", args=[application.pk]), reverse("cases:notice", args=[sheet.pk])
    checker = make_user("checker", "COUNTY_CHECKER", "360722")
    assert link in sign_in(clerk).get(page).content.decode()
    assert link not in sign_in(checker).get(page).content.decode()
