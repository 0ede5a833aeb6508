"""A workbook laid out anew for a reader that takes whole sheets: its long sheets in portions of rows.

calamine lays a sheet out as a whole, at some 1,500 bytes a row. The copy has the same parts; a long sheet stands in it
as several, which are read one after the other and given back as one.
"""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Mapping

from lxml import etree

LONG = 2 * 1024 * 1024
QUICKEST = 1
ROOT = re.compile(rb"<worksheet\b[^>]*>")
OURS = re.compile(r"\d*\.\d+$")
START, END = b"<sheetData>", b"</sheetData>"
RELATIONSHIP = "http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"


class Unsuited(Exception):
    """The sheet is written in a way that cannot be cut between rows; it is read whole."""


class Copy:
    """The workbook's parts but for its long sheets, and these in portions."""

    def __init__(self) -> None:
        self._target = io.BytesIO()
        self._archive = zipfile.ZipFile(self._target, "w", zipfile.ZIP_DEFLATED, compresslevel=QUICKEST)
        self._portions: dict[str, list[str]] = {}

    def add_part(self, name: str, content: bytes) -> None:
        self._archive.writestr(name, content)

    def add_sheet(self, part: str, pieces: Iterable[bytes]) -> None:
        """Write the pieces of a sheet, cut behind rows, as sheets of their own. Raises Unsuited."""
        waiting = iter(pieces)
        piece = next(waiting, b"")
        root, start = ROOT.search(piece), piece.find(START)
        if root is None or start < root.end():
            raise Unsuited(part)
        head = piece[: start + len(START)]
        root_only = piece[: root.end()] + START
        names = self._portions.setdefault(part, [])
        rows = piece[len(head) :]
        for following in waiting:
            self._add(names, part, head + rows + END + b"</worksheet>", rows)
            head, rows = root_only, following
        if END not in rows:
            raise Unsuited(part)
        self._add(names, part, head + rows, rows[: rows.rfind(END)])

    def _add(self, names: list[str], part: str, content: bytes, rows: bytes) -> None:
        if rows.count(b"<row") != rows.count(b'<row r="') or b"<!" in rows:
            raise Unsuited(part)
        folder, name = posixpath.split(part)
        names.append(f"{folder}/portion{len(names)}-{name}")
        self._archive.writestr(names[-1], content)

    def finish(self, parts: Mapping[str, bytes], sheets: Mapping[str, str]) -> "Laid":
        """Close the copy. `parts`: the book and its links; `sheets`: which part holds the sheet of this name."""
        book, links = (etree.fromstring(parts[name], _parser()) for name in parts)
        found: dict[str, list[str]] = {}
        if any(OURS.match(element.get("name", "")) for element in book.iter("{*}sheet")):
            raise Unsuited("names")
        for element in list(book.iter("{*}sheet")):
            name = element.get("name", "")
            portions = self._portions.get(sheets.get(name, ""))
            if portions and element.get("state", "visible") == "visible":
                found[name] = _replace(element, links, portions)
        for names in list(book.iter("{*}definedNames")):
            names.getparent().remove(names)
        for (name, _), tree in zip(parts.items(), (book, links), strict=True):
            self._archive.writestr(name, etree.tostring(tree, xml_declaration=True, encoding="UTF-8"))
        self._archive.close()
        return Laid(self._target.getvalue(), found)


class Laid:
    """The copy, and by the name of each long sheet the names of its portions in order."""

    def __init__(self, content: bytes, portions: Mapping[str, list[str]]) -> None:
        self.content, self.portions = content, portions


def _parser() -> etree.XMLParser:
    return etree.XMLParser(resolve_entities=False, no_network=True)


def _replace(element: etree._Element, links: etree._Element, portions: list[str]) -> list[str]:
    """One sheet of the book becomes several with links of their own; gives their names."""
    parent, link = element.getparent(), next(key for key in element.attrib if str(key).endswith("}id"))
    names = []
    for number, part in enumerate(portions):
        name, key = f"{element.get('sheetId')}.{number}", f"portion{element.get('sheetId')}-{number}"
        names.append(name)
        twin = etree.SubElement(parent, element.tag, dict(element.attrib))
        twin.set("name", name)
        twin.set(link, key)
        element.addprevious(twin)
        etree.SubElement(links, links[0].tag, {"Id": key, "Type": RELATIONSHIP, "Target": "/" + part})
    parent.remove(element)
    return names
