from django.apps import AppConfig


class UpkeepConfig(AppConfig):
    name = "salvation.upkeep"
    verbose_name = "运行维护"

    def ready(self) -> None:
        from salvation.upkeep import registration  # noqa: F401, PLC0415
