"""Remembers, for the journal, from which address the running request comes."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from salvation.journal.context import client_address

OPEN_TO_FORCED = ("accounts:password", "accounts:logout")


class CurrentActor:
    """Sets the address for the journal; sends people with a first password to change it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        token = client_address.set(request.META.get("REMOTE_ADDR", ""))
        try:
            user = request.user
            if user.is_authenticated and user.must_change_password and not self._allowed(request):
                return HttpResponseRedirect(reverse("accounts:password"))
            return self.get_response(request)
        finally:
            client_address.reset(token)

    def _allowed(self, request: HttpRequest) -> bool:
        return request.path in {reverse(name) for name in OPEN_TO_FORCED} or request.path.startswith(
            "/static/"
        )
