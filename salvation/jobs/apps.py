from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "salvation.jobs"
    verbose_name = "任务"

    def ready(self) -> None:
        # Tasks are enqueued through the configured application, in the web process too.
        from salvation import celery  # noqa: F401, PLC0415
