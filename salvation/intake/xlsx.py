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
from collections.abc import Iterator

from lxml import etree

from salvation.intake.errors import Unreadable
from salvation.intake.sheets import DAMAGED, ERROR_VALUE, FORMULA_WITHOUT_VALUE, Limits

CHUNK = 1024 * 1024
BOOK, LINKS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
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
BOMB = "文件展开后大得不正常，为安全起见没有打开。请把表格内容复制到新建的 Excel 文件里再上传。"


def faults_by_sheet(data: bytes, limits: Limits) -> dict[str, dict[tuple[int, int], str]]:
    """Check the archive and return, per sheet name, the cells that hold no usable value.

    Raises Unreadable for bombs, damage, foreign content and sheets too large to lay out.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check_sizes(archive, limits)
            names = _parts(archive)
            sheets = list(_sheets({name: _content(archive, name) for name in names if name in (BOOK, LINKS)}))
            faults: dict[str, dict[tuple[int, int], str]] = {}
            # One part at a time: a sheet's markup is far larger than what it says.
            for part in names:
                content = _content(archive, part)
                faults |= {name: _inspect(name, content, limits) for name, where in sheets if where == part}
            return faults
    except BROKEN:
        raise Unreadable(DAMAGED) from None
    except RuntimeError:
        raise Unreadable("文件加了打开密码。请先取消密码，另存后再上传。") from None


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
    pieces = []
    with archive.open(name) as part:
        while piece := part.read(CHUNK):
            pieces.append(piece)
    content = b"".join(pieces)
    if b"<!DOCTYPE" in content or b"\x00" in content[:200]:
        raise Unreadable(BOMB)
    return content


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


def _inspect(name: str, xml: bytes, limits: Limits) -> dict[tuple[int, int], str]:
    _check_extent(name, xml, limits)
    faults = dict(_bad_cells(xml, b"<f", FORMULA_WITHOUT_VALUE))
    faults.update(_bad_cells(xml, b't="e"', ERROR_VALUE))
    return faults


def _check_extent(name: str, xml: bytes, limits: Limits) -> None:
    """A value in a far corner makes the dense layout enormous; styled but empty cells do not count."""
    for cell in _filled(FAR_CELL, xml):
        if int(cell[2]) > limits.rows:
            raise Unreadable(
                f"工作表“{name}”的 {(cell[1] + cell[2]).decode()} 单元格还有内容，超过 {limits.rows} 行。"
                "如果是误填请删除该行，确有这么多数据请分成几个文件上传。"
            )
    wide = max((column_number(cell[1]) for cell in _filled(WIDE_CELL, xml)), default=0)
    if wide:
        rows = max(min(int(cell[2]), limits.rows) for cell in ANY_CELL.finditer(xml))
        if rows * (wide + 1) > limits.cells:
            raise Unreadable(f"工作表“{name}”右侧很远处（第 {wide + 1} 列）还有零散内容，请删除后再上传。")


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
