from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from salvation.accounts.models import Post
from salvation.accounts.roles import ROLES
from salvation.demo.registry import PASSWORD


class Command(BaseCommand):
    help = "列出演示账号：每个角色一个，乡镇领导两个"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--address", default="")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["address"]:
            self.stdout.write(
                f"\n  地址：{options['address']}    密码：{PASSWORD}（演示数据，人员均为虚构）\n"
            )
        shown: set[tuple[str, str]] = set()
        posts = Post.objects.select_related("user", "unit").order_by("unit__sort", "unit__code", "id")
        for role in ROLES.values():
            for post in posts.filter(role=role.code):
                key = (role.code, post.duty)
                if key in shown:
                    continue
                shown.add(key)
                self.stdout.write(
                    f"  {post.user.username:<14}{role.label}{f'（{post.duty}）' if post.duty else ''}　{post.unit}"
                )
        self.stdout.write(
            "  其他乡镇的账号：把末三位换成该乡镇代码的末三位，如 clerk101、leader101、head101\n"
        )
