"""Marks on guards. Kept apart from the engine so that flow tables can use them without loading models."""

from salvation.flow.table import Guard


def needs_data(guard: Guard) -> Guard:
    """The guard judges what is filled in: a button is not greyed because the form is still empty."""
    guard.needs_data = True  # type: ignore[attr-defined]
    return guard
