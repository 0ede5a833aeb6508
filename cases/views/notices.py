"""公示单 in the browser: what hangs where until when, the sheet to print, taking it down."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.models import NoticeSheet
from cases.services.notice_sheets import sheet_paper, withdraw_sheet
from salvation.documents.html import paper_html
from salvation.documents.services import WRITERS, traced
from salvation.journal.services import record
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.downloads import download
from salvation.web.filters import FilterForm
from salvation.web.pages.base import ScopedPage
from salvation.web.pages.lists import ListPage

STATES = {
    "OPEN": State("公示中", "wait"),
    "OVER": State("期满，应撤下", "bad"),
    "DOWN": State("已撤下", "ended"),
}


def state_of(sheet: NoticeSheet) -> str:
    """Asked of the dates, never stored."""
    if sheet.withdrawn_on:
        return "DOWN"
    return "OVER" if timezone.localdate() > sheet.ends_on else "OPEN"


SHEETS = Table(
    "notices",
    "公示单",
    (
        Column("title", "公示单", value=str, priority=1, link=True),
        Column("state", "状态", Kind.STATE, value=state_of, states=STATES, priority=2),
        Column("rows", "户数", Kind.COUNT, value=lambda sheet: len(sheet.rows), priority=3),
        Column("village", "村（社区）", value="village.name"),
        Column("place", "公示地点"),
        Column("posted_on", "张贴日期", Kind.DATE, sort="posted_on"),
        Column("ends_on", "公示截止", Kind.DATE, sort="ends_on"),
        Column("withdrawn_on", "撤下日期", Kind.DATE),
    ),
)


class SheetFilter(FilterForm):
    village = forms.CharField(label="村（社区）", max_length=30)
    state = forms.ChoiceField(
        label="状态", choices=[("", "全部"), *((code, state.label) for code, state in STATES.items())]
    )
    lookups: ClassVar[dict[str, str]] = {"village": "village__name__contains"}

    def narrow(self, rows: Any) -> Any:
        today = timezone.localdate()
        match self.cleaned_data.get("state"):
            case "DOWN":
                return rows.filter(withdrawn_on__isnull=False)
            case "OVER":
                return rows.filter(withdrawn_on__isnull=True, ends_on__lt=today)
            case "OPEN":
                return rows.filter(withdrawn_on__isnull=True, ends_on__gte=today)
        return rows


class NoticeSheets(ListPage):
    title = "公示单"
    permission = "notice.view"
    model = NoticeSheet
    table = SHEETS
    filter_form = SheetFilter
    record_url = "cases:notice"
    empty = ("没有符合条件的公示单", "初审通过时自动生成，同村同日同类的列在一张上")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village")


class NoticePage(ScopedPage):
    title = "公示单"
    permission = "notice.view"
    model = NoticeSheet
    template_name = "cases/notice.html"

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "unit__county", "village", "withdrawn_by")

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        sheet = self.subject(pk=pk)
        user: Any = request.user
        state = state_of(sheet)
        may = state == "OVER" and user.may("case.notice", sheet.unit)
        found = {
            "sheet": sheet,
            "state": STATES[state],
            "markup": paper_html(sheet_paper(sheet)),
            "may_withdraw": may,
        }
        return self.show({**found, "page_title": str(sheet)})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        withdraw_sheet(sheet=self.subject(pk=pk), actor=request.user, on=timezone.localdate())
        messages.success(request, "已登记撤下")
        return HttpResponseRedirect(reverse("cases:notice", args=[pk]))


class NoticeFile(ScopedPage):
    title = "下载公示单"
    permission = "notice.view"
    model = NoticeSheet

    def get(self, request: HttpRequest, pk: int, form: str) -> FileResponse:
        if form not in WRITERS:
            raise Http404(f"没有 {form} 格式")
        sheet = self.subject(pk=pk)
        content = WRITERS[form](sheet_paper(sheet, trace=traced(request.user)))
        record(actor=request.user, action="notice.file", subject=sheet, unit=sheet.unit, facts={"form": form})
        return download(content, f"{sheet}.{form}")
