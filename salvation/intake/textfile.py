"""Tables kept as text: CSV and TSV in the encodings township machines write."""

import csv
import io
from collections import Counter

from salvation.intake.errors import Unreadable
from salvation.intake.sheets import Book, Limits, Sheet

DELIMITERS = (",", "\t", ";", "|", "，")
BOMS = ((b"\xef\xbb\xbf", "utf-8-sig"), (b"\xff\xfe", "utf-16"), (b"\xfe\xff", "utf-16"))
SNIFF_LINES = 60


def read_text(data: bytes, limits: Limits) -> Book:
    """Read a delimited text file; raises Unreadable when it is not text or not a table."""
    encoding = _encoding(data)
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError:
        raise Unreadable(
            "文件的文字编码认不出来，内容可能已损坏。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
        ) from None
    text = text.replace("\x00", "")
    if not text.strip():
        raise Unreadable("文件是空的，没有任何内容。请核对是否选错了文件。")
    delimiter = _delimiter(text)
    return Book("csv", (Sheet("", _rows(text, delimiter, limits)),), encoding=encoding)


def _encoding(data: bytes) -> str:
    """UTF-8 is tried before GB18030, because almost every byte string is valid GB18030."""
    for mark, name in BOMS:
        if data.startswith(mark):
            return name
    head = data[:4096]
    if head.count(b"\x00") * 3 > len(head):
        return "utf-16-le" if head[1::2].count(0) >= head[0::2].count(0) else "utf-16-be"
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return "gb18030"
    return "utf-8"


def _delimiter(text: str) -> str:
    """The mark that cuts most lines into the same number of pieces."""
    lines = [line for line in text[:200_000].splitlines() if line.strip()][:SNIFF_LINES]
    best, best_score = ",", 0
    for mark in DELIMITERS:
        counts = Counter(line.count(mark) for line in lines if mark in line)
        if not counts:
            continue
        pieces, lines_alike = counts.most_common(1)[0]
        score = lines_alike * 10 + min(pieces, 9) + sum(counts.values())
        if score > best_score:
            best, best_score = mark, score
    return best


def _rows(text: str, delimiter: str, limits: Limits) -> list[list[str]]:
    rows: list[list[str]] = []
    cells = 0
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            rows.append(row)
            cells += len(row)
            if len(rows) > limits.rows or cells > limits.cells:
                raise Unreadable(f"表格超过 {limits.rows} 行，请分成几个文件上传。")
    except csv.Error:
        raise Unreadable(
            "文件里的引号不成对，或有一格长得不正常，读到一半读不下去。请用 Excel 或 WPS 打开后另存为 .xlsx 再上传。"
        ) from None
    return rows
