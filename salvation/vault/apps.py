from django.apps import AppConfig


class VaultConfig(AppConfig):
    name = "salvation.vault"
    verbose_name = "密封"
