"""What happens to households after they are known, by hand in a browser: each scenario from its form to its effect."""
# requirements: B12, B13, B14, B20, B21, C03, C07, C08, C12, C16, D02, E07

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect

from cases.models import Application, Benefit, Household, Person, Relief, ReviewTask, StandardAdjustment
from cases.services.adjustment_orders import carry_out
from cases.services.adjustments import try_out
from cases.services.applications import create_application, record_survey, save_declaration
from cases.services.grace import end_grace_periods
from cases.services.kinship import RelativeInput, save_relatives
from cases.services.visit_rules import SurveyorInput
from funds.models import PayLine
from funds.services.rosters import generate_rosters
from salvation.accounts.models import User
from salvation.domain.month import Month
from salvation.flow.engine import perform
from salvation.parameters.models import ParameterVersion
from salvation.registers.models import StaffMember
from salvation.units.models import Unit
from tests.browser.hands import (
    after_the_notice,
    choose_meeting,
    confirm,
    decide,
    meeting,
    photo,
    press,
    settle,
    step,
)
from tests.builders import COMPLETE, make_benefit, make_check, make_household
from tests.cases.test_into_tekun import assessed
from tests.days import next_month, today

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PageOf = Callable[[User], Page]


@pytest.fixture
def household(units: dict[str, Unit], parameters: None) -> Household:
    return make_household(units["360722100200"], ["谢桂英", "谢建国", "谢小明"])


@pytest.fixture
def benefit(household: Household) -> Benefit:
    return make_benefit(
        household,
        date(2024, 1, 1),
        shares=(("300", "100", "ELDER"), ("300", "0", ""), ("300", "80", "CHILD")),
    )


@pytest.fixture
def finance(make_user: Callable[..., User]) -> User:
    return make_user("finance", "TOWN_FINANCE", "360722100", "钱财政")


def new_change(page: Page, benefit: Benefit, kind: str) -> None:
    page.goto(f"/cases/benefits/{benefit.pk}/change/{kind}/")
    page.fill("[name=note]", "核实属实")
    page.select_option("[name=proof]", index=1)


def carry(page_of: PageOf, order: str, *steps: tuple[User, str]) -> None:
    """Each person opens the order and takes the next step."""
    for user, label in steps:
        page = page_of(user)
        page.goto(order)
        if label == "告知家庭并生效":
            step(page, label, notified_on=today().isoformat())
        else:
            step(page, label)


def test_first_help_then_papers(
    page_of: PageOf, household: Household, clerk: User, leader: User, head: User, finance: User
) -> None:
    page = page_of(clerk)
    page.goto(f"/cases/households/{household.pk}/")
    press(page, "申请临时救助")
    page.select_option("[name=program]", "TEMP_EMERGENCY")
    page.select_option("[name=situation]", "FIRE")
    page.fill("[name=persons]", "1")
    page.fill("[name=happened_on]", today().isoformat())
    page.fill("[name=reason]", "厨房失火")
    page.check("[name=from_elsewhere][value=no]")
    confirm(page, "登记")
    record = page.url
    step(page, "受理")
    press(page, "收款账户")
    page.fill("[name=number]", "9900000000000001")
    page.select_option("[name=kind]", "PASSBOOK")
    press(page, "保存")
    page = page_of(leader)
    page.goto(record)
    step(page, "先行救助", comment="当晚无处可住", amount="1000")
    page = page_of(finance)
    page.goto(record)
    step(page, "登记先行付款", paid_on=today().isoformat(), voucher="BY001")
    page = page_of(clerk)
    page.goto(record)
    expect(page.locator("main")).to_contain_text("先行救助待补手续")
    press(page, "登记核实情况")
    page.fill("[name=visitors]", "钟经办、村干部")
    page.fill("[name=findings]", "现场查看属实")
    press(page, "保存")
    press(page, "核算")
    press(page, "核算")
    press(page, "上传照片与材料")
    page.set_input_files("[name=files]", [photo()])
    press(page, "上传")
    step(page, "手续已补齐，报确认")
    page = page_of(head)
    meeting(page, "PANEL", "领导组会议")
    page.goto(record)
    decide(page, "确认先行救助", "领导组会议")
    expect(page.locator("main")).to_contain_text("已付款，待回访")
    relief = Relief.objects.get()
    assert (relief.amount, relief.settled_month) == (1000, Month.of(today()).first_day)


def test_the_head_of_the_household_dies(
    page_of: PageOf, benefit: Benefit, household: Household, clerk: User, leader: User
) -> None:
    page = page_of(clerk)
    new_change(page, benefit, "death")
    page.select_option("[name=person]", str(household.head_id))
    page.fill("[name=died_on]", today().isoformat())
    heir = household.members.exclude(person=household.head_id).order_by("pk")[0].person
    page.select_option("[name=new_head]", str(heir.pk))
    page.fill("[name=number]", "9900000000000002")
    page.select_option("[name=kind]", "PASSBOOK")
    confirm(page, "登记变更单")
    order = page.url
    carry(page_of, order, (clerk, "提交审核"), (leader, "确认死亡变更"), (clerk, "生效"))
    household.refresh_from_db()
    assert household.head_id == heir.pk
    after = benefit.terms.get(months__contains=next_month().first_day)
    assert (after.covered.count(), after.uplift) == (2, 80), "the child's uplift stays"


def test_a_household_tapers_off_and_stops(
    page_of: PageOf, benefit: Benefit, units: dict[str, Unit], clerk: User, leader: User, approver: User
) -> None:
    page = page_of(clerk)
    new_change(page, benefit, "grace")
    page.select_option("[name=reason]", "EMPLOYMENT")
    page.fill("[name=months]", "2")
    confirm(page, "登记变更单")
    order = page.url
    carry(
        page_of,
        order,
        (clerk, "提交审核"),
        (leader, "报县级决定"),
        (approver, "决定"),
        (clerk, "告知家庭并生效"),
    )
    page.goto(f"/cases/benefits/{benefit.pk}/")
    expect(page.locator("main")).to_contain_text("渐退")
    end_grace_periods(county_id=units["360722"].pk, on=(next_month() + 2).first_day, now=timezone.now())
    benefit.refresh_from_db()
    assert (benefit.stop_month, benefit.stop_reason) == ((next_month() + 2).first_day, "GRACE_END")


def test_a_household_moves_to_another_town_without_a_gap(
    page_of: PageOf,
    benefit: Benefit,
    units: dict[str, Unit],
    clerk: User,
    leader: User,
    other_clerk: User,
    make_user: Callable[..., User],
) -> None:
    receiving = make_user("leader101", "TOWN_LEADER", "360722101", "邻镇分管")
    page = page_of(clerk)
    new_change(page, benefit, "transfer")
    page.select_option("[name=village]", str(units["360722101200"].pk))
    confirm(page, "登记变更单")
    order = page.url
    carry(page_of, order, (clerk, "提交审核"), (leader, "同意迁出"), (receiving, "同意接收"))
    # From the consent on the order lies with the receiving town.
    carry(page_of, order, (other_clerk, "生效"))
    benefit.refresh_from_db()
    follower = Benefit.objects.get(predecessor=benefit)
    assert benefit.stop_month == follower.first_month == next_month().first_day
    assert (follower.unit.code, follower.terms.get().total) == ("360722101", 1080)


def under_review(household: Household, clerk: User) -> Application:
    """An application before the township's first review, brought there by the services."""
    application = create_application(
        household=household,
        program="DIBAO_RURAL",
        applied_on=today(),
        actor=clerk,
        now=timezone.now(),
        **COMPLETE,
    )
    save_declaration(
        household=household, application=application, actor=clerk,
        document={"incomes": [{"member": str(household.head_id), "item": "SALARY", "monthly": "300"}]},
    )  # fmt: skip
    for code in ("submit", "accept", "survey"):
        perform(subject=application, step=code, actor=clerk, now=timezone.now())
    return application


def visited_and_judged(page: Page, application: Application) -> None:
    page.goto(f"/cases/applications/{application.pk}/survey/")
    for name, value in (
        ("place", "家中"),
        ("present", "户主"),
        ("findings", "与申报一致"),
        ("conclusion", "属实"),
    ):
        page.fill(f"[name={name}]", value)
    page.check("[name=signed_by_family][value=yes]")
    page.fill("[name=surveyors-1-name]", "村干部")
    page.select_option("[name=surveyors-1-level]", "VILLAGE")
    press(page, "保存调查记录")
    press(page, "核算")
    press(page, "核算")
    make_check(application)
    page.goto(f"/cases/applications/{application.pk}/")
    step(page, "提交初审")


def test_a_case_is_returned_and_confirmed_by_the_township(
    page_of: PageOf, household: Household, clerk: User, leader: User, head: User
) -> None:
    ParameterVersion.objects.filter(key="approval_level.DIBAO_RURAL").update(value="TOWNSHIP")
    application = under_review(household, clerk)
    record = f"/cases/applications/{application.pk}/"
    page = page_of(clerk)
    visited_and_judged(page, application)
    page = page_of(leader)
    meeting(page, "PANEL", "领导组会议")
    page.goto(record)
    step(page, "退回重查", comment="补充务工收入说明")
    page = page_of(clerk)
    page.goto(record)
    expect(page.locator("main")).to_contain_text("补充务工收入说明")
    visited_and_judged(page, application)
    page = page_of(leader)
    page.goto(record)
    decide(page, "初审通过并公示", "领导组会议", place="村公开栏")
    after_the_notice(page_of(clerk), application, "公示期满，报乡镇确认")
    page = page_of(head)
    page.goto(record)
    application.refresh_from_db()
    decide(page, "确认同意", "领导组会议", amount=str(application.assessment.total))
    settle(page)
    expect(page.locator("main")).to_contain_text("已确认")
    assert Benefit.objects.get().first_month == next_month().first_day


def test_an_objection_lengthens_the_time_and_is_answered(
    page_of: PageOf, household: Household, clerk: User, leader: User
) -> None:
    application = under_review(household, clerk)
    record = f"/cases/applications/{application.pk}/"
    visited_and_judged(page_of(clerk), application)
    page = page_of(leader)
    meeting(page, "PANEL", "领导组会议")
    page.goto(record)
    decide(page, "初审通过并公示", "领导组会议", place="村公开栏")
    application.refresh_from_db()
    before = application.total_due_on
    page = page_of(clerk)
    page.goto(record)
    step(page, "登记异议", comment="反映其有小汽车", objector="匿名群众")
    application.refresh_from_db()
    assert application.state == "OBJECTION"
    assert application.total_due_on > before + timedelta(days=10)


def declare(household: Household, clerk: User, document: dict[str, Any]) -> None:
    save_declaration(household=household, application=None, document=document, actor=clerk)


def test_a_new_standard_goes_from_the_parameter_to_the_roster(
    page_of: PageOf, benefit: Benefit, household: Household, units: dict[str, Unit], clerk: User, county_clerk: User,
    approver: User,
) -> None:  # fmt: skip
    page = page_of(county_clerk)
    page.goto("/parameters/propose/")
    page.select_option("[name=key]", "dibao.std.rural")
    page.select_option("[name=unit]", str(units["360722"].pk))
    page.fill("[name=value]", "650")
    page.fill("[name=valid_from]", next_month().first_day.isoformat())
    page.fill("[name=basis]", "县民发〔2026〕9号")
    page.locator("main form .button.main").click()
    settle(page)
    if page.get_by_role("button", name="确认并").count():
        page.get_by_role("button", name="确认并").click()
        settle(page)
    version = ParameterVersion.objects.get(key="dibao.std.rural", value="650")
    page = page_of(approver)
    page.goto(f"/parameters/{version.pk}/")
    press(page, "确认")
    version.refresh_from_db()
    assert version.state == "CONFIRMED"
    meeting(page, "BUREAU", "提标局务会")
    page.goto("/cases/adjustments/new/")
    page.select_option("[name=version]", str(version.pk))
    page.fill("[name=effective_month]", str(next_month()))
    page.locator("main form .button.main").click()
    settle(page)
    adjustment = StandardAdjustment.objects.get()
    try_out(adjustment=adjustment, now=timezone.now(), report=lambda *args: None)
    page.goto(f"/cases/adjustments/{adjustment.pk}/")
    expect(page.locator("main")).to_contain_text("已试算，待局务会")
    expect(page.locator("main")).to_contain_text("150.00")
    press(page, "经局务会执行")
    page.select_option("[name=meeting]", choose_meeting(page, "提标局务会"))
    confirm(page, "按新标准调整")
    adjustment.refresh_from_db()
    carry_out(adjustment=adjustment, now=timezone.now(), progress=lambda *args: None)
    page.goto(f"/cases/adjustments/{adjustment.pk}/?tab=facts")
    expect(page.locator("main")).to_contain_text("1,230.00")
    generate_rosters(unit=units["360722"], month=next_month(), actor=None, now=timezone.now())
    line = PayLine.objects.get(benefit=benefit, month=next_month().first_day)
    assert (line.total, line.base) == (1230, 1050)
    page = page_of(clerk)
    page.goto(f"/funds/rosters/{line.roster_id}/")
    expect(page.locator("main")).to_contain_text("1,230.00")


def test_from_dibao_into_tekun_without_a_gap(
    page_of: PageOf, units: dict[str, Unit], parameters: None, clerk: User, leader: User, approver: User
) -> None:
    household = make_household(units["360722100200"], ["独居老人"])
    Person.objects.filter(pk=household.head_id).update(birth_date=date(1950, 1, 1))
    benefit = make_benefit(household, date(2024, 1, 1), shares=(("500", "100", "ELDER"),))
    page = page_of(clerk)
    page.goto(f"/cases/benefits/{benefit.pk}/change/")
    press(page, "类别转换")
    page.select_option("[name=program]", "TEKUN_DISPERSED")
    for name, value in (("authorised", "yes"), ("kinship_declared", "yes"), ("kinship_flag", "no")):
        page.check(f"[name={name}][value={value}]")
    for box in page.locator("[name=received]").all():
        box.check()
    confirm(page, "登记转类申请")
    settle(page)
    application = Application.objects.get(converts=benefit)
    assessed(household.head, clerk)
    save_declaration(household=household, application=application, document={"incomes": []}, actor=clerk)
    record = f"/cases/applications/{application.pk}/"
    page.goto(record)
    for label in ("提交申请", "受理", "启动入户调查"):
        step(page, label)
    visited_and_judged(page, application)
    page = page_of(leader)
    meeting(page, "PANEL", "领导组会议")
    page.goto(record)
    decide(page, "初审通过并公示", "领导组会议", place="村公开栏")
    after_the_notice(page_of(clerk), application, "公示期满，报县级审核")
    page = page_of(approver)
    meeting(page, "BUREAU", "局务会")
    page.goto(record)
    application.refresh_from_db()
    decide(page, "确认同意", "局务会", amount=str(application.assessment.total))
    settle(page)
    benefit.refresh_from_db()
    after = Benefit.objects.get(predecessor=benefit)
    assert benefit.stop_month == after.first_month == next_month().first_day
    assert (after.program, after.terms.get().base) == ("TEKUN_DISPERSED", 780)
    page.goto(f"/cases/benefits/{after.pk}/")
    expect(page.locator("main")).to_contain_text("特困")


def test_a_relative_of_staff_is_visited_by_the_county_even_where_the_township_decides(
    page_of: PageOf, household: Household, units: dict[str, Unit], clerk: User, leader: User, head: User,
    county_clerk: User,
) -> None:  # fmt: skip
    ParameterVersion.objects.filter(key="approval_level.DIBAO_RURAL").update(value="TOWNSHIP")
    staff = StaffMember.objects.create(
        unit=units["360722100"], name="谢站长", kind="LEADER", post="站长", from_on=date(2020, 1, 1)
    )
    relative = Person.objects.get(pk=household.head_id)
    given = RelativeInput("父母", relative.name, relative.id_no.plain())
    save_relatives(staff=staff, relatives=[given], actor=clerk, now=timezone.now())
    application = under_review(household, clerk)
    application.refresh_from_db()
    assert application.kinship_flag
    record = f"/cases/applications/{application.pk}/"
    visited_and_judged(page_of(clerk), application)
    page = page_of(leader)
    meeting(page, "PANEL", "领导组会议")
    page.goto(record)
    decide(page, "初审通过并公示", "领导组会议", place="村公开栏")
    after_the_notice(page_of(clerk), application, "公示期满，报乡镇确认")
    page = page_of(head)
    page.goto(record)
    expect(page.locator("main")).to_contain_text("须有县级人员入户后才能确认")
    Application.objects.filter(pk=application.pk).update(state="SURVEYING")
    record_survey(
        application=Application.objects.get(pk=application.pk), method="HOME", visited_at=timezone.now(), place="家中",
        present="户主", findings="县级复核属实", conclusion="属实", signed_by_family=True, actor=clerk,
        surveyors=(SurveyorInput("黄股员", "COUNTY"), SurveyorInput("村干部", "VILLAGE")),
    )  # fmt: skip
    Application.objects.filter(pk=application.pk).update(state="TOWN_CONFIRM")
    page.goto(record)
    application.refresh_from_db()
    decide(page, "确认同意", "领导组会议", amount=str(application.assessment.total))
    expect(page.locator("main")).to_contain_text("已确认")


def test_a_review_is_visited_checked_and_concluded(
    page_of: PageOf, benefit: Benefit, household: Household, clerk: User
) -> None:
    task = ReviewTask.objects.create(
        benefit=benefit, unit=benefit.unit, village=benefit.village, source="DUE", due_on=today()
    )
    declare(
        household,
        clerk,
        {"incomes": [{"member": str(household.head_id), "item": "SALARY", "monthly": "300"}]},
    )
    page = page_of(clerk)
    page.goto(f"/cases/reviews/{task.pk}/")
    expect(page.locator("main")).to_contain_text("还缺：入户核查记录、有效的核对报告")
    press(page, "登记入户记录")
    for name, value in (
        ("place", "家中"),
        ("present", "户主"),
        ("findings", "与申报一致"),
        ("conclusion", "无明显变化"),
    ):
        page.fill(f"[name={name}]", value)
    page.check("[name=signed_by_family][value=yes]")
    page.fill("[name=surveyors-1-name]", "村干部")
    page.select_option("[name=surveyors-1-level]", "VILLAGE")
    press(page, "保存入户记录")
    press(page, "登记结论")
    page.fill("[name=on]", today().isoformat())
    page.check("[name=outcome][value=SAME]")
    page.fill("[name=note]", "无明显变化")
    page.fill("[name=paper_report]", "核对〔2026〕1号")
    page.fill("[name=paper_report_on]", today().isoformat())
    confirm(page, "登记结论")
    expect(page.locator("main")).to_contain_text("已核查")
    task.refresh_from_db()
    assert (task.outcome, task.assessment is not None) == ("SAME", True)
