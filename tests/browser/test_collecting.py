"""Collecting by phone in a real browser: network cut, tab killed, two devices, full storage, leaving."""
# requirements: B04, B05

from collections.abc import Callable
from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page, expect

from cases.models import Application, ReviewTask, ReviewVisit, Survey
from salvation.accounts.models import User
from salvation.files.models import Attachment
from salvation.files.services import load
from salvation.units.models import Unit
from tests.builders import make_benefit, make_household, make_visited
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
Pages = Callable[[User], Page]

LIST = "/cases/visits/"
PHONE = {"width": 390, "height": 844}
READY = "() => navigator.serviceWorker.ready.then(() => navigator.serviceWorker.controller !== null || new Promise(" \
    "(done) => navigator.serviceWorker.addEventListener('controllerchange', () => done(true))))"  # fmt: skip
FULL = """() => { const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...given) {
        if (this.name === "images") { throw new DOMException("full", "QuotaExceededError"); }
        return put.apply(this, given); }; }"""
KEPT = """async () => { const base = await new Promise((done) => {
        const asked = indexedDB.open("salvation-survey", 1); asked.onsuccess = () => done(asked.result); });
    const rows = (name) => new Promise((done) => {
        const asked = base.transaction(name).objectStore(name).getAll(); asked.onsuccess = () => done(asked.result); });
    const text = (row) => JSON.stringify(row, (key, value) => value instanceof ArrayBuffer
        ? new TextDecoder("utf-8").decode(value) : value);
    const found = {};
    for (const name of ["keys", "visits", "drafts", "images"]) { found[name] = (await rows(name)).map(text); }
    const key = (await rows("keys"))[0];
    found.exportable = key ? key.key.extractable : null;
    base.close();
    return found; }"""
INSECURE = "Object.defineProperty(window, 'isSecureContext', { value: false });"


@pytest.fixture
def waiting(units: dict[str, Unit], clerk: User) -> Application:
    return make_visited(make_household(units["360722100200"], ["谢桂英", "谢建国"]))


def address(application: Application) -> str:
    return f"{LIST}{application.pk}/"


def photo(width: int = 3000, height: int = 1500) -> dict[str, Any]:
    stream = BytesIO()
    Image.new("RGB", (width, height), "white").save(stream, "JPEG")
    return {"name": "房屋.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}


def phone(page: Page) -> Page:
    """Somebody's page as it stands on a phone that may work without network."""
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto(LIST)
    page.wait_for_function(READY)
    return page


def write(page: Page, findings: str = "两人共同生活，无劳动能力") -> None:
    page.check("#present-0")
    page.fill("#surveyor-2-name", "谢村长")
    page.select_option("#surveyor-2-level", "VILLAGE")
    page.check("#housing-UNSAFE")
    page.fill("#findings", findings)
    page.fill("#conclusion", "属实")
    page.locator("#conclusion").blur()
    expect(page.locator("#kept")).to_have_text("已存在本机")


def sign(page: Page, kind: str = "FAMILY") -> None:
    canvas = page.locator(f"canvas[data-sign={kind}]").first
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 30, box["y"] + 40)
    page.mouse.down()
    page.mouse.move(box["x"] + 120, box["y"] + 60, steps=5)
    page.mouse.up()
    expect(page.locator(".field[data-signed='1']").first).to_be_visible()


def report(page: Page) -> None:
    page.click("#visit button[type=submit]")


def sign_in_here(page: Page, user: User, target: str = LIST) -> None:
    page.goto(f"/accounts/login/?next={target}")
    page.fill("#id_username", user.username)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(lambda url: "/accounts/login" not in url)


def test_a_visit_without_network_is_sent_when_it_returns(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.context.set_offline(True)
    page.goto(LIST)
    page.click("text=谢桂英")
    expect(page.locator("#title")).to_have_text("入户调查：谢桂英")
    expect(page.locator("#network")).to_be_visible()
    write(page)
    page.set_input_files("#photo", photo())
    expect(page.locator("#photos li")).to_have_count(1)
    sign(page)
    report(page)
    expect(page.locator("#says")).to_contain_text("有网络时自动上报")
    assert not Survey.objects.exists()
    page.context.set_offline(False)
    expect(page.locator("#says")).to_contain_text("已上报为第1次调查")
    expect(page.locator("#queue")).to_be_hidden()
    survey = Survey.objects.get()
    assert (survey.findings, survey.signed_by_family, survey.present) == (
        "两人共同生活，无劳动能力",
        True,
        "谢桂英",
    )
    assert sorted(image.kind for image in survey.images.all()) == ["FAMILY", "PHOTO"]
    kept = Image.open(BytesIO(load(survey.images.get(kind="PHOTO").attachment.stored_as)))
    assert max(kept.size) == 2000


def test_a_review_is_visited_without_network_and_sent_when_it_returns(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    """A review may have the number of an application: each goes to its own."""
    benefit = make_benefit(make_household(waiting.village, ["赖秀英"]), date(2024, 1, 1))
    due = timezone.localdate() + timedelta(days=20)
    task = ReviewTask.objects.create(
        pk=waiting.pk, benefit=benefit, unit=benefit.unit, village=benefit.village, source="DUE", due_on=due
    )
    page = phone(page_of(clerk))
    page.context.set_offline(True)
    page.goto(LIST)
    page.click("#review-list a")
    expect(page.locator("#title")).to_have_text("核查入户：赖秀英")
    write(page, "仍是一人生活")
    page.set_input_files("#photo", photo())
    expect(page.locator("#photos li")).to_have_count(1)
    sign(page)
    page.reload()
    expect(page.locator("#says")).to_contain_text("已打开本机保存的草稿")
    expect(page.locator("#findings")).to_have_value("仍是一人生活")
    report(page)
    expect(page.locator("#says")).to_contain_text("有网络时自动上报")
    page.context.set_offline(False)
    expect(page.locator("#says")).to_contain_text("赖秀英：已上报为第1次调查")
    expect(page.locator("#queue")).to_be_hidden()
    visit = ReviewVisit.objects.get()
    assert (visit.review, visit.findings, visit.signed_by_family) == (task, "仍是一人生活", True)
    assert sorted(image.kind for image in visit.images.all()) == ["FAMILY", "PHOTO"]
    assert not Survey.objects.exists()
    page.click("#done-link")
    expect(page.locator("h1")).to_have_text("核查：赖秀英")


def test_a_killed_tab_loses_nothing_and_nothing_lies_in_clear(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    write(page, "后墙开裂")
    page.set_input_files("#photo", photo(400, 300))
    expect(page.locator("#photos li")).to_have_count(1)
    sign(page)
    kept = page.evaluate(KEPT)
    assert kept["exportable"] is False
    assert len(kept["drafts"]) == 1 and len(kept["images"]) == 2
    assert not any("后墙" in row or "谢桂英" in row for rows in kept.values() if rows for row in rows)
    context = page.context
    page.close()
    again = context.new_page()
    again.goto(address(waiting))
    expect(again.locator("#says")).to_contain_text("已打开本机保存的草稿")
    expect(again.locator("#findings")).to_have_value("后墙开裂")
    expect(again.locator("#housing-UNSAFE")).to_be_checked()
    expect(again.locator("#photos li")).to_have_count(1)
    report(again)
    expect(again.locator("#says")).to_contain_text("已上报为第1次调查")
    assert Survey.objects.get().signed_by_family
    assert Attachment.objects.count() == 2


def test_a_record_whose_answer_was_lost_is_not_doubled(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    write(page)
    page.check("#paper")

    def lose(route: Any) -> None:
        route.fetch()
        route.abort()

    page.route("**/surveys/", lose)
    report(page)
    expect(page.locator("#says")).to_contain_text("没有网络")
    assert Survey.objects.count() == 1
    page.unroute("**/surveys/")
    page.click("#send")
    expect(page.locator("#says")).to_contain_text("已上报为第1次调查")
    assert Survey.objects.count() == 1


def test_two_devices_keep_two_records_and_the_second_is_told(
    page_of: Pages, waiting: Application, clerk: User, make_user: Callable[..., User]
) -> None:
    worker = make_user("worker", "VILLAGE_WORKER", "360722100200", "谢协理")
    one, other = phone(page_of(clerk)), phone(page_of(worker))
    for page in (one, other):
        page.goto(address(waiting))
        write(page)
        page.check("#paper")
        page.context.set_offline(True)
        report(page)
    for page in (one, other):
        page.context.set_offline(False)
        expect(page.locator("#says")).to_contain_text("已上报为第")
    expect(other.locator("#says")).to_contain_text("另有人上报过，两次都保留")
    assert [survey.recorded_by for survey in waiting.surveys.all()] == [clerk, worker]


def test_when_the_application_moved_on_the_answer_stands_beside_the_draft(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    write(page, "后墙开裂")
    page.check("#paper")
    page.context.set_offline(True)
    report(page)
    Application.objects.filter(pk=waiting.pk).update(state="TOWN_REVIEW")
    page.context.set_offline(False)
    expect(page.locator("#queue-list")).to_contain_text("该件现在是“乡镇初审”")
    with page.expect_download() as given:
        page.get_by_role("button", name="导出").click()
    assert "后墙开裂" in Path(given.value.path()).read_text(encoding="utf-8")
    page.get_by_role("button", name="放弃", exact=True).click()
    page.get_by_role("button", name="确定放弃，不能恢复").click()
    expect(page.locator("#queue")).to_be_hidden()
    assert page.evaluate(KEPT)["drafts"] == []


def test_with_full_storage_the_text_is_kept_before_the_photo(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    page.evaluate(FULL)
    write(page, "后墙开裂")
    page.set_input_files("#photo", photo(400, 300))
    expect(page.locator("#says")).to_contain_text("本机存储空间已满，这张照片没有存下，文字已经存好")
    page.reload()
    expect(page.locator("#findings")).to_have_value("后墙开裂")


def test_the_page_says_kept_only_of_the_last_letter_typed(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    write(page)
    said_while_typing = page.evaluate(
        "() => { const box = document.getElementById('findings'); box.value += '，后墙开裂';"
        " box.dispatchEvent(new Event('input', { bubbles: true }));"
        " return document.getElementById('kept').textContent; }"
    )
    assert said_while_typing == ""
    expect(page.locator("#kept")).to_have_text("已存在本机")
    page.reload()
    expect(page.locator("#findings")).to_have_value("两人共同生活，无劳动能力，后墙开裂")


def test_signing_out_with_unsent_records_is_refused_and_leaves_nothing_once_sent(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    page.check("#paper")
    write(page)
    page.goto("/accounts/me/")
    page.get_by_role("button", name="退出登录").click()
    expect(page.locator("#unsent")).to_contain_text("本机还有 1 份入户调查没有上报")
    page.goto(address(waiting))
    expect(page.locator("#says")).to_contain_text("已打开本机保存的草稿")
    report(page)
    expect(page.locator("#says")).to_contain_text("已上报为第1次调查")
    page.goto("/accounts/me/")
    page.get_by_role("button", name="退出登录").click()
    page.wait_for_url("**/accounts/login/")
    kept = page.evaluate(KEPT)
    assert [kept[name] for name in ("keys", "visits", "drafts", "images")] == [[], [], [], []]


def test_after_another_account_signed_in_nothing_of_the_first_is_shown(
    page_of: Pages, waiting: Application, clerk: User, other_clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    write(page)
    page.context.clear_cookies()
    sign_in_here(page, other_clerk, "/")
    page.context.set_offline(True)
    page.goto(LIST)
    expect(page.locator("#says")).to_contain_text("本机现在没有登录的人")
    expect(page.locator("#main")).not_to_contain_text("谢桂英")
    page.context.set_offline(False)
    page.goto(LIST)
    expect(page.locator("#nothing")).to_be_visible()
    expect(page.locator("#queue")).to_be_hidden()
    page.context.clear_cookies()
    sign_in_here(page, clerk)
    expect(page.locator("#queue-list")).to_contain_text("谢桂英")


def test_a_session_that_ran_out_keeps_the_queue_and_goes_on_after_signing_in(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    write(page)
    page.check("#paper")
    page.context.clear_cookies()
    report(page)
    expect(page.locator("#says")).to_contain_text("登录已过期，内容还在本机")
    sign_in_here(page, clerk)
    expect(page.locator("#says")).to_contain_text("已上报为第1次调查")
    assert Survey.objects.count() == 1


def test_without_a_secure_place_the_page_says_so_and_works_online(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = page_of(clerk)
    page.context.add_init_script(INSECURE)
    page.goto(address(waiting))
    expect(page.locator("#insecure")).to_contain_text("没有通过安全连接（https）打开，不能离线采集")
    page.check("#present-0")
    page.fill("#surveyor-2-name", "谢村长")
    page.select_option("#surveyor-2-level", "VILLAGE")
    page.fill("#findings", "属实")
    page.fill("#conclusion", "属实")
    sign(page)
    report(page)
    expect(page.locator("#says")).to_contain_text("已上报为第1次调查")
    assert Survey.objects.get().images.get().kind == "FAMILY"


def test_what_is_missing_is_listed_with_links_and_the_keyboard_reaches_it(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = phone(page_of(clerk))
    page.goto(address(waiting))
    expect(page.locator("#conclusion")).to_be_visible()
    page.focus("#conclusion")
    page.keyboard.type("属实")
    page.keyboard.press("Enter")
    expect(page.locator("#error-summary")).to_be_focused()
    expect(page.locator("#error-summary")).to_contain_text("入户须 2 人以上，现在填了 1 人")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("#present_other")).to_be_focused()
    page.focus("#paper")
    page.keyboard.press("Space")
    expect(page.locator("#paper")).to_be_checked()


def test_without_script_the_list_leads_to_the_plain_form(
    chromium: Any, page_of: Pages, waiting: Application, clerk: User
) -> None:
    signed = page_of(clerk)
    host = signed.url.rstrip("/")
    context = chromium.new_context(
        java_script_enabled=False, base_url=host, storage_state=signed.context.storage_state()
    )
    page = context.new_page()
    page.goto(LIST)
    page.click("text=谢桂英")
    page.click("text=用普通表单记录入户调查")
    expect(page.locator("h1")).to_contain_text("入户调查：谢桂英")
    context.close()


def test_the_menu_leads_to_the_collecting_page_as_a_page_of_its_own(
    page_of: Pages, waiting: Application, clerk: User
) -> None:
    page = page_of(clerk)
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.goto("/")
    page.locator(".bottombar a", has_text="采集").click()
    page.wait_for_url(f"**{LIST}")
    page.wait_for_function(READY)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
