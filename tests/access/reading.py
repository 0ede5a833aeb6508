"""What a person can read in an answer: the text of a page, every cell of a workbook."""

import re
from io import BytesIO
from typing import Any
from zipfile import ZipFile

import openpyxl
from docx import Document

MARKUP = re.compile(r"<[^>]*>")


def content_of(response: Any) -> bytes:
    if response.streaming:
        response.read = b"".join(response)
        response.streaming_content = iter((response.read,))
        return bytes(response.read)
    return bytes(response.content)


def words_in(response: Any) -> str:
    """Markup included: a number in an attribute is as readable as one in the text."""
    content = content_of(response)
    if not content.startswith(b"PK"):
        return content.decode(errors="replace")
    return (
        text_of(content) if "word/document.xml" in ZipFile(BytesIO(content)).namelist() else cells_of(content)
    )


def text_of(content: bytes) -> str:
    """Paragraphs and cells of a Word file."""
    book = Document(BytesIO(content))
    cells = [cell.text for table in book.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(paragraph.text for paragraph in book.paragraphs), *cells])


def cells_of(content: bytes) -> str:
    book = openpyxl.load_workbook(BytesIO(content))
    return "\n".join(
        str(cell)
        for sheet in book
        for row in sheet.iter_rows(values_only=True)
        for cell in row
        if cell is not None
    )


def shown_text(response: Any) -> str:
    """The text between tags."""
    return MARKUP.sub(" ", words_in(response))
