from django.apps import AppConfig


class ParametersConfig(AppConfig):
    name = "salvation.parameters"
    verbose_name = "参数"
