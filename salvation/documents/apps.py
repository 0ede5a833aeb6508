from django.apps import AppConfig
from django.urls import reverse


class DocumentsConfig(AppConfig):
    name = "salvation.documents"
    verbose_name = "文书"

    def ready(self) -> None:
        from salvation.documents.models import Document  # noqa: PLC0415 - models are loaded only now
        from salvation.documents.paperless import PARAMETERS  # noqa: PLC0415
        from salvation.documents.services import EFFECTS  # noqa: PLC0415
        from salvation.flow.registry import register  # noqa: PLC0415
        from salvation.parameters.registry import register as register_parameters  # noqa: PLC0415

        register_parameters(*PARAMETERS)

        register(
            Document,
            url=lambda document: reverse("documents:document", args=[document.pk]),
            effects=EFFECTS,
        )
