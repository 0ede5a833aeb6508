"""The handbook quotes the screen: what stands between quotation marks is written in a page, a form or a flow."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent.parent
CHAPTERS = sorted((ROOT / "docs" / "handbook").glob("*.md"))
PLACES = ("salvation", "cases", "funds", "audits", "reports", "templates", "static")
# Tags of templates and markup may stand inside a sentence.
MARKUP = re.compile(r"<[^>]+>|\{[%{][^}]*[}%]\}")
# A quotation may leave out what changes: “还有 N 条批注”, “公示到…止”.
LEFT_OUT = re.compile(r"…| N |‘|’")


@pytest.fixture(scope="module")
def written() -> str:
    files = (
        path
        for place in PLACES
        for path in (ROOT / place).rglob("*")
        if path.suffix in (".py", ".html", ".js")
    )
    raw = "".join(path.read_text(encoding="utf-8") for path in files)
    return raw + MARKUP.sub("", raw)


@pytest.mark.parametrize("chapter", CHAPTERS, ids=lambda chapter: chapter.stem[:2])
def test_every_label_quoted_is_on_a_screen(chapter: Path, written: str) -> None:
    quoted = re.findall(r"“([^”]+)”", chapter.read_text(encoding="utf-8"))
    unknown = [label for label in quoted if not all(part in written for part in LEFT_OUT.split(label))]
    assert unknown == []


@pytest.mark.parametrize(
    "page", [*CHAPTERS, *(ROOT / "docs").glob("*.md"), ROOT / "README.md"], ids=lambda page: page.stem
)
def test_links_and_pictures_lead_somewhere(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    found = re.findall(r"\]\(([^)#\s]+)[^)]*\)|src=\"([^\"]+)\"", text)
    targets = [target for pair in found for target in pair if target and "://" not in target]
    assert [target for target in targets if not (page.parent / target).exists()] == []
