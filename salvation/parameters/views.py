"""Parameters: the values in force with their basis, what waits for a second person, entering and confirming."""

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone

from salvation.access.reach import reach_of
from salvation.access.services import get_visible, require
from salvation.parameters.book import Book
from salvation.parameters.consequences import consequences_of
from salvation.parameters.models import ParameterVersion
from salvation.parameters.registry import PARAMETERS
from salvation.parameters.services import confirm_parameter, propose_parameter, reject_parameter
from salvation.parameters.topics import OTHER, TOPICS, topic_of
from salvation.units.models import Unit
from salvation.units.services import county_of
from salvation.web.fields import DateField
from salvation.web.pages.base import Page
from salvation.web.pages.forms import FormPage


def own_unit(user: Any) -> Unit:
    """The county (or the unit itself above counties) whose values a person sees."""
    unit: Unit = user.main_post.unit
    return county_of(unit) or unit


class ParameterList(Page):
    title = "参数"
    permission = "param.view"
    template_name = "parameters/list.html"

    def get(self, request: HttpRequest) -> HttpResponse:
        unit = own_unit(request.user)
        book = Book(unit=unit, on=timezone.localdate())
        words, topic = request.GET.get("q", "").strip(), request.GET.get("topic", "")
        all_rows = [_row(book, key) for key in PARAMETERS]
        rows = [row for row in all_rows if words in row["key"] or words in row["label"]]
        if topic:
            rows = [row for row in rows if row["topic"] == topic]
        if request.GET.get("open"):
            rows = [row for row in rows if not row["confirmed"]]
        waiting = ParameterVersion.objects.visible_to(request.user).filter(state="PROPOSED")
        user: Any = request.user
        return self.show(
            {
                "unit": unit,
                "groups": _grouped(rows),
                "all": len(all_rows),
                "unconfirmed": sum(not row["confirmed"] for row in all_rows),
                "topics": TOPICS,
                "topic": topic,
                "open": bool(request.GET.get("open")),
                "waiting": [_waiting(version) for version in waiting.select_related("unit", "entered_by")],
                "may_propose": user.may("param.edit"),
                "words": words,
            }
        )


def _row(book: Book, key: str) -> dict[str, Any]:
    declared = PARAMETERS[key]
    known = book.values()
    entered = key in book.versions()
    value = known.get(key)
    return {
        "key": key,
        "label": declared.label,
        "topic": topic_of(key),
        "value": declared.shown(value),
        "basis": book.get(key).basis if value is not None else declared.basis,
        "confirmed": entered or (declared.mark != "通识" and declared.default is not None),
    }


def _grouped(rows: list[dict[str, Any]]) -> list[tuple[str, list[dict[str, Any]]]]:
    """Rows by topic, in the topics' order."""
    groups: dict[str, list[dict[str, Any]]] = {topic: [] for topic in (*TOPICS, OTHER)}
    for row in rows:
        groups[row["topic"]].append(row)
    return [(topic, found) for topic, found in groups.items() if found]


def _waiting(version: ParameterVersion) -> dict[str, Any]:
    label = PARAMETERS[version.key].label if version.key in PARAMETERS else version.key
    value = PARAMETERS[version.key].shown(version.value) if version.key in PARAMETERS else version.value
    return {"version": version, "label": label, "value": value}


class ProposeForm(forms.Form):
    key = forms.ChoiceField(label="参数")
    unit = forms.ModelChoiceField(label="适用单位", queryset=Unit.objects.none())
    value = forms.CharField(label="取值", max_length=500)
    valid_from = DateField(label="生效日期")
    basis = forms.CharField(label="依据文号", max_length=200)

    def __init__(self, *args: Any, units: Any, now: Book, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        chosen = PARAMETERS.get(str(self["key"].value() or ""))
        if chosen:
            held = chosen.shown(now.values().get(chosen.key))
            self.fields["value"].required = not (chosen.nullable or chosen.default == "")
            self.fields["value"].help_text = f"{chosen.hint()}。现行取值：{held}"
        self.fields["unit"].queryset = units  # type: ignore[attr-defined]
        self.fields["key"].choices = [  # type: ignore[attr-defined]
            ("", "请选择"),
            *((key, f"{declared.label}（{key}）") for key, declared in PARAMETERS.items()),
        ]


class Propose(FormPage):
    title = "录入参数"
    permission = "param.edit"
    check_answers = True
    submit_label = "提交确认"
    success = "已录入，待另一人确认后生效"
    form_class = ProposeForm

    def initial(self) -> dict[str, Any]:
        key = self.request.GET.get("key", "")
        return {"key": key if key in PARAMETERS else "", "unit": own_unit(self.request.user).pk}

    def make_form(self, data: Any, files: Any) -> ProposeForm:
        units = Unit.objects.filter(pk__in=reach_of(self.request.user, "param.edit").units).order_by("path")
        now = Book(unit=own_unit(self.request.user), on=timezone.localdate())
        return ProposeForm(data, files, units=units, now=now, initial=self.initial())

    def save(self, form: Any) -> str:
        propose_parameter(actor=self.request.user, **form.cleaned_data)
        return reverse("parameters:list")

    def cancel_url(self) -> str:
        return reverse("parameters:list")


class Decide(Page):
    title = "确认参数"
    permission = "param.confirm"
    template_name = "parameters/decide.html"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(pk)
        before = Book(unit=version.unit, on=version.valid_from).values().get(version.key)
        declared = PARAMETERS[version.key]
        shown = {"before": declared.shown(before), "after": declared.shown(version.value)}
        waits = version.state == ParameterVersion.State.PROPOSED
        consequences = consequences_of(version, request.user) if waits else []
        return self.show({"version": version, "declared": declared, "consequences": consequences, **shown})

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        version = self._version(pk)
        require(request.user, "param.confirm", version.unit)
        if request.POST.get("_act") == "reject":
            reject_parameter(version_id=pk, actor=request.user, reason=request.POST.get("reason", ""))
            messages.success(request, "已退回")
        else:
            confirm_parameter(version_id=pk, actor=request.user)
            messages.success(request, "已确认，按生效日期启用")
        return HttpResponseRedirect(reverse("parameters:list"))

    def _version(self, pk: int) -> ParameterVersion:
        rows = ParameterVersion.objects.select_related("unit", "entered_by")
        version: ParameterVersion = get_visible(rows, self.request.user, pk=pk)
        if version.key not in PARAMETERS:
            raise Http404("该参数已不再使用，不需要确认")
        return version
