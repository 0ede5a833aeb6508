"""Reads of the pages' own records."""

from typing import Any

from django.db.models import QuerySet

from salvation.web.models import SavedView


def saved_views(user: Any, page: str) -> QuerySet[SavedView]:
    """A person's saved views of one list, by name."""
    return SavedView.objects.filter(user=user, page=page).order_by("name")
