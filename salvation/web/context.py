"""What the frame of every page needs: who I am, my menu, what waits."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from salvation.web.navigation import Waiting, menu, menu_html, phone_bar

SYSTEM_NAME = "社会救助监督管理系统"


def layout(request: HttpRequest) -> dict[str, Any]:
    """Context processor. Fragments (htmx requests without boost) need no frame and cost no query."""
    htmx: Any = getattr(request, "htmx", None)
    fragment = bool(htmx) and not htmx.boosted
    user = getattr(request, "user", None)
    if fragment or user is None or not user.is_authenticated:
        return {"system_name": SYSTEM_NAME}
    found = Waiting(user)
    return {
        "system_name": SYSTEM_NAME,
        "demo": settings.DEMO,
        "menu_html": menu_html(menu(user, request.path, found)),
        "phone_bar": phone_bar(user, request.path),
        "to_do": found,
        # The server may have counted from a little before the last page.
        "idle_seconds": settings.SESSION_COOKIE_AGE - settings.SESSION_SEEN_EVERY,
    }
