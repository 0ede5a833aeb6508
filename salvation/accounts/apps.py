from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "salvation.accounts"
    verbose_name = "账号"
