from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "salvation.web"
    verbose_name = "页面"

    def ready(self) -> None:
        from salvation.web.navigation import SIGNED_IN, NavItem, register  # noqa: PLC0415 - models are loaded only now

        register(
            NavItem("工作台", "web:desk", SIGNED_IN, icon="desk", order=0),
            NavItem("填报单位", "units:list", "param.view", "系统", "map", 20),
            NavItem("账号与岗位", "accounts:accounts", "admin.view", "系统", "people", 30),
            NavItem("操作日志", "journal:list", "journal.view", "系统", "log", 40),
        )
