"""The pages of every declared register. The code in the address names the register."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.urls import reverse

from salvation.access.models import ScopedModel
from salvation.access.services import get_visible, require
from salvation.documents.writers import WRITERS
from salvation.files.services import attachments_of
from salvation.journal.actions import wording
from salvation.journal.services import record as journal
from salvation.registers.register import Register, find_register
from salvation.registers.selectors import record_history
from salvation.registers.services import create_record, update_record
from salvation.tables.model import Table
from salvation.tables.values import text
from salvation.web.downloads import download
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import ScopedPage
from salvation.web.pages.forms import FormPage, Section
from salvation.web.pages.lists import ListPage
from salvation.web.pages.records import Event, Head, Link, RecordPage, Tab


class OfRegister:
    """Looks the register up before the page's own gate, then asks for the register's permission."""

    register: Register
    editing = False

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        self.register = find_register(kwargs["code"])
        super().setup(request, *args, **kwargs)  # type: ignore[misc]

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.user.is_authenticated:
            require(request.user, self.register.edit if self.editing else self.register.view)
        response: HttpResponseBase = super().dispatch(request, *args, **kwargs)  # type: ignore[misc]
        return response


class RegisterList(OfRegister, ListPage):
    permission = SIGNED_IN
    model = ScopedModel
    table = Table("registers", "登记簿", ())

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.model = self.register.model  # type: ignore[misc]
        self.table = self.register.table  # type: ignore[misc]
        self.default_sort = self.register.sort  # type: ignore[misc]
        self.filter_form = self.register.filters  # type: ignore[misc]
        self.empty = self.register.empty  # type: ignore[misc]
        self.lead_in = self.register.lead_in  # type: ignore[misc]
        self.create_label = "选人登记" if self.register.about else "新增"  # type: ignore[misc]
        self.export_permission = self.register.view  # type: ignore[misc]

    def page_title(self) -> str:
        return self.register.label

    def narrow(self, rows: Any) -> Any:
        return self.register.enriched(rows)

    def row_url(self, row: Any) -> str:
        return self.register.record_url(row)

    def context(self, *args: Any) -> dict[str, Any]:
        user: Any = self.request.user
        about = self.register.about
        create = (
            reverse(about.start)
            if about
            else reverse("registers:create", kwargs={"code": self.register.code})
        )
        return {**super().context(*args), "create": create if user.may(self.register.edit) else ""}


class RegisterRecord(OfRegister, RecordPage):
    permission = SIGNED_IN
    model = ScopedModel
    tabs = (Tab("facts", "登记内容", "registers/facts.html", lambda page, record: page.facts(record)),)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.model = self.register.model  # type: ignore[misc]

    def narrow(self, rows: Any) -> Any:
        return self.register.enriched(rows)

    def head(self, subject: Any) -> Head:
        user: Any = self.request.user
        register, key = self.register, {"code": self.register.code, "pk": subject.pk}
        links: list[Link] = []
        if register.editable(subject) and user.may(register.edit, getattr(subject, register.seat)):
            links.append(Link(register.edit_label, reverse("registers:edit", kwargs=key)))
        if register.paper:
            for form, label in (("pdf", "打印（PDF）"), ("docx", "下载Word")):
                links.append(
                    Link(label, reverse("registers:paper", kwargs={**key, "form": form}), swap=False)
                )
        if register.about:
            links.append(Link("照料档案", register.about.back(register.about.of(subject))))
        links += register.links(subject) if register.links else []
        return Head(str(subject), ((register.label, getattr(subject, register.unit)),), links)

    def timeline(self, subject: Any) -> list[Event]:
        """Who registered it and who changed which fields, from the journal, newest first."""
        return [
            Event(e.at, e.actor_name, wording(e.action), e.facts.get("changed", ""))
            for e in record_history(subject)
        ]

    def facts(self, record: Any) -> Mapping[str, Any]:
        """Label and value of everything the register shows, and the attachments this person may open."""
        table = self.register.table
        pairs: Mapping[str, Any] = {
            column.label: text(column, column.read(record)) for column in table.leaves()
        }
        if self.register.details:
            pairs = self.register.details(record)
        files = attachments_of(record).visible_to(self.request.user)  # type: ignore[attr-defined]
        kinds = dict(self.register.files)
        return {
            "pairs": pairs,
            "files": files,
            "kinds": kinds,
            "changes": self.register.edit_form is None and self.register.editable(record),
        }


class RegisterForm(OfRegister, FormPage):
    """Create, or edit when the address brings ``pk``; about somebody when it brings ``subject``."""

    permission = SIGNED_IN
    editing = True
    record: Any = None
    subject: Any = None
    success = "已保存"

    def prepare(self) -> None:
        register, user = self.register, self.request.user
        self.record = self.subject = None
        # A new record offers the hour of opening and the like: nobody changed that behind anybody's back.
        self.edits = "pk" in self.kwargs  # type: ignore[misc]
        if "pk" in self.kwargs:
            rows = register.model._default_manager.select_related(*register.related)
            self.record = get_visible(rows, user, pk=self.kwargs["pk"])
            require(user, register.edit, getattr(self.record, register.seat))
            self.subject = register.about.of(self.record) if register.about else None
        elif register.about and "subject" in self.kwargs:
            rows = register.about.model._default_manager.all()
            self.subject = get_visible(rows, user, pk=self.kwargs["subject"])
            require(user, register.edit, register.about.place(self.subject)[register.seat])

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """A record of somebody begins with choosing him; one that is closed is only read."""
        self.prepare()
        if self.register.about and self.subject is None:
            return HttpResponseRedirect(reverse(self.register.about.start))
        if self.record is not None and not self.register.editable(self.record):
            return HttpResponseRedirect(self.register.record_url(self.record))
        return super().get(request, *args, **kwargs)

    def page_title(self) -> str:
        verb = self.register.edit_label if "pk" in self.kwargs else "新增"
        return f"{verb}{self.register.label}" + (f"：{self.subject}" if self.subject else "")

    def make_form(self, data: Any, files: Any) -> Any:
        register = self.register
        if register.about and self.subject is None:
            raise Http404("请先选择登记给谁")
        chosen = register.edit_form if self.record is not None and register.edit_form else register.form
        about = {"subject": self.subject} if register.about else {}
        return chosen(data, files, instance=self.record, actor=self.request.user, **about)

    def shown_sections(self, form: Any) -> list[dict[str, Any]]:
        self.sections: Sequence[Section] = self.register.sections  # type: ignore[misc]
        return super().shown_sections(form)

    def cancel_url(self) -> str:
        if self.record:
            return self.register.record_url(self.record)
        return self.register.about.back(self.subject) if self.register.about else self.register.list_url

    def save(self, form: Any) -> str:
        register = self.register
        kinds = [kind for kind, _ in register.files if kind in form.fields]
        uploads = {kind: form.cleaned_data[kind] for kind in kinds}
        given: dict[str, Any] = {
            "register": register,
            "form": form,
            "actor": self.request.user,
            "uploads": uploads,
        }
        saved = update_record(**given) if self.record else create_record(**given, subject=self.subject)
        return register.record_url(saved)


class RegisterPaper(OfRegister, ScopedPage):
    """A record on paper."""

    title = "打印"
    permission = SIGNED_IN
    model = ScopedModel

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.model = self.register.model  # type: ignore[misc]

    def narrow(self, rows: Any) -> Any:
        return self.register.enriched(rows)

    def get(self, request: HttpRequest, code: str, pk: int, form: str) -> FileResponse:
        if self.register.paper is None or form not in WRITERS:
            raise Http404(f"没有 {form} 格式")
        found = self.subject(pk=pk)
        unit = getattr(found, self.register.unit)
        paper = self.register.paper(found)
        facts = {"what": paper.title, "form": form}
        journal(actor=request.user, action="export", subject=found, unit=unit, facts=facts)
        return download(WRITERS[form](paper), f"{paper.title}-{found}.{form}")
