"""Lock-out after wrong passwords: an account after five, an address after thirty; unlocking by the security administrator."""

from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from axes.utils import reset
from django.conf import settings
from django.db import transaction
from django.db.models import Sum
from django.utils import timezone

from salvation.access.services import require
from salvation.accounts.models import User
from salvation.domain.errors import Refusal
from salvation.journal.services import record


def _since() -> datetime:
    return timezone.now() - timedelta(hours=settings.AXES_COOLOFF_TIME)


def _sums(field: str) -> Any:
    rows = AccessAttempt.objects.filter(attempt_time__gte=_since()).values(field)
    return rows.annotate(failures=Sum("failures_since_start"))


def address_locked(address: str) -> bool:
    """Whether too many wrong passwords came from here, under whatever names. A township shares one address: hence more tries."""
    return bool(
        _sums("ip_address").filter(ip_address=address, failures__gte=settings.ADDRESS_FAILURE_LIMIT).exists()
    )


def locked_names() -> set[str]:
    """User names that are locked now."""
    found = _sums("username").filter(failures__gte=settings.AXES_FAILURE_LIMIT)
    return set(found.values_list("username", flat=True))


def locked_addresses() -> list[str]:
    found = _sums("ip_address").filter(failures__gte=settings.ADDRESS_FAILURE_LIMIT)
    return sorted(address for address in found.values_list("ip_address", flat=True) if address)


@transaction.atomic
def unlock_account(*, user: User, actor: Any) -> None:
    """Forget the wrong passwords of an account. Raises PermissionDenied, and Refusal for one's own."""
    require(actor, "admin.policy")
    if user.pk == actor.pk:
        raise Refusal("不能解锁自己的账号，请另一名安全管理员办理", rule="07 §7.3 第8条")
    reset(username=user.username)
    record(actor=actor, action="account.unlock", subject=user, facts={"username": user.username})


@transaction.atomic
def unlock_address(*, address: str, actor: Any) -> None:
    """Forget the wrong passwords from an address. Raises PermissionDenied."""
    require(actor, "admin.policy")
    reset(ip=address)
    record(actor=actor, action="account.unlock", facts={"address": address})
