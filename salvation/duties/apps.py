from django.apps import AppConfig


class DutiesConfig(AppConfig):
    name = "salvation.duties"
    verbose_name = "期限"

    def ready(self) -> None:
        from salvation.duties import parameters  # noqa: PLC0415 - models are loaded only now
        from salvation.duties.registration import register_all  # noqa: PLC0415
        from salvation.parameters.registry import register  # noqa: PLC0415

        register(*parameters.ALL)
        register_all()
