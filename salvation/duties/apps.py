from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "salvation.duties"
    verbose_name = "期限"
