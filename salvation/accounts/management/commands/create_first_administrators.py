import secrets
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction
from django.utils import timezone

from salvation.accounts.models import Post
from salvation.accounts.roles import ADMINISTRATORS
from salvation.accounts.services import create_user, grant_post
from salvation.domain.errors import Refusal
from salvation.units.models import Unit

# User name, role and name of the three, who keep each other in check (domain/07).
THREE = (
    ("sysadmin", "SYS_ADMIN", "系统管理员"),
    ("secadmin", "SEC_ADMIN", "安全管理员"),
    ("logadmin", "LOG_ADMIN", "审计管理员"),
)
# Letters and digits that are not taken for each other when they are copied from paper.
ALPHABET = "abcdefghjkmnpqrstuvwxyzABCDEFGHJKLMNPQRSTUVWXYZ23456789"
LENGTH = 16


class Command(BaseCommand):
    help = "开立最初的三个管理员（系统、安全、审计）；密码只显示一次，首次登录须修改。已有管理员时拒绝"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--unit", required=True, metavar="CODE", help="县级民政局的单位代码，如 360722")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            made = self._create(options["unit"])
        except Refusal as refusal:
            raise CommandError(str(refusal), returncode=2) from refusal
        self.stdout.write("请把三个密码分别交给三个人；首次登录须修改密码并绑定动态口令。这里只显示一次：")
        for username, label, password in made:
            self.stdout.write(f"{label}  用户名 {username}  初始密码 {password}")

    @transaction.atomic
    def _create(self, code: str) -> list[tuple[str, str, str]]:
        """All three or none. Raises Refusal when there are administrators already, or no such county."""
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('first-administrators'))")
        unit = Unit.objects.filter(code=code, kind=Unit.Kind.COUNTY).first()
        if unit is None:
            raise Refusal(f"没有代码为 {code} 的县，请先用 load_units 加载区划")
        if Post.objects.filter(role__in=ADMINISTRATORS, user__is_active=True).exists():
            raise Refusal("已有管理员。新的管理员由系统管理员开立账号、安全管理员授予岗位")
        made = []
        for username, role, label in THREE:
            password = _password()
            user = create_user(username=username, name=label, password=password, actor=None)
            grant_post(user=user, role=role, unit=unit, start=timezone.localdate(), end=None, actor=None)
            made.append((username, label, password))
        return made


def _password() -> str:
    while True:
        drawn = "".join(secrets.choice(ALPHABET) for _ in range(LENGTH))
        if (
            any(c.islower() for c in drawn)
            and any(c.isupper() for c in drawn)
            and any(c.isdigit() for c in drawn)
        ):
            return f"{drawn[:8]}-{drawn[8:]}"
