"""``make screenshots``: pictures of pages for the README and the handbook, taken from a running demo server.

    python scripts/screenshots.py [--base http://localhost:8000] [--out docs] [NAME …]

A picture is one line in PICTURES: name, user, path, width and, where only a part is wanted, the element; pictures only the
handbook uses name its folder. ``{application}``
and the like in a path stand for the first record of a list as that user sees it (LISTS). Without names all are taken.
"""

import argparse
import os
import re
import sys
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

from PIL import Image
from playwright.sync_api import Browser, Page, sync_playwright

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = os.environ.get("DEMO_PASSWORD", "Demo-2022-ok")
DESKTOP, PHONE = 1366, 390
SCREENS, HANDBOOK = "screenshots", "handbook/img"
HEIGHTS = {DESKTOP: 850, PHONE: 844}
LARGEST = 150 * 1024
# The first record of a list, by the word that stands for it in a path.
LISTS = {
    "household": "/cases/households/",
    "person": "/cases/people/",
    "application": "/cases/applications/?sort=-applied_on",
    "judged": "/cases/applications/?state=COUNTY_REVIEW",
    "benefit": "/cases/benefits/",
    "notice": "/cases/notices/",
    "document": "/documents/",
    "roster": "/funds/rosters/",
    "item": "/audits/problems/",
    "month": "/reports/governance/",
    "report": "/reports/summaries/",
    "ledger": "/reports/ledgers/",
    "figure": "{month}",
    "attestation": "/cases/attestations/",
    "review": "/cases/reviews/",
    "adjustment": "/cases/adjustments/",
    "relief": "/cases/reliefs/",
    "care": "/cases/care/",
    "discovery": "/cases/discoveries/",
    "special": "/cases/specials/",
    "archive": "/cases/archives/",
    "visit": "/cases/visits/",
}
# Where it is not the first link of the first table.
LINKS = {
    "figure": ".sheet-box tbody tr:nth-child(3) a >> nth=2",
    "visit": "li a[href^='/cases/visits/']:not([href='/cases/visits/'])",
}
# Dates and files as a browser of Chinese officials shows them, whatever the language of this one.
CHINESE = """
() => {
  const words = {date: "年/月/日", month: "----年--月", "datetime-local": "年/月/日 --:--"};
  document.querySelectorAll("input[type=date], input[type=month], input[type=datetime-local]").forEach((field) => {
    const shown = field.value.replaceAll("-", "/").replace("T", " "), empty = words[field.type];
    field.type = "text";
    field.placeholder = empty;
    field.value = shown;
  });
  document.querySelectorAll("input[type=file]").forEach((field) => {
    field.type = "text";
    field.value = "选择文件　未选择任何文件";
  });
}
"""


@dataclass(frozen=True)
class Picture:
    """``element``: a CSS selector of the part wanted; ``full``: the whole length of the page; ``open``: click this before."""

    name: str
    user: str
    path: str
    width: int = DESKTOP
    element: str = ""
    full: bool = False
    open: str = ""
    folder: str = SCREENS


PICTURES = (
    Picture("desk", "clerk100", "/"),
    Picture("desk-phone", "clerk100", "/", PHONE),
    Picture("list-phone", "clerk100", "/cases/households/", PHONE),
    Picture("list-columns", "clerk100", "/cases/households/", open=".columns > summary"),
    Picture("search", "county", "/search/?q=海桂"),
    Picture("record", "clerk100", "{application}"),
    Picture("record-phone", "clerk100", "{application}", PHONE),
    Picture("form", "clerk100", "/cases/households/new/"),
    Picture("form-phone", "clerk100", "/cases/households/new/", PHONE),
    Picture("sheet", "county", "{month}"),
    Picture("wizard", "clerk100", "/cases/rosters/import/new/"),
    Picture("calendar", "clerk100", "/calendar/"),
    Picture("notice", "clerk100", "{notice}"),
    Picture("document", "clerk100", "{document}"),
    Picture("roster", "clerk100", "{roster}"),
    Picture("keys", "clerk100", "/", open="[data-show-keys]", element="#keys"),
    Picture("me", "clerk100", "/accounts/me/", folder=HANDBOOK),
    Picture("accounts", "secadmin", "/accounts/all/", folder=HANDBOOK),
    Picture("assessment", "approver", "{judged}?tab=assessment", folder=HANDBOOK),
    Picture("benefit", "clerk100", "{benefit}", folder=HANDBOOK),
    Picture("timeliness", "county", "/reports/timeliness/", folder=HANDBOOK),
    Picture("drill", "county", "{figure}", folder=HANDBOOK),
    Picture("report", "county", "{report}", folder=HANDBOOK),
    Picture("ledger", "clerk100", "{ledger}", folder=HANDBOOK),
    Picture("item", "clerk100", "{item}", folder=HANDBOOK),
    Picture("attestation", "clerk100", "{attestation}", folder=HANDBOOK),
    Picture("review", "clerk100", "{review}", folder=HANDBOOK),
    Picture("adjustment", "approver", "{adjustment}", folder=HANDBOOK),
    Picture("relief", "clerk100", "{relief}", folder=HANDBOOK),
    Picture("visits-phone", "clerk100", "/cases/visits/", PHONE, folder=HANDBOOK),
    Picture("visit-phone", "clerk100", "{visit}", PHONE, folder=HANDBOOK),
    Picture("care", "clerk100", "{care}", folder=HANDBOOK),
    Picture("coverage", "county", "/cases/care/coverage/", folder=HANDBOOK),
    Picture("discovery", "clerk100", "{discovery}", folder=HANDBOOK),
    Picture("special", "county", "{special}", folder=HANDBOOK),
    Picture("archive", "clerk100", "{archive}", folder=HANDBOOK),
    Picture("alerts", "clerk100", "/cases/alerts/", folder=HANDBOOK),
    Picture("insured", "county", "/cases/insurances/coverage/", folder=HANDBOOK),
    Picture("meetings", "county", "/registers/meeting-standing/", folder=HANDBOOK),
)


class Camera:
    """Signs every user in once at each width."""

    def __init__(self, browser: Browser, base: str) -> None:
        self.browser, self.base = browser, base
        self.pages: dict[tuple[str, int], Page] = {}

    def page(self, user: str, width: int) -> Page:
        if (user, width) not in self.pages:
            size: Any = {"width": width, "height": HEIGHTS.get(width, 850)}
            context = self.browser.new_context(viewport=size, locale="zh-CN", base_url=self.base)
            page = context.new_page()
            page.goto("/accounts/login/")
            page.fill("[name=username]", user)
            page.fill("[name=password]", PASSWORD)
            page.press("[name=password]", "Enter")
            page.wait_for_url(urljoin(self.base, "/"))
            self.pages[user, width] = page
        return self.pages[user, width]

    def take(self, picture: Picture) -> bytes:
        """A compressed PNG. Raises RuntimeError when the page does not answer 200."""
        page = self.page(picture.user, picture.width)
        response = page.goto(self._address(page, picture.path))
        if response is None or response.status != 200:
            raise RuntimeError(
                f"{picture.name}: {page.url} answers {response.status if response else 'nothing'}"
            )
        page.wait_for_load_state("networkidle")
        if picture.open:
            page.click(picture.open)
            page.wait_for_load_state("networkidle")
        page.evaluate(CHINESE)
        shot = (
            page.locator(picture.element).first.screenshot()
            if picture.element
            else page.screenshot(full_page=picture.full)
        )
        return compressed(shot)

    def _address(self, page: Page, path: str) -> str:
        return re.sub(r"\{(\w+)\}", lambda found: self._first(page, found[1]), path)

    def _first(self, page: Page, word: str) -> str:
        page.goto(self._address(page, LISTS[word]))
        link = page.locator(LINKS.get(word, ".table tbody a")).first.get_attribute("href")
        if not link:
            raise RuntimeError(f"there is no {word} on {page.url}")
        return link


def compressed(shot: bytes) -> bytes:
    """The picture with as few colours as bring it under 150 KB; narrower when even that is too much."""
    image = Image.open(BytesIO(shot)).convert("RGB")
    while True:
        for colours in (256, 128, 64, 32):
            stream = BytesIO()
            image.quantize(colours, dither=Image.Dither.NONE).save(stream, "PNG", optimize=True)
            if stream.tell() <= LARGEST:
                return stream.getvalue()
        image = image.resize((image.width * 4 // 5, image.height * 4 // 5), Image.Resampling.LANCZOS)


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("names", nargs="*")
    parser.add_argument("--base", default=f"http://localhost:{os.environ.get('PORT', '8000')}")
    parser.add_argument("--out", type=Path, default=ROOT / "docs")
    given = parser.parse_args()
    chosen = [picture for picture in PICTURES if not given.names or picture.name in given.names]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=os.environ.get("CHROMIUM", "/usr/bin/chromium"),
            args=["--no-sandbox"],
        )
        camera = Camera(browser, given.base)
        for picture in chosen:
            target = given.out / picture.folder / f"{picture.name}.png"
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(camera.take(picture))
            print(target, flush=True)
        browser.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
