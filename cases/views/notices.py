"""公示单 in the browser: what hangs where until when, the sheet to print, taking it down."""

from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from cases.models import Application, NoticeSheet, Objection
from cases.services.notice_sheets import (
    add_sheet_photos,
    object_at_sheet,
    row_of,
    sheet_paper,
    withdraw_sheet,
)
from salvation.access.services import get_visible, require
from salvation.documents.copies import hand_out_declared
from salvation.documents.html import paper_html
from salvation.documents.writers import WRITERS
from salvation.files.services import attachments_of
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.downloads import download
from salvation.web.fields import FilesField
from salvation.web.filters import FilterForm
from salvation.web.pages.base import ScopedPage
from salvation.web.pages.forms import FormPage
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
        notices = user.may("case.notice", sheet.unit)
        voices = Objection.objects.filter(application__notices__sheet=sheet, raised_on__gte=sheet.posted_on)
        found = {
            "sheet": sheet,
            "state": STATES[state],
            "markup": paper_html(sheet_paper(sheet)),
            "may_withdraw": state == "OVER" and notices,
            "may_object": state == "OPEN" and notices,
            "may_add": user.may("file.add", sheet.village),
            "photos": attachments_of(sheet),
            "voices": voices.distinct().order_by("pk"),
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
        content = hand_out_declared(
            code="notice-sheet", subject=sheet, unit=sheet.unit, form=form, actor=request.user,
            action="notice.file",
        )  # fmt: skip
        return download(content, f"{sheet}.{form}")


class OfSheet(FormPage):
    """A form about one sheet."""

    drafts = False
    sheet: NoticeSheet

    def prepare(self) -> None:
        rows = NoticeSheet.objects.select_related("unit", "village")
        self.sheet = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        require(self.request.user, self.permission, self.sheet.village)

    def page_title(self) -> str:
        return f"{self.title}：{self.sheet}"

    def cancel_url(self) -> str:
        return reverse("cases:notice", args=[self.kwargs["pk"]])


class SheetPhotosForm(forms.Form):
    photos = FilesField(label="照片", help_text="公示开始、结束各一张，拍清公示栏和公示单；JPG 或 PNG")


class SheetPhotos(OfSheet):
    title = "上传公示单照片"
    permission = "file.add"
    form_class = SheetPhotosForm
    submit_label = "上传"
    success = "已上传"

    def save(self, form: Any) -> str:
        add_sheet_photos(sheet=self.sheet, photos=form.cleaned_data["photos"], actor=self.request.user)
        return self.cancel_url()


class SheetVoiceForm(forms.Form):
    household = forms.TypedChoiceField(label="对哪一户", coerce=int)
    objector = forms.CharField(label="异议人", max_length=50, required=False, help_text="可不填，按匿名登记")
    content = forms.CharField(label="异议内容", max_length=1500, widget=forms.Textarea(attrs={"rows": 4}))

    def __init__(self, *args: Any, households: list[tuple[int, str]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["household"].choices = households  # type: ignore[attr-defined]


class SheetVoice(OfSheet):
    """An objection heard where the sheet hangs; the township that handles the family answers it."""

    title = "登记公示异议"
    permission = "case.notice"
    submit_label = "登记异议"
    success = "已登记，受理单位按规定复核"
    hint = "登记后该户转入异议复核，由受理的乡镇重新调查或者民主评议"

    def make_form(self, data: Any, files: Any) -> SheetVoiceForm:
        notices = self.sheet.notices.filter(application__state="NOTICING").select_related(
            "application__applicant"
        )
        found = [(one.application_id, self._shown(one)) for one in notices.order_by("pk")]
        return SheetVoiceForm(data, files, households=found)

    def _shown(self, notice: Any) -> str:
        return row_of(notice)["name"] + f"（{notice.people}人）"

    def save(self, form: Any) -> str:
        cleaned = form.cleaned_data
        rows = self.sheet.notices.filter(application=cleaned["household"]).select_related("application")
        application: Application = rows[0].application
        object_at_sheet(
            sheet=self.sheet, application=application, content=cleaned["content"], objector=cleaned["objector"],
            actor=self.request.user, now=timezone.now(),
        )  # fmt: skip
        return self.cancel_url()
