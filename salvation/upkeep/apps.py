import gc

from django.apps import AppConfig

# Bulk work (an import, a month's rosters) makes rows by the ten thousand, which live: looking among them for cycles
# after every 700 took a quarter of its time.
NEW_OBJECTS = 10_000


class UpkeepConfig(AppConfig):
    name = "salvation.upkeep"
    verbose_name = "运行维护"

    def ready(self) -> None:
        from salvation.upkeep import registration  # noqa: F401, PLC0415

        gc.set_threshold(NEW_OBJECTS)
