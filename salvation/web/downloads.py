"""Give a finished file to the browser."""

from io import BytesIO
from mimetypes import guess_type

from django.http import FileResponse

TYPES = {
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".pdf": "application/pdf",
}


def download(content: BytesIO | bytes, name: str) -> FileResponse:
    """A file to save under ``name``; Chinese names are encoded as browsers expect."""
    stream = BytesIO(content) if isinstance(content, bytes) else content
    stream.seek(0)
    suffix = name[name.rfind(".") :]
    kind = TYPES.get(suffix) or guess_type(name)[0] or "application/octet-stream"
    return FileResponse(stream, as_attachment=True, filename=name, content_type=kind)
