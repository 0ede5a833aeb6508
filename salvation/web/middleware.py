"""Edge of the house: which sources a page may load, and how refusals read."""

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse, QueryDict
from django.shortcuts import render

from salvation.domain.errors import BadValue, Refusal
from salvation.web.desk import forget

POLICY = "; ".join(
    (
        "default-src 'self'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    )
)
# The API description draws itself with a script that sets styles; scripts themselves come from files here too.
API_PAGES = "/api/"
API_POLICY = POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
NOT_FOUND = "没有找到，或不在您的管辖范围"
NUL = "\0"
UNREADABLE = "提交的内容或网址中有看不见的空字符，系统无法保存；请删去后重新填写，从别处粘贴的请改为手工输入"

GetResponse = Callable[[HttpRequest], HttpResponse]


class ContentSecurityPolicy:
    """Nothing from elsewhere, nothing inline; personal data is never cached by a browser or proxy."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        policy = API_POLICY if request.path.startswith(API_PAGES) else POLICY
        response.headers.setdefault("Content-Security-Policy", policy)
        response.headers.setdefault("Permissions-Policy", "camera=(self), geolocation=(self), microphone=()")
        if not request.path.startswith(f"/{settings.STATIC_URL.strip('/')}/"):
            response.headers.setdefault("Cache-Control", "no-store")
        return response


class Readable:
    """Refuses text with a NUL sign, which no database keeps, wherever it stands: in the address or in a form.

    It looks before the view and after the check of the form's secret, so a forged form is refused as one."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, *_: Any) -> HttpResponse | None:
        # The interface names the parameter at fault itself, and its parser looks through the JSON.
        if request.path.startswith(API_PAGES):
            return None
        if NUL in request.path_info or _holds_nul(request.GET) or _holds_nul(request.POST):
            return refuse(request, UNREADABLE, 400)
        return None


def _holds_nul(sent: QueryDict) -> bool:
    return any(NUL in text for name, values in sent.lists() for text in (name, *values))


class Refusals:
    """A BadValue or Refusal becomes a page, a fragment or JSON with the reason, the way to mend it and the rule."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, Refusal):
            return refuse(request, str(exception), 400 if exception.field else 409, rule=exception.rule or "")
        if isinstance(exception, BadValue):
            return refuse(request, exception.message, 400)
        if isinstance(exception, PermissionDenied) and wants_fragment(request):
            return refuse(request, str(exception) or "您的岗位没有此项权限", 403)
        if isinstance(exception, Http404) and wants_fragment(request):
            return refuse(request, NOT_FOUND, 404)
        return None


class OwnWrites:
    """Who wrote something finds the numbers of the own desk counted anew."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        if request.method not in ("GET", "HEAD", "OPTIONS") and request.user.is_authenticated:
            forget(request.user)
        return response


def wants_fragment(request: HttpRequest) -> bool:
    """Whether htmx asks for a piece of a page rather than a page."""
    htmx: Any = getattr(request, "htmx", None)
    return bool(htmx) and not htmx.boosted


def refuse(request: HttpRequest, message: str, status: int, *, rule: str = "") -> HttpResponse:
    """Answer with the reason, in the form the client asked for."""
    if request.path.startswith(API_PAGES) or (
        request.accepts("application/json") and not request.accepts("text/html")
    ):
        return JsonResponse({"message": message, "rule": rule, "fields": {}}, status=status)
    if wants_fragment(request):
        return render(request, "errors/fragment.html", {"message": message}, status=status)
    return render(request, "errors/refusal.html", {"message": message, "status": status}, status=status)
