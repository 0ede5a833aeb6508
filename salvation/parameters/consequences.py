"""What a changed parameter would do, shown before the second person confirms it.

The platform knows no app above it: an app that can tell what follows registers a ``Consequence`` in
``AppConfig.ready()``; the page that decides shows it.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from salvation.parameters.models import ParameterVersion


@dataclass(frozen=True, slots=True)
class Consequence:
    """``concerns``: whether a key matters to it; ``template`` shows what ``context`` (version, user) gives."""

    code: str
    concerns: Callable[[str], bool]
    template: str
    context: Callable[[ParameterVersion, Any], Mapping[str, Any]]


CONSEQUENCES: dict[str, Consequence] = {}


def register(consequence: Consequence) -> None:
    CONSEQUENCES[consequence.code] = consequence


def consequences_of(version: ParameterVersion, user: Any) -> list[dict[str, Any]]:
    """What to show for a proposal: templates with their facts."""
    return [
        {"template": found.template, **found.context(version, user)}
        for found in CONSEQUENCES.values()
        if found.concerns(version.key)
    ]
