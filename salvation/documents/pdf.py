"""Write an official document as PDF by GB/T 9704-2012, the same declaration that ``docx`` writes for Word."""

from functools import cache
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles import finders
from django.utils.html import format_html, format_html_join
from weasyprint import CSS, HTML
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse

from salvation.documents.html import paper_html
from salvation.documents.official import Paper

# The licensed faces of GB/T 9704, used where the bureau puts the files into DOCUMENT_FONTS.
FACES = ("fangsong", "xiaobiaosong", "heiti", "kaiti")
KINDS = (".ttf", ".otf", ".ttc")


class OwnFiles(URLFetcher):
    """Opens pictures written into the page and the bureau's fonts; nothing from any network or disk."""

    def __init__(self) -> None:
        super().__init__(allowed_protocols=("data",))

    def fetch(self, url: str, headers: Any = None) -> URLFetcherResponse:
        face = url.removeprefix("font:") if url.startswith("font:") else ""
        if face in fonts():
            return URLFetcherResponse(url, fonts()[face].read_bytes())
        return super().fetch(url, headers)


# PDF/A-3: what is kept for long carries its fonts and colours in itself.
ARCHIVAL = "pdf/a-3u"


def write_official_pdf(paper: Paper, *more: Paper, archival: bool = False) -> bytes:
    """The document as bytes; ``more`` follow in the same file, each from a front page on. ``archival``: as PDF/A."""
    page = format_html(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{}</title>'
        '<meta name="author" content="{}"></head><body>{}</body></html>',
        paper.title,
        paper.issuer,
        format_html_join("", "{}", ((paper_html(each),) for each in (paper, *more))),
    )
    fetcher, fonts_of_page = OwnFiles(), FontConfiguration()
    sheets = [
        CSS(string=text, font_config=fonts_of_page, url_fetcher=fetcher)
        for text in (_faces(), _layout(), _foot(paper))
        if text
    ]
    document = HTML(string=page, url_fetcher=fetcher)
    options: dict[str, Any] = {"presentational_hints": True, "pdf_variant": ARCHIVAL if archival else None}
    return document.write_pdf(stylesheets=sheets, font_config=fonts_of_page, **options) or b""


@cache
def fonts() -> dict[str, Path]:
    """The bureau's font files by face; without them the installed open fonts stand in."""
    folder = settings.DOCUMENT_FONTS
    if not folder:
        return {}
    files = [(face, Path(folder) / f"{face}{kind}") for kind in KINDS for face in FACES]
    return {face: path for face, path in files if path.is_file()}


def _faces() -> str:
    return "".join(
        f'@font-face {{ font-family: "own-{face}"; src: url("font:{face}"); }}' for face in fonts()
    )


@cache
def _layout() -> str:
    return Path(str(finders.find("css/paper.css"))).read_text(encoding="utf-8")


def _foot(paper: Paper) -> str:
    """The small line at the foot, opposite the page number."""
    if not paper.trace:
        return ""
    words = _css_text(paper.trace)
    return (
        f"@page :right {{ @bottom-left {{ content: {words}; }} }}"
        f"@page :left {{ @bottom-right {{ content: {words}; }} }}"
    )


def _css_text(text: str) -> str:
    """A string of a style sheet: every character by number, so that no text can end it."""
    return '"' + "".join(f"\\{ord(char):06x}" for char in text) + '"'
