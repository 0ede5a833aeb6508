"""A real browser against a live server, one signed-in page a person."""

import os
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.utils import timezone
from playwright.sync_api import Page, expect, sync_playwright

from cases.demo.parameters import START, VALUES
from salvation.accounts.models import User
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS
from salvation.parameters.values import check_value
from salvation.units.models import PopulationStat, Unit
from tests.browser.hands import last_month
from tests.conftest import PASSWORD

DESKTOP = {"width": 1366, "height": 900}
# A loaded machine is slow, not wrong.
expect.set_options(timeout=20_000)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Any]:
    # Playwright runs an event loop in this thread; Django's guard would refuse the ORM of the fixtures.
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"), args=["--no-sandbox"]
        )
        yield browser
        browser.close()
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def page_of(chromium: Any, live_server: Any, settings: Any) -> Iterator[Callable[[User], Page]]:
    """The page of a person, signed in once; county roles do without the second factor here."""
    settings.DEMO = True
    pages: dict[int, Page] = {}

    def opened(user: User) -> Page:
        if user.pk not in pages:
            context = chromium.new_context(viewport=DESKTOP, base_url=live_server.url, locale="zh-CN")
            page = context.new_page()
            page.set_default_timeout(40_000)
            page.goto("/accounts/login/")
            page.fill("#id_username", user.username)
            page.fill("#id_password", PASSWORD)
            page.click("button[type=submit]")
            page.wait_for_url(f"{live_server.url}/")
            pages[user.pk] = page
        return pages[user.pk]

    opened.pages = pages  # type: ignore[attr-defined]
    yield opened
    for page in pages.values():
        page.context.close()


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: Any, call: Any) -> Any:
    """Show what the browser showed when a test failed."""
    report = yield
    if report.when == "call" and report.failed and "page_of" in item.funcargs:
        for page in item.funcargs["page_of"].pages.values():
            report.sections.append((page.url, page.locator("body").inner_text()[:3000]))
    return report


@pytest.fixture
def parameters(units: dict[str, Unit], county_clerk: User, approver: User) -> None:
    """Everything confirmed by two persons; 农村低保 is decided by the county."""
    rows = [
        ParameterVersion(
            key=key, unit=units["360722"], value=check_value(declared, VALUES.get(key, declared.default)), valid_from=START, basis="测试文号",
            state="CONFIRMED", entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
        )
        for key, declared in PARAMETERS.items()
        if VALUES.get(key, declared.default) is not None
    ]  # fmt: skip
    nullable = [
        ParameterVersion(
            key=key, unit=units["360722"], value="", valid_from=START, basis="测试文号", state="CONFIRMED",
            entered_by=county_clerk, confirmed_by=approver, confirmed_at=timezone.now(),
        )
        for key, declared in PARAMETERS.items()
        if declared.nullable
    ]  # fmt: skip
    ParameterVersion.objects.bulk_create([*rows, *nullable])
    PopulationStat.objects.create(unit=units["360722100"], year=last_month().year, hukou_population=50)
