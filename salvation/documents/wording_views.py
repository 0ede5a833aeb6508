"""文书文字: which kinds a county has worded anew, entering words with the placeholders offered, deciding with a preview."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from salvation.access.services import get_visible, require
from salvation.documents.declared import KINDS, Kind
from salvation.documents.html import paper_html
from salvation.documents.models import WordingVersion, wording_in_force, words_at
from salvation.documents.views import kind_of
from salvation.documents.wording_services import (
    confirm_wording,
    lost,
    outdated,
    propose_wording,
    reject_wording,
    sample,
)
from salvation.documents.wordings import LONGEST, Wording, names_of, paragraphs_of, shown
from salvation.parameters.views import own_unit
from salvation.units.models import Unit
from salvation.web.fields import DateField
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage


class WordingList(Page):
    title = "文书文字"
    permission = "param.view"
    template_name = "documents/wordings.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        unit = own_unit(request.user)
        versions = WordingVersion.objects.visible_to(request.user).select_related("unit", "entered_by")
        user: Any = request.user
        return self.show(
            {
                "unit": unit,
                "rows": [_row(kind, unit) for kind in KINDS.values()],
                "waiting": [v for v in versions.filter(state="PROPOSED").order_by("pk") if v.code in KINDS],
                "may_propose": user.may("param.edit", unit) and unit.kind == Unit.Kind.COUNTY,
            }
        )


def _row(kind: Kind, unit: Unit) -> dict[str, Any]:
    version = wording_in_force(kind.code, unit=unit, on=timezone.localdate())
    wording = version.wording if version else Wording()
    return {
        "kind": kind,
        "version": version if wording.texts else None,
        "outdated": outdated(kind, wording),
    }


class WordingOfKind(Page):
    """One kind: how it reads now, its paragraphs, and every version there was."""

    title = "文书文字"
    permission = "param.view"
    template_name = "documents/wording.html"

    def get(self, request: HttpRequest, code: str) -> HttpResponse:
        kind, unit = kind_of(code), own_unit(request.user)
        wording = words_at(code, unit=unit, on=timezone.localdate())
        user: Any = request.user
        versions = WordingVersion.objects.visible_to(user).filter(code=code)
        return self.show(
            {
                "kind": kind,
                "paragraphs": _compared(kind, Wording(), wording),
                "preview": paper_html(sample(kind, wording, unit)),
                "versions": versions.select_related("unit", "entered_by", "confirmed_by"),
                "may_propose": user.may("param.edit", unit) and unit.kind == Unit.Kind.COUNTY,
            }
        )


def _compared(kind: Kind, before: Wording, after: Wording) -> list[dict[str, Any]]:
    """Every paragraph in both wordings, as people read it."""
    return [
        {
            "label": paragraph.label,
            "before": shown(kind, before.of(paragraph.declared)),
            "after": shown(kind, after.of(paragraph.declared)),
            "changed": before.of(paragraph.declared) != after.of(paragraph.declared),
        }
        for paragraph in paragraphs_of(kind)
    ]


class WordingForm(forms.Form):
    """One box a paragraph, with the words in force in it."""

    valid_from = DateField(label="生效日期", help_text="文书日期在这一天及以后的用新文字，已签发的不变")
    basis = forms.CharField(label="依据", max_length=200, help_text="文号，或同意修改的局务会日期")

    def __init__(self, *args: Any, kind: Kind, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for number, paragraph in enumerate(paragraphs_of(kind)):
            self.fields[f"text{number}"] = forms.CharField(
                label=paragraph.label,
                max_length=LONGEST,
                required=False,
                widget=forms.Textarea(attrs={"rows": 3}),
                help_text=f"系统原文：{shown(kind, paragraph.declared)}　清空即用原文",
            )
        self.order_fields([name for name in self.fields if name.startswith("text")])

    def written(self) -> list[str]:
        """The paragraphs in their order."""
        return [words for name, words in self.cleaned_data.items() if name.startswith("text")]


class ProposeWording(FormPage):
    title = "改文书文字"
    permission = "param.edit"
    submit_label = "提交确认"
    success = "已录入，待另一人确认后按生效日期启用"
    aside_template = "documents/wording_aside.html"
    kind: Kind

    def prepare(self) -> None:
        self.kind = kind_of(self.kwargs["code"])

    def page_title(self) -> str:
        return f"{self.title}：{self.kind.title}"

    def make_form(self, data: Any, files: Any) -> WordingForm:
        return WordingForm(data, files, kind=self.kind, initial=self.initial())

    def initial(self) -> dict[str, Any]:
        wording = words_at(self.kind.code, unit=own_unit(self.request.user), on=timezone.localdate())
        texts = [shown(self.kind, wording.of(one.declared)) for one in paragraphs_of(self.kind)]
        return {"valid_from": timezone.localdate(), **{f"text{n}": text for n, text in enumerate(texts)}}

    def extra(self) -> dict[str, Any]:
        return {"kind": self.kind, "names": names_of(self.kind).values()}

    def save(self, form: Any) -> str:
        version = propose_wording(
            kind=self.kind,
            unit=own_unit(self.request.user),
            written=form.written(),
            valid_from=form.cleaned_data["valid_from"],
            basis=form.cleaned_data["basis"],
            actor=self.request.user,
        )
        return reverse("documents:wording_version", args=[version.pk])

    def cancel_url(self) -> str:
        return reverse("documents:wording", args=[self.kwargs["code"]])


class DecideWording(Page):
    """The words as they will stand, beside those before them, and the decision of the second person."""

    title = "确认文书文字"
    permission = "param.view"
    template_name = "documents/wording_decide.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(pk)
        kind, wording = KINDS[version.code], version.wording
        waits = version.state == WordingVersion.State.PROPOSED
        before = words_at(version.code, unit=version.unit, on=version.valid_from) if waits else Wording()
        user: Any = request.user
        return self.show(
            {
                "version": version,
                "kind": kind,
                "paragraphs": _compared(kind, before, wording),
                "lost": lost(kind, wording),
                "preview": paper_html(sample(kind, wording, version.unit)),
                "waits": waits,
                "may_decide": waits
                and user.may("param.confirm", version.unit)
                and version.entered_by_id != user.pk,
            }
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(pk)
        require(request.user, "param.confirm", version.unit)
        if request.POST.get("_act") == "reject":
            reject_wording(version_id=pk, actor=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, "已退回")
        else:
            confirm_wording(version_id=pk, actor=request.user)
            messages.success(request, "已确认，按生效日期启用")
        return HttpResponseRedirect(reverse("documents:wording", args=[version.code]))

    def _version(self, pk: int) -> WordingVersion:
        rows = WordingVersion.objects.select_related("unit", "entered_by", "confirmed_by")
        version: WordingVersion = get_visible(rows, self.request.user, pk=pk)
        if version.code not in KINDS:
            raise Http404("这种文书已不再使用，不需要确认")
        return version
