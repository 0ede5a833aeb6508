"""Finish a streamed workbook: merged rows below the data, page breaks and custom properties.

The streaming writer knows none of them; they are a few lines in the package, so the parts are rewritten as text
instead of loading thousands of cells into another library.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from xml.sax.saxutils import escape, quoteattr
from zipfile import ZIP_DEFLATED, ZipFile

SHEET = "xl/worksheets/sheet1.xml"
CUSTOM = "docProps/custom.xml"
_RELATION = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/custom-properties"
_CONTENT = "application/vnd.openxmlformats-officedocument.custom-properties+xml"
_PROPERTIES = "http://schemas.openxmlformats.org/officeDocument/2006/custom-properties"
_TYPES = "http://schemas.openxmlformats.org/officeDocument/2006/docPropsVTypes"
_FMTID = "{D5CDD505-2E9C-101B-9397-08002B2CF9AE}"


@dataclass(frozen=True, slots=True)
class Stamp:
    """``merges``: A1 references; ``breaks``: rows (from 1) after which a page ends; both on the first sheet."""

    properties: Mapping[str, str]
    merges: Sequence[str] = ()
    breaks: Sequence[int] = ()


def stamp(content: BytesIO, given: Stamp) -> BytesIO:
    """The workbook with the stamp's parts put in."""
    finished = BytesIO()
    with ZipFile(content) as source, ZipFile(finished, "w", ZIP_DEFLATED, compresslevel=6) as target:
        for item in source.infolist():
            part = source.read(item)
            if item.filename == SHEET:
                part = _sheet(part.decode(), given).encode()
            elif item.filename == "[Content_Types].xml":
                part = part.replace(
                    b"</Types>",
                    f'<Override PartName="/{CUSTOM}" ContentType="{_CONTENT}"/></Types>'.encode(),
                )
            elif item.filename == "_rels/.rels":
                part = part.replace(
                    b"</Relationships>",
                    f'<Relationship Id="rIdStamp" Type="{_RELATION}" Target="{CUSTOM}"/></Relationships>'.encode(),
                )
            target.writestr(item.filename, part)
        target.writestr(CUSTOM, _custom(given.properties))
    finished.seek(0)
    return finished


def _sheet(part: str, given: Stamp) -> str:
    if given.merges:
        part = _merged(part, "".join(f'<mergeCell ref="{ref}"/>' for ref in given.merges), len(given.merges))
    if given.breaks:
        count = len(given.breaks)
        marks = "".join(f'<brk id="{row}" max="16383" man="1"/>' for row in given.breaks)
        breaks = f'<rowBreaks count="{count}" manualBreakCount="{count}">{marks}</rowBreaks>'
        part = re.sub(
            r"(</headerFooter>|<headerFooter[^>]*/>)", lambda found: found[0] + breaks, part, count=1
        )
    return part


def _merged(part: str, cells: str, more: int) -> str:
    found = re.search(r'<mergeCells count="(\d+)">', part)
    if found is None:
        return part.replace("</sheetData>", f'</sheetData><mergeCells count="{more}">{cells}</mergeCells>', 1)
    return part.replace(found[0], f'<mergeCells count="{int(found[1]) + more}">{cells}', 1)


def _custom(properties: Mapping[str, str]) -> str:
    rows = "".join(
        f'<property fmtid="{_FMTID}" pid="{number}" name={quoteattr(name)}><vt:lpwstr>{escape(value)}</vt:lpwstr></property>'
        for number, (name, value) in enumerate(properties.items(), start=2)
    )
    return (
        '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>'
        f'<Properties xmlns="{_PROPERTIES}" xmlns:vt="{_TYPES}">{rows}</Properties>'
    )
