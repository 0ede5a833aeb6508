"""The sheet: wide statistics with sources of figures, drill-down, cross-checks, versions, comparison, downloads."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from io import BytesIO
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.domain.mask import Scene
from salvation.journal.services import record
from salvation.tables.docx import write_docx
from salvation.tables.html import Look, html_table
from salvation.tables.model import Column, Heading, Row, State, Table, Totals
from salvation.tables.pdf import render_pdf
from salvation.tables.styled import write_styled
from salvation.tables.values import digest, text
from salvation.web.downloads import download
from salvation.web.pages.base import Page

# Code in the address, label, method that gives the figure.
COMPARISONS = (("1", "与上月比较", "previous"), ("year", "与去年同月比较", "year_before"))
FORMATS = {"xlsx": "Excel", "pdf": "PDF", "docx": "Word"}


@dataclass(frozen=True)
class Version:
    """A frozen or earlier state of the sheet."""

    label: str
    url: str
    current: bool


@dataclass(frozen=True)
class Check:
    """A cross-check between figures (勾稽): both sides, and what must be done where they do not tie.

    ``word`` and ``tone`` say how it stands (相符, 不符, 须说明, 已说明, 缺数据); ``url`` leads to where it is mended.
    """

    ok: bool
    label: str
    detail: str = ""
    unit: str = ""
    left: str = ""
    right: str = ""
    difference: str = ""
    word: str = ""
    tone: str = ""
    url: str = ""
    action: str = ""

    @property
    def said(self) -> State:
        return State(
            self.word or ("相符" if self.ok else "不符"), self.tone or ("good" if self.ok else "bad")
        )


class SheetPage(Page):
    """Declare ``permission``; give ``table()`` and ``rows()``, both read through ``visible_to``."""

    template_name = "pages/sheet.html"
    formats: ClassVar[Sequence[str]] = ("xlsx", "pdf", "docx")
    export_permission: ClassVar[str] = ""
    comparing: str = ""

    @classmethod
    def check_declaration(cls) -> None:
        super().check_declaration()
        if cls.table is SheetPage.table or cls.rows is SheetPage.rows:
            raise ImproperlyConfigured(f"{cls.__name__} gives no table or no rows")

    def prepare(self) -> None:
        """Load what the sheet is about."""

    def table(self) -> Table:
        """The declared table."""
        raise NotImplementedError

    def rows(self) -> Sequence[Row]:
        """One row a unit."""
        raise NotImplementedError

    def total(self, rows: Sequence[Row]) -> Totals | None:
        """The 合计 row; None where there is none (a township's own sheet)."""
        return self.table().total_row(rows) if len(rows) > 1 else None

    def heading(self) -> Heading:
        """Title and lines on paper."""
        user: Any = self.request.user
        return Heading(self.page_title(), timezone.localtime(), made_by=str(user), mark=self.mark())

    def mark(self) -> str:
        """Watermark of unfinished sheets."""
        return ""

    def versions(self) -> Sequence[Version]:
        """What the version picker offers."""
        return ()

    def checks(self) -> Sequence[Check]:
        """The cross-check panel."""
        return ()

    def drill_url(self, row: Row, column: Column) -> str:
        """The list behind a figure; empty where there is none."""
        return ""

    def previous(self, row: Row, column: Column) -> object:
        """The figure of the month before; None where it is not known."""
        return None

    def year_before(self, row: Row, column: Column) -> object:
        """The figure of the same month a year ago; None where it is not known."""
        return None

    def every_cell_leads(self) -> bool:
        """Whether ``drill_url`` is asked for all cells, not only for measures."""
        return False

    def file_title(self) -> str:
        """Name of the downloaded file, without its ending."""
        return self.heading().title

    def flag(self, row: Row, column: Column) -> tuple[str, str]:
        """Class and words of a cell that is set apart; empty for all others."""
        return "", ""

    def total_flag(self, total: Totals, column: Column) -> tuple[str, str]:
        """The same for a cell of the total row."""
        return "", ""

    @cached_property
    def jump(self) -> tuple[Decimal, Decimal]:
        """A change of at least this much, and of more than this percentage, is marked."""
        return Decimal(10), Decimal(30)

    def jumps(self, now: int | Decimal, before: int | Decimal) -> bool:
        """Whether a change is so big that it must be looked at."""
        least, share = self.jump
        change = abs(Decimal(now) - Decimal(before))
        return change >= least and change * 100 > share * abs(Decimal(before))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.prepare()
        table, rows = self.table(), self.rows()
        part = self._part(table)
        self.comparing = next((code for code, _, _ in COMPARISONS if code == request.GET.get("compare")), "")
        look = Look(
            cell_url=self.drill_url,
            sources=True,
            beside=self._change if self.comparing else None,
            flag=self._flag,
            total_flag=self.total_flag,
            every=self.every_cell_leads(),
            css="sheet-table",
        )
        return self.show(
            {
                "markup": html_table(part, rows, look=look, total=self.total(rows)),
                "rows": rows,
                "sheets": self._sheet_links(table),
                "versions": self.versions(),
                "checks": self.checks(),
                "formats": [(code, FORMATS[code]) for code in self.formats],
                "heading": self.heading(),
                "comparisons": self._comparisons(),
                "notes": table.notes,
            }
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Download: always every sheet of the table, journalled with the fingerprint."""
        self.prepare()
        self.demand(self.export_permission or self.permission)
        wanted = request.POST.get("format", "")
        if wanted not in self.formats:
            raise Refusal("没有这种下载格式，请刷新页面后再试")
        table, rows, heading = self.table(), self.rows(), self.heading()
        content = render(wanted, table, rows, heading, self.total(rows))
        facts = {"list": heading.title, "rows": len(rows), "format": wanted, "digest": digest(table, rows)}
        record(actor=request.user, action="export", facts=facts)
        return download(content, f"{self.file_title()}.{wanted}")

    def _part(self, table: Table) -> Table:
        wanted = self.request.GET.get("sheet", "")
        found = next((sheet for sheet in table.sheets if sheet.title == wanted), None)
        return table.sheet(found or table.sheets[0]) if table.sheets else table

    def _sheet_links(self, table: Table) -> list[dict[str, Any]]:
        wanted = self.request.GET.get("sheet") or (table.sheets[0].title if table.sheets else "")
        links = []
        for sheet in table.sheets:
            query = self.request.GET.copy()
            query["sheet"] = sheet.title
            links.append(
                {"label": sheet.title, "url": f"?{query.urlencode()}", "current": sheet.title == wanted}
            )
        return links

    def _comparisons(self) -> list[dict[str, Any]]:
        """What one may compare with, as far as the page knows it."""
        links = []
        for code, label, method in COMPARISONS:
            if getattr(type(self), method) is getattr(SheetPage, method):
                continue
            query = self.request.GET.copy()
            current = self.comparing == code
            if current:
                query.pop("compare", None)
            else:
                query["compare"] = code
            links.append({"label": label, "url": f"?{query.urlencode()}", "current": current})
        return links

    def _before(self, row: Row, column: Column) -> object:
        return self.year_before(row, column) if self.comparing == "year" else self.previous(row, column)

    def _change(self, row: Row, column: Column) -> str:
        now, before = column.read(row), self._before(row, column)
        if not isinstance(now, int | Decimal) or not isinstance(before, int | Decimal) or now == before:
            return ""
        return f"{'↑' if now > before else '↓'}{text(column, abs(now - before))}"

    def _flag(self, row: Row, column: Column) -> tuple[str, str]:
        flagged = self.flag(row, column)
        if flagged[0] or not self.comparing:
            return flagged
        now, before = column.read(row), self._before(row, column)
        if isinstance(now, int | Decimal) and isinstance(before, int | Decimal) and self.jumps(now, before):
            return "jump", "变化大"
        return "", ""


def render(
    kind: str, table: Table, rows: Sequence[Row], heading: Heading, total: Totals | None
) -> bytes | BytesIO:
    """The sheet as a file, masked as on the page."""
    if kind == "pdf":
        return render_pdf(table, rows, heading=heading, total=total, scene=Scene.LIST)
    target = BytesIO()
    write = write_styled if kind == "xlsx" else write_docx
    write(table, rows, target, heading=heading, total=total, scene=Scene.LIST)
    return target
