from django.apps import AppConfig
from django.urls import reverse


class FundsConfig(AppConfig):
    name = "funds"
    verbose_name = "资金"

    def ready(self) -> None:
        from funds import demo, parameters, registration  # noqa: PLC0415 - models are loaded only now
        from salvation.parameters.registry import register  # noqa: PLC0415

        register(*parameters.ALL)
        registration.register_all(reverse)
        demo.register_seeders()
