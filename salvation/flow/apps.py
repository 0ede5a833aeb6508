from django.apps import AppConfig


class FlowConfig(AppConfig):
    name = "salvation.flow"
    verbose_name = "流转"
