"""What reports shows on the desk: the share of the population that is helped, from the last frozen table (C13)."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.urls import reverse

from reports.governance.checks import outside
from reports.governance.services import CODE
from salvation.parameters.book import Book
from salvation.periods.checks import number
from salvation.periods.models import Submission, in_force
from salvation.tables.model import ratio
from salvation.web.desk import Number


def desk_numbers(user: Any, today: date) -> Sequence[Number]:
    """People helped and their share (SA14, SA15) over the reader's own units; only a hint, never a target for towns."""
    held = in_force(Submission.objects.visible_to(user)).filter(table=CODE, frozen=True)
    last = held.order_by("-period").first()
    if last is None:
        return []
    newest = held.filter(period=last.period).order_by("version").only("unit_id", "cells")
    rows = list({one.unit_id: one for one in newest}.values())
    helped, population = _sum(rows, "SA14"), _sum(rows, "SA01")
    share = ratio(helped, population)
    url = reverse("reports:county_sheet", args=[str(last.month)])
    return [
        Number(f"救助对象（人，{last.month.label}）", "缺数据" if helped is None else f"{helped:,}", url),
        Number("占户籍人口", _said(share, Book(unit=last.county, on=today)), url),
    ]


def _sum(rows: Sequence[Submission], key: str) -> Decimal | None:
    parts = [number(row.cells, key) for row in rows]
    known = [part for part in parts if part is not None]
    return sum(known, Decimal(0)) if known and len(known) == len(parts) else None


def _said(share: object, book: Book) -> str:
    """The percentage, with a word when it leaves the range of 000 (4%–5%)."""
    if not isinstance(share, Decimal):
        return "缺数据"
    _, words = outside(share, book)
    return f"{share}%（{words}）" if words else f"{share}%"
