"""People who use the system, and the posts from which all their rights come."""

from __future__ import annotations

from datetime import date
from functools import cached_property

from django.contrib.auth.models import AbstractUser
from django.contrib.postgres.fields import DateRangeField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from salvation.accounts.roles import ROLES
from salvation.units.models import Unit


class User(AbstractUser):
    """An account of one person. Rights come only from current posts, never from flags on the account."""

    first_name = None  # type: ignore[assignment]
    last_name = None  # type: ignore[assignment]
    name = models.CharField("姓名", max_length=50)
    phone = models.CharField("电话", max_length=30, blank=True)
    must_change_password = models.BooleanField("首次登录须改密", default=False)
    # Third-party staff: the account ends with the contract (M04).
    expires_on = models.DateField("账号到期日", null=True, blank=True)
    # Empty: never changed since the account was opened.
    password_set_at = models.DateTimeField("密码启用时间", null=True, blank=True)

    REQUIRED_FIELDS = ["name"]

    class Meta:
        verbose_name = "账号"

    def __str__(self) -> str:
        return self.name or self.username

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name

    @cached_property
    def current_posts(self) -> list[Post]:
        """Posts held today, read once per loaded account."""
        return list(self.posts_on(timezone.localdate()))

    def posts_on(self, day: date) -> models.QuerySet[Post]:
        return self.posts.select_related("unit", "unit__county").filter(period__contains=day).order_by("id")

    @cached_property
    def permission_codes(self) -> frozenset[str]:
        return frozenset().union(*(ROLES[post.role].permissions for post in self.current_posts))

    def may(self, permission: str, unit: Unit | None = None) -> bool:
        """Whether a current post gives this permission (at this unit or a unit above it)."""
        if not self.is_active:
            return False
        if unit is None:
            return permission in self.permission_codes
        return any(
            permission in ROLES[post.role].permissions and unit.path.startswith(post.unit.path)
            for post in self.current_posts
        )

    @property
    def main_post(self) -> Post | None:
        return self.current_posts[0] if self.current_posts else None

    @property
    def unit_label(self) -> str:
        return str(self.main_post.unit) if self.main_post else "未安排岗位"

    @property
    def role_label(self) -> str:
        return self.main_post.get_role_display() if self.main_post else ""


class Post(models.Model):
    """One role of one person at one unit for a period [from, to)."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="posts", verbose_name="账号")
    role = models.CharField("角色", max_length=20, choices=[(r.code, r.label) for r in ROLES.values()])
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="posts", verbose_name="单位")
    period = DateRangeField("任职起止")
    # 乡镇长 is 组长 of the review panel and confirms; 分管领导 gives the first review (domain/12 #8).
    duty = models.CharField("职务", max_length=30, blank=True)
    granted_by = models.ForeignKey(
        User, on_delete=models.PROTECT, null=True, related_name="+", verbose_name="授予人"
    )

    class Meta:
        verbose_name = "岗位"
        constraints = [
            models.CheckConstraint(name="post_period_not_empty", condition=Q(period__isempty=False))
        ]
        indexes = [models.Index(fields=["unit", "role"], name="post_unit_role")]

    def __str__(self) -> str:
        return f"{self.unit}{self.get_role_display()}{self.user}"


class SignIn(models.Model):
    """A sign-in that succeeded or failed, from where, and how the session ended. Shown to its owner."""

    class Ended(models.TextChoices):
        OUT = "OUT", "本人退出"
        OTHERS = "OTHERS", "本人在别处退出"
        PASSWORD = "PASSWORD", "密码已改"
        ACCOUNT = "ACCOUNT", "账号停用或岗位终止"

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="sign_ins", verbose_name="账号")
    at = models.DateTimeField("时间", default=timezone.now)
    succeeded = models.BooleanField("成功", default=True)
    address = models.CharField("地址", max_length=45, blank=True)
    agent = models.CharField("浏览器", max_length=40, blank=True)
    # The key of the session that it opened; empty for a failed one.
    session_key = models.CharField(max_length=40, blank=True)
    ended_at = models.DateTimeField("结束时间", null=True, blank=True)
    ended_as = models.CharField("结束方式", max_length=8, choices=Ended, blank=True)

    class Meta:
        verbose_name = "登录记录"
        ordering = ["-at", "-id"]
        indexes = [models.Index(fields=["user", "-at"], name="sign_in_user_at")]

    def __str__(self) -> str:
        return f"{self.user} {self.at:%Y-%m-%d %H:%M}"


class OldPassword(models.Model):
    """The hash of a password once used: none of the last few is taken again."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="old_passwords")
    password = models.CharField(max_length=128)
    set_at = models.DateTimeField("启用时间", default=timezone.now)

    class Meta:
        verbose_name = "用过的密码"
        ordering = ["-set_at", "-id"]

    def __str__(self) -> str:
        return f"{self.user} {self.set_at:%Y-%m-%d}"


class BackupCode(models.Model):
    """A code that stands in for the phone once. Only its hash is kept."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="backup_codes")
    digest = models.CharField(max_length=64)
    used_at = models.DateTimeField("使用时间", null=True, blank=True)

    class Meta:
        verbose_name = "备用码"
        constraints = [models.UniqueConstraint(fields=["user", "digest"], name="backup_code_once")]

    def __str__(self) -> str:
        return f"{self.user} {'已用' if self.used_at else '未用'}"


class ApiToken(models.Model):
    """A program's key to what its account may read. An administrator's token waits until the account collects it:
    whoever makes a token for somebody else never sees it, so no administrator reads business data through it.
    """

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="tokens", verbose_name="账号")
    name = models.CharField("用途", max_length=50)
    # SHA-256 of the token; empty until collected. ``tail``: last characters, to tell tokens apart.
    digest = models.CharField(max_length=64, null=True, unique=True, editable=False)
    tail = models.CharField("尾号", max_length=4, blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+", verbose_name="签发人")
    made_at = models.DateTimeField("签发时间", auto_now_add=True)
    # The last day on which it works.
    expires_on = models.DateField("有效期至")
    last_used_at = models.DateTimeField("最近使用", null=True, blank=True)
    last_used_from = models.CharField("最近使用地址", max_length=45, blank=True)
    revoked_at = models.DateTimeField("吊销时间", null=True, blank=True)

    class Meta:
        verbose_name = "接口令牌"
        ordering = ["-made_at", "-id"]

    def __str__(self) -> str:
        return f"{self.name}（尾号 {self.tail}）" if self.tail else f"{self.name}（待领取）"

    @property
    def standing(self) -> str:
        """待领取, 有效, 已过期, 已吊销."""
        if self.revoked_at:
            return "已吊销"
        if self.expires_on < timezone.localdate():
            return "已过期"
        return "有效" if self.digest else "待领取"
