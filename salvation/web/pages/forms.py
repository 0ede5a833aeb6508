"""The form: sections, error summary, autosaved draft, check-your-answers, sent once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.utils import timezone

from salvation.domain.errors import Refusal
from salvation.web.answers import answers
from salvation.web.pages.base import Page
from salvation.web.rowsets import RowsForm
from salvation.web.services import (
    carry_out_once,
    drop_draft,
    earlier_result,
    find_draft,
    new_token,
    save_draft,
)
from salvation.web.wording import speak_plainly


@dataclass(frozen=True)
class Section:
    """Fields under one heading. Fields no section names follow under a last, unnamed one."""

    title: str
    fields: tuple[str, ...]
    hint: str = ""


class FormPage(Page):
    """Declare ``permission`` and ``form_class``; write ``save``: one service call, returns an address.

    ``check_answers`` puts a page between the form and the act: use it for whatever binds (a form with files
    skips it: a browser does not send a file twice). ``drafts`` keeps what was typed. A Refusal from ``save``
    comes back as an error of the form, at its field where it names one.
    """

    template_name = "pages/form.html"
    form_class: ClassVar[type[forms.BaseForm] | None] = None
    sections: ClassVar[Sequence[Section]] = ()
    check_answers: ClassVar[bool] = False
    drafts: ClassVar[bool] = True
    # The form changes something stored: what somebody else stored meanwhile is shown, not overwritten.
    edits: ClassVar[bool] = False
    offered: str = ""
    submit_label: str = "保存"
    success: str = ""
    aside_template: ClassVar[str] = ""
    hint: ClassVar[str] = ""

    @classmethod
    def check_declaration(cls) -> None:
        super().check_declaration()
        if cls.form_class is None and cls.make_form is FormPage.make_form:
            raise ImproperlyConfigured(f"{cls.__name__} declares no form")

    def prepare(self) -> None:
        """Load what the page is about (through ``visible_to``) before the form is made."""

    def initial(self) -> Mapping[str, Any]:
        """Values shown before anybody typed: nothing is typed twice."""
        return {}

    def make_form(self, data: QueryDict | None, files: Any) -> Any:
        """The form, bound when ``data`` is given."""
        if self.form_class is None:
            raise ImproperlyConfigured(f"{type(self).__name__} declares no form")
        return self.form_class(data, files, initial=dict(self.initial()))  # type: ignore[call-arg]

    def save(self, form: Any) -> str:
        """Carry out the act with ``form.cleaned_data``; returns the address of the result."""
        raise NotImplementedError

    def cancel_url(self) -> str:
        """Where 取消 leads."""
        return "/"

    def extra(self) -> Mapping[str, Any]:
        """More for the template (a running result beside the form)."""
        return {}

    def warnings(self, form: Any) -> Sequence[str]:
        """Consequences with numbers, shown on the check page."""
        return ()

    def must_check(self, form: Any) -> bool:
        """Whether the check page comes before the act."""
        return self.check_answers and not form.is_multipart()

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        self.prepare()
        found = find_draft(actor=request.user, page=request.path) if self.drafts else None
        form = self._fresh()
        if found is None:
            return self._form(form)
        conflict = self._conflict(form, found[0])
        _refill(form, found[0])
        return self._form(form, draft_at=found[1], conflict=conflict)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if result := earlier_result(token=request.POST.get("_once", ""), actor=request.user):
            # Sent twice: by now the record may have moved on, and the person wants to see what came of it.
            return HttpResponseRedirect(result)
        self.prepare()
        act = request.POST.get("_act", "")
        if act == "draft":
            return self._keep_draft()
        if act == "drop_draft":
            drop_draft(actor=request.user, page=request.path)
            return HttpResponseRedirect(request.get_full_path())
        if act.startswith("paste:"):
            return self._paste(act.removeprefix("paste:"))
        # Before the form is judged: judging may write into the record the form is about.
        fresh = self._fresh() if self.edits else None
        form = self.make_form(request.POST, request.FILES)
        speak_plainly(form)
        if act == "change":
            return self._form(self._unchecked(form))
        if not form.is_valid():
            return self._form(form, status=422)
        conflict = self._conflict(fresh, typed_facts(request))
        if conflict is not None:
            return self._form(form, status=409, conflict=conflict)
        if act != "confirmed" and self.must_check(form):
            return self._check(form)
        return self._send(form)

    def _send(self, form: Any) -> HttpResponse:
        request = self.request

        def act() -> str:
            address = self.save(form)
            drop_draft(actor=request.user, page=request.path)
            return address

        try:
            address = carry_out_once(token=request.POST.get("_once", ""), actor=request.user, act=act)
        except Refusal as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, str(refusal))
            return self._form(form, status=422)
        if self.success:
            messages.success(request, self.success)
        return HttpResponseRedirect(address)

    def _check(self, form: Any) -> HttpResponse:
        context = {
            "form": form,
            "answers": answers(form, self.shown_sections(form)),
            "typed": [(key, value) for key, values in self.request.POST.lists() for value in values
                      if key not in ("csrfmiddlewaretoken", "_act")],
            "warnings": self.warnings(form),
        }  # fmt: skip
        return self.show({**context, **self.extra()}, template="pages/check_answers.html")

    def _keep_draft(self) -> HttpResponse:
        typed = typed_facts(self.request)
        saved_at = (
            save_draft(actor=self.request.user, page=self.request.path, typed=typed) if self.drafts else None
        )
        words = f"{timezone.localtime(saved_at):%H:%M:%S} 已自动保存草稿" if saved_at else ""
        return HttpResponse(words, content_type="text/plain; charset=utf-8")

    def _fresh(self) -> Any:
        """The form as it is stored now; its mark goes with the page."""
        form = self.make_form(None, None)
        speak_plainly(form)
        self.offered = mark_of(form) if self.edits else ""
        return form

    def _conflict(self, fresh: Any, facts: Mapping[str, Sequence[str]]) -> list[dict[str, str]] | None:
        """What is stored now beside what was typed, when the stored values changed since the form was opened."""
        seen = facts.get("_seen", [""])[-1]
        if not self.edits or not seen or seen == mark_of(fresh):
            return None
        return differences(fresh, facts)

    def _paste(self, name: str) -> HttpResponse:
        """Rows from a spreadsheet in one of the form's tables: that part alone for a script, else the page."""
        facts = typed_facts(self.request)
        form = self._fresh()
        if not isinstance(form, RowsForm):
            raise Refusal("这张表单没有可粘贴的表格")
        at = facts.get("_row", [""])[-1]
        _refill(form, facts)
        said = form.paste(
            facts,
            name,
            facts.get("_text", facts.get(f"{name}-paste", [""]))[-1],
            at=int(at) if at.isdecimal() and len(at) < 3 else None,
            first=facts.get("_column", [""])[-1],
        )
        if self.request.headers.get("X-Part") != "rowset":
            return self._form(form, pasted=(name, said))
        given, formset = next(shown for shown in form.shown_sets if shown[0].name == name)
        context = {"given": given, "formset": formset, "pasted": (name, said)}
        return self.show(context, template="components/rowset.html")

    def _form(
        self,
        form: Any,
        *,
        status: int = 200,
        draft_at: Any = None,
        conflict: Any = None,
        pasted: tuple[str, str] = ("", ""),
    ) -> HttpResponse:
        context = {
            "conflict": conflict,
            "pasted": pasted,
            "seen": self.offered,
            "form": form,
            "sections": self.shown_sections(form),
            "token": self.request.POST.get("_once") or new_token(),
            "draft_at": draft_at,
            "must_check": self.must_check(form),
            **self.extra(),
        }
        return self.show(context, status=status)

    def _unchecked(self, form: Any) -> Any:
        """The typed form again without complaints: the person came back from the check page."""
        form.is_valid()
        form.errors.clear()
        return form

    def shown_sections(self, form: Any) -> list[dict[str, Any]]:
        """Sections with their bound fields, and whether a field in them is wrong."""
        placed = {name for section in self.sections for name in section.fields}
        rest = tuple(name for name, field in form.fields.items()
                     if name not in placed and not field.widget.is_hidden)  # fmt: skip
        shown = [*self.sections, *([Section("", rest)] if rest else [])]
        return [
            {
                "title": section.title,
                "hint": section.hint,
                "anchor": f"section-{number}",
                "fields": [form[name] for name in section.fields if name in form.fields],
                "bad": any(name in form.errors for name in section.fields) if form.is_bound else False,
            }
            for number, section in enumerate(shown, start=1)
            if any(name in form.fields for name in section.fields)
        ]


def typed_facts(request: HttpRequest) -> dict[str, list[str]]:
    """What was sent, every value of every name."""
    return {key: [str(value) for value in values] for key, values in request.POST.lists()}


def mark_of(form: Any) -> str:
    """A fingerprint of the values a fresh form offers: two are alike only while nobody changed what is stored."""
    own = {name: form.get_initial_for_field(field, name) for name, field in form.fields.items()}
    # A sealed value shows no difference; its sealed bytes do.
    offered = sorted(
        (name, repr(getattr(value, "sealed", value))) for name, value in {**form.initial, **own}.items()
    )
    return sha256(repr(offered).encode()).hexdigest()[:24]


def differences(fresh: Any, facts: Mapping[str, Sequence[str]]) -> list[dict[str, str]]:
    """Fields whose stored value is not what was typed, both in words."""
    found = []
    for name, field in fresh.fields.items():
        typed, stored = facts.get(fresh.add_prefix(name)), fresh.get_initial_for_field(field, name)
        if typed is None or not field.has_changed(stored, typed[-1] if len(typed) == 1 else list(typed)):
            continue
        found.append(
            {"label": str(field.label), "stored": _said(field, stored), "typed": _said(field, typed[-1])}
        )
    return found


def _said(field: Any, value: Any) -> str:
    """A raw value in words."""
    if value in (None, "", []):
        return "未填"
    if hasattr(field, "choices"):
        return str({str(key): label for key, label in field.choices}.get(str(value), value))
    return str(value)


def _refill(form: Any, facts: Mapping[str, Sequence[str]]) -> None:
    """Show what was typed as the form's own values, without judging it."""
    form.initial = {**form.initial, **draft_values(form, facts)}
    if isinstance(form, RowsForm):
        form.restore(facts)


def draft_values(form: Any, facts: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """What was typed, in the shape each field's initial value has."""
    values: dict[str, Any] = {}
    for name, field in form.fields.items():
        typed = facts.get(form.add_prefix(name))
        if typed is None:
            continue
        many = isinstance(field, forms.MultipleChoiceField | forms.ModelMultipleChoiceField)
        values[name] = list(typed) if many else typed[-1]
    return values
