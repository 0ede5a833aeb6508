"""Collecting by phone: the list of visits, the form of one visit, the same without network, and the service worker."""
# requirements: B04, B05

import hashlib
from functools import cache
from typing import Any

from django.contrib.staticfiles import finders
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.middleware.csrf import get_token
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.urls import reverse
from django_htmx.http import HttpResponseClientRedirect

from cases.api_surveys import ReviewRow, VisitRow
from cases.models import Application, ReviewTask, Survey, Surveyor
from cases.observations import NOTE_LENGTH, TOPICS
from cases.visits import (
    MOST,
    own_level,
    reviews_of,
    visits_of,
    with_facts,
    with_people,
    with_review_facts,
)
from salvation.access.services import get_visible
from salvation.web.pages.base import Page

FILES = (
    "css/tokens.css",
    "css/app.css",
    "css/survey.css",
    "js/survey/store.js",
    "js/survey/pictures.js",
    "js/survey/form.js",
    "js/survey/send.js",
    "js/survey/page.js",
    "img/mark.svg",
)
WORKER = "js/survey/worker.js"
SHELL = "cases/survey_phone.html"


class PhonePage(Page):
    """The one page, whatever it shows: list, one visit, or nothing yet (the shell that works without network)."""

    title = "采集"
    permission = "case.survey"
    template_name = SHELL

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        htmx: Any = getattr(request, "htmx", None)
        if htmx and htmx.boosted and request.user.is_authenticated:
            # A page of its own: swapped into another one its scripts would not run.
            return HttpResponseClientRedirect(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)

    def shown(self, **facts: Any) -> HttpResponse:
        """A page of somebody's own."""
        # The script sends with the secret of the cookie, which must be there.
        get_token(self.request)
        user = self.request.user
        return self.show({**form_facts(), "who": user, "own_level": own_level(user), **facts})


class VisitList(PhonePage):
    """What waits for a visit; readable without script."""

    def get(self, request: HttpRequest) -> HttpResponse:
        visits, reviews = visits_of(request.user), reviews_of(request.user)
        return self.shown(visits=visits, reviews=reviews, more=MOST in (len(visits), len(reviews)))


class Visit(PhonePage):
    """The form of one visit. Without script it leads to the plain form."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(with_facts(Application.objects.all()), request.user, pk=pk)
        application = with_people([found])[0]
        return self.shown(application=application, facts=VisitRow(application).data)


class ReviewVisit(PhonePage):
    """The form of one visit for a review."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        found = get_visible(with_review_facts(ReviewTask.objects.all()), request.user, pk=pk)
        task = with_people([found])[0]
        return self.shown(task=task, facts=ReviewRow(task).data)


class Shell(PhonePage):
    """What the device keeps for times without network: no name, no number, nobody's."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return self.show(form_facts())


class Worker(Page):
    """The service worker: served beside the pages it may answer for, so that it reaches no others."""

    permission = "case.survey"

    def get(self, request: HttpRequest) -> HttpResponse:
        names = ", ".join(f'"{static(name)}"' for name in FILES)
        head = f'const VERSION = "{version()}";\nconst SHELL = "{reverse("cases:visit_shell")}";\nconst FILES = [{names}];\n'
        return HttpResponse(head + _text(WORKER), content_type="text/javascript; charset=utf-8")


def form_facts() -> dict[str, Any]:
    """What the form is made of."""
    return {
        "methods": Survey.Method.choices,
        "levels": Surveyor.Level.choices,
        "topics": TOPICS,
        "note_length": NOTE_LENGTH,
    }


@cache
def version() -> str:
    """Changes with any file the device keeps; a new one is fetched and the old one dropped."""
    parts = [render_to_string(SHELL, form_facts()), *(_text(name) for name in (*FILES, WORKER))]
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]


def _text(name: str) -> str:
    with open(str(finders.find(name)), encoding="utf-8") as stream:
        return stream.read()
