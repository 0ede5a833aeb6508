"""What hands do beside clicking: a household entered with the keyboard alone, rows from a spreadsheet, drafts, columns."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from cases.models import Household
from salvation.accounts.models import User
from salvation.domain.citizen_id import check_character
from salvation.web.models import Draft, ListColumns
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

NEW = "/cases/households/new/"
FIRST_17 = "99000119540315002"
PASTE = """([selector, text]) => {
    const cell = document.querySelector(selector);
    const clipboardData = new DataTransfer();
    clipboardData.setData("text/plain", text);
    cell.focus();
    cell.dispatchEvent(new ClipboardEvent("paste", { clipboardData, bubbles: true, cancelable: true }));
}"""


def focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.name || document.activeElement.textContent.trim()"))


def tab_to(page: Page, wanted: str) -> None:
    """Press Tab until the field or button has the focus; every stop must be visible."""
    for _ in range(120):
        if focused(page).startswith(wanted):
            return
        page.keyboard.press("Tab")
        assert page.evaluate(
            "document.activeElement.offsetParent !== null || document.activeElement === document.body"
        )
    raise AssertionError(f"Tab never reached {wanted}, it stands at {focused(page)}")


def test_a_household_is_registered_with_the_keyboard_alone(
    page_of: Callable[[User], Page], clerk: User
) -> None:
    page = page_of(clerk)
    page.goto(NEW)
    tab_to(page, "village")
    page.keyboard.press("ArrowDown")
    tab_to(page, "group_name")
    page.keyboard.type("3组")
    tab_to(page, "standard_area")
    page.keyboard.press("ArrowDown")
    tab_to(page, "members-0-name")
    page.keyboard.type("谢桂英")
    tab_to(page, "members-0-id_no")
    page.keyboard.type(FIRST_17 + check_character(FIRST_17))
    tab_to(page, "members-0-relation")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Control+Enter")
    page.wait_for_selector("h1:has-text('核对填写内容')")
    page.keyboard.press("Control+Enter")
    expect(page.locator("h1")).to_have_text("谢桂英户")
    assert Household.objects.get().group_name == "3组"


def test_rows_copied_from_a_spreadsheet_land_in_the_table(
    page_of: Callable[[User], Page], clerk: User
) -> None:
    page = page_of(clerk)
    page.goto(NEW)
    page.fill("#id_address", "大桥头3号")
    page.evaluate(PASTE, ["#id_members-0-name", "谢桂英\t\t户主\n谢建国\t\t邻居\n"])
    page.wait_for_selector("text=已粘贴 2 行；1 处没有认出")
    assert page.input_value("#id_members-1-name") == "谢建国"
    assert page.input_value("#id_members-0-relation") == "HEAD"
    assert page.input_value("#id_address") == "大桥头3号"
    assert focused(page) == "members-1-relation"
    expect(page.locator("#id_members-1-relation_error")).to_contain_text("“邻居”不在列表中")


def test_what_was_typed_outlives_the_session(page_of: Callable[[User], Page], clerk: User) -> None:
    page = page_of(clerk)
    page.goto(NEW)
    page.type("#id_members-0-name", "谢桂英")
    page.wait_for_selector("#draft-note:has-text('已自动保存草稿')")
    page.context.clear_cookies()
    page.goto(NEW)
    page.fill("#id_username", clerk.username)
    page.fill("#id_password", PASSWORD)
    page.click("button[type=submit]")
    page.wait_for_url(f"**{NEW}")
    expect(page.locator("text=自动保存的草稿")).to_be_visible()
    assert page.input_value("#id_members-0-name") == "谢桂英"
    page.click("text=放弃草稿，重新填写")
    expect(page.locator("#id_members-0-name")).to_have_value("")
    assert not Draft.objects.exists()


def test_columns_are_put_in_order_with_the_keyboard(page_of: Callable[[User], Page], clerk: User) -> None:
    page = page_of(clerk)
    page.goto("/cases/people/")
    page.focus(".columns > summary")
    page.keyboard.press("Enter")
    page.focus("[aria-label=性别前移]")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    expect(page.locator(".columns[open]")).to_have_count(0)
    page.keyboard.press("Enter")
    page.focus(".columns button.main")
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("view=0"))
    assert ListColumns.objects.get(user=clerk).codes[0] == "sex"


def test_a_question_mark_shows_the_keys_unless_somebody_types(
    page_of: Callable[[User], Page], clerk: User
) -> None:
    page = page_of(clerk)
    page.goto("/")
    page.keyboard.press("?")
    expect(page.locator("#keys")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator("#keys")).to_be_hidden()
    page.keyboard.press("/")
    page.keyboard.type("?")
    expect(page.locator("#keys")).to_be_hidden()


def test_a_swap_after_a_form_keeps_the_content_policy(page_of: Callable[[User], Page], clerk: User) -> None:
    page = page_of(clerk)
    complaints: list[str] = []

    def hear(message: Any) -> None:
        if "Content Security" in message.text:
            complaints.append(message.text)

    page.on("console", hear)
    page.goto("/cases/people/")
    page.click(".columns > summary")
    page.click(".columns button.main")
    page.wait_for_url(re.compile("view=0"))
    page.wait_for_load_state("networkidle")
    assert complaints == []
