"""What a person does with hands in these tests: press, fill in, take a step, hold a meeting."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from django.utils import timezone
from PIL import Image
from playwright.sync_api import Page

from cases.models import Application, Notice
from salvation.domain.month import Month


def last_month() -> Month:
    return Month.of(timezone.localdate()) - 1


def photo() -> dict[str, Any]:
    stream = BytesIO()
    Image.new("RGB", (60, 40), "white").save(stream, "JPEG")
    return {"name": "照片.jpg", "mimeType": "image/jpeg", "buffer": stream.getvalue()}


def settle(page: Page) -> None:
    """Until the swapped page has arrived."""
    page.wait_for_timeout(30)
    page.wait_for_function("() => !document.querySelector('.htmx-request, form[data-sent]')")
    page.wait_for_load_state("networkidle")


def press(page: Page, label: str) -> None:
    """Press a button or follow a link by its words."""
    page.locator("main").get_by_role("link", name=label, exact=True).or_(
        page.locator("main").get_by_role("button", name=label, exact=True)
    ).first.click()
    settle(page)


def confirm(page: Page, label: str) -> None:
    """Past the check page."""
    press(page, "下一步：核对填写内容")
    press(page, f"确认并{label}")


def step(page: Page, label: str, comment: str = "", **values: str) -> None:
    """Take a step of a flow from the record page."""
    press(page, label)
    for name, value in values.items():
        field = page.locator(f"[name={name}]")
        field.select_option(value) if field.evaluate("node => node.tagName") == "SELECT" else field.fill(
            value
        )
    if comment:
        page.fill("[name=comment]", comment)
    if values:
        confirm(page, label)
    else:
        page.locator("main form .button.main").click()
        settle(page)


def meeting(page: Page, kind: str, title: str) -> None:
    page.goto("/registers/meetings/new/")
    page.select_option("[name=kind]", kind)
    page.fill("[name=title]", title)
    page.fill("[name=held_on]", timezone.localdate().isoformat())
    page.fill("[name=place]", "会议室")
    page.fill("[name=host]", "主持人")
    page.fill("[name=attendees]", "甲\n乙\n丙")
    page.locator("main form .button.main").click()
    settle(page)
    if page.get_by_role("button", name="确认并").count():
        page.get_by_role("button", name="确认并").click()
        settle(page)


def choose_meeting(page: Page, words: str) -> str:
    """The value of the meeting whose title contains ``words``."""
    options = page.locator("[name=meeting] option").all()
    return next(option.get_attribute("value") or "" for option in options if words in option.inner_text())


def decide(page: Page, label: str, words: str, **values: str) -> None:
    """A step that names a meeting."""
    press(page, label)
    page.select_option("[name=meeting]", choose_meeting(page, words))
    for name, value in values.items():
        page.fill(f"[name={name}]", value)
    confirm(page, label)


def after_the_notice(page: Page, application: Application, label: str) -> None:
    """Keep the photos of the notice, let its week pass and take the step ``label``."""
    record = f"/cases/applications/{application.pk}/"
    page.goto(record)
    press(page, "上传照片与材料")
    page.select_option("[name=kind]", "NOTICE")
    page.set_input_files("[name=files]", [photo(), photo()])
    press(page, "上传")
    today = timezone.localdate()
    Notice.objects.filter(application=application).update(
        posted_on=today - timedelta(days=8), ends_on=today - timedelta(days=1)
    )
    page.goto(record)
    step(page, label)
