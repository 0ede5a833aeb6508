"""The main job by hand in a browser: roster in, survey and approval, payment list out, table and report out."""

from collections.abc import Callable
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from docx import Document
from openpyxl import Workbook, load_workbook
from playwright.sync_api import Page, expect

from cases.models import Application, Benefit
from salvation.accounts.models import User
from salvation.domain.citizen_id import check_character
from salvation.domain.month import Month
from tests.browser.hands import (
    after_the_notice,
    confirm,
    decide,
    last_month,
    meeting,
    photo,
    press,
    settle,
    step,
)
from tests.builders import make_check

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def number(first_17: str) -> str:
    return first_17 + check_character(first_17)


HEAD, SON, GRANDSON = number("99000119540315002"), number("99000119770315001"), number("99000120140801013")


def roster_file(folder: Path) -> Path:
    """A township's own list: merged title, unit line, a bad ID, a total, a foot note."""
    book = Workbook()
    sheet = book.active
    sheet.merge_cells("A1:H1")
    sheet["A1"] = f"嘉定镇{last_month().label}农村低保金发放花名册"
    sheet["A2"] = "填报单位：嘉定镇"
    rows: list[tuple[Any, ...]] = [
        ("序号", "村（社区）", "户主姓名", "身份证号码", "家庭人口", "补差金额", "月应发金额", "银行账号"),
        (1, "水东村", "钟有田", number("99000219600101011"), 1, "360元", "360元", "9912345678901234567"),
        (2, "水北村", "李秋香", number("99000219650202002").lower(), 1, "400", "400", "9912345678901234568"),
        (3, "水北村", "赖错号", "990002196502020029", 1, "400", "400", "9912345678901234569"),
        ("合计", "", "", "", 3, "", "1,160.00", ""),
        ("制表人：", "", "", "", "", "", "", ""),
    ]
    for row in rows:
        sheet.append(row)
    path = folder / "嘉定镇花名册.xlsx"
    book.save(path)
    return path


def content(given: Any) -> BytesIO:
    """What was downloaded."""
    return BytesIO(Path(given.value.path()).read_bytes())


def test_the_seven_steps(
    page_of: Callable[[User], Page],
    parameters: None,
    clerk: User,
    leader: User,
    county_clerk: User,
    approver: User,
    tmp_path: Path,
) -> None:
    roster_in(page_of(clerk), tmp_path)
    application = survey_and_means_test(page_of(clerk))
    approval(page_of, application, clerk, leader, approver)
    payment_list(page_of, clerk, leader, county_clerk, approver)
    monthly_table(page_of, clerk, leader, county_clerk)
    rectification(page_of(clerk), page_of(county_clerk))
    report(page_of(clerk), tmp_path)


def roster_in(page: Page, folder: Path) -> None:
    page.goto("/cases/rosters/import/new/")
    page.select_option("[name=unit]", label="嘉定镇")
    page.select_option("[name=program]", "DIBAO_RURAL")
    page.fill("[name=month]", str(last_month()))
    page.set_input_files("[name=file]", roster_file(folder))
    page.locator("main form .button.main").click()
    settle(page)
    page.locator("main form .button.main").click()
    settle(page)
    expect(page.locator("main")).to_contain_text("赖错号")
    with page.expect_download() as given:
        page.get_by_role("link", name="下载", exact=False).or_(
            page.get_by_role("button", name="下载", exact=False)
        ).first.click()
    marked = load_workbook(content(given))
    assert any("校验" in str(cell.value) for row in marked.active.iter_rows() for cell in row)
    page.locator("main form .button.main").click()
    settle(page)
    if page.get_by_role("button", name="确认并").count():
        page.get_by_role("button", name="确认并").click()
        settle(page)
    assert sorted(Benefit.objects.values_list("applicant__name", flat=True)) == ["李秋香", "钟有田"]


def survey_and_means_test(page: Page) -> Application:
    page.goto("/cases/households/new/")
    page.select_option("[name=village]", label="水东村委会")
    page.check("[name=standard_area][value=RURAL]")
    people = (("谢桂英", HEAD, "HEAD"), ("谢建国", SON, "CHILD"), ("谢小明", GRANDSON, "GRANDCHILD"))
    for row, (name, id_no, relation) in enumerate(people):
        page.fill(f"[name=members-{row}-name]", name)
        page.fill(f"[name=members-{row}-id_no]", id_no)
        page.select_option(f"[name=members-{row}-relation]", relation)
    confirm(page, "保存登记")
    press(page, "登记账户")
    page.select_option("[name=holder_name]", "谢桂英")
    page.select_option("[name=kind]", "PASSBOOK")
    page.fill("[name=bank_name]", "农商银行")
    page.fill("[name=number]", "9900000000000001")
    confirm(page, "保存")
    press(page, "申请救助")
    page.select_option("[name=program]", "DIBAO_RURAL")
    for code in ("application", "hukou", "commitment"):
        page.check(f"[name=received][value={code}]")
    page.check("[name=authorised][value=yes]")
    page.check("[name=kinship_declared][value=yes]")
    page.check("[name=kinship_flag][value=no]")
    confirm(page, "登记申请")
    for row, (member, item, amount, cost) in enumerate(
        (("谢桂英", "FARM_SUBSIDY", "0", ""), ("谢建国", "SALARY", "500", "100"))
    ):
        page.select_option(f"[name=incomes-{row}-member]", label=member)
        page.select_option(f"[name=incomes-{row}-item]", item)
        page.fill(f"[name=incomes-{row}-amount]", amount)
        page.fill(f"[name=incomes-{row}-cost]", cost)
    page.locator("[name=incomes-1-cost]").blur()
    expect(page.locator("#running-result")).to_contain_text("1,580.00")
    press(page, "保存")
    application = Application.objects.get()
    page.goto(f"/cases/applications/{application.pk}/")
    for label in ("提交申请", "受理", "启动入户调查"):
        step(page, label)
    press(page, "记录入户调查")
    for name, value in (
        ("place", "家中"),
        ("present", "谢桂英"),
        ("findings", "与申报一致"),
        ("conclusion", "属实"),
    ):
        page.fill(f"[name={name}]", value)
    page.check("[name=signed_by_family][value=yes]")
    page.fill("[name=surveyors-1-name]", "村干部")
    page.select_option("[name=surveyors-1-level]", "VILLAGE")
    page.set_input_files("[name=photos]", [photo()])
    press(page, "保存调查记录")
    press(page, "核算")
    press(page, "核算")
    expect(page.locator("main")).to_contain_text("1,580.00")
    make_check(application)
    page.reload()
    step(page, "提交初审")
    return application


def approval(
    page_of: Callable[[User], Page], application: Application, clerk: User, leader: User, approver: User
) -> None:
    record = f"/cases/applications/{application.pk}/"
    page = page_of(leader)
    page.goto("/")
    expect(page.locator("main")).to_contain_text("谢桂英")
    meeting(page, "PANEL", "领导组第一次会议")
    page.goto(record)
    decide(page, "初审通过并公示", "领导组第一次会议", place="村公开栏")
    after_the_notice(page_of(clerk), application, "公示期满，报县级审核")
    page = page_of(approver)
    meeting(page, "BUREAU", "局务会第一次会议")
    page.goto(record)
    decide(page, "确认同意", "局务会第一次会议", amount="1580.00")
    expect(page.locator("main")).to_contain_text("已确认")
    benefit = Benefit.objects.get(applicant__name="谢桂英")
    assert benefit.first_month == (Month.of(timezone.localdate()) + 1).first_day


def payment_list(
    page_of: Callable[[User], Page], clerk: User, leader: User, county_clerk: User, approver: User
) -> None:
    page = page_of(county_clerk)
    month = Month.of(timezone.localdate()) + 1
    page.goto("/funds/rosters/generate/")
    page.fill("[name=month]", str(month))
    page.locator("main form .button.main").click()
    page.wait_for_url(lambda address: "generate" not in address)
    page = page_of(clerk)
    page.goto(f"/funds/rosters/?month={month}")
    page.locator("main table tbody a").first.click()
    settle(page)
    record = page.url
    expect(page.locator("main")).to_contain_text("2,340.00")
    step(page, "核对无误，送领导签章")
    page = page_of(leader)
    page.goto(record)
    press(page, "签章上报")
    page.locator("main form .button.main").click()
    settle(page)
    page = page_of(county_clerk)
    page.goto(record)
    step(page, "审核通过，提交局务会")
    page = page_of(approver)
    page.goto(record)
    decide(page, "局务会同意", "局务会第一次会议")
    expect(page.locator("main")).to_contain_text("局务会已同意")


def monthly_table(page_of: Callable[[User], Page], clerk: User, leader: User, county_clerk: User) -> None:
    page = page_of(county_clerk)
    month = last_month()
    page.goto(f"/reports/governance/{month}/freeze/")
    press(page, "冻结并生成")
    page = page_of(clerk)
    page.goto("/reports/governance/")
    page.get_by_role("link", name="嘉定镇").first.click()
    settle(page)
    record = page.url
    expect(page.locator("main")).to_contain_text("缺数据")
    page.get_by_role("link", name="2", exact=True).first.click()
    settle(page)
    expect(page.locator("main")).to_contain_text("钟有田")
    page.goto(record)
    press(page, "填报")
    page.locator("[name='SJ14.m']").fill("3")
    press(page, "保存填报")
    step(page, "提交签批")
    page = page_of(leader)
    page.goto(record)
    step(page, "签批")
    page = page_of(clerk)
    page.goto(record)
    step(page, "报送县局")
    page = page_of(county_clerk)
    page.goto(record)
    step(page, "接收")
    with page.expect_download() as given:
        page.get_by_role("button", name="Excel").click()
    book = load_workbook(content(given))
    assert book.sheetnames[:2] == ["表1 对象认定", "表2 临时救助与特困"]


def rectification(page: Page, reviewer: Page) -> None:
    today = timezone.localdate()
    page.goto("/audits/problems/new/")
    page.select_option("[name=unit]", label="嘉定镇")
    page.select_option("[name=category]", "DIBAO")
    page.select_option("[name=source]", "SELF")
    page.select_option("[name=cause]", "PROCEDURE")
    page.fill("[name=deadline]", (today + timedelta(days=15)).isoformat())
    page.check("[name=immediate][value=yes]")
    for name in ("description", "responsible", "cause_note", "plan"):
        page.fill(f"[name={name}]", "缺少入户照片")
    confirm(page, "登记问题")
    record = page.url
    step(page, "立案交办")
    press(page, "上传整改佐证")
    page.set_input_files("[name=files]", [photo()])
    press(page, "上传")
    step(page, "申请销号", measures="已补拍", done_on=today.isoformat())
    reviewer.goto(record)
    step(reviewer, "复核销号", opinion="属实")
    expect(reviewer.locator("main")).to_contain_text("已销号")


def report(page: Page, folder: Path) -> None:
    page.goto(f"/reports/summaries/?month={last_month()}")
    press(page, "起草 嘉定镇")
    press(page, "编写")
    page.fill("[name=next]", "建立月度比对制度")
    press(page, "保存")
    expect(page.locator("main")).to_contain_text("建立月度比对制度")
    with page.expect_download() as given:
        press(page, "下载 Word")
    words = "\n".join(paragraph.text for paragraph in Document(content(given)).paragraphs)
    assert "建立月度比对制度" in words
    assert "农村低保2户2人" in words
