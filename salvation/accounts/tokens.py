"""Tokens of the programming interface: made, collected, used, revoked. Only a hash is kept."""

import hashlib
import secrets
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from salvation.accounts.guard import refusal_to_enter
from salvation.accounts.models import ApiToken, User
from salvation.domain.errors import Refusal
from salvation.journal.services import record

# Begins every token, so that one left in a file or a log is recognised for what it is.
PREFIX = "jz_"
MOST = 5
# The time of the last use is kept to the minute: a write a request would cost more than the read.
NOTED_EVERY = timedelta(minutes=1)


@transaction.atomic
def make_token(*, user: User, name: str, expires_on: date, actor: User) -> tuple[ApiToken, str]:
    """A token and its clear text, shown this once; for somebody else's account the text is empty until he collects it.

    Raises Refusal for a validity out of bounds or too many tokens.
    """
    User.objects.select_for_update().get(pk=user.pk)
    _check_validity(expires_on)
    if live_tokens(user).count() >= MOST:
        raise Refusal(f"一个账号最多有 {MOST} 个有效令牌，请先吊销不用的")
    token = ApiToken(user=user, name=name, expires_on=expires_on, made_by=actor)
    clear = _fill(token) if actor.pk == user.pk else ""
    token.save()
    facts = {"name": name, "until": str(expires_on), "username": user.username}
    record(actor=actor, action="token.make", subject=user, facts=facts)
    return token, clear


def _check_validity(expires_on: date) -> None:
    today = timezone.localdate()
    if not today <= expires_on <= today + timedelta(days=settings.API_TOKEN_DAYS):
        raise Refusal(f"有效期从今天起，最长 {settings.API_TOKEN_DAYS} 天", field="expires_on")


def _fill(token: ApiToken) -> str:
    clear = PREFIX + secrets.token_urlsafe(32)
    token.digest, token.tail = _digest(clear), clear[-4:]
    return clear


@transaction.atomic
def collect_token(*, token_id: int, actor: User) -> str:
    """The clear text of a token that an administrator made for the actor. Raises Refusal when it does not wait any more."""
    token = ApiToken.objects.select_for_update().filter(pk=token_id, user=actor).first()
    if token is None or token.standing != "待领取":
        raise Refusal("没有待领取的令牌，可能已经领取、过期或吊销")
    clear = _fill(token)
    token.save(update_fields=["digest", "tail"])
    record(actor=actor, action="token.collect", subject=actor, facts={"name": token.name, "tail": token.tail})
    return clear


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: Any) -> None:
    """It stops working at once."""
    if token.revoked_at is None:
        token.revoked_at = timezone.now()
        token.save(update_fields=["revoked_at"])
        facts = {"name": token.name, "tail": token.tail, "username": token.user.username}
        record(actor=actor, action="token.revoke", subject=token.user, facts=facts)


def live_tokens(user: User) -> Any:
    """Tokens that work or wait to be collected."""
    return user.tokens.filter(revoked_at__isnull=True, expires_on__gte=timezone.localdate())


def owner_of(clear: str, *, address: str, now: datetime) -> User | None:
    """The account for which a token speaks; None for one that is unknown, expired, revoked or of an account that may not enter."""
    found = (
        ApiToken.objects.filter(
            digest=_digest(clear), revoked_at__isnull=True, expires_on__gte=timezone.localdate(now)
        )
        .select_related("user")
        .first()
    )
    if found is None or not found.user.is_active or refusal_to_enter(found.user):
        return None
    unnoted = Q(last_used_at__isnull=True) | Q(last_used_at__lt=now - NOTED_EVERY)
    ApiToken.objects.filter(unnoted, pk=found.pk).update(last_used_at=now, last_used_from=address[:45])
    return found.user


def _digest(clear: str) -> str:
    # 256 random bits need no slow hash.
    return hashlib.sha256(clear.encode()).hexdigest()
