"""A declared table as PDF. About 13 ms a bordered row: one village or one sheet at a time, in a job."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from django.contrib.staticfiles import finders
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from weasyprint import CSS, HTML
from weasyprint.urls import URLFetcher

from salvation.domain.mask import Scene
from salvation.tables.html import Look, html_table
from salvation.tables.model import Heading, Row, Sheet, Table, Totals
from salvation.tables.paging import pages
from salvation.tables.values import digest

# Characters that fit the width of a page at 9 points.
PORTRAIT_A4, LANDSCAPE_A4, LANDSCAPE_A3 = 105, 155, 225

POINTS, SMALLEST = 9.0, 6.0


@dataclass(frozen=True, slots=True)
class Part:
    """One table with its own title."""

    title: str
    markup: SafeString


def render_pdf(
    table: Table,
    rows: Sequence[Row],
    *,
    heading: Heading,
    total: Totals | None = None,
    scene: Scene = Scene.PRINT,
) -> bytes:
    """The table on paper, each declared sheet on its own pages, those too wide for A3 over several. Fetches nothing."""
    content = digest(table, [*rows, total] if total is not None else rows, scene)
    look = Look(scene=scene)
    sheets = printed_sheets(table)
    parts = [
        Part(
            f"{sheet.title}（{number}/{len(split)}）" if len(split) > 1 else sheet.title,
            html_table(part, rows, look=look, total=total),
        )
        for sheet in sheets
        for split in (pages(table.sheet(sheet), LANDSCAPE_A3),)
        for number, part in enumerate(split, start=1)
    ]
    widest = max(sum(column.chars for column in table.sheet(sheet).leaves()) for sheet in sheets)
    return render_parts(parts, heading=heading, chars=widest, digest=content)


def render_parts(parts: Sequence[Part], *, heading: Heading, chars: int, digest: str) -> bytes:
    """Ready tables under one heading, each on pages of its own; set smaller where even A3 is too narrow."""
    page = render_to_string(
        "tables/print.html",
        {
            "heading": heading,
            "parts": parts,
            "content": digest[:16],
            "made": f"{heading.made_at:%Y-%m-%d %H:%M}",
        },
    )
    size = max(SMALLEST, min(POINTS, POINTS * LANDSCAPE_A3 / chars)) if chars else POINTS
    sheet_css = CSS(string=f"@page {{ size: {paper(chars)} }} body {{ font-size: {size:.1f}pt }}")
    document = HTML(string=page, url_fetcher=URLFetcher(allowed_protocols=()))
    return document.write_pdf(stylesheets=[_style(), sheet_css]) or b""


def printed_sheets(table: Table) -> tuple[Sheet, ...]:
    """The declared sheets; one that repeats all groups of the others stays out."""
    parts = tuple(sheet for sheet in table.sheets if sheet.groups)
    return parts or table.sheets or (Sheet(""),)


def paper(chars: int) -> str:
    """The smallest paper on which ``chars`` characters fit side by side."""
    if chars <= PORTRAIT_A4:
        return "A4 portrait"
    return "A4 landscape" if chars <= LANDSCAPE_A4 else "A3 landscape"


def _style() -> CSS:
    return CSS(string=Path(str(finders.find("css/table-print.css"))).read_text(encoding="utf-8"))
