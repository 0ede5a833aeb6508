"""Reads of accounts."""

from django.conf import settings

from salvation.accounts.models import User
from salvation.units.models import Unit

SHOWN = 12


def account(pk: int) -> User:
    """An account by id. Raises User.DoesNotExist."""
    return User.objects.get(pk=pk)


def named(username: str) -> User | None:
    """The account with this user name, if there is one."""
    return User.objects.filter(username=username).first()


def unit_of_login(username: str) -> Unit | None:
    """Where the account of a user name works, so that a failed sign-in stands where its auditor looks."""
    user = named(username)
    return user.main_post.unit if user and user.main_post else None


def demo_logins() -> list[tuple[str, str]]:
    """User names with unit, role and name, shown on the sign-in page of a demonstration only."""
    if not settings.DEMO:
        return []
    users = User.objects.filter(is_active=True, posts__isnull=False).distinct().order_by("pk")[:SHOWN]
    return [(user.username, f"{user.unit_label} {user.role_label} {user}") for user in users]
