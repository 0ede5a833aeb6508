from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "salvation.web"
    verbose_name = "页面"

    def ready(self) -> None:
        from salvation.web.navigation import SIGNED_IN, NavItem, register  # noqa: PLC0415 - models are loaded only now

        register(NavItem("工作台", "web:desk", SIGNED_IN, icon="desk", order=0))
