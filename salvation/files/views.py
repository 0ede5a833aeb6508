"""Give files out: scoped like their subject, journalled, never executed by the browser."""

from urllib.parse import quote

from django.http import HttpRequest, HttpResponse

from salvation.files.models import Attachment
from salvation.files.services import read_attachment
from salvation.web.pages.base import ScopedPage


class AttachmentPage(ScopedPage):
    model = Attachment
    permission = "file.view"

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        attachment = self.subject(pk=pk)
        content = read_attachment(attachment=attachment, actor=request.user)
        shown = "inline" if attachment.content_type == "image/jpeg" else "attachment"
        response = HttpResponse(content, content_type=attachment.content_type)
        response["Content-Disposition"] = f"{shown}; filename*=UTF-8''{quote(attachment.name)}"
        response["X-Content-Type-Options"] = "nosniff"
        response["Content-Security-Policy"] = "sandbox; default-src 'none'; img-src 'self'"
        response["Cache-Control"] = "private, no-store"
        return response
