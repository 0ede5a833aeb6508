from django.apps import AppConfig
from django.urls import reverse


class AuditsConfig(AppConfig):
    name = "audits"
    verbose_name = "监督检查"

    def ready(self) -> None:
        from audits import demo, registration  # noqa: PLC0415 - models are loaded only now

        registration.register_all(reverse)
        demo.register_seeders()
