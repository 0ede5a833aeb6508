"""The description of the interface (OpenAPI): filters from the forms of the pages, refusals on every address."""

from typing import Any

from django import forms
from django.conf import settings
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from salvation.api.errors import Problem
from salvation.web.fields import MonthField

REFUSALS = {
    "400": "参数不对",
    "401": "没有登录或令牌无效",
    "403": "岗位没有此项权限",
    "404": "没有找到，或不在管辖范围",
}
CONFLICT = {"409": "现在不能办理，原因见 message"}
TOO_MANY = {"429": "请求过于频繁"}


class ApiSchema(AutoSchema):
    """Set as the framework's default. A view that is sent something declares ``asks`` and ``answers``."""

    def get_override_parameters(self) -> list[Any]:
        form_class = getattr(self.view, "filter_form", None)
        if form_class is None:
            return []
        return [_parameter(name, field) for name, field in form_class().fields.items()]

    def get_summary(self) -> str:
        """The view's own words, in the list of addresses."""
        return str(self.get_description() or "").split("。")[0]

    def get_request_serializer(self) -> Any:
        return getattr(self.view, "asks", None)

    def get_response_serializers(self) -> Any:
        found = getattr(self.view, "answers", None) or super().get_response_serializers()
        return {"200": found, **dict.fromkeys((*REFUSALS, *TOO_MANY), Problem)}

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> Any:
        found = super()._get_response_for_code(serializer, status_code, *args, **kwargs)
        words = {**REFUSALS, **CONFLICT, **TOO_MANY}.get(status_code)
        return {**found, "description": words} if words else found


def _parameter(name: str, field: forms.Field) -> OpenApiParameter:
    choices: Any = field.choices if isinstance(field, forms.ChoiceField) else ()
    enum = [key for key, _ in choices if key] or None
    pattern = r"^[0-9]{4}-(0[1-9]|1[0-2])$" if isinstance(field, MonthField) else None
    return OpenApiParameter(name, str, description=str(field.label or ""), enum=enum, pattern=pattern)


class TokenScheme(OpenApiAuthenticationExtension):
    """How the token stands in the description."""

    target_class = "salvation.api.authentication.TokenAuthentication"
    name = "token"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "description": "“我的”页面签发的接口令牌"}


class SessionScheme(OpenApiAuthenticationExtension):
    """How the session stands in the description."""

    target_class = "salvation.api.authentication.SessionAuthentication"
    name = "session"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "apiKey", "in": "cookie", "name": settings.SESSION_COOKIE_NAME}
