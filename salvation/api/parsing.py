"""What is sent to the interface: JSON whose texts the database can keep."""

from collections.abc import Mapping
from typing import Any

from rest_framework.exceptions import ValidationError
from rest_framework.parsers import JSONParser

from salvation.web.middleware import NUL, UNREADABLE


class TextParser(JSONParser):
    """JSON without NUL: in a text it stands as \\u0000, where the edge does not see it."""

    def parse(self, stream: Any, media_type: Any = None, parser_context: Any = None) -> Any:
        """Raises ValidationError (400)."""
        found = super().parse(stream, media_type=media_type, parser_context=parser_context)
        if _holds_nul(found):
            raise ValidationError([UNREADABLE])
        return found


def _holds_nul(value: Any) -> bool:
    if isinstance(value, str):
        return NUL in value
    if isinstance(value, Mapping):
        return any(_holds_nul(part) for pair in value.items() for part in pair)
    return isinstance(value, list) and any(map(_holds_nul, value))
