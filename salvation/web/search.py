"""Search from the top bar. Apps register providers; each looks only where the person may look."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

PER_PROVIDER = 20


@dataclass(frozen=True)
class Hit:
    """One thing found: what it is, one line about it, where it is."""

    title: str
    detail: str
    url: str


@dataclass(frozen=True)
class Provider:
    """``find`` gets the user, the trimmed words and a limit, and must itself go through ``visible_to``."""

    label: str
    permission: str
    find: Callable[[Any, str, int], Sequence[Hit]]
    order: int = 100


PROVIDERS: list[Provider] = []


def register(*providers: Provider) -> None:
    """Add search providers."""
    PROVIDERS.extend(providers)


def search(user: Any, words: str) -> list[tuple[str, Sequence[Hit]]]:
    """Hits by provider, empty providers left out. Fewer than two characters find nothing."""
    words = words.strip()
    if len(words) < 2:
        return []
    found = []
    for provider in sorted(PROVIDERS, key=lambda provider: provider.order):
        if user.may(provider.permission):
            hits = provider.find(user, words, PER_PROVIDER)
            if hits:
                found.append((provider.label, hits))
    return found
