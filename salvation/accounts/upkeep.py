"""Upkeep of accounts by administrators: open and disable (system), give and end posts (security)."""

from datetime import date, timedelta
from typing import Any

from django.db import transaction
from django.db.backends.postgresql.psycopg_any import DateRange

from salvation.accounts.models import Post, User
from salvation.accounts.services import check_password_rules
from salvation.domain.errors import Refusal
from salvation.journal.services import record


@transaction.atomic
def disable_account(*, user: User, actor: Any) -> None:
    """Nobody signs in with it again; what he did stays his. Raises Refusal for oneself."""
    if user.pk == actor.pk:
        raise Refusal("不能停用自己的账号")
    user.is_active = False
    user.save(update_fields=["is_active"])
    record(actor=actor, action="account.disable", subject=user, facts={"username": user.username})


@transaction.atomic
def reset_password(*, user: User, password: str, actor: Any) -> None:
    """A first password again, to be changed at the next sign-in. Raises Refusal."""
    if user.pk == actor.pk:
        raise Refusal("自己的密码请在“我的”中修改")
    check_password_rules(password, user)
    user.set_password(password)
    user.must_change_password = True
    user.save(update_fields=["password", "must_change_password"])
    record(actor=actor, action="account.reset", subject=user, facts={"username": user.username})


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
    record(
        actor=actor, action="account.post_end", subject=post.user, unit=post.unit, facts={"role": post.role}
    )
    return post
