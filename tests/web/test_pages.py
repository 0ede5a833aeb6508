import re
from datetime import timedelta
from io import BytesIO
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from openpyxl import load_workbook

from salvation.domain.errors import Refusal
from salvation.duties.models import Duty
from salvation.jobs.models import Run
from salvation.journal.models import Entry
from salvation.registers.models import Meeting
from salvation.web import desk, navigation, search
from salvation.web.models import Draft
from salvation.web.navigation import SIGNED_IN, NavItem
from salvation.web.pages.base import Page, ScopedPage
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import RecordPage
from salvation.web.pages.sheets import SheetPage
from salvation.web.pages.wizards import WizardPage
from salvation.web.services import carry_out_once, find_draft, new_token, save_draft, tidy


@pytest.fixture
def make_duty(units):
    def make(title, days, unit_code="360722100", permission="case.accept", kind="application"):
        due = None if days is None else timezone.localdate() + timedelta(days=days)
        return Duty.objects.create(
            unit=units[unit_code], permission=permission, kind=kind, subject_id=Duty.objects.count() + 1,
            title=title, url="/x/", opened_at=timezone.now(), due_on=due,
        )  # fmt: skip

    return make


class NoPermission(Page):
    pass


class NoModel(ScopedPage):
    permission = "case.view"


class NoTable(ListPage):
    permission = "case.view"
    model = Meeting


class NoTabs(RecordPage):
    permission = "case.view"
    model = Meeting


class NoForm(FormPage):
    permission = "case.view"


class NoRows(SheetPage):
    permission = "case.view"


class NoStage(WizardPage):
    permission = "case.view"

    def make_form(self, data, files):
        return None


@pytest.mark.parametrize("page", [NoPermission, NoModel, NoTable, NoTabs, NoForm, NoRows, NoStage])
def test_a_page_that_does_not_say_who_may_open_it_or_what_it_shows_refuses_to_start(page):
    with pytest.raises(ImproperlyConfigured):
        page.as_view()


def test_the_desk_puts_late_things_first_and_says_how_late(clerk, sign_in, make_duty):
    make_duty("七天内", 5)
    make_duty("没有期限", None)
    make_duty("今天", 0)
    make_duty("逾期", -3)
    page = sign_in(clerk).get("/").content.decode()
    assert (
        page.index("逾期</a>")
        < page.index("今天</a>")
        < page.index("七天内</a>")
        < page.index("没有期限</a>")
    )
    assert "已逾期 3 天" in page and "1 件已逾期，1 件今天到期，1 件七天内到期" in page


def test_the_desk_shows_nothing_of_other_towns_or_roles(clerk, sign_in, make_duty):
    make_duty("邻镇的事", -1, unit_code="360722101")
    make_duty("领导的事", -1, permission="case.first_review")
    page = sign_in(clerk).get("/").content.decode()
    assert "邻镇的事" not in page and "领导的事" not in page and "近七天没有到期的事项" in page


def test_what_a_township_does_itself_waits_on_no_desk_of_the_county(county_clerk, clerk, sign_in, make_duty):
    make_duty("核查监测预警", 0, permission="case.survey")
    make_duty("县局自己的事", 0, permission="case.review")
    assert "核查监测预警" in sign_in(clerk).get("/").content.decode()
    page = sign_in(county_clerk).get("/").content.decode()
    assert "县局自己的事" in page and "核查监测预警" not in page
    assert "核查监测预警" in sign_in(county_clerk).get("/calendar/").content.decode()


def test_panels_show_numbers_to_holders_of_their_permission_only(clerk, finance, sign_in, monkeypatch):
    panel = desk.Panel("我的在保", "case.view", lambda user, today: [desk.Number("户", "304", "/x/")])
    monkeypatch.setattr(desk, "PANELS", [panel])
    assert "我的在保" in sign_in(clerk).get("/").content.decode()
    assert "我的在保" not in sign_in(finance).get("/").content.decode()


def test_the_menu_shows_what_a_post_allows_with_what_waits(clerk, finance, sign_in, make_duty, monkeypatch):
    entry = NavItem("低保申请", "bulk", "case.view", group="对象", count=navigation.waiting("application"))
    monkeypatch.setattr(navigation, "ITEMS", [entry])
    make_duty("一件", 3)
    assert '低保申请</span><span class="count">1' in sign_in(clerk).get("/").content.decode()
    assert "低保申请" not in sign_in(finance).get("/").content.decode()


def test_the_longest_matching_entry_is_the_current_one():
    near = NavItem("近", "bulk", SIGNED_IN)
    groups = navigation._current([NavItem("台", "web:desk", SIGNED_IN), near], "/bulk/17/")
    assert groups is near


def test_a_menu_entry_cannot_stand_twice(monkeypatch):
    monkeypatch.setattr(navigation, "ITEMS", [])
    navigation.register(NavItem("会议", "bulk", SIGNED_IN))
    with pytest.raises(ValueError, match="twice"):
        navigation.register(NavItem("会议", "sheet", SIGNED_IN))


def test_a_search_is_journalled_masked_and_asks_only_allowed_providers(clerk, sign_in, monkeypatch):
    mine = search.Provider(
        "人员", "case.view", lambda user, words, limit: [search.Hit("张三", "嘉定镇", "/p/1/")]
    )
    other = search.Provider(
        "信访", "petition.view", lambda user, words, limit: [search.Hit("密件", "", "/q/")]
    )
    monkeypatch.setattr(search, "PROVIDERS", [mine, other])
    page = sign_in(clerk).get("/search/?q=360722199001010011").content.decode()
    assert "张三" in page and "密件" not in page
    facts = Entry.objects.get(action="search").facts
    assert facts["words"] == "3****************1" and facts["hits"] == 1


def test_one_character_is_too_little_to_search_for(clerk, sign_in):
    assert "请至少输入两个字" in sign_in(clerk).get("/search/?q=张").content.decode()


def test_a_sheet_shows_totals_sources_changes_and_failed_checks(clerk, sign_in):
    page = sign_in(clerk).get("/sheet/?sheet=总表&compare=1").content.decode()
    assert '<tr class="total"><th scope="row" class="lead p1">合计</th>' in page
    assert 'data-source="missing"' in page and "缺数据" in page
    assert '<span class="beside">↑2</span>' in page and '<span class="beside">↓5</span>' in page
    assert '<a href="/behind/people/">12</a>' in page
    assert "不符" in page and "差 2 人" in page


def test_a_sheet_downloads_whole_and_is_journalled_with_its_fingerprint(clerk, sign_in):
    answer = sign_in(clerk).post("/sheet/", {"format": "xlsx"})
    book = load_workbook(BytesIO(b"".join(answer.streaming_content)))
    assert book.sheetnames == ["表1", "总表", "口径说明"]
    entry = Entry.objects.get(action="export")
    assert entry.facts["format"] == "xlsx" and len(entry.facts["digest"]) == 64


@pytest.mark.parametrize("kind", ["pdf", "docx"])
def test_a_sheet_comes_as_pdf_and_word_too(clerk, sign_in, kind):
    answer = sign_in(clerk).post("/sheet/", {"format": kind})
    assert b"".join(answer.streaming_content)[:2] in (b"%P", b"PK")


def test_a_format_nobody_offers_is_refused(clerk, sign_in):
    assert sign_in(clerk).post("/sheet/", {"format": "exe"}).status_code == 409


def test_a_sheet_is_closed_to_roles_without_tables(make_user, sign_in):
    admin = make_user("admin", "SYS_ADMIN", "360722")
    assert sign_in(admin).get("/sheet/").status_code == 403


def test_a_running_job_shows_its_bar_and_can_be_cancelled(clerk, other_clerk, sign_in, units):
    run = Run.objects.create(requested_by=clerk,
        job="x", unit=units["360722100"], period="2022-05", state="RUNNING", progress=30, total=120,
        started_at=timezone.now() - timedelta(seconds=30),
    )  # fmt: skip
    client = sign_in(clerk)
    page = client.get(f"/jobs/{run.pk}/").content.decode()
    assert '<progress value="30" max="120"' in page and "还需约" in page
    assert sign_in(other_clerk).post(f"/jobs/{run.pk}/").status_code == 404
    client.post(f"/jobs/{run.pk}/")
    run.refresh_from_db()
    assert run.state == "CANCELLED"


def test_what_was_typed_is_kept_sealed_and_comes_back(clerk, leader, sign_in):
    client = sign_in(clerk)
    kept = client.post(
        "/registers/meetings/new/", {"_act": "draft", "title": "写了一半", "csrfmiddlewaretoken": "x"}
    )
    assert "已自动保存草稿" in kept.content.decode()
    assert "写了一半".encode() not in bytes(Draft.objects.get().facts.sealed)
    page = client.get("/registers/meetings/new/").content.decode()
    assert 'value="写了一半"' in page and "放弃草稿" in page
    assert "写了一半" not in sign_in(leader).get("/registers/meetings/new/").content.decode()


def test_a_draft_saved_after_the_session_ended_leaves_the_page_where_it_is(client):
    typed = {"_act": "draft", "title": "写了一半"}
    answer = client.post("/registers/meetings/new/", typed, headers={"HX-Request": "true"})
    assert answer.status_code == 401 and "HX-Redirect" not in answer
    assert "填写的内容还在本页" in answer.content.decode()


def test_a_sent_or_given_up_form_forgets_its_draft(clerk, sign_in):
    save_draft(actor=clerk, page="/registers/meetings/new/", typed={"title": ["写了一半"]})
    sign_in(clerk).post("/registers/meetings/new/", {"_act": "drop_draft"})
    assert find_draft(actor=clerk, page="/registers/meetings/new/") is None


def test_passwords_and_blank_forms_are_never_drafts(clerk):
    assert save_draft(actor=clerk, page="/x/", typed={"password": ["geheim"], "title": [""]}) is None
    assert not Draft.objects.exists()


def test_a_refused_act_may_be_sent_again_with_the_same_form(clerk):
    token, done = new_token(), []

    def refuse():
        raise Refusal("还不行")

    with pytest.raises(Refusal, match="还不行"):
        carry_out_once(token=token, actor=clerk, act=refuse)
    carry_out_once(token=token, actor=clerk, act=lambda: done.append(1) or "/ok/")
    assert carry_out_once(token=token, actor=clerk, act=lambda: done.append(2) or "/no/") == "/ok/"
    assert done == [1]


def test_somebody_elses_form_number_leads_nowhere(clerk, leader):
    token = new_token()
    carry_out_once(token=token, actor=clerk, act=lambda: "/ok/")
    with pytest.raises(Refusal, match="已失效"):
        carry_out_once(token=token, actor=leader, act=lambda: "/no/")


def test_old_drafts_and_numbers_are_tidied_away(clerk):
    save_draft(actor=clerk, page="/x/", typed={"a": ["b"]})
    Draft.objects.update(saved_at=timezone.now() - timedelta(days=91))
    carry_out_once(token=str(uuid4()), actor=clerk, act=lambda: "/ok/")
    assert tidy() == 1


def test_refusals_answer_pages_fragments_and_programs_in_their_own_form(clerk, sign_in):
    client = sign_in(clerk)
    page = client.post("/bulk/", {"_act": "praise"})
    fragment = client.post("/bulk/", {"_act": "praise"}, headers={"HX-Request": "true"})
    program = client.post("/bulk/", {"_act": "praise"}, headers={"Accept": "application/json"})
    assert "<h1>现在不能办理</h1>" in page.content.decode()
    assert "<html" not in fragment.content.decode() and "请先在列表中勾选" in fragment.content.decode()
    assert program.json()["message"].startswith("请先在列表中勾选")


def test_error_pages_are_chinese_and_keep_the_frame(clerk, sign_in, client, db):
    page = sign_in(clerk).get("/nothing/")
    assert (
        page.status_code == 404 and "没有找到" in page.content.decode() and "工作台" in page.content.decode()
    )
    assert "没有找到" in client.get("/nothing/").content.decode()


def test_every_page_forbids_foreign_and_inline_sources_and_caching(clerk, sign_in):
    answer = sign_in(clerk).get("/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'self'" in policy and "unsafe" not in policy
    assert answer["Cache-Control"] == "no-store"
    assert " style=" not in answer.content.decode() and " onclick=" not in answer.content.decode()


def form_facts(page):
    """What the browser would send of a form: every input with its value."""
    words = page.content.decode()
    return dict(re.findall(r'<input[^>]*name="(_once|_seen)" value="([^"]+)"', words))


def test_what_somebody_else_stored_meanwhile_is_shown_and_not_overwritten(
    clerk, leader, sign_in, make_meetings
):
    (meeting,) = make_meetings(1)
    address = f"/registers/meetings/{meeting.pk}/edit/"
    client = sign_in(clerk)
    opened = form_facts(client.get(address))
    typed = {
        "kind": "PANEL", "title": "我改的名称", "held_on": "2022-05-01", "place": "会议室", "host": "赖镇长",
        "attendees": "赖镇长",
    }  # fmt: skip
    Meeting.objects.filter(pk=meeting.pk).update(title="别人改的名称")
    answer = client.post(address, {**opened, **typed})
    words = answer.content.decode()
    assert answer.status_code == 409
    assert (
        "这份内容已被他人或另一窗口修改" in words
        and "别人改的名称" in words
        and 'value="我改的名称"' in words
    )
    assert Meeting.objects.get().title == "别人改的名称"
    assert client.post(address, {**form_facts(answer), **typed}).status_code == 302
    assert Meeting.objects.get().title == "我改的名称"


def test_a_draft_of_a_record_that_moved_on_says_so(clerk, sign_in, make_meetings):
    (meeting,) = make_meetings(1)
    address = f"/registers/meetings/{meeting.pk}/edit/"
    client = sign_in(clerk)
    client.post(address, {**form_facts(client.get(address)), "_act": "draft", "title": "写了一半"})
    assert "另一窗口修改" not in client.get(address).content.decode()
    Meeting.objects.filter(pk=meeting.pk).update(title="别人改的名称")
    words = client.get(address).content.decode()
    assert "另一窗口修改" in words and "别人改的名称" in words and 'value="写了一半"' in words


@pytest.mark.parametrize("page", ["/parameters/", "/documents/wordings/", "/calendar/"])
def test_every_page_says_how_much_waits(page, approver, sign_in, make_duty):
    make_duty("确认", 0, permission="case.confirm.county")
    assert 'aria-label="待办 1 件"' in sign_in(approver).get(page).content.decode()
