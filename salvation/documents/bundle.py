"""Put papers, photos and PDFs together into one PDF with a directory, page numbers and bookmarks.

The directory comes first and knows on which page each part begins; parts are numbered from 1 behind it, as files in an
archive are. What a page cannot show (a Word file, a damaged PDF) is attached as it is, with a sheet in its place.
"""

from base64 import b64encode
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from io import BytesIO
from typing import Any

from django.utils.html import format_html, format_html_join
from pypdf import PdfReader, PdfWriter, Transformation
from pypdf.errors import DependencyError, PyPdfError
from weasyprint import CSS, HTML

from salvation.documents.official import Paper
from salvation.documents.pdf import ARCHIVAL, OwnFiles, write_official_pdf

# What a strange PDF may raise on being read.
UNREADABLE = (
    PyPdfError, DependencyError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, IndexError, ArithmeticError,
)  # fmt: skip
# Actions and notes of a foreign PDF do nothing in ours.
FOREIGN = ("/AA", "/Annots", "/B")
PHOTO = (
    "@page { size: 210mm 297mm; margin: 18mm; }"
    'body { margin: 0; font: 11pt/1.5 "FangSong", "Noto Serif CJK SC", "SimSun", serif; }'
    "h1 { font-size: 13pt; font-weight: normal; margin: 0 0 3mm; }"
    "img { display: block; max-width: 174mm; max-height: 235mm; margin: 0 auto; }"
    "p { margin: 3mm 0 0; font-size: 9pt; overflow-wrap: anywhere; }"
)
NUMBERS = (
    "@page { size: 60mm 8mm; margin: 0; }"
    'p { margin: 0; height: 8mm; text-align: right; font: 10pt "FangSong", "Noto Serif CJK SC", serif; }'
    "p + p { break-before: page; }"
)
NUMBER_WIDTH, EDGE = 60 / 25.4 * 72, 8 / 25.4 * 72


@dataclass(frozen=True, slots=True)
class Part:
    """One part: its bookmark and its pages; ``attached`` (name, content) rides along where pages cannot show it."""

    title: str
    pdf: bytes
    attached: tuple[str, bytes] | None = None


@dataclass(frozen=True, slots=True)
class Bound:
    """The finished PDF, and on which page (from 1, behind the directory) each part begins."""

    content: bytes
    starts: tuple[int, ...]
    pages: int


def paper_part(title: str, paper: Paper) -> Part:
    """A paper of ours."""
    return Part(title, write_official_pdf(paper, archival=True))


def photo_part(title: str, content: bytes, notes: Sequence[str]) -> Part:
    """A JPEG on a page of its own, with lines below it."""
    page = format_html(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"><title>{}</title></head><body><h1>{}</h1>'
        '<img alt="{}" src="data:image/jpeg;base64,{}">{}</body></html>',
        title, title, title, b64encode(content).decode(), format_html_join("", "<p>{}</p>", ((n,) for n in notes)),
    )  # fmt: skip
    return Part(title, _written(page, PHOTO))


def foreign_part(
    title: str, name: str, content: bytes, content_type: str, instead: Callable[[str], Paper]
) -> Part:
    """A file that somebody handed in: a PDF's own pages, else the sheet ``instead`` (of a reason) with it attached."""
    if content_type != "application/pdf":
        return Part(title, write_official_pdf(instead("不是可以显示的页面")), (name, content))
    if pages := _plain(content):
        return Part(title, pages)
    return Part(title, write_official_pdf(instead("已加密或损坏，无法并入")), (name, content))


def _plain(content: bytes) -> bytes:
    """The pages alone: no forms, scripts, links or notes. Empty for a PDF that cannot be read."""
    stream, writer = BytesIO(), PdfWriter()
    try:
        reader = PdfReader(BytesIO(content))
        if reader.is_encrypted or not len(reader.pages):
            return b""
        for page in reader.pages:
            for key in FOREIGN:
                page.pop(key, None)
            # A page that takes no number would stop the whole archive later: tried on a copy.
            _stamp(PdfWriter().add_page(page), _on_trial())
            writer.add_page(page)
        writer.write(stream)
    except UNREADABLE:
        return b""
    return stream.getvalue()


def bind(
    parts: Sequence[Part], front: Callable[[tuple[int, ...], int], Paper], *, title: str, author: str
) -> Bound:
    """One PDF of ``front`` (made of the page each part begins on, and how many there are) and the parts behind it."""
    readers = [PdfReader(BytesIO(part.pdf)) for part in parts]
    starts, pages = [], 1
    for reader in readers:
        starts.append(pages)
        pages += len(reader.pages)
    opening = PdfReader(BytesIO(write_official_pdf(front(tuple(starts), pages - 1), archival=True)))
    writer = PdfWriter()
    for page in opening.pages:
        writer.add_page(page)
    numbers = _numbers(pages - 1)
    for part, reader in zip(parts, readers, strict=True):
        first = len(writer.pages)
        for page in reader.pages:
            _stamp(writer.add_page(page), next(numbers))
        writer.add_outline_item(title=part.title, page_number=first)
        if part.attached:
            writer.add_attachment(*part.attached)
    writer.add_metadata({"/Title": title, "/Author": author})
    stream = BytesIO()
    writer.write(stream)
    return Bound(stream.getvalue(), tuple(starts), pages - 1)


def _numbers(count: int) -> Any:
    """Small pages that hold nothing but their number."""
    lines = format_html_join("", "<p>第 {} 页</p>", ((number,) for number in range(1, count + 1)))
    page = format_html(
        '<!doctype html><html lang="zh-CN"><head><meta charset="utf-8"></head><body>{}</body></html>', lines
    )
    return iter(PdfReader(BytesIO(_written(page, NUMBERS))).pages) if count else iter(())


@cache
def _on_trial() -> Any:
    """A number to stamp with before the real ones are known."""
    return next(_numbers(1))


def _stamp(page: Any, number: Any) -> None:
    """The number in the lower right corner, whatever size the page has."""
    box = page.mediabox
    x, y = float(box.right) - NUMBER_WIDTH - EDGE, float(box.bottom) + EDGE / 2
    page.merge_transformed_page(number, Transformation().translate(x, y))


def _written(page: str, style: str) -> bytes:
    sheet = CSS(string=style, url_fetcher=OwnFiles())
    return (
        HTML(string=page, url_fetcher=OwnFiles()).write_pdf(stylesheets=[sheet], pdf_variant=ARCHIVAL) or b""
    )
