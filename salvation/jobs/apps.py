from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "salvation.jobs"
    verbose_name = "任务"
