from django.apps import AppConfig


class AccountsConfig(AppConfig):
    name = "salvation.accounts"
    verbose_name = "账号"

    def ready(self) -> None:
        from salvation.accounts.registration import register_all  # noqa: PLC0415

        register_all()
