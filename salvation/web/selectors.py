"""Reads of the pages' own records."""

from typing import Any

from django.db.models import QuerySet

from salvation.web.models import ListColumns, SavedView


def saved_views(user: Any, page: str) -> QuerySet[SavedView]:
    """A person's saved views of one list, by name."""
    return SavedView.objects.filter(user=user, page=page).order_by("name")


def own_columns(user: Any, page: str) -> list[str]:
    """Codes of the columns a person chose for a list, in order; empty when never chosen."""
    codes = ListColumns.objects.filter(user=user, page=page).values_list("codes", flat=True).first()
    return [str(code) for code in codes or []]
