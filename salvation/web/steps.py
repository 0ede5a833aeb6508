"""One page for every step of every flow: shows what the step needs, then performs it."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, ClassVar

from django import forms
from django.http import QueryDict
from django.utils import timezone

from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.files.services import add_uploads
from salvation.flow.engine import available, perform
from salvation.flow.models import FlowSubject
from salvation.flow.registry import Entry, flow_entry
from salvation.flow.table import Need, Step
from salvation.registers.selectors import recent_meetings
from salvation.web.fields import FilesField, MoneyField, MonthField, YesNoField
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.forms import FormPage


def field_for(need: Need, actor: Any, since: date | None = None) -> forms.Field:
    """The form field that asks for one fact."""
    common: dict[str, Any] = {"label": need.label, "required": need.required, "help_text": need.help}
    match need.kind:
        case "long":
            return forms.CharField(widget=forms.Textarea, **common)
        case "date":
            return forms.DateField(
                widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"), **common
            )
        case "month":
            return MonthField(**common)
        case "bool":
            return YesNoField(**common)
        case "choice":
            blank = [] if need.required else [("", "未选")]
            return forms.ChoiceField(choices=[*blank, *need.choices], widget=forms.RadioSelect, **common)
        case "money":
            return MoneyField(**common)
        case "files":
            return FilesField(**common)
        case "meeting":
            meetings = recent_meetings(actor, since)
            return forms.ChoiceField(
                choices=[("", "请选择会议"), *((m.pk, str(m)) for m in meetings)], **common
            )
        case _:
            return forms.CharField(max_length=300, **common)


def form_class(step: Step, actor: Any, since: date | None = None) -> type[forms.Form]:
    """The form of a step: its needs in order, then the comment (required where the step asks for a reason)."""
    fields: dict[str, Any] = {need.key: field_for(need, actor, since) for need in step.needs}
    label = "理由" if step.reason else "意见"
    fields["comment"] = forms.CharField(
        label=label, required=step.reason, max_length=2000, widget=forms.Textarea
    )
    return type("StepForm", (forms.Form,), fields)


def kept(value: Any) -> Any:
    """A fact as the transition keeps it: text, whole number or yes/no."""
    if isinstance(value, date):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value


class StepPage(FormPage):
    """/flow/<flow>/<pk>/<step>/. Out of scope 404, not this person's step 403, not now 409 with the reason."""

    permission: ClassVar[str] = SIGNED_IN
    template_name = "pages/step.html"
    drafts: ClassVar[bool] = True

    entry: Entry
    subject: FlowSubject
    step: Step

    def prepare(self) -> None:
        self.entry = flow_entry(self.kwargs["flow"])
        actor: Any = self.request.user
        rows = self.entry.model._default_manager.all()
        self.subject = get_visible(rows, actor, pk=self.kwargs["pk"])
        self.step = self._step(self.kwargs["step"])
        self.submit_label = self.step.label
        require(actor, self.step.permission or "system", self.subject.flow_unit)
        self._refuse_unless_offered()

    def _step(self, code: str) -> Step:
        try:
            return self.entry.flow.step(code)
        except KeyError as error:
            raise Refusal("没有这个办理步骤，请从该件的页面重新进入") from error

    def _refuse_unless_offered(self) -> None:
        offers = {
            offer.step.code: offer for offer in available(self.subject, self.request.user, timezone.now())
        }
        offer = offers.get(self.step.code)
        if offer is None:
            state = self.subject.get_state_display()
            raise Refusal(f"该件现在是“{state}”，不能办理“{self.step.label}”。可能已有人办理，请刷新后再看")
        if not offer.allowed:
            raise Refusal(offer.reason)

    def page_title(self) -> str:
        return f"{self.step.label}：{self.entry.title(self.subject)}"

    def make_form(self, data: QueryDict | None, files: Any) -> forms.Form:
        known = self.entry.suggest(self.subject, self.step)
        return form_class(self.step, self.request.user, self.subject.meetings_since)(
            data, files, initial=dict(known)
        )

    def must_check(self, form: Any) -> bool:
        return bool(self.step.needs) and not form.is_multipart()

    def cancel_url(self) -> str:
        return self.entry.url(self.subject)

    def extra(self) -> Mapping[str, Any]:
        user: Any = self.request.user
        flow = self.entry.flow
        return {
            "subject": self.subject,
            "step": self.step,
            "from_state": flow.state(self.subject.state),
            "to_state": flow.state(self.step.target),
            "register_meeting": any(need.kind == "meeting" for need in self.step.needs)
            and user.may("register.edit", self.subject.flow_unit),
        }

    def save(self, form: Any) -> str:
        data = {need.key: self._fact(need, form.cleaned_data.get(need.key)) for need in self.step.needs}
        perform(
            subject=self.subject,
            step=self.step.code,
            actor=self.request.user,
            now=timezone.now(),
            comment=form.cleaned_data["comment"],
            data=data,
        )
        self.success = f"已办理“{self.step.label}”"
        return self.entry.url(self.subject)

    def _fact(self, need: Need, value: Any) -> Any:
        if need.kind == "meeting":
            return int(value) if value else None
        if need.kind != "files":
            return kept(value)
        unit, actor = self.subject.flow_unit, self.request.user
        added = add_uploads(subject=self.subject, unit=unit, kind=need.key, uploads=value or (), actor=actor)
        return [attachment.pk for attachment in added]
