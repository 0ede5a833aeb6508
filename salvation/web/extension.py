"""The page on which the total time limit of a file is extended on a legal ground (B18), and its words on the record."""

from typing import Any

from django import forms
from django.http import Http404
from django.urls import reverse
from django.utils import timezone

from salvation.access.services import get_visible, require
from salvation.domain.errors import Refusal
from salvation.flow.clocks import extend_clock, why_not_extend
from salvation.flow.models import Clocked
from salvation.flow.registry import Entry, flow_entry
from salvation.flow.table import Clock
from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.forms import FormPage


class ExtensionForm(forms.Form):
    ground = forms.ChoiceField(label="延长情形", widget=forms.RadioSelect)
    note = forms.CharField(label="具体情况", max_length=300, widget=forms.Textarea)

    def __init__(self, *args: Any, clock: Clock, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["ground"] = forms.ChoiceField(
            label="延长情形",
            choices=clock.grounds,
            widget=forms.RadioSelect,
            help_text=f"依据：{clock.basis}",
        )


class ExtendClock(FormPage):
    """/flow/<flow>/<pk>/extend-clock/"""

    permission = SIGNED_IN
    submit_label = "延长时限"
    success = "总时限已延长，新的期限见页首"

    entry: Entry
    subject: Clocked
    clock: Clock

    def prepare(self) -> None:
        self.entry = flow_entry(self.kwargs["flow"])
        if self.entry.flow.clock is None:
            raise Http404("该流程没有总时限")
        self.clock = self.entry.flow.clock
        actor: Any = self.request.user
        self.subject = get_visible(self.entry.model._default_manager.all(), actor, pk=self.kwargs["pk"])
        require(actor, self.clock.permission, self.subject.flow_unit)
        if reason := why_not_extend(self.subject):
            raise Refusal(reason)

    def page_title(self) -> str:
        return f"延长办理时限：{self.entry.title(self.subject)}"

    def make_form(self, data: Any, files: Any) -> ExtensionForm:
        return ExtensionForm(data, clock=self.clock)

    def save(self, form: Any) -> str:
        extend_clock(subject=self.subject, actor=self.request.user, now=timezone.now(), **form.cleaned_data)
        return self.entry.url(self.subject)

    def cancel_url(self) -> str:
        return self.entry.url(self.subject)


def extension_url(subject: Clocked) -> str:
    return reverse("web:extend_clock", kwargs={"flow": subject.flow.code, "pk": subject.pk})


def may_extend(subject: Clocked, user: Any) -> bool:
    clock = subject.flow.clock
    return bool(clock and user.may(clock.permission, subject.flow_unit) and not why_not_extend(subject))


def clock_words(subject: Clocked) -> str:
    """The total limit in words: 受理时确定 / 2026-03-01 / 2026-03-01（已延长：…）/ 暂停计时."""
    if subject.total_due_on is None:
        return "受理后开始计时"
    words = [f"{subject.total_due_on:%Y-%m-%d}"]
    if subject.paused_on:
        words.append(f"{subject.paused_on:%m月%d日}起暂停计时")
    if subject.paused_days:
        words.append(f"补正暂停{subject.paused_days}个工作日")
    if subject.extension:
        words.append(f"已延长：{subject.get_extension_display()}")
    return words[0] + (f"（{'；'.join(words[1:])}）" if len(words) > 1 else "")
