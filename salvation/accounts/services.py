"""Writes of accounts and posts."""

from datetime import date

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from salvation.access.services import require
from salvation.accounts.models import Post, User
from salvation.accounts.passwords import put_password
from salvation.accounts.roles import ROLES, conflict
from salvation.domain.errors import Refusal
from salvation.journal.services import record
from salvation.units.models import Unit


@transaction.atomic
def create_user(*, username: str, name: str, password: str, actor: User | None, demo: bool = False) -> User:
    """Open an account; the first password must be changed at the first sign-in. Raises Refusal."""
    if User.objects.filter(username=username).exists():
        raise Refusal(f"用户名 {username} 已被使用，请换一个")
    user = User(username=username, name=name, must_change_password=not demo)
    if not demo:
        check_password_rules(password, user)
    user.set_password(password)
    user.save()
    record(actor=actor, action="account.create", subject=user, facts={"username": username})
    return user


def check_password_rules(password: str, user: User) -> None:
    """Raises Refusal with every rule that the password breaks."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise Refusal("；".join(error.messages), field="password") from error


@transaction.atomic
def grant_post(
    *, user: User, role: str, unit: Unit, start: date, end: date | None, actor: User | None, duty: str = ""
) -> Post:
    """Give a role at a unit. Raises PermissionDenied, and Refusal for the wrong level, an incompatible role or oneself (07 §7.3)."""
    spec = ROLES[role]
    if unit.kind not in spec.kinds:
        raise Refusal(f"“{spec.label}”不能设在{unit.get_kind_display()}一级的单位（{unit}）")
    if actor is not None:
        require(actor, "admin.posts", unit)
        if actor.pk == user.pk:
            raise Refusal("管理员不能给自己授予角色", rule="07 §7.3 第8条")
    User.objects.select_for_update().get(pk=user.pk)
    period = DateRange(start, end)
    held = user.posts.filter(period__overlap=period)
    if other := conflict(frozenset(held.values_list("role", flat=True)), role):
        raise Refusal(f"“{spec.label}”与已任的“{other}”不能由同一人兼任", rule="07 §7.3")
    if held.filter(role=role, unit=unit).exists():
        raise Refusal(f"{user} 在该期间已任 {unit}{spec.label}")
    post = Post.objects.create(user=user, role=role, unit=unit, period=period, duty=duty, granted_by=actor)
    record(
        actor=actor, action="account.post", subject=user, unit=unit, facts={"role": role, "from": str(start)}
    )
    return post


@transaction.atomic
def change_password(*, user: User, password: str, session_key: str = "") -> None:
    """Set a new password that keeps the rules; every other session of the account ends. Raises Refusal."""
    check_password_rules(password, user)
    put_password(user, password, must_change=False, but=session_key)
    record(actor=user, action="account.password", subject=user)


def must_change(*, user: User) -> bool:
    """Ask for a new password before anything else; not in a demonstration, whose logins are printed."""
    if settings.DEMO:
        return False
    user.must_change_password = True
    user.save(update_fields=["must_change_password"])
    return True
