from django.apps import AppConfig


class RegistersConfig(AppConfig):
    name = "salvation.registers"
    verbose_name = "登记簿"

    def ready(self) -> None:
        from salvation.registers.declared import (  # noqa: PLC0415 - models are loaded only now
            MEETINGS,
            PANELS,
            POLICIES,
            STAFF,
        )
        from salvation.registers.register import register  # noqa: PLC0415

        register(MEETINGS, POLICIES, STAFF, PANELS)
