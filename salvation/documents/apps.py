from django.apps import AppConfig


class DocumentsConfig(AppConfig):
    name = "salvation.documents"
    verbose_name = "文书"
