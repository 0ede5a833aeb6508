"""The record: name, state, deadline, the steps the flow offers, tabs, timeline."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any, ClassVar

from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone

from salvation.flow.engine import Offer, available, history
from salvation.flow.models import Clocked, FlowSubject, Transition
from salvation.tables.model import Labelled
from salvation.web.extension import clock_words, extension_url, may_extend
from salvation.web.pages.base import ScopedPage


@dataclass(frozen=True)
class Link:
    """Something else one may do from here: edit, print, open a neighbour. ``swap`` is False for downloads."""

    label: str
    url: str
    swap: bool = True


@dataclass(frozen=True)
class Head:
    """The top of a record: name, a few facts, other links, and the state when no flow has it."""

    name: str
    facts: Sequence[tuple[str, Any]] = ()
    links: Sequence[Link] = ()
    state: Labelled | None = None
    due_on: date | None = None


@dataclass(frozen=True)
class Tab:
    """One tab. ``context`` is called with the page and the subject only when the tab is open."""

    code: str
    label: str
    template: str
    context: Callable[[Any, Any], Mapping[str, Any]] = lambda page, subject: {}
    permission: str = ""


@dataclass(frozen=True)
class Event:
    """A line of the timeline."""

    at: datetime
    who: str
    what: str
    why: str = ""
    files: Sequence[Any] = field(default_factory=tuple)


@dataclass(frozen=True)
class TabLink:
    label: str
    url: str
    current: bool
    count: int = 0


class RecordPage(ScopedPage):
    """Declare ``model``, ``permission``, ``tabs`` and ``head``. The address must bring ``pk``."""

    template_name = "pages/record.html"
    tabs: ClassVar[Sequence[Tab]] = ()

    @classmethod
    def check_declaration(cls) -> None:
        super().check_declaration()
        if not cls.tabs:
            raise ImproperlyConfigured(f"{cls.__name__} declares no tabs")

    def head(self, subject: Any) -> Head:
        """Name and facts on top of the page."""
        return Head(str(subject))

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        subject = self.subject(pk=kwargs["pk"])
        tabs = self.open_tabs()
        current = next((tab for tab in tabs if tab.code == request.GET.get("tab")), tabs[0])
        head = self.clocked(subject, self.head(subject))
        return self.show(
            {
                "subject": subject,
                "head": head,
                "page_title": head.name,
                "state": self.state(subject, head),
                "due_on": subject.due_on if isinstance(subject, FlowSubject) else head.due_on,
                "offers": self.offers(subject),
                "tabs": [TabLink(tab.label, f"?tab={tab.code}", tab is current) for tab in tabs],
                "tab_template": current.template,
                "events": self.timeline(subject),
                **current.context(self, subject),
            }
        )

    def open_tabs(self) -> list[Tab]:
        """The tabs this person's posts allow."""
        user: Any = self.request.user
        return [tab for tab in self.tabs if not tab.permission or user.may(tab.permission)]

    def state(self, subject: Any, head: Head) -> Labelled | None:
        """Wording and tone of the state: the flow's, else what the head says."""
        return subject.flow.state(subject.state) if isinstance(subject, FlowSubject) else head.state

    def clocked(self, subject: Any, head: Head) -> Head:
        """The head with the total time limit of a subject that has one, and the way to extend it."""
        if not isinstance(subject, Clocked):
            return head
        links = [Link("延长时限", extension_url(subject))] if may_extend(subject, self.request.user) else []
        facts = (*head.facts, ("总期限", clock_words(subject)))
        return replace(head, facts=facts, links=[*head.links, *links])

    def offers(self, subject: Any) -> list[dict[str, Any]]:
        """Buttons: steps to take now, and greyed with the reason those a guard refuses."""
        if not isinstance(subject, FlowSubject):
            return []
        found = available(subject, self.request.user, timezone.now())
        # The way forward first, then what goes back and needs a reason, what ends the matter last.
        ordered = sorted(found, key=lambda offer: (offer.step.danger, offer.step.reason))
        forward = _forward(ordered)
        return [_button(subject, offer, main=offer is forward) for offer in ordered]

    def timeline(self, subject: Any) -> list[Event]:
        """Who did what, newest first."""
        if not isinstance(subject, FlowSubject):
            return []
        events = [_event(subject, entry) for entry in reversed(history(subject))]
        if isinstance(subject, Clocked) and subject.extended_at:
            what = f"延长办理时限：{subject.get_extension_display()}"
            events.append(Event(subject.extended_at, str(subject.extended_by), what, subject.extension_note))
            events.sort(key=lambda event: event.at, reverse=True)
        return events


def _forward(ordered: Sequence[Offer]) -> Offer | None:
    """The way on; what goes back with a reason is no way on while the real one only waits for something."""
    onward = [offer for offer in ordered if not offer.step.danger]
    plain = [offer for offer in onward if not offer.step.reason]
    return next((offer for offer in plain or onward if offer.allowed), None)


def step_url(subject: FlowSubject, step: str) -> str:
    """The page on which a step is taken."""
    return reverse("web:step", kwargs={"flow": subject.flow.code, "pk": subject.pk, "step": step})


def _button(subject: FlowSubject, offer: Offer, *, main: bool) -> dict[str, Any]:
    return {
        "label": offer.label,
        "url": step_url(subject, offer.step.code),
        "allowed": offer.allowed,
        "reason": offer.reason,
        "danger": offer.step.danger,
        "main": main,
    }


def _event(subject: FlowSubject, entry: Transition) -> Event:
    role = f"（{entry.role}）" if entry.actor and entry.role else entry.role
    who = f"{entry.actor or ''}{role}"
    return Event(entry.at, who, subject.flow.step(entry.step).label, entry.comment)
