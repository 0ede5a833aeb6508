from django.apps import AppConfig


class FilesConfig(AppConfig):
    name = "salvation.files"
    verbose_name = "附件"
