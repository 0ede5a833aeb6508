"""Upkeep of accounts by administrators: open and disable (system), give and end posts (security)."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange
from django.db.models import Q
from django.utils import timezone

from salvation.access.services import require
from salvation.accounts.guard import without_post
from salvation.accounts.models import Post, User
from salvation.accounts.passwords import put_password
from salvation.accounts.roles import ROLES
from salvation.accounts.second_factor import forget_factor
from salvation.accounts.services import check_password_rules
from salvation.accounts.sessions import end_sessions
from salvation.domain.errors import Refusal
from salvation.journal.models import Entry
from salvation.journal.services import record

LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)
# Who disables an account and resets its password: nobody those of his own kind, so no administrator takes over another.
KEEPERS = {"SYS_ADMIN": "SEC_ADMIN", "LOG_ADMIN": "SEC_ADMIN"}
KEPT_WITH = {"SYS_ADMIN": "admin.accounts", "SEC_ADMIN": "admin.policy"}


def keeper_of(user: User) -> str:
    """The role that keeps this account: the security administrator for the two others, else the system administrator."""
    open_posts = user.posts.filter(Q(period__upper_inf=True) | Q(period__endswith__gt=timezone.localdate()))
    for role in open_posts.values_list("role", flat=True):
        if role in KEEPERS:
            return KEEPERS[role]
    return "SYS_ADMIN"


def require_keeper(actor: Any, user: User) -> None:
    """Raises Refusal for one's own account, PermissionDenied for whoever does not keep this one (07 §7.3)."""
    if user.pk == actor.pk:
        raise Refusal("不能停用自己的账号，自己的密码请在“我的”中修改", rule="07 §7.3 第8条")
    keeper = keeper_of(user)
    if not actor.may(KEPT_WITH[keeper]):
        raise PermissionDenied(f"该账号由{ROLES[keeper].label}管理，您不能停用或重置其密码（07 §7.3）")


@transaction.atomic
def disable_account(*, user: User, actor: Any) -> None:
    """Nobody signs in with it again, its sessions end; what he did stays his. Raises Refusal, PermissionDenied."""
    require_keeper(actor, user)
    user.is_active = False
    user.save(update_fields=["is_active"])
    end_sessions(user=user, how="ACCOUNT")
    record(actor=actor, action="account.disable", subject=user, facts={"username": user.username})


@transaction.atomic
def enable_account(*, user: User, actor: Any) -> None:
    """A disabled account may sign in again. Raises Refusal, PermissionDenied."""
    require_keeper(actor, user)
    user.is_active = True
    user.save(update_fields=["is_active"])
    record(actor=actor, action="account.enable", subject=user, facts={"username": user.username})


@transaction.atomic
def reset_password(*, user: User, password: str, actor: Any) -> None:
    """A first password again, to be changed at the next sign-in; all sessions end. Raises Refusal, PermissionDenied."""
    require_keeper(actor, user)
    _not_both(actor, user, "account.factor_reset")
    check_password_rules(password, user)
    put_password(user, password, must_change=True)
    record(actor=actor, action="account.reset", subject=user, facts={"username": user.username})


@transaction.atomic
def reset_factor(*, user: User, actor: Any) -> None:
    """Forget the phone and the backup codes: a new one is bound at the next sign-in. Raises Refusal, PermissionDenied."""
    require(actor, "admin.policy")
    if user.pk == actor.pk:
        raise Refusal("不能重置自己的动态口令，请另一名安全管理员办理", rule="07 §7.3 第8条")
    _not_both(actor, user, "account.reset")
    forget_factor(user)
    end_sessions(user=user, how="ACCOUNT")
    record(actor=actor, action="account.factor_reset", subject=user, facts={"username": user.username})


def _not_both(actor: Any, user: User, other: str) -> None:
    """Who resets both password and phone owns the account: the second takes another hand, or the owner in between."""
    last = user.sign_ins.filter(succeeded=True).first()
    done = Entry.objects.filter(
        actor=actor,
        action=other,
        subject_type="accounts.user",
        subject_id=user.pk,
        at__gt=last.at if last else LONG_AGO,
    )
    if done.exists():
        raise Refusal(
            "密码和动态口令不能由同一名管理员先后重置，请待本人登录后或由另一名管理员办理", rule="07 §7.3"
        )


@transaction.atomic
def end_post(*, post_id: int, actor: Any, today: date) -> Post:
    """The post ends today, one begun today tonight; one to come never begins. Raises Refusal for one's own or an ended one."""
    post = Post.objects.select_for_update().select_related("user", "unit").get(pk=post_id)
    if post.user_id == actor.pk:
        raise Refusal("不能变动自己的岗位", rule="07 §7.3 第8条")
    if post.period.upper is not None and post.period.upper <= today:
        raise Refusal(f"该岗位已于{post.period.upper:%Y年%m月%d日}终止")
    if post.period.lower > today:
        # It gave nothing yet and must not give anything for a day.
        post.delete()
    else:
        post.period = DateRange(post.period.lower, max(today, post.period.lower + timedelta(days=1)))
        post.save(update_fields=["period"])
    if without_post(User.objects.get(pk=post.user_id)):
        end_sessions(user=post.user, how="ACCOUNT")
    record(
        actor=actor, action="account.post_end", subject=post.user, unit=post.unit, facts={"role": post.role}
    )
    return post
