"""Every page of the system in a browser: axe finds nothing, nothing is wider than the screen, the policy is kept.

The pages come from Django's test client over the world of the access tests, so that one world serves all of them.
"""

import os
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.contrib.staticfiles import finders
from django.test import Client
from playwright.sync_api import Page, Route

from salvation.accounts.models import User
from salvation.accounts.roles import ROLES
from tests.access.routes import address, known
from tests.access.test_matrix import expected
from tests.world import World, standing_world

pytestmark = [pytest.mark.browser, pytest.mark.django_db]

HOST = "http://testserver"
DESKTOP = {"width": 1366, "height": 900}
PHONE = {"width": 390, "height": 844}
# Who looks: the people at the desks before the offices above them.
FIRST = ("TOWN_CLERK", "TOWN_LEADER", "COUNTY_CLERK", "COUNTY_APPROVER", "COUNTY_FINANCE")
LOOKERS = [*FIRST, *(role for role in ROLES if role not in FIRST)]
PLACE = "own"
# Buttons, fields and links that stand alone; links inside a sentence may be smaller (WCAG 2.5.8).
SMALL_TARGETS = """() => [...document.querySelectorAll(
    "main .button, main input:not([type=checkbox]):not([type=radio]):not([type=hidden]), main select, .bottombar a, .cards .p1 a")]
    .filter(node => node.offsetParent !== null && !node.closest(".hidden") && !node.classList.contains("hidden"))
    .filter(node => node.getBoundingClientRect().height < 43.5).map(node => node.outerHTML.slice(0, 120))"""


@pytest.fixture(scope="module")
def world(
    django_db_setup: Any, django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[World]:
    before = os.environ.get("DJANGO_ALLOW_ASYNC_UNSAFE")
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with standing_world(django_db_blocker, tmp_path_factory.mktemp("files")) as built:
        yield built
    if before is None:
        del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


def pages(world: World) -> Iterator[tuple[str, str, str]]:
    """Name, address and the role that may open it, for every address that shows a page."""
    for name, (_, route) in known().items():
        # The description of the interface draws itself with a package of others.
        if 200 not in route.answers or route.public or name.startswith("api:"):
            continue
        role = next((role for role in LOOKERS if expected(role, name, route, world, PLACE) == (200,)), "")
        if role:
            yield name, address(name, route, world, PLACE), role


class Served:
    """A browser page that shows what the test client of whoever looks was answered.

    The answer is fetched before the browser asks: the browser's own thread of control has other database
    connections, which do not see the world.
    """

    def __init__(self, chromium: Any, viewport: Any) -> None:
        self.context = chromium.new_context(viewport=viewport, locale="zh-CN")
        self.page: Page = self.context.new_page()
        self.page.route("**/*", self._answer)
        self.client = Client()
        self.shown: Any = None
        self.complaints: list[str] = []
        self.page.on("pageerror", lambda error: self.complaints.append(str(error)))
        self.page.on("console", self._hear)

    def look_as(self, user: User) -> None:
        self.client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")

    def open(self, url: str) -> bool:
        """Open it; files that are handed out are no pages."""
        self.shown = self.client.get(url)
        kind = self.shown.headers.get("Content-Type", "")
        if self.shown.status_code != 200 or not kind.startswith("text/html"):
            return False
        self.page.goto(HOST + url)
        return True

    def _hear(self, message: Any) -> None:
        if "Content Security" in message.text:
            self.complaints.append(message.text)

    def _answer(self, route: Route) -> None:
        path = urlsplit(route.request.url).path
        if route.request.is_navigation_request():
            route.fulfill(status=200, headers=dict(self.shown.headers), body=self.shown.content)
        elif path.startswith("/static/") and (found := finders.find(path.removeprefix("/static/"))):
            route.fulfill(path=str(found))
        else:
            route.fulfill(status=204)


@pytest.fixture
def served(chromium: Any) -> Iterator[Callable[[Any], Served]]:
    opened: list[Served] = []

    def serve(viewport: Any) -> Served:
        opened.append(Served(chromium, viewport))
        return opened[-1]

    yield serve
    for one in opened:
        one.context.close()


@pytest.mark.parametrize("viewport", [DESKTOP, PHONE], ids=["desktop", "phone"])
def test_every_page_is_accessible_and_fits_the_screen(
    served: Callable[[Any], Served], world: World, viewport: Any
) -> None:
    browser = served(viewport)
    found: list[str] = []
    looked, who = 0, ""
    for name, url, role in sorted(pages(world), key=lambda entry: LOOKERS.index(entry[2])):
        if role != who:
            browser.look_as(world.users[role])
            who = role
        if not browser.open(url):
            continue
        looked += 1
        violations = Axe().run(browser.page).response["violations"]
        wrong = [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations]
        if browser.page.evaluate("document.documentElement.scrollWidth") > viewport["width"]:
            wrong.append("wider than the screen")
        if viewport is PHONE:
            wrong += [f"small target: {node}" for node in browser.page.evaluate(SMALL_TARGETS)]
        found += [f"{name} {url} {role}: {what}" for what in (*wrong, *browser.complaints)]
        browser.complaints.clear()
    assert looked > 50
    assert not found, "\n".join(found)
