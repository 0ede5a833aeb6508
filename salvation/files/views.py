"""Give files out: scoped like their subject, journalled, never executed by the browser."""

from urllib.parse import quote

from django.apps import apps
from django.http import HttpRequest, HttpResponse

from salvation.access.models import ScopedModel
from salvation.access.services import get_visible
from salvation.files.models import Attachment
from salvation.files.services import read_attachment
from salvation.web.pages.base import ScopedPage


class AttachmentPage(ScopedPage):
    model = Attachment
    permission = "file.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        attachment = self.subject(pk=pk)
        self._subject_is_visible(attachment)
        content = read_attachment(attachment=attachment, actor=request.user)
        shown = "inline" if attachment.content_type == "image/jpeg" else "attachment"
        response = HttpResponse(content, content_type=attachment.content_type)
        response["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(attachment.name)}"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'"
        response["Cache-Control"] = "private, no-store"
        return response

    def _subject_is_visible(self, attachment: Attachment) -> None:
        """Who may not see the case (another role, a recused colleague) may not see its papers. Raises Http404."""
        model = apps.get_model(attachment.subject_type)
        if issubclass(model, ScopedModel):
            get_visible(model._default_manager, self.request.user, pk=attachment.subject_id)
