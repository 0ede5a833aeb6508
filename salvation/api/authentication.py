"""Who asks: the bearer of a token, or somebody signed in to the pages."""

from typing import Any

from django.conf import settings
from django.utils import timezone
from rest_framework import authentication, exceptions, permissions, throttling

from salvation.accounts.tokens import owner_of
from salvation.web.navigation import SIGNED_IN

KEYWORD = "Bearer"
BAD_TOKEN = "令牌无效、已过期或已吊销，请在“我的”页面重新签发"  # noqa: S105 - a message


class TokenAuthentication(authentication.BaseAuthentication):
    """``Authorization: Bearer …``. The same account, the same posts, the same rows as on the pages."""

    def authenticate(self, request: Any) -> tuple[Any, None] | None:
        kind, _, clear = request.META.get("HTTP_AUTHORIZATION", "").strip().partition(" ")
        if kind.lower() != KEYWORD.lower():
            return None
        user = owner_of(clear.strip(), address=request.META.get("REMOTE_ADDR", ""), now=timezone.now())
        if user is None:
            raise exceptions.AuthenticationFailed(BAD_TOKEN)
        if user.must_change_password and not settings.DEMO:
            raise exceptions.AuthenticationFailed("密码须先修改，请登录页面修改后再使用令牌")
        return user, None

    def authenticate_header(self, request: Any) -> str:
        return f'{KEYWORD} realm="api"'


class SessionAuthentication(authentication.SessionAuthentication):
    """The session of the pages; what is sent by POST carries the page's secret."""

    def enforce_csrf(self, request: Any) -> None:
        try:
            super().enforce_csrf(request)
        except exceptions.PermissionDenied as error:
            raise exceptions.PermissionDenied("缺少 X-CSRFToken 或已失效，请刷新页面后再试") from error


class HasPermission(permissions.BasePermission):
    """The view's permission code, from a current post."""

    message = "您的岗位没有此项权限"

    def has_permission(self, request: Any, view: Any) -> bool:
        if not request.user.is_authenticated:
            return False
        return view.permission == SIGNED_IN or bool(request.user.may(view.permission))


class AccountThrottle(throttling.UserRateThrottle):
    """Requests of one account, by whatever token or session."""

    def get_rate(self) -> str:
        return str(settings.API_RATE)
