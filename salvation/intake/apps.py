from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "salvation.intake"
    verbose_name = "导入"
