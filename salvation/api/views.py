"""The description of the interface and the page that shows it, both from this machine alone."""

from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

from salvation.web.navigation import SIGNED_IN
from salvation.web.pages.base import Page


class Description(SpectacularAPIView):
    """OpenAPI 3, as YAML or JSON."""

    permission = SIGNED_IN


class Reference(SpectacularSwaggerSplitView):
    """The description to read and to try out, for people: strangers are sent to sign in."""

    permission = SIGNED_IN
    url_name = "api:schema"
    template_name = "api/reference.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return redirect_to_login(request.get_full_path())
        return super().dispatch(request, *args, **kwargs)


class Entrance(Page):
    """Whoever opens the bare address of the interface is led to its description."""

    permission = SIGNED_IN

    def get(self, request: HttpRequest) -> HttpResponseBase:
        return HttpResponseRedirect(reverse("api:docs"))
