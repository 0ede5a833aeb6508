"""Rules of passwords (等保三级): classes of signs, no user name, none of the last ones; and how old one may become."""

import re
from datetime import timedelta
from typing import Any

from django.contrib.auth.hashers import check_password
from django.contrib.auth.password_validation import CommonPasswordValidator, MinimumLengthValidator
from django.core.exceptions import ValidationError
from django.utils import timezone

from salvation.accounts.models import OldPassword, User
from salvation.accounts.sessions import end_sessions
from salvation.parameters.book import at
from salvation.parameters.registry import Parameter

CLASSES = (r"[a-z]", r"[A-Z]", r"[0-9]", r"[^A-Za-z0-9]")
WANTED = 3
LAST = 5
MAX_DAYS = Parameter(
    "password.max_days", "密码最长使用天数", "int", 90, "网络安全等级保护三级的口令要求", "查到", "天"
)
HELP = f"至少 10 位，含大写字母、小写字母、数字、符号中的三类，不能含用户名，不能与最近 {LAST} 次用过的相同"


class LongEnough(MinimumLengthValidator):
    """The framework's rule in our words: it has none in Chinese."""

    def get_error_message(self) -> str:
        return f"密码太短，至少 {self.min_length} 位"


class NotCommon(CommonPasswordValidator):
    """None of twenty thousand passwords that are tried first."""

    def get_error_message(self) -> str:
        return "密码太常见，容易被猜到，请换一个"


class CharacterClasses:
    """Three of: small letters, capitals, digits, other signs."""

    def validate(self, password: str, user: Any = None) -> None:
        if sum(bool(re.search(kind, password)) for kind in CLASSES) < WANTED:
            raise ValidationError("密码须含大写字母、小写字母、数字、符号中的至少三类")

    def get_help_text(self) -> str:
        return "含大写字母、小写字母、数字、符号中的至少三类"


class NoUserName:
    """The user name, forwards or backwards, is the first thing anybody tries."""

    def validate(self, password: str, user: Any = None) -> None:
        name = getattr(user, "username", "").lower()
        if len(name) >= 3 and (name in password.lower() or name[::-1] in password.lower()):
            raise ValidationError("密码不能含有用户名")

    def get_help_text(self) -> str:
        return "不能含有用户名"


class NotRecent:
    """None of the last passwords of this account."""

    def validate(self, password: str, user: Any = None) -> None:
        if user is None or user.pk is None:
            return
        kept = user.old_passwords.values_list("password", flat=True)[: LAST - 1]
        if any(check_password(password, old) for old in (user.password, *kept)):
            raise ValidationError(f"新密码不能与最近 {LAST} 次用过的密码相同")

    def get_help_text(self) -> str:
        return f"不能与最近 {LAST} 次用过的相同"


def put_password(user: User, password: str, *, must_change: bool, but: str = "") -> None:
    """Store a password that keeps the rules, remember the one before, end all sessions but ``but``. In the caller's transaction."""
    if user.has_usable_password():
        OldPassword.objects.create(user=user, password=user.password)
    user.set_password(password)
    user.must_change_password = must_change
    user.password_set_at = timezone.now()
    user.save(update_fields=["password", "must_change_password", "password_set_at"])
    end_sessions(user=user, how="PASSWORD", but=but)


def too_old(user: User) -> bool:
    """Whether the password was set longer ago than the county allows."""
    post = user.main_post
    if post is None:
        return False
    days = int(at(MAX_DAYS.key, on=timezone.localdate(), unit=post.unit).value)
    return (user.password_set_at or user.date_joined) + timedelta(days=days) < timezone.now()
