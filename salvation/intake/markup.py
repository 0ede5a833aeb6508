"""Web pages and XML spreadsheets saved as .xls, as government systems export them.

Nothing is fetched, no entity is expanded, no script runs: tables are taken out of the tree as plain text.
"""

import re
from collections.abc import Iterator
from datetime import datetime
from email import message_from_bytes, policy
from email.message import EmailMessage

from lxml import etree, html

from salvation.intake.errors import Unreadable
from salvation.intake.sheets import Book, Cell, Limits, Sheet, Span

ADVICE = "这是网页格式的表格，不是真正的 Excel 文件{but}。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
TAKEN = "这是网页格式的表格，已按表格读取；如有错位，请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
STARTS = (
    b"<html",
    b"<!doctype",
    b"<?xml",
    b"<table",
    b"<head",
    b"<meta",
    b"<div",
    b"<style",
    b"<body",
    b"<!--",
)
ARCHIVE = (b"mime-version:", b"from:", b"content-type: multipart/related")
LARGEST = 20 * 1024 * 1024
WIDEST = 1_000
CHARSET = re.compile(rb"(?:charset|encoding)\s*=\s*[\"']?\s*([\w\-]{2,20})", re.IGNORECASE)
SS = "{urn:schemas-microsoft-com:office:spreadsheet}"
WORKBOOK = b"urn:schemas-microsoft-com:office:spreadsheet"
ENTITY = re.compile(rb"<!(?:DOCTYPE[^>]*\[|ENTITY)", re.IGNORECASE)


def is_markup(data: bytes) -> bool:
    """Told by the first bytes; the name of the file counts for nothing."""
    head = data[:600].lstrip(b"\xef\xbb\xbf\xff\xfe \r\n\t").replace(b"\x00", b"").lower()
    return head.startswith(STARTS) or (
        head.startswith(ARCHIVE) and b"multipart/related" in data[:4000].lower()
    )


def read_markup(data: bytes, limits: Limits) -> Book:
    """Read the tables of a web page, a web archive (.mht) or an XML spreadsheet of 2003.

    Raises Unreadable with the advice to save it as .xlsx when there is no table in it.
    """
    if len(data) > LARGEST:
        raise Unreadable(ADVICE.format(but="，而且太大"))
    if ENTITY.search(data):
        raise Unreadable(ADVICE.format(but="，里面还带有不该有的定义，为安全起见没有打开"))
    sheets = list(_spreadsheet(data, limits) if WORKBOOK in data[:4000] else _pages(data, limits))
    if not sheets:
        raise Unreadable(ADVICE.format(but="，里面也没有找到表格"))
    return Book("html", tuple(sheets), (TAKEN,))


def _pages(data: bytes, limits: Limits) -> Iterator[Sheet]:
    found = [rows for page in _html_parts(data) for rows in _tables(page, limits)]
    for number, (rows, merged) in enumerate(found, start=1):
        yield Sheet(f"表{number}" if len(found) > 1 else "", rows, tuple(merged))


def _html_parts(data: bytes) -> Iterator[bytes]:
    """The page itself, or the pages of a web archive, as UTF-8."""
    if not data[:600].lstrip().lower().startswith(ARCHIVE):
        yield _utf8(data)
        return
    archive = message_from_bytes(data, policy=policy.default)
    for part in archive.walk():
        if isinstance(part, EmailMessage) and part.get_content_type() == "text/html":
            payload = part.get_payload(decode=True)
            yield _utf8(payload if isinstance(payload, bytes) else b"")


def _utf8(data: bytes) -> bytes:
    """The declared encoding is often wrong: UTF-8 is tried first, because GB18030 takes almost every byte string."""
    declared = CHARSET.search(data[:4000])
    names = ["utf-16" if data[:2] in (b"\xff\xfe", b"\xfe\xff") else "utf-8-sig", "gb18030"]
    for name in (*names, declared[1].decode("ascii") if declared else "utf-8"):
        try:
            return data.decode(name).replace("\x00", "").encode()
        except (UnicodeDecodeError, LookupError):
            continue
    raise Unreadable("文件的文字编码认不出来。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。")


def _tables(page: bytes, limits: Limits) -> Iterator[tuple[list[list[Cell]], list[Span]]]:
    """Tables without tables in them: pages are often laid out by tables around the one with the data."""
    parser = html.HTMLParser(encoding="utf-8", no_network=True, remove_comments=True, remove_pis=True)
    try:
        tree = html.document_fromstring(page, parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return
    for table in tree.iter("table"):
        if table.find(".//table") is not None:
            continue
        rows, merged = _grid(table, limits)
        if len(rows) > 1 and max(map(len, rows)) > 1:
            yield rows, merged


def _grid(table: html.HtmlElement, limits: Limits) -> tuple[list[list[Cell]], list[Span]]:
    rows: list[list[Cell]] = []
    merged: list[Span] = []
    covered: set[tuple[int, int]] = set()
    cells = 0
    for at, line in enumerate(table.iter("tr")):
        row: list[Cell] = []
        for cell in line.iterchildren("td", "th"):
            while (at, len(row)) in covered:
                row.append("")
            wide, deep = _span(cell, "colspan"), _span(cell, "rowspan")
            left = len(row)
            row += [" ".join(cell.text_content().split()), *[""] * (wide - 1)]
            if wide > 1 or deep > 1:
                merged.append(Span(at, left, at + deep - 1, left + wide - 1))
                below = range(at + 1, at + deep)
                covered.update((lower, column) for lower in below for column in range(left, left + wide))
        rows.append(row)
        cells += len(row) + len(covered) // 100
        if len(rows) > limits.rows or cells > limits.cells or len(row) > WIDEST:
            raise Unreadable(f"表格超过 {limits.rows} 行或 {WIDEST} 列，请分成几个文件上传。")
    return rows, merged


def _span(cell: html.HtmlElement, name: str) -> int:
    """At most a hundred: a page may claim any number."""
    written = cell.get(name, "1").strip()
    return min(max(int(written), 1), 100) if written.isascii() and written.isdigit() else 1


def _spreadsheet(data: bytes, limits: Limits) -> Iterator[Sheet]:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        tree = etree.fromstring(data.lstrip(), parser)
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable(ADVICE.format(but="，而且不完整")) from None
    for sheet in tree.iter(f"{SS}Worksheet"):
        rows, merged = _worksheet(sheet, limits)
        if rows:
            yield Sheet(sheet.get(f"{SS}Name", ""), rows, tuple(merged))


def _worksheet(sheet: etree._Element, limits: Limits) -> tuple[list[list[Cell]], list[Span]]:
    rows: list[list[Cell]] = []
    merged: list[Span] = []
    for line in sheet.iter(f"{SS}Row"):
        at = _place(line, len(rows), limits.rows)
        rows += [[] for _ in range(at + 1 - len(rows))]
        row = rows[at]
        for cell in line.iterchildren(f"{SS}Cell"):
            left = _place(cell, len(row), WIDEST)
            row += [""] * (left - len(row))
            row.append(_value(cell.find(f"{SS}Data")))
            across, down = _number(cell, "MergeAcross"), _number(cell, "MergeDown")
            if across or down:
                merged.append(Span(at, left, at + min(down, limits.rows), left + min(across, WIDEST)))
                row += [""] * min(across, WIDEST)
    return rows, merged


def _place(element: etree._Element, following: int, most: int) -> int:
    """Where a row or cell stands: its own index (from 1), else behind the one before."""
    place = max(_number(element, "Index") - 1, following)
    if place >= most:
        raise Unreadable(f"表格超过 {most} 行或列，请分成几个文件上传。")
    return place


def _number(element: etree._Element, name: str) -> int:
    written = element.get(f"{SS}{name}", "0")
    return int(written) if written.isascii() and written.isdigit() and len(written) < 8 else 0


def _value(data: etree._Element | None) -> Cell:
    words = "".join(data.itertext()) if data is not None else ""
    kind = data.get(f"{SS}Type", "") if data is not None else ""
    try:
        if kind == "Number" and len(words) <= 15:
            return float(words)
        if kind == "DateTime":
            return datetime.fromisoformat(words)
    except ValueError:
        return words
    return words
