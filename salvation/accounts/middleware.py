"""Remembers, for the journal, from which address the running request comes; who may not go on."""

from collections.abc import Callable
from time import time

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from salvation.accounts.guard import refusal_to_enter
from salvation.journal.context import client_address
from salvation.web.middleware import API_PAGES, refuse

OPEN_TO_FORCED = ("accounts:password", "accounts:logout")
SEEN = "seen"


class CurrentActor:
    """Sets the address for the journal; ends the session of an account without a post any more; sends people with a
    first password to change it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = client_address.set(request.META.get("REMOTE_ADDR", ""))
        try:
            return self._stopped(request) or self.get_response(request)
        finally:
            client_address.reset(token)

    def _stopped(self, request: HttpRequest) -> HttpResponse | None:
        """The answer instead of the page; None to go on."""
        user = request.user
        if not user.is_authenticated or request.path.startswith("/static/"):
            return None
        if refusal := refusal_to_enter(user):
            logout(request)
            messages.warning(request, refusal)
            return _instead(request, refusal, "accounts:login")
        if user.must_change_password and not settings.DEMO and not self._allowed(request):
            return _instead(request, "请先登录页面修改密码", "accounts:password")
        _count_anew(request)
        return None

    def _allowed(self, request: HttpRequest) -> bool:
        return request.path in {reverse(name) for name in OPEN_TO_FORCED}


def _count_anew(request: HttpRequest) -> None:
    """Somebody at work stays signed in: a session that is changed is saved, and with it when it ends."""
    step = int(time() // settings.SESSION_SEEN_EVERY)
    if request.session.get(SEEN) != step:
        request.session[SEEN] = step


def _instead(request: HttpRequest, words: str, page: str) -> HttpResponse:
    """A program is told, a person is led."""
    if request.path.startswith(API_PAGES):
        return refuse(request, words, 401)
    return HttpResponseRedirect(reverse(page))
