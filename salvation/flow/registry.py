"""Which model runs which flow. Apps register theirs in ``AppConfig.ready()``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import Http404

from salvation.flow.models import FlowSubject
from salvation.flow.table import Effect, Flow, Step
from salvation.journal.actions import ACTIONS


@dataclass(frozen=True, slots=True)
class Entry:
    flow: Flow
    model: type[FlowSubject]
    # URL of a subject's record page and its title, for desks and timelines.
    url: Callable[[Any], str]
    title: Callable[[Any], str]
    effects: Mapping[str, tuple[Effect, ...]]
    # What the system already knows of the facts a step asks for: nothing is typed twice.
    suggest: Callable[[Any, Step], Mapping[str, Any]]


FLOWS: dict[str, Entry] = {}


def register(
    model: type[FlowSubject],
    *,
    url: Callable[[Any], str],
    title: Callable[[Any], str] = str,
    effects: Mapping[str, tuple[Effect, ...]] | None = None,
    suggest: Callable[[Any, Step], Mapping[str, Any]] = lambda subject, step: {},
) -> None:
    """Bind a flow to its model. ``effects``: step code → functions run in the step's transaction.

    ``suggest`` gives first values for the needs of a step, by key.
    """
    for step in effects or {}:
        model.flow.step(step)
    FLOWS[model.flow.code] = Entry(model.flow, model, url, title, effects or {}, suggest)
    ACTIONS[f"flow.{model.flow.code}"] = f"办理{model.flow.label}"


def flow_entry(code: str) -> Entry:
    """Raises Http404 for an unknown flow: the code comes from an address."""
    if code not in FLOWS:
        raise Http404(f"没有流程 {code}")
    return FLOWS[code]


def together(*bound: Mapping[str, tuple[Effect, ...]]) -> dict[str, tuple[Effect, ...]]:
    """The effects of several rooms on one flow, in the order of the rooms."""
    found: dict[str, tuple[Effect, ...]] = {}
    for effects_of in bound:
        for step, functions in effects_of.items():
            found[step] = (*found.get(step, ()), *functions)
    return found
