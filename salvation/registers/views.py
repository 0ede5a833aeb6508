"""The pages of every declared register. The code in the address names the register."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.urls import reverse

from salvation.access.models import ScopedModel
from salvation.access.services import get_visible, require
from salvation.files.services import attachments_of
from salvation.journal.actions import wording
from salvation.registers.register import Register, find_register
from salvation.registers.selectors import record_history
from salvation.registers.services import create_record, update_record
from salvation.tables.model import Table
from salvation.tables.values import text
from salvation.web.navigation import SIGNED_IN
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
        self.export_permission = self.register.view  # type: ignore[misc]

    def page_title(self) -> str:
        return self.register.label

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(*self.register.related)

    def row_url(self, row: Any) -> str:
        return self.register.record_url(row)

    def context(self, *args: Any) -> dict[str, Any]:
        user: Any = self.request.user
        create = reverse("registers:create", kwargs={"code": self.register.code})
        return {**super().context(*args), "create": create if user.may(self.register.edit) else ""}


class RegisterRecord(OfRegister, RecordPage):
    permission = SIGNED_IN
    model = ScopedModel
    tabs = (Tab("facts", "登记内容", "registers/facts.html", lambda page, record: page.facts(record)),)

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        super().setup(request, *args, **kwargs)
        self.model = self.register.model  # type: ignore[misc]

    def narrow(self, rows: Any) -> Any:
        return rows.select_related(*self.register.related)

    def head(self, subject: Any) -> Head:
        user: Any = self.request.user
        edit = reverse("registers:edit", kwargs={"code": self.register.code, "pk": subject.pk})
        links = (
            [Link("修改", edit)] if user.may(self.register.edit, getattr(subject, self.register.unit)) else []
        )
        return Head(str(subject), ((self.register.label, getattr(subject, self.register.unit)),), links)

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
        return {"pairs": pairs, "files": files, "kinds": dict(self.register.files)}


class RegisterForm(OfRegister, FormPage):
    """Create, or edit when the address brings ``pk``."""

    permission = SIGNED_IN
    editing = True
    edits = True
    record: Any = None
    success = "已保存"

    def prepare(self) -> None:
        self.record = None
        if "pk" in self.kwargs:
            rows = self.register.model._default_manager.all()
            self.record = get_visible(rows, self.request.user, pk=self.kwargs["pk"])
            require(self.request.user, self.register.edit, getattr(self.record, self.register.unit))

    def page_title(self) -> str:
        return f"{'修改' if 'pk' in self.kwargs else '新增'}{self.register.label}"

    def make_form(self, data: Any, files: Any) -> Any:
        return self.register.form(data, files, instance=self.record, actor=self.request.user)

    def shown_sections(self, form: Any) -> list[dict[str, Any]]:
        self.sections: Sequence[Section] = self.register.sections  # type: ignore[misc]
        return super().shown_sections(form)

    def cancel_url(self) -> str:
        return self.register.record_url(self.record) if self.record else self.register.list_url

    def save(self, form: Any) -> str:
        kinds = [kind for kind, _ in self.register.files if kind in form.fields]
        uploads = {kind: form.cleaned_data[kind] for kind in kinds}
        write = update_record if self.record else create_record
        saved = write(register=self.register, form=form, actor=self.request.user, uploads=uploads)
        return self.register.record_url(saved)
