"""Cover and 卷内目录 of an archive on paper, and the sheet in place of a file that has no pages (K01)."""
# requirements: K01

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from salvation.documents.declared import office_of
from salvation.documents.official import Break, Grid, Level, Line, Paper, Part, chinese_date

SMALL = 9


@dataclass(frozen=True, slots=True)
class Row:
    """A line of the directory: which matter, what, of which day, from which page (0: without pages), its SHA-256."""

    matter: str
    title: str
    on: date | None
    page: int
    sha256: str


def front(
    household: Any,
    rows: Sequence[Row],
    *,
    no: str,
    pages: int,
    purpose: str,
    missing: Sequence[str],
    trace: str,
    made: date,
) -> Paper:
    """Cover, directory and what is missing."""
    facts = (
        ("档号", no or "未编号（尚无办结事项）", "户编号", household.no),
        ("户主", household.head.name, "村（社区）", household.village.name),
        ("受理单位", household.handling_unit.name, "制作日期", chinese_date(made)),
        ("件数", f"{len(rows)}件", "页数", f"{pages}页（目录另计）"),
        ("用途", purpose, "密级", "内部资料，限本用途使用"),
    )
    body: list[Part] = [Grid((), facts, widths=(3, 8, 3, 8), size=12, height=14)]
    body += [Break(), Line("卷内目录", Level.H1, "center"), _directory(rows)]
    if missing:
        body += [Line("缺件", Level.H1), *(Line(words) for words in missing)]
    return Paper(
        title="社会救助对象电子档案", addressee="", body=tuple(body), issuer=office_of(household.handling_unit), dated=made,
        number=no, plain=True, trace=trace,
    )  # fmt: skip


def _directory(rows: Sequence[Row]) -> Grid:
    lines = tuple(
        (
            str(number), row.matter, row.title, f"{row.on:%Y-%m-%d}" if row.on else "—",
            str(row.page) if row.page else "—", row.sha256 or "—",
        )
        for number, row in enumerate(rows, start=1)
    )  # fmt: skip
    return Grid(
        ("序号", "事项", "题名", "日期", "页号", "SHA-256"), lines or (("—", "", "还没有材料", "", "", ""),),
        widths=(2, 5, 8, 4, 2, 9), aligns=("center", "left", "left", "center", "center", "left"), size=SMALL,
    )  # fmt: skip


def instead(household: Any, title: str, name: str, sha256: str, reason: str, on: date) -> Paper:
    """In place of a file whose pages cannot be shown: it is attached to the PDF as it is."""
    rows = (
        ("文件名", name),
        ("说明", f"{reason}，原文件作为附件随本 PDF 保存，请在阅读器的“附件”中打开"),
        ("SHA-256", sha256),
    )
    return Paper(
        title=title, addressee="", body=(Grid((), rows, widths=(3, 16), aligns=("center", "left"), size=12, height=12),),
        issuer=office_of(household.handling_unit), dated=on, plain=True,
    )  # fmt: skip
