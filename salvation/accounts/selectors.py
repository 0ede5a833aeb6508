"""Reads of accounts."""

from django.conf import settings

from salvation.accounts.models import User

SHOWN = 12


def account(pk: int) -> User:
    """An account by id. Raises User.DoesNotExist."""
    return User.objects.get(pk=pk)


def demo_logins() -> list[tuple[str, str]]:
    """User names with unit, role and name, shown on the sign-in page of a demonstration only."""
    if not settings.DEMO:
        return []
    users = User.objects.filter(is_active=True, posts__isnull=False).distinct().order_by("pk")[:SHOWN]
    return [(user.username, f"{user.unit_label} {user.role_label} {user}") for user in users]
