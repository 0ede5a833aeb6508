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

    def posts_now(self) -> list[Post]:
        return self.current_posts

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
