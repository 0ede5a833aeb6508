"""Two pages nobody hurries on: the description of the interface, and a long form that was left alone."""
# requirements: L07 part

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings
from django.contrib.sessions.models import Session
from playwright.sync_api import Page, expect

from salvation.accounts.models import User
from tests.conftest import PASSWORD

SessionStore = import_module(settings.SESSION_ENGINE).SessionStore
ADDRESS = "嘉定镇水东村3组，河边第二户，门前有井"


def test_the_description_of_the_interface_opens_without_asking_any_other_machine(
    page_of: Callable[[User], Page], clerk: User, live_server: Any
) -> None:
    page = page_of(clerk)
    asked: list[str] = []
    wrong: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto("/api/v1/docs/")
    expect(page.locator(".opblock").first).to_be_visible()
    assert page.locator(".opblock").count() > 5
    page.locator(".opblock-summary-control").first.click()
    expect(page.locator(".opblock.is-open")).to_be_visible()
    assert [url for url in asked if not url.startswith((live_server.url, "data:", "blob:"))] == []
    assert wrong == []


def test_a_form_left_alone_warns_before_signing_out_and_gives_back_what_was_typed(
    page_of: Callable[[User], Page], clerk: User, live_server: Any
) -> None:
    page = page_of(clerk)
    page.clock.install()
    page.goto("/cases/households/new/")
    field = page.locator("[name=address]")
    field.click()
    field.press_sequentially(ADDRESS)
    page.clock.run_for(10_000)
    expect(page.locator("#draft-note")).to_contain_text("已自动保存草稿")
    expect(page.locator("dialog.idle")).to_have_count(0)
    page.clock.fast_forward(28 * 60_000 + 30_000)
    warning = page.locator("dialog.idle")
    expect(warning).to_be_visible()
    expect(warning).to_contain_text("秒后将自动退出登录")
    expect(warning).to_contain_text("已填写的内容会保存为草稿")
    # Meanwhile the session of the server ends as well.
    for session in Session.objects.all():
        SessionStore(session.session_key).delete()
    page.clock.fast_forward(3 * 60_000)
    page.wait_for_url("**/accounts/login/**")
    page.clock.resume()
    page.fill("#id_username", clerk.username)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"{live_server.url}/cases/households/new/")
    expect(page.locator("[name=address]")).to_have_value(ADDRESS)


def test_whoever_goes_on_working_stays_signed_in(page_of: Callable[[User], Page], clerk: User) -> None:
    page = page_of(clerk)
    page.clock.install()
    page.goto("/cases/households/new/")
    page.clock.fast_forward(28 * 60_000 + 30_000)
    warning = page.locator("dialog.idle")
    expect(warning).to_be_visible()
    warning.get_by_role("button", name="继续使用").click()
    expect(warning).to_have_count(0)
    page.clock.fast_forward(5 * 60_000)
    expect(page.locator("dialog.idle")).to_have_count(0)
    assert page.url.endswith("/cases/households/new/")
