"""Who may enter at all, with a right password or token in hand."""

from typing import Any

from django.utils import timezone

from salvation.accounts.models import User


def refusal_to_enter(user: User) -> str:
    """Why this account may not enter, in words; empty when it may. Accounts of third parties end with their contract (M04)."""
    if not user.is_active:
        return "账号已停用，请联系系统管理员"
    if user.expires_on is not None and user.expires_on < timezone.localdate():
        return f"账号已于{user.expires_on:%Y年%m月%d日}到期，请联系系统管理员"
    return "您的岗位已全部终止，请联系安全管理员" if without_post(user) else ""


def without_post(user: Any) -> bool:
    """Whether the last post of the account has ended. One that waits for its first post may look around."""
    if user.current_posts:
        return False
    ended = user.posts.filter(period__endswith__lte=timezone.localdate())
    coming = user.posts.filter(period__startswith__gt=timezone.localdate())
    return ended.exists() and not coming.exists()
