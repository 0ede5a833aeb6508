from django.apps import AppConfig


class DemoConfig(AppConfig):
    name = "salvation.demo"
    verbose_name = "演示数据"
