"""Pages of a list by position: page 400 costs what page 1 costs, and new rows shift nothing.

The cursor is the id of the last row seen; rows come in the order of their ids, which nobody changes.
"""

from typing import Any
from urllib.parse import urlencode

from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.response import Response

SIZE, MOST = 50, 200
LARGEST_ID = 2**63 - 1


class AfterPagination(BasePagination):
    """``?after=ID&size=N``; ``next`` is the address of the page behind, or null."""

    def paginate_queryset(self, queryset: Any, request: Any, view: Any = None) -> list[Any]:
        after = number(request, "after", 0, low=0, high=LARGEST_ID)
        size = number(request, "size", SIZE, low=1, high=MOST)
        found = list(queryset.filter(pk__gt=after).order_by("pk")[: size + 1])
        self.next = _next(request, found[size - 1].pk) if len(found) > size else None
        return found[:size]

    def get_paginated_response(self, data: Any) -> Response:
        return Response({"next": self.next, "results": data})

    def get_paginated_response_schema(self, schema: Any) -> dict[str, Any]:
        following = {"type": "string", "nullable": True, "description": "下一页的地址，最后一页为 null"}
        return {
            "type": "object",
            "required": ["next", "results"],
            "properties": {"next": following, "results": schema},
        }

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        return [
            _parameter("after", 0, LARGEST_ID, "从这个编号之后开始（上一页最后一行的 id）"),
            _parameter("size", 1, MOST, f"每页行数，默认 {SIZE}"),
        ]


def _parameter(name: str, low: int, high: int, description: str) -> dict[str, Any]:
    schema = {"type": "integer", "minimum": low, "maximum": high}
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}


def number(request: Any, name: str, default: int, *, low: int, high: int) -> int:
    """A whole number of the address. Raises ValidationError."""
    text = request.query_params.get(name, "")
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) < 20 and low <= int(text) <= high):
        raise ValidationError({name: [f"“{name}”应为 {low} 到 {high} 的整数"]})
    return int(text)


def _next(request: Any, pk: int) -> str:
    """A relative address: behind a proxy the interface does not know its own name."""
    kept = [
        (key, value) for key, values in request.query_params.lists() for value in values if key != "after"
    ]
    return f"{request.path}?{urlencode([*kept, ('after', pk)])}"
