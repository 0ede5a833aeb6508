from django.apps import AppConfig


class WebConfig(AppConfig):
    name = "salvation.web"
    verbose_name = "页面"
