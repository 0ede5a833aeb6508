from django.apps import AppConfig


class UnitsConfig(AppConfig):
    name = "salvation.units"
    verbose_name = "单位"
