"""Outermost edge: liveness and readiness for the container's health check, the client's address behind a proxy, and a
plain answer when the database or the disk fails."""

import sys
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import BadRequest, SuspiciousOperation
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.template.loader import render_to_string

from salvation.upkeep.faults import Outage, outage_of
from salvation.upkeep.health import readiness

GetResponse = Callable[[HttpRequest], HttpResponse]
ALIVE, READY = "/healthz", "/readyz"
API = "/api/"
CSRF = "csrfmiddlewaretoken"
# Parts of names of what is never sent back in a page, not even to the one who typed it.
UNTOLD = ("password", "token", "otp")


class Health:
    """Answers before hosts, sessions and redirects are looked at; says yes or no, never data."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path == ALIVE:
            return HttpResponse("ok", content_type="text/plain", headers={"Cache-Control": "no-store"})
        if request.path == READY:
            found = readiness()
            status = 200 if all(found.values()) else 503
            return JsonResponse(found, status=status, headers={"Cache-Control": "no-store"})
        return self.get_response(request)


class ClientAddress:
    """Behind ``TRUSTED_PROXIES`` proxies the peer is a proxy; the client stands that far from the right of
    X-Forwarded-For. Everything further left was sent by the client and proves nothing."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        proxies = settings.TRUSTED_PROXIES
        told = [
            part.strip() for part in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if part.strip()
        ]
        if proxies and len(told) >= proxies:
            request.META["REMOTE_ADDR"] = told[-proxies][:45]
        return self.get_response(request)


class Outages:
    """A view that meets a failed server becomes a 503 that says so; whatever it did was rolled back."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        outage = outage_of(exception)
        return say(request, outage) if outage else None


def broken(request: HttpRequest) -> HttpResponse:
    """The last word on an error (handler500): a failed server met outside a view (session, upload), else a mistake."""
    outage = outage_of(sys.exc_info()[1])
    if outage is not None:
        return say(request, outage)
    # No context processors here: they might be what broke.
    return HttpResponse(render_to_string("errors/broken.html"), status=500)


def say(request: HttpRequest, outage: Outage) -> HttpResponse:
    """The message in the form that was asked for. Nothing here may ask the database."""
    headers = {"Retry-After": str(outage.retry_after), "Cache-Control": "no-store"}
    if request.path.startswith(API):
        return JsonResponse({"message": outage.message, "rule": ""}, status=503, headers=headers)
    piece = request.headers.get("HX-Request") == "true" and request.headers.get("HX-Boosted") != "true"
    template = "errors/fragment.html" if piece else "errors/outage.html"
    context = {"message": outage.message, **({} if piece else _typed(request))}
    return HttpResponse(render_to_string(template, context), status=503, headers=headers)


def _typed(request: HttpRequest) -> dict[str, Any]:
    """What was typed, to be sent once more with one click: the form's own number keeps it from being done twice."""
    if request.method != "POST" or request.content_type != "application/x-www-form-urlencoded":
        return {"posted": request.method == "POST"}
    try:
        lists = list(request.POST.lists())
    except (OSError, SuspiciousOperation, BadRequest):
        return {"posted": True}
    if any(part in name.lower() for name, _ in lists if name != CSRF for part in UNTOLD):
        return {"posted": True}
    typed = [(name, value) for name, values in lists for value in values]
    return {"posted": True, "typed": typed, "address": request.get_full_path()}
