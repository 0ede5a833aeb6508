"""Workbooks: official layout, masked unless a second person agreed, always journalled."""

import re
from collections.abc import Callable
from io import BytesIO

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils import timezone
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from funds.models import Roster
from funds.services.exports import full_roster, masked_roster, summary_table
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.files.models import ExportRequest
from salvation.files.whole import ask_whole, decide_whole
from salvation.journal.models import Entry
from salvation.units.models import Unit
from tests.funds.builders import JUNE, MAY, a_home

Make = Callable[..., Roster]

# The fingerprint of the roster is hexadecimal: a row of digits inside it is nobody's number.
FULL_NUMBER = r"(?<![0-9A-Za-z])(\d{17}[\dXx]|\d{15,19}|1[3-9]\d{9})(?![0-9A-Za-z])"


def open_book(content: BytesIO) -> Worksheet:
    return load_workbook(content)["花名表"]


def texts(sheet: Worksheet) -> list[str]:
    return [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value is not None]


def column(sheet: Worksheet, label: str) -> list[object]:
    heads = [cell.value for cell in sheet[3]]
    return [sheet.cell(row, heads.index(label) + 1).value for row in range(4, sheet.max_row + 1)]


def approved(roster: Roster, finance: User, approver: User) -> ExportRequest:
    asked = ask_whole(subject=roster, reason="报送银行代发", actor=finance, now=timezone.now())
    return decide_whole(request_id=asked.pk, approve=True, actor=approver, now=timezone.now())


def test_the_masked_workbook_holds_no_full_number(village: Unit, make: Make, clerk: User) -> None:
    for _ in range(3):
        a_home(village)
    content, name = masked_roster(roster_id=make(MAY).pk, actor=clerk)
    book = load_workbook(content)
    said = [text for sheet in book for text in texts(sheet)]
    assert not [text for text in said if re.search(FULL_NUMBER, text)]
    assert any(re.fullmatch(r"\d{6}\*{8}[\dX]{4}", text) for text in said)
    assert name == "信丰县_嘉定镇_2022年5月_农村低保花名表_脱敏_v1.xlsx"


def test_numbers_are_numbers_and_ids_are_text(village: Unit, make: Make, clerk: User) -> None:
    a_home(village, base="300", uplift="80")
    sheet = open_book(masked_roster(roster_id=make(MAY).pk, actor=clerk)[0])
    assert (
        column(sheet, "本月应发（元）")[0],
        column(sheet, "分类施保（元）")[0],
        column(sheet, "序号")[0],
    ) == (380, 80, 1)
    assert isinstance(column(sheet, "身份证号")[0], str)


def test_the_foot_holds_totals_capitals_signatures_and_the_fingerprint(
    village: Unit, make: Make, clerk: User
) -> None:
    a_home(village, base="1580")
    roster = make(MAY)
    content, _ = masked_roster(roster_id=roster.pk, actor=clerk)
    book = load_workbook(content)
    said = "\n".join(texts(book["花名表"]))
    assert "户数 1 户　　保障人数 2 人　　金额合计 1,580.00 元　　（大写）壹仟伍佰捌拾元整" in said
    assert "制表人" in said
    assert f"内容校验 {roster.content_hash}" in said
    assert book.custom_doc_props["内容校验"].value == roster.content_hash
    assert book["口径说明"].sheet_state == "hidden"


def test_a_long_book_has_subtotals_at_the_end_of_each_page(village: Unit, make: Make, clerk: User) -> None:
    for _ in range(54):
        a_home(village, base="10", size=1)
    sheet = open_book(masked_roster(roster_id=make(MAY).pk, actor=clerk)[0])
    places, money = column(sheet, "行政村（社区）、组"), column(sheet, "本月应发（元）")
    found = [
        (place, amount) for place, amount in zip(places, money, strict=True) if place in ("本页小计", "累计")
    ]
    assert found == [("本页小计", 500), ("累计", 500), ("本页小计", 40), ("累计", 540)]
    assert [found.id for found in sheet.row_breaks.brk] == [55]


def test_excluded_lines_stand_on_a_sheet_of_their_own(village: Unit, make: Make, clerk: User) -> None:
    a_home(village)
    a_home(village, standing="SUSPENDED", names=("欧阳待查",))
    book = load_workbook(masked_roster(roster_id=make(MAY).pk, actor=clerk)[0])
    assert "欧阳待查" not in texts(book["花名表"])
    assert "暂停发放" in texts(book["剔除待核"])


def test_the_summary_ties_in_its_total_row(village: Unit, make: Make, sign: Callable, clerk: User) -> None:
    stops, _ = a_home(village), a_home(village, base="500")
    sign(make(MAY))
    stops.stop(JUNE)
    a_home(village, base="100", first=JUNE)
    sheet = load_workbook(summary_table(roster_id=make(JUNE).pk, actor=clerk)[0]).worksheets[0]
    total = next(row for row in sheet.iter_rows(values_only=True) if row[0] == "合计")
    numbers = [value for value in total if isinstance(value, int | float)]
    assert numbers[:6] == [2, 4, 800, 1, 2, 100]


def test_an_export_is_journalled_with_its_fingerprints(village: Unit, make: Make, clerk: User) -> None:
    a_home(village)
    roster = make(MAY)
    masked_roster(roster_id=roster.pk, actor=clerk)
    entry = Entry.objects.get(action="roster.export")
    assert (entry.actor, entry.facts["digest"], len(entry.facts["file"])) == (clerk, roster.content_hash, 64)


def test_a_clerk_of_another_town_cannot_export(village: Unit, make: Make, other_clerk: User) -> None:
    a_home(village)
    roster = make(MAY)
    with pytest.raises(Http404):
        masked_roster(roster_id=roster.pk, actor=other_clerk)


def test_the_full_workbook_needs_a_second_persons_consent(
    village: Unit, make: Make, finance: User, approver: User
) -> None:
    home = a_home(village)
    roster = make(MAY)
    with pytest.raises(Refusal, match="第二人批准"):
        full_roster(roster_id=roster.pk, actor=finance)
    approved(roster, finance, approver)
    content, _ = full_roster(roster_id=roster.pk, actor=finance)
    sheet = open_book(content)
    assert column(sheet, "身份证号")[0] == home.people[0].id_no
    assert "肖财务" in sheet.oddFooter.left.text
    facts = Entry.objects.get(action="roster.export_full").facts
    assert (facts["reason"], facts["approved_by"]) == ("报送银行代发", "郭局长")


def test_a_consent_ends_after_a_day(village: Unit, make: Make, finance: User, approver: User) -> None:
    a_home(village)
    roster = make(MAY)
    request = approved(roster, finance, approver)
    ExportRequest.objects.filter(pk=request.pk).update(expires_at=timezone.now())
    with pytest.raises(Refusal, match="24小时"):
        full_roster(roster_id=roster.pk, actor=finance)


def test_a_clerk_may_not_even_ask(village: Unit, make: Make, clerk: User) -> None:
    a_home(village)
    with pytest.raises(PermissionDenied):
        ask_whole(subject=make(MAY), reason="自己看看", actor=clerk, now=timezone.now())


def test_a_request_waits_on_the_approvers_desk_until_decided(
    village: Unit, make: Make, finance: User, approver: User
) -> None:
    a_home(village)
    roster = make(MAY)
    asked = ask_whole(subject=roster, reason="报送银行代发", actor=finance, now=timezone.now())
    assert Duty.objects.get(kind="export", done_at=None).permission == "export.approve"
    with pytest.raises(Refusal, match="不用重复申请"):
        ask_whole(subject=roster, reason="报送银行代发", actor=finance, now=timezone.now())
    decide_whole(request_id=asked.pk, approve=False, actor=approver, now=timezone.now())
    assert not Duty.objects.filter(kind="export", done_at=None).exists()
