"""The frame and the page kinds in a real browser: accessible, fitting, light, usable by keyboard."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from salvation.registers.models import Meeting
from tests.browser.conftest import chromium as chromium
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

DESKTOP = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}
FIRST_LOAD_LIMIT = 150 * 1024


@pytest.fixture
def open_as(chromium, live_server):
    """A page of a signed-in person; whatever the browser complains about fails the test."""
    contexts = []

    def opened(user, viewport, **options):
        context = chromium.new_context(viewport=viewport, base_url=live_server.url, **options)
        contexts.append(context)
        page = context.new_page()
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(str(error)))
        page.on("console", lambda m: page.complaints.append(m.text) if "Content Security" in m.text else None)
        page.goto("/accounts/login/")
        page.fill("#id_username", user.username)
        page.fill("#id_password", PASSWORD)
        page.click("button[type=submit]")
        page.wait_for_url(f"{live_server.url}/")
        return page

    yield opened
    for context in contexts:
        context.close()


def addresses(meeting):
    return [
        "/",
        "/registers/meetings/",
        f"/registers/meetings/{meeting.pk}/",
        "/registers/meetings/new/",
        "/sheet/",
        "/search/?q=张三",
        "/accounts/me/",
        "/accounts/password/",
        "/nothing/",
    ]


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_kind_of_page_is_accessible_and_fits(open_as, clerk, make_meetings, viewport):
    page = open_as(clerk, viewport)
    (meeting,) = make_meetings(1)
    make_meetings(60)
    for address in addresses(meeting):
        page.goto(address)
        found = Axe().run(page)
        assert found.violations_count == 0, f"{address}: {found.generate_report()}"
        assert page.evaluate("document.documentElement.scrollWidth") <= viewport["width"], address
    assert page.complaints == []


def test_the_sign_in_page_is_accessible(chromium, live_server):
    page = chromium.new_page(base_url=live_server.url)
    page.goto("/accounts/login/")
    assert Axe().run(page).violations_count == 0


def test_nothing_is_lost_at_twice_the_size(open_as, clerk, make_meetings):
    page = open_as(clerk, {"width": 683, "height": 450})
    (meeting,) = make_meetings(1)
    for address in addresses(meeting):
        page.goto(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= 683, address


def test_targets_on_a_phone_are_large_enough(open_as, clerk, make_meetings):
    page = open_as(clerk, PHONE)
    make_meetings(3)
    page.goto("/registers/meetings/")
    sizes = page.eval_on_selector_all(
        "a.button:visible, button:visible, .bottombar a, input:visible, select:visible, .cards .p1 a"
        .replace(":visible", ""),
        "nodes => nodes.filter(n => n.offsetParent !== null && n.type !== 'checkbox')"
        ".map(n => [n.outerHTML.slice(0, 80), n.getBoundingClientRect().height])",
    )  # fmt: skip
    assert [size for size in sizes if size[1] < 40] == []


def test_filters_nobody_uses_fold_away_on_a_phone(open_as, clerk, make_meetings):
    page = open_as(clerk, PHONE)
    make_meetings(3)
    page.goto("/registers/meetings/")
    assert not page.locator("form.filters").is_visible()
    page.click("text=筛选条件")
    assert page.locator("form.filters").is_visible()
    page.goto("/registers/meetings/?kind=PANEL")
    assert page.locator("form.filters").is_visible()


def test_filters_stand_open_on_a_desktop(open_as, clerk, make_meetings):
    page = open_as(clerk, DESKTOP)
    make_meetings(1)
    page.goto("/registers/meetings/")
    assert page.locator("form.filters").is_visible()
    assert not page.locator(".narrowing > summary").is_visible()


def test_the_first_load_is_light(chromium, live_server, clerk, open_as):
    page = open_as(clerk, DESKTOP)
    sizes = []
    page.on("response", lambda response: sizes.append(len(response.body())))
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert 0 < sum(sizes) < FIRST_LOAD_LIMIT


def test_a_swap_keeps_title_focus_and_the_way_back(open_as, clerk, make_meetings):
    make_meetings(1)
    page = open_as(clerk, DESKTOP)
    page.evaluate("window.marker = 'same page'")
    page.click("nav[aria-label=主菜单] summary:has-text('登记簿')")
    page.click("nav[aria-label=主菜单] a:has-text('会议')")
    page.wait_for_url("**/registers/meetings/")
    page.wait_for_function("document.title.startsWith('会议')")
    assert page.evaluate("window.marker") == "same page"
    assert page.evaluate("document.activeElement.id") == "main"
    assert page.get_attribute("nav[aria-label=主菜单] a:has-text('会议')", "aria-current") == "page"
    page.go_back()
    page.wait_for_selector("text=今天要办")
    assert page.complaints == []


def test_a_group_of_the_menu_stays_as_it_was_left(open_as, clerk):
    page = open_as(clerk, DESKTOP)
    meetings = page.locator("nav[aria-label=主菜单] a[href='/registers/meetings/']")
    assert not meetings.is_visible()
    page.click("nav[aria-label=主菜单] summary:has-text('登记簿')")
    meetings.click()
    page.wait_for_url("**/registers/meetings/")
    page.click("nav[aria-label=主菜单] a:has-text('工作台')")
    page.wait_for_selector("text=今天要办")
    expect(meetings).to_be_visible()
    page.reload()
    expect(meetings).to_be_visible()


def test_a_slash_goes_to_the_search_field(open_as, clerk):
    page = open_as(clerk, DESKTOP)
    page.keyboard.press("/")
    assert page.evaluate("document.activeElement.id") == "search-words"


def test_a_meeting_is_registered_by_keyboard_alone(open_as, clerk):
    page = open_as(clerk, DESKTOP)
    page.goto("/registers/meetings/new/")
    page.focus("#id_kind")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    for field, words in (("number", "1号"), ("title", "五月审批会")):
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.name") == field
        page.keyboard.type(words)
    page.fill("#id_held_on", "2022-05-20")
    page.focus("#id_place")
    page.keyboard.type("会议室")
    page.keyboard.press("Tab")
    page.keyboard.type("赖镇长")
    page.keyboard.press("Tab")
    page.keyboard.type("赖镇长")
    page.focus("#main-form button[type=submit]")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile(r"/registers/meetings/\d+/$"))
    assert Meeting.objects.get().title == "五月审批会"


def test_errors_take_the_focus_and_lead_to_their_fields(open_as, clerk):
    page = open_as(clerk, DESKTOP)
    page.goto("/registers/meetings/new/")
    page.click("#main-form button[type=submit]")
    page.wait_for_selector("#error-summary")
    page.wait_for_function("document.activeElement.id === 'error-summary'")
    page.click("#error-summary a >> nth=0")
    assert page.evaluate("document.activeElement.id") == "id_kind"


def test_a_draft_saves_itself_while_one_types(open_as, clerk):
    page = open_as(clerk, DESKTOP)
    page.goto("/registers/meetings/new/")
    page.type("#id_title", "写了一半")
    page.wait_for_selector("#draft-note:has-text('已自动保存草稿')", timeout=8000)
    page.reload()
    assert page.input_value("#id_title") == "写了一半"


def test_lists_forms_and_steps_work_without_javascript(open_as, clerk, make_meetings):
    make_meetings(60)
    page = open_as(clerk, DESKTOP, java_script_enabled=False)
    page.goto("/registers/meetings/")
    page.click("text=下一页")
    assert "after=" in page.url
    page.select_option("#filter_kind", "PANEL")
    page.click("button:has-text('筛选')")
    assert "kind=PANEL" in page.url
    with page.expect_download() as download:
        page.click("button:has-text('导出')")
    assert download.value.suggested_filename == "会议.xlsx"
