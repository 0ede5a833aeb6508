"""Sealed JSON: facts of a household as one value."""

import json
from typing import Any

from salvation.vault.fields import Sealed

_CANONICAL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, default=str, separators=(",", ":"))


def dump(value: Any) -> str:
    """Canonical JSON text; Decimals and dates become strings."""
    return _CANONICAL.encode(value)


def load(sealed: Sealed | None) -> Any:
    return None if sealed is None else json.loads(sealed.plain())
