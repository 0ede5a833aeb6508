from django.apps import AppConfig


class AccessConfig(AppConfig):
    name = "salvation.access"
    verbose_name = "可见范围"
