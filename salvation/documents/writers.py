"""A paper as a file, and the small line at its foot."""

from typing import Any

from django.utils import timezone

from salvation.documents.docx import write_official
from salvation.documents.pdf import write_official_pdf

WRITERS = {"docx": write_official, "pdf": write_official_pdf}
SHOWN_DIGEST = 16
GROUP = 4


def shown_code(code: str) -> str:
    """In groups, as it is printed: ABCD-EFGH-JKLM."""
    return "-".join(code[place : place + GROUP] for place in range(0, len(code), GROUP))


def traced(actor: Any, checksum: str = "", code: str = "") -> str:
    """Who took it out of the system and when, with the checksum of what was kept and the code to look it up by."""
    check = f"　内容校验 {checksum[:SHOWN_DIGEST]}" if checksum else ""
    verify = f"　核验码 {shown_code(code)}" if code else ""
    return f"打印 {actor}　{timezone.localtime():%Y-%m-%d %H:%M}{check}{verify}"
