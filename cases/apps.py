from django.apps import AppConfig
from django.urls import reverse


class CasesConfig(AppConfig):
    name = "cases"
    verbose_name = "救助对象"

    def ready(self) -> None:
        from cases import parameters, registration  # noqa: PLC0415 - models are loaded only now
        from cases.demo.seed import register_seeders  # noqa: PLC0415
        from salvation.parameters.registry import register  # noqa: PLC0415

        register(*parameters.ALL)
        registration.register_all(reverse)
        register_seeders()
