from django.apps import AppConfig


class JournalConfig(AppConfig):
    name = "salvation.journal"
    verbose_name = "日志"
