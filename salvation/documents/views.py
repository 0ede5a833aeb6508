"""文书 in the browser: list, record with the text as it goes out, drawing up, issuing in one click, files."""

from typing import Any, ClassVar

from django import forms
from django.apps import apps
from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from salvation.access.services import get_visible
from salvation.documents.declared import KINDS, Kind
from salvation.documents.flows import DOCUMENT
from salvation.documents.html import paper_html
from salvation.documents.models import Document
from salvation.documents.paperless import paperless
from salvation.documents.services import (
    document_file,
    draft_document,
    edit_document,
    issue_document,
    print_form,
)
from salvation.documents.writers import WRITERS
from salvation.domain.errors import Refusal
from salvation.flow.models import FlowSubject
from salvation.flow.registry import FLOWS
from salvation.tables.model import Column, Table
from salvation.tables.model import Kind as Shown
from salvation.vault import facts as sealed_facts
from salvation.web.downloads import download
from salvation.web.filters import FilterForm
from salvation.web.pages.base import Page, ScopedPage
from salvation.web.pages.forms import FormPage
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Head, Link, RecordPage, Tab
from salvation.web.steps import field_for, kept

STATES = {state.code: state for state in DOCUMENT.states}
DOCUMENTS = Table(
    "documents",
    "文书",
    (
        Column("about", "事项", priority=1, link=True),
        Column("title", "文书", priority=3),
        Column("number", "文号", value=lambda d: d.number or "未签发"),
        Column("state", "状态", Shown.STATE, states=STATES, priority=2),
        Column("issuer", "签发单位", value="issuer.name"),
        Column("dated", "文书日期", Shown.DATE, sort="dated"),
        Column("due_on", "送达期限", Shown.DATE, sort="due_on"),
        Column("delivered_on", "送达日期", Shown.DATE, sort="delivered_on"),
        Column("unit", "受理单位", value="unit.name"),
        Column("village", "村（社区）", value=lambda d: d.village.name if d.village else ""),
    ),
)


class DocumentFilter(FilterForm):
    about = forms.CharField(label="事项", max_length=60)
    number = forms.CharField(label="文号", max_length=60)
    title = forms.ChoiceField(label="文书")
    state = forms.ChoiceField(label="状态", choices=[("", "全部"), *DOCUMENT.choices()])
    lookups: ClassVar[dict[str, str]] = {
        "about": "about__contains",
        "number": "number__contains",
        "title": "code",
        "state": "state",
    }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        named = [(kind.code, kind.title) for kind in KINDS.values() if not kind.form]
        self.fields["title"].choices = [("", "全部"), *named]  # type: ignore[attr-defined]


class DocumentList(ListPage):
    title = "文书"
    permission = "document.view"
    model = Document
    table = DOCUMENTS
    filter_form = DocumentFilter
    record_url = "documents:document"
    empty = ("没有符合条件的文书", "在申请、变更单的“文书”页签中拟制；流程需要的文书会自动拟好草稿")

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village", "issuer")


def text(page: Any, document: Document) -> dict[str, Any]:
    missing = document.composed().missing if document.state == "DRAFT" else ()
    return {"document": document, "markup": paper_html(document.paper()), "missing": missing}


class DocumentRecord(RecordPage):
    model = Document
    permission = "document.view"
    tabs = (Tab("text", "正文", "documents/text.html", text),)

    def narrow(self, rows: Any) -> Any:
        return rows.select_related("unit", "village", "issuer", "issued_by")

    def head(self, subject: Document) -> Head:
        user: Any = self.request.user
        facts = [
            ("事项", subject.about),
            ("文号", subject.number or "签发时给出"),
            ("签发单位", subject.issuer),
            ("文书日期", f"{subject.dated:%Y-%m-%d}"),
            ("依据", subject.kind.basis),
        ]
        if subject.delivered_on:
            facts.append(("送达", f"{subject.delivered_on:%Y-%m-%d} {subject.get_way_display()}"))
        links = [
            Link(label, reverse("documents:file", args=[subject.pk, form]), swap=False)
            for form, label in (("pdf", "下载 PDF"), ("docx", "下载 Word"))
        ]
        if subject.state == "DRAFT" and subject.kind.needs and user.may("document.issue", subject.unit):
            links.insert(0, Link("改内容", reverse("documents:edit", args=[subject.pk])))
        links.append(Link("办理的件", FLOWS[subject_flow(subject)].url(subject.subject)))
        return Head(subject.title, facts, links)


def subject_flow(document: Document) -> str:
    """The flow of what a document is about."""
    model: Any = apps.get_model(document.subject_type)
    return str(model.flow.code)


def kind_of(code: str) -> Kind:
    """Raises Http404: the code comes from an address."""
    if code not in KINDS:
        raise Http404(f"没有文书 {code}")
    return KINDS[code]


def subject_of(kind: Kind, user: Any, pk: int) -> FlowSubject:
    """The record a document is to be about, if this person may see it. Raises Http404."""
    model: Any = apps.get_model(kind.subject)
    found: FlowSubject = get_visible(model._default_manager.all(), user, pk=pk)
    return found


class DocumentForm(FormPage):
    """What a document asks for, one field a need."""

    permission = "document.issue"
    kind: Kind

    def make_form(self, data: Any, files: Any) -> forms.Form:
        fields: dict[str, Any] = {need.key: field_for(need, self.request.user) for need in self.kind.needs}
        form_class: Any = type("NeedsForm", (forms.Form,), fields)
        return form_class(data, files, initial=dict(self.initial()))  # type: ignore[no-any-return]

    def given(self, form: Any) -> dict[str, Any]:
        return {key: kept(value) for key, value in form.cleaned_data.items()}


class NewDocument(DocumentForm):
    submit_label = "拟好草稿"
    success = "已拟好，请核对后签发"
    subject: FlowSubject

    def prepare(self) -> None:
        self.kind = kind_of(self.kwargs["code"])
        self.subject = subject_of(self.kind, self.request.user, self.kwargs["pk"])
        if reason := self.kind.may(self.subject):
            raise Refusal(reason)

    def page_title(self) -> str:
        return f"{self.kind.title}：{self.kind.about(self.subject)}"

    def initial(self) -> Any:
        return self.kind.suggest(self.subject)

    def save(self, form: Any) -> str:
        document = draft_document(
            kind=self.kind, subject=self.subject, given=self.given(form), actor=self.request.user, now=timezone.now()
        )  # fmt: skip
        return reverse("documents:document", args=[document.pk])

    def cancel_url(self) -> str:
        return f"{FLOWS[self.subject.flow.code].url(self.subject)}?tab=documents"


class EditDocument(DocumentForm):
    title = "改内容"
    edits = True
    submit_label = "保存"
    success = "已保存"
    document: Document

    def prepare(self) -> None:
        rows = Document.objects.select_related("unit")
        self.document = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
        self.kind = self.document.kind
        if self.document.state != "DRAFT":
            raise Refusal(f"该文书{self.document.get_state_display()}，内容不能再改；需要更正的请作废后重出")

    def page_title(self) -> str:
        return f"{self.title}：{self.document}"

    def initial(self) -> Any:
        return sealed_facts.load(self.document.given)

    def save(self, form: Any) -> str:
        edit_document(document=self.document, given=self.given(form), actor=self.request.user)
        return self.cancel_url()

    def cancel_url(self) -> str:
        return reverse("documents:document", args=[self.kwargs["pk"]])


class IssueDocument(ScopedPage):
    """One click from the tab: issue, then the PDF to print is one more."""

    title = "签发文书"
    permission = "document.issue"
    model = Document

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        document = self.subject(pk=pk)
        issue_document(document=document, actor=request.user, now=timezone.now())
        how = (
            "已电子签名，可打印或电子送达" if paperless(document.unit, document.dated) else "请打印后盖章送达"
        )
        messages.success(request, f"已签发《{document.title}》{document.number}，{how}")
        back = FLOWS[subject_flow(document)].url(document.subject)
        return HttpResponseRedirect(f"{back}?tab=documents")


class DocumentFile(ScopedPage):
    title = "下载文书"
    permission = "document.view"
    model = Document

    def get(self, request: HttpRequest, pk: int, form: str) -> FileResponse:
        document = self.subject(pk=pk)
        content = document_file(document=document, form=known(form), actor=request.user)
        return download(content, f"{document.title}-{document.number or '草稿'}.{form}")


class PrintForm(Page):
    """A sheet for the pen, with what the system knows already."""

    title = "打印表单"
    permission = "document.view"

    def get(self, request: HttpRequest, code: str, pk: int, form: str) -> FileResponse:
        kind = kind_of(code)
        if not kind.form:
            raise Http404(f"《{kind.title}》须先拟制")
        subject = subject_of(kind, request.user, pk)
        content = print_form(kind=kind, subject=subject, form=known(form), actor=request.user)
        return download(content, f"{kind.title}-{kind.about(subject)}.{form}")


def known(form: str) -> str:
    """Raises Http404 for a kind of file that is not written."""
    if form not in WRITERS:
        raise Http404(f"没有 {form} 格式")
    return form
