from django.apps import AppConfig


class TablesConfig(AppConfig):
    name = "salvation.tables"
    verbose_name = "表格"
