"""核验打印件 in the browser: a code, a number or a file leads to the record, and says whether it still says the same."""
# requirements: B23

from typing import Any, ClassVar

from django import forms
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from salvation.documents.copies import CHANGED, GONE, SAME, VOID, WORDS, verify
from salvation.documents.models import PrintedCopy
from salvation.documents.paperless import paperless
from salvation.documents.writers import shown_code
from salvation.domain.errors import Refusal
from salvation.files.checks import LIMIT
from salvation.tables.model import Column, Kind, State, Table
from salvation.web.filters import FilterForm
from salvation.web.pages.base import Page
from salvation.web.pages.lists import ListPage
from salvation.web.wording import speak_plainly

STANDINGS = {
    SAME: State(WORDS[SAME], "good"),
    CHANGED: State(WORDS[CHANGED], "wait"),
    VOID: State(WORDS[VOID], "bad"),
    GONE: State(WORDS[GONE], "bad"),
}
MEANINGS = {
    SAME: "电子件没有变化，纸面应与电子件逐字相同。请打开电子件对照",
    CHANGED: "打印以后电子件有更新，纸面是旧的内容，以电子件为准",
    VOID: "该文书已经作废，纸面不再有效",
    GONE: "电子件已不在系统中，请联系系统管理员",
}
FORMS = {"pdf": "PDF", "docx": "Word"}
COPIES = Table(
    "printed-copies",
    "打印记录",
    (
        Column("title", "文书", priority=1, link=True),
        Column("code", "核验码", value=lambda copy: shown_code(copy.code), priority=3),
        Column(
            "number", "文号", value=lambda copy: (copy.document.number or "草稿") if copy.document else ""
        ),
        Column(
            "about", "事项", value=lambda copy: copy.document.about if copy.document else "", optional=True
        ),
        Column("printed_by", "打印人", value=lambda copy: str(copy.printed_by or "")),
        Column("printed_at", "打印时间", Kind.DATE, sort="printed_at", priority=2),
        Column("form", "格式", value=lambda copy: FORMS.get(copy.form, "")),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value=lambda copy: copy.village.name if copy.village else ""),
    ),
)


class CopyFilter(FilterForm):
    title = forms.CharField(label="文书", max_length=60)
    number = forms.CharField(label="文号", max_length=60)
    unit = forms.CharField(label="受理单位", max_length=30)
    lookups: ClassVar[dict[str, str]] = {
        "title": "title__contains", "number": "document__number__contains", "unit": "unit__name__contains",
    }  # fmt: skip


class PrintedCopies(ListPage):
    title = "打印记录"
    permission = "document.view"
    model = PrintedCopy
    table = COPIES
    filter_form = CopyFilter
    lead_in = "从系统下载、打印的文书和表单，每一份都有核验码。点文书名核验。"
    empty = ("还没有打印过文书", "在申请、变更单的“文书”页签中下载 PDF 或 Word，打印件页脚有核验码")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village", "document", "printed_by")

    def row_url(self, row: PrintedCopy) -> str:
        return f"{reverse('documents:verify')}?text={shown_code(row.code)}"


class VerifyForm(forms.Form):
    text = forms.CharField(
        label="核验码、内容校验或文号", required=False, max_length=80,
        help_text="核验码在页脚，例如 ABCD-EFGH-JKLM，也可用扫码枪录入；没有核验码的旧件输入内容校验或文号",
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
    )  # fmt: skip
    file = forms.FileField(
        label="或选择文件", required=False,
        help_text="从系统下载的 PDF、Word 原文件；只用来核验，不保存。扫描件、照片请输入核验码",
    )  # fmt: skip

    def clean_file(self) -> Any:
        upload = self.cleaned_data.get("file")
        if upload is not None and upload.size > LIMIT:
            raise forms.ValidationError("文件超过20兆，不是系统出具的文书；请输入核验码")
        return upload


class VerifyPaper(Page):
    """A paper somebody brings: what is it of, and does the record still say so."""

    title = "核验打印件"
    permission = "document.view"
    template_name = "documents/verify.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        if not request.GET.get("text", "").strip():
            return self._page(VerifyForm(), None)
        return self._answer(VerifyForm({"text": request.GET["text"]}))

    def post(self, request: HttpRequest) -> HttpResponse:
        return self._answer(VerifyForm(request.POST, request.FILES))

    def _answer(self, form: VerifyForm) -> HttpResponse:
        speak_plainly(form)
        if not form.is_valid():
            return self._page(form, None, status=422)
        upload, text = form.cleaned_data["file"], form.cleaned_data["text"]
        try:
            found = verify(actor=self.request.user, text=text, content=upload.read() if upload else None)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self._page(form, None, status=422)
        shown = [
            {"found": one, "state": STANDINGS[one.standing], "means": MEANINGS[one.standing]} for one in found
        ]
        return self._page(form, {"rows": shown, "file": upload.name if upload else "", "text": text})

    def _page(self, form: VerifyForm, result: Any, *, status: int = 200) -> HttpResponse:
        user: Any = self.request.user
        posts = user.current_posts
        on = bool(posts) and paperless(posts[0].unit, timezone.localdate())
        return self.show({"form": form, "result": result, "paperless": on}, status=status)
