"""What must be known about an .xlsx before a reader may open it.

calamine trusts the archive and lays a sheet out densely, so a bomb or a stray cell in the last row would
take the memory of the whole machine. It also gives '' both for an empty cell and for a formula nobody has
calculated; only the XML tells them apart.
"""

import io
import posixpath
import re
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from lxml import etree

from salvation.intake.errors import Unreadable
from salvation.intake.portions import LONG, Copy, Unsuited
from salvation.intake.sheets import DAMAGED, ERROR_VALUE, FORMULA_WITHOUT_VALUE, Limits

CHUNK = 1024 * 1024
ROW_END = b"</row>"
BOOK, LINKS, STRINGS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels", "xl/sharedstrings.xml"
# What zipfile and lxml raise on archives cut short or overwritten; zipfile trusts the offsets it finds.
BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    ValueError,
    NotImplementedError,
    etree.XMLSyntaxError,
)
# A hostile file may quote either way and disagree with itself, so every cell's own reference counts.
REFERENCE = rb"\br\s*=\s*[\"']([A-Za-z]{1,10})(\d+)[\"']"
ANY_CELL = re.compile(REFERENCE)
FAR_CELL = re.compile(rb"\br\s*=\s*[\"']([A-Za-z]{1,10})(\d{6,})[\"']")
WIDE_CELL = re.compile(rb"\br\s*=\s*[\"']((?:[A-Za-z]{3,10}|[D-Zd-z][A-Za-z]))(\d+)[\"']")
EMPTY_CELL = re.compile(rb"[^>]*/>|[^>]*>\s*</")
CELL_NAME = re.compile(rb'\br="([A-Z]{1,3})(\d+)"')
VALUE = re.compile(rb"<(?:\w+:)?v>[^<]")
STRING_END = re.compile(rb"</(?:\w+:)?si\s*>")
STRING_CELL = re.compile(rb"\bt\s*=\s*[\"']s[\"'][^>]*>\s*<(?:\w+:)?v>\s*(\d{1,9})\s*<")
# Bytes of a shared text above which it is counted how often cells repeat it, and how much they may come to.
LONG_STRING, REPEATED = 4_096, 64 * CHUNK
BOMB = "文件展开后大得不正常，为安全起见没有打开。请把表格内容复制到新建的 Excel 文件里再上传。"


@dataclass(frozen=True, slots=True)
class Checked:
    """A workbook that may be opened: the cells without a usable value by sheet, and the bytes to read it from.

    `portions`: long sheets stand in these bytes as several, named here in order.
    """

    faults: dict[str, dict[tuple[int, int], str]]
    content: bytes
    portions: Mapping[str, list[str]] = field(default_factory=dict)


def checked(data: bytes, limits: Limits) -> Checked:
    """Check the archive part by part, and lay long sheets out in portions.

    Raises Unreadable for bombs, damage, foreign content and sheets too large to lay out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive, limits)
            return _checked(archive, data, limits)
    except BROKEN:
        raise Unreadable(DAMAGED) from None
    except RuntimeError:
        raise Unreadable("文件加了打开密码。请先取消密码，另存后再上传。") from None


def _checked(archive: zipfile.ZipFile, data: bytes, limits: Limits) -> Checked:
    names = _parts(archive)
    parts = {name: _content(archive, name) for name in (BOOK, LINKS) if name in names}
    sheets = list(_sheets(parts))
    held = {part for _, part in sheets}
    _check_repeats(archive, names, held)
    faults: dict[str, dict[tuple[int, int], str]] = {}
    for name in names:
        inspection = Inspection(archive, name, limits) if name in held else None
        for piece in pieces(archive, name):
            if inspection:
                inspection.look_at(piece)
        if inspection:
            faults |= {sheet: inspection.faults(sheet) for sheet, part in sheets if part == name}
    return Checked(faults, *_laid_out(archive, data, parts, sheets))


def _check_repeats(archive: zipfile.ZipFile, names: list[str], held: set[str]) -> None:
    """A long text stands once in the file and once more in memory for every cell that shows it."""
    long: dict[int, int] = {}
    for name in names:
        if name.lower() == STRINGS:
            content, start = _content(archive, name), 0
            for number, end in enumerate(STRING_END.finditer(content)):
                if end.start() - start > LONG_STRING:
                    long[number] = end.start() - start
                start = end.end()
    if not long:
        return
    total = 0
    for part in held.intersection(names):
        for piece in pieces(archive, part):
            total += sum(long.get(int(cell[1]), 0) for cell in STRING_CELL.finditer(piece))
            if total > REPEATED:
                raise Unreadable(BOMB)


def _laid_out(
    archive: zipfile.ZipFile, data: bytes, parts: dict[str, bytes], sheets: list[tuple[str, str]]
) -> tuple[bytes, Mapping[str, list[str]]]:
    """The copy with long sheets in portions; the file itself where nothing is long or a sheet cannot be cut."""
    held = [part for _, part in sheets]
    present = {entry.filename: entry.file_size for entry in archive.infolist()}
    long = {part for part in held if present.get(part, 0) > LONG}
    if not long or len(parts) < 2 or any(held.count(part) > 1 for part in long):
        return data, {}
    copy = Copy()
    try:
        for name in present:
            if name in long:
                copy.add_sheet(name, pieces(archive, name))
            elif name not in parts and name.endswith((".xml", ".rels")):
                copy.add_part(name, _content(archive, name))
        laid = copy.finish(parts, dict(sheets))
    except Unsuited:
        return data, {}
    return laid.content, laid.portions


def _check_sizes(archive: zipfile.ZipFile, limits: Limits) -> None:
    """Declared sizes first; `_content` later fails on an archive that declared them falsely."""
    entries = archive.infolist()
    unpacked = sum(entry.file_size for entry in entries)
    packed = sum(entry.compress_size for entry in entries) or 1
    too_dense = unpacked > 20 * CHUNK and unpacked > packed * limits.ratio
    if len(entries) > limits.entries or unpacked > limits.unpacked_bytes or too_dense:
        raise Unreadable(BOMB)


def _parts(archive: zipfile.ZipFile) -> list[str]:
    names = archive.namelist()
    if not any(name.startswith("xl/") for name in names):
        word = any(name.startswith("word/") for name in names)
        what = "这是 Word 文档" if word else "这是压缩包，不是 Excel 表格"
        raise Unreadable(f"{what}。请把里面的表格另存为 .xlsx 再上传。")
    if "xl/workbook.bin" in names:
        raise Unreadable("这是 .xlsb 二进制工作簿。请用 Excel 另存为 .xlsx 再上传。")
    return [name for name in names if name.endswith((".xml", ".rels"))]


def _content(archive: zipfile.ZipFile, name: str) -> bytes:
    return b"".join(pieces(archive, name))


def pieces(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A part piece by piece, each cut behind a row: a sheet's markup is far larger than what it says.

    Raises Unreadable for declarations of entities and other than plain text.
    """
    waiting: list[bytes] = []
    first = True
    with archive.open(name) as part:
        while chunk := part.read(CHUNK):
            cut = chunk.rfind(ROW_END)
            if cut < 0:
                waiting.append(chunk)
                continue
            cut += len(ROW_END)
            yield _plain(b"".join((*waiting, chunk[:cut])), first)
            waiting, first = [chunk[cut:]], False
    yield _plain(b"".join(waiting), first)


def _plain(piece: bytes, first: bool) -> bytes:
    if b"<!DOCTYPE" in piece or (first and b"\x00" in piece[:200]):
        raise Unreadable(BOMB)
    return piece


def _sheets(parts: dict[str, bytes]) -> Iterator[tuple[str, str]]:
    """Pairs of sheet name and the archive part that holds it."""
    book, links = parts.get(BOOK), parts.get(LINKS)
    if book is None or links is None:
        return
    targets = {link.get("Id"): link.get("Target", "") for link in _tree(links)}
    for element in _tree(book).iter("{*}sheet"):
        link = next((value for key, value in element.items() if key.endswith("}id")), "")
        target = targets.get(link, "")
        path = target.lstrip("/") if target.startswith("/") else posixpath.join("xl", target)
        yield element.get("name", ""), path


def _tree(xml: bytes) -> etree._Element:
    return etree.fromstring(xml, etree.XMLParser(resolve_entities=False, no_network=True))


class Inspection:
    """Looks at a sheet's markup piece by piece for values far out and cells without a usable value."""

    def __init__(self, archive: zipfile.ZipFile, part: str, limits: Limits) -> None:
        self._archive, self._part, self._limits = archive, part, limits
        self._faults: dict[tuple[int, int], str] = {}
        self._far: bytes = b""
        self._wide = 0

    def look_at(self, piece: bytes) -> None:
        far = (cell for cell in _filled(FAR_CELL, piece) if int(cell[2]) > self._limits.rows)
        self._far = self._far or next((cell[1] + cell[2] for cell in far), b"")
        wide = (column_number(cell[1]) for cell in _filled(WIDE_CELL, piece))
        self._wide = max(self._wide, max(wide, default=0))
        self._faults.update(_bad_cells(piece, b"<f", FORMULA_WITHOUT_VALUE))
        self._faults.update(_bad_cells(piece, b't="e"', ERROR_VALUE))

    def faults(self, name: str) -> dict[tuple[int, int], str]:
        """Cells without a usable value. A value in a far corner makes the dense layout enormous; styled but empty
        cells do not count. Raises Unreadable for a sheet too large to lay out, which `name` calls for people."""
        if self._far:
            raise Unreadable(
                f"工作表“{name}”的 {self._far.decode()} 单元格还有内容，超过 {self._limits.rows} 行。"
                "如果是误填请删除该行，确有这么多数据请分成几个文件上传。"
            )
        if self._wide and self._rows() * (self._wide + 1) > self._limits.cells:
            raise Unreadable(
                f"工作表“{name}”右侧很远处（第 {self._wide + 1} 列）还有零散内容，请删除后再上传。"
            )
        return self._faults

    def _rows(self) -> int:
        found = (cell for piece in pieces(self._archive, self._part) for cell in ANY_CELL.finditer(piece))
        return max(min(int(cell[2]), self._limits.rows) for cell in found)


def _filled(cells: re.Pattern[bytes], xml: bytes) -> Iterator[re.Match[bytes]]:
    return (cell for cell in cells.finditer(xml) if not EMPTY_CELL.match(xml, cell.end()))


def _bad_cells(xml: bytes, mark: bytes, reason: str) -> Iterator[tuple[tuple[int, int], str]]:
    at = xml.find(mark)
    while at >= 0:
        start = max(xml.rfind(b"<c ", 0, at), xml.rfind(b":c ", 0, at))
        end = xml.find(b"c>", at)
        place = CELL_NAME.search(xml, start, at + len(mark) + 40)
        if start >= 0 and place and (reason is ERROR_VALUE or not VALUE.search(xml, at, end)):
            yield (int(place[2]) - 1, column_number(place[1])), reason
        at = xml.find(mark, at + 1)


def column_number(letters: bytes) -> int:
    """0 for A, 25 for Z, 26 for AA."""
    number = 0
    for letter in letters:
        number = number * 26 + (letter & 31)
    return number - 1
