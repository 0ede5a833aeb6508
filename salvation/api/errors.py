"""Every refusal of the interface in one shape: {"message": …, "rule": …, "fields": {name: [messages]}}."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import exceptions, serializers
from rest_framework.response import Response
from rest_framework.views import exception_handler

from salvation.domain.errors import BadValue, Refusal
from salvation.web.middleware import NOT_FOUND

MESSAGES = {
    exceptions.NotAuthenticated: "请先登录，或在请求头 Authorization 中给出接口令牌",
    exceptions.ParseError: "请求内容不是正确的 JSON，请核对格式",
    exceptions.UnsupportedMediaType: "请以 application/json 格式提交",
    exceptions.NotAcceptable: "只提供 application/json 格式，请改正请求头 Accept",
}
# The one message the framework does not translate.
NO_DATA = {"No data provided": "没有提交内容，请按接口说明填写后再提交"}


class Problem(serializers.Serializer[Any]):
    """The one shape of refusals."""

    message = serializers.CharField(help_text="出了什么问题、怎样改正")
    rule = serializers.CharField(allow_blank=True, help_text="所依据的条款")
    fields_ = serializers.DictField(
        child=serializers.ListField(child=serializers.CharField()), required=False, help_text="有问题的参数"
    )

    def get_fields(self) -> dict[str, Any]:
        """``fields`` is a word of the framework; in the answer it is called so all the same."""
        found = super().get_fields()
        return {name.rstrip("_"): field for name, field in found.items()}


def problem(message: str, *, rule: str = "", fields: dict[str, list[str]] | None = None) -> dict[str, Any]:
    return {"message": message, "rule": rule, "fields": fields or {}}


def answer(exception: Exception, context: dict[str, Any]) -> Response | None:
    """The framework's handler, then our words; None for what is no refusal but a fault of ours."""
    if isinstance(exception, Refusal):
        fields = {exception.field: [exception.message]} if exception.field else {}
        body = problem(exception.message, rule=exception.rule or "", fields=fields)
        return Response(body, status=400 if exception.field else 409)
    if isinstance(exception, BadValue):
        return Response(problem(exception.message), status=400)
    response = exception_handler(exception, context)
    if response is not None:
        response.data = problem(_words(exception), fields=_fields(exception))
    return response


def _words(exception: Exception) -> str:
    if isinstance(exception, Http404):
        return NOT_FOUND
    if isinstance(exception, PermissionDenied):
        return str(exception) or "您的岗位没有此项权限"
    if isinstance(exception, exceptions.ValidationError):
        return "；".join(message for messages in _fields(exception).values() for message in messages)
    if isinstance(exception, exceptions.Throttled):
        return f"请求过于频繁，请 {int(getattr(exception, 'wait', None) or 60) + 1} 秒后再试"
    if isinstance(exception, exceptions.MethodNotAllowed):
        return "这个地址不接受这种请求方法，请查看接口说明"
    return MESSAGES.get(type(exception)) or str(getattr(exception, "detail", exception))


def _fields(exception: Exception) -> dict[str, list[str]]:
    if not isinstance(exception, exceptions.ValidationError):
        return {}
    detail: Any = exception.detail
    given = detail if isinstance(detail, dict) else {"": detail}
    return {name: _said(found) for name, found in given.items()}


def _said(found: Any) -> list[str]:
    """The messages below a field, each with the place it is about: items of a list are counted from 1."""
    if isinstance(found, dict):
        return [f"{_place(key)}：{one}" for key, inner in found.items() for one in _said(inner)]
    if isinstance(found, list):
        return [one for inner in found for one in _said(inner)]
    return [NO_DATA.get(str(found), str(found))]


def _place(key: Any) -> str:
    return f"第 {key + 1} 项" if isinstance(key, int) else str(key)
