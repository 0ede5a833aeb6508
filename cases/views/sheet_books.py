"""签字报表合订本 in the browser: all sheets of a town in one PDF, made by a job, taken from here."""

from typing import Any

from django import forms
from django.http import FileResponse, HttpRequest
from django.urls import reverse
from django.utils import timezone

from cases.jobs import SHEET_BOOK
from cases.models import SheetBook
from cases.services.sheet_books import book_content
from salvation.access.reach import reach_of
from salvation.domain.month import Month
from salvation.tables.model import Column, Kind, Table
from salvation.units.models import Unit
from salvation.web.downloads import download
from salvation.web.fields import MonthField
from salvation.web.following import follow
from salvation.web.pages.base import ScopedPage
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage

BOOKS = Table(
    "sheet-books",
    "签字报表合订本",
    (
        Column("name", "文件", priority=1, link=True, width=40),
        Column("unit", "单位", value="unit.name", sort="unit__sort"),
        Column("month", "周期", value=lambda book: str(book.cycle), sort="cycle__month", priority=2),
        Column("villages", "村（社区）数", Kind.COUNT, priority=3),
        Column("households", "在保户数", Kind.COUNT),
        Column("made_at", "生成日期", Kind.DATE, value=lambda book: timezone.localdate(book.made_at), sort="made_at"),
        Column("made_by", "打印人", value=lambda book: str(book.made_by or "")),
    ),
)  # fmt: skip


class SheetBooks(ListPage):
    title = "签字报表成册打印"
    permission = "case.view"
    model = SheetBook
    table = BOOKS
    record_url = "cases:sheet_book"
    default_sort = "-made_at"
    create_url = "cases:new_sheet_book"
    create_permission = "case.view"
    create_label = "打印一个乡镇的全部报表"
    lead_in = "一个乡镇当月各村的签字报表合成一个 PDF，每村从正面起页，打印后分发各村核对签字。"
    empty = ("还没有生成过", "点“打印一个乡镇的全部报表”，在后台生成")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "cycle", "made_by")


class BookForm(forms.Form):
    unit = forms.ModelChoiceField(label="乡镇", queryset=Unit.objects.none(), empty_label="请选择")
    month = MonthField(label="周期")

    def __init__(self, *args: Any, units: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]


class NewBook(FormPage):
    title = "打印一个乡镇的全部签字报表"
    permission = "case.view"
    form_class = BookForm
    drafts = False
    submit_label = "生成 PDF"

    def make_form(self, data: Any, files: Any) -> BookForm:
        units = Unit.objects.filter(
            kind=Unit.Kind.TOWN, pk__in=reach_of(self.request.user, "case.view").units
        )
        initial = {"month": str(Month.of(timezone.localdate()))}
        found = list(units[:2])
        if len(found) == 1:
            initial["unit"] = str(found[0].pk)
        return BookForm(data, files, units=units.order_by("sort", "code"), initial=initial)

    def save(self, form: Any) -> str:
        given, user = form.cleaned_data, self.request.user
        period = f"{Month.parse(given['month'])}-u{user.pk}"
        return follow(code=SHEET_BOOK, unit=given["unit"], period=period, actor=user, done=self.cancel_url())

    def cancel_url(self) -> str:
        return reverse("cases:sheet_books")


class BookFile(ScopedPage):
    title = "下载签字报表合订本"
    permission = "case.view"
    model = SheetBook

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit")

    def get(self, request: HttpRequest, pk: int) -> FileResponse:
        book = self.subject(pk=pk)
        return download(book_content(book=book, actor=request.user), book.name)
