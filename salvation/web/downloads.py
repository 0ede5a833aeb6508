"""Give a finished file to the browser."""

from io import BytesIO
from mimetypes import guess_type
from typing import Any

from django.http import FileResponse
from django.utils import timezone

from salvation.tables.model import Heading

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}


def export_heading(user: Any, title: str) -> Heading:
    """Who exported what and when: printed on top of the file."""
    now = timezone.localtime()
    mark = f"{user.unit_label} {user} {now:%Y-%m-%d %H:%M}"
    return Heading(title, now, lines=(user.unit_label,), made_by=str(user), mark=mark)


def download(content: BytesIO | bytes, name: str) -> FileResponse:
    """A file to save under ``name``; Chinese names are encoded as browsers expect."""
    stream = BytesIO(content) if isinstance(content, bytes) else content
    stream.seek(0)
    suffix = name[name.rfind(".") :]
    kind = TYPES.get(suffix) or guess_type(name)[0] or "application/octet-stream"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=kind)
