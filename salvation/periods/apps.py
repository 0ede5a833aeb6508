from django.apps import AppConfig


class PeriodsConfig(AppConfig):
    name = "salvation.periods"
    verbose_name = "报送"
