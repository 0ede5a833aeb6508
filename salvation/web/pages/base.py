"""The gate of every page: signed in, permission, row scope. A page that declares neither refuses to start."""

import time
from typing import Any, ClassVar

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.template.response import TemplateResponse
from django.utils.html import format_html
from django.views.generic import View
from django_htmx.http import HttpResponseClientRedirect

from salvation import replica
from salvation.access.models import ScopedModel, ScopedQuerySet
from salvation.access.services import get_visible, require
from salvation.web.middleware import wants_fragment
from salvation.web.navigation import SIGNED_IN


class Page(View):
    """``permission`` is a permission code, or SIGNED_IN for pages everyone with an account may open."""

    title: ClassVar[str] = ""
    permission: ClassVar[str] = ""
    template_name: ClassVar[str] = ""
    # Its figures may be some seconds old: it is read from the replica, where there is one.
    from_replica: ClassVar[bool] = False

    @classmethod
    def as_view(cls, **initkwargs: Any) -> Any:
        cls.check_declaration()
        return super().as_view(**initkwargs)

    @classmethod
    def check_declaration(cls) -> None:
        """Raises ImproperlyConfigured for a page without a permission."""
        if not cls.permission:
            raise ImproperlyConfigured(f"{cls.__name__} declares no permission")

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            return _to_sign_in(request)
        self.demand(self.permission)
        if not replica.configured():
            return super().dispatch(request, *args, **kwargs)
        return self._routed(request, *args, **kwargs)

    def _routed(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Read from the replica, unless this person has written something a moment ago."""
        now = time.time()
        if request.method not in ("GET", "HEAD"):
            request.session["wrote_at"] = now
        if not self.from_replica or now - request.session.get("wrote_at", 0) < replica.LAG:
            return super().dispatch(request, *args, **kwargs)
        with replica.reading():
            response = super().dispatch(request, *args, **kwargs)
            # A page is drawn after its view: its template asks the database too.
            return response.render() if isinstance(response, TemplateResponse) else response

    def permitted(self, permission: str) -> bool:
        """Whether the person's posts give ``permission``; SIGNED_IN is given to all."""
        user: Any = self.request.user
        return permission == SIGNED_IN or bool(user.may(permission))

    def demand(self, permission: str) -> None:
        """Raises PermissionDenied unless ``permitted``."""
        if permission != SIGNED_IN:
            require(self.request.user, permission)

    def page_title(self) -> str:
        """The heading of the page and of the browser's tab."""
        return self.title

    def show(self, context: dict[str, Any], *, status: int = 200, template: str = "") -> HttpResponse:
        """The page's template with its context."""
        full = {"page": self, "page_title": self.page_title(), **context}
        return TemplateResponse(self.request, template or self.template_name, full, status=status)


class ScopedPage(Page):
    """A page over the rows of one scoped model; ``rows()`` is the only way to them."""

    model: ClassVar[type[ScopedModel] | None] = None
    scope: ClassVar[str | None] = None

    @classmethod
    def check_declaration(cls) -> None:
        super().check_declaration()
        if cls.model is None:
            raise ImproperlyConfigured(f"{cls.__name__} declares no model")

    def rows(self) -> ScopedQuerySet:
        """What this person may see. Pages narrow or enrich it in ``narrow``."""
        if self.model is None:
            raise ImproperlyConfigured(f"{type(self).__name__} declares no model")
        visible: ScopedQuerySet = self.model._default_manager.visible_to(self.request.user, self.scope)  # type: ignore[attr-defined]
        return self.narrow(visible)

    def narrow(self, rows: Any) -> Any:
        """Add select_related, annotations or fixed filters."""
        return rows

    def subject(self, **lookup: Any) -> Any:
        """The one row this page is about. Raises Http404 outside the person's units."""
        if self.model is None:
            raise ImproperlyConfigured(f"{type(self).__name__} declares no model")
        manager = self.model._default_manager
        return get_visible(self.narrow(manager.all()), self.request.user, scope=self.scope, **lookup)


def _to_sign_in(request: HttpRequest) -> HttpResponseBase:
    """The sign-in page; a piece of a page asked for by htmx must not be replaced by it, the whole page must."""
    redirect = redirect_to_login(request.get_full_path())
    if wants_fragment(request) and request.POST.get("_act") == "draft":
        # A draft saved by itself must not carry away the page on which somebody is typing.
        words = (
            '登录已过期，填写的内容还在本页。请<a href="{}" target="_blank">在新窗口登录</a>，再回到本页继续'
        )
        return HttpResponse(format_html(words, redirect.url), status=401)
    return HttpResponseClientRedirect(redirect.url) if wants_fragment(request) else redirect
