from django.apps import AppConfig
from django.urls import reverse


class ReportsConfig(AppConfig):
    name = "reports"
    verbose_name = "报表"

    def ready(self) -> None:
        from reports import demo, parameters, registration  # noqa: PLC0415 - models are loaded only now
        from salvation.parameters.registry import register  # noqa: PLC0415

        register(*parameters.ALL)
        registration.register_all(reverse)
        demo.register_seeders()
