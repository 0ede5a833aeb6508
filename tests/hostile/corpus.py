"""Files that mean harm, or are merely broken, made when the tests run: none of them is kept anywhere."""

import gzip
import io
import struct
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

import openpyxl
from PIL import Image

from salvation.domain import citizen_id
from tests.intake.builder import an_id, patched, text, xlsx

HEAD = ["序号", "行政村", "户编号", "姓名", "与户主关系", "身份证号", "补助金额", "备注"]
GOOD = [1, "水东村", "J001", "张三", "户主", an_id(1), 800, ""]
OTHER = [2, "白石村", "J002", "李四", "户主", an_id(2), 500, ""]
ROWS = [HEAD, GOOD, OTHER]
DDE = "=cmd|'/C calc'!A0"
SCRIPT = "<script>alert(1)</script>"
SHEET = "xl/worksheets/sheet1.xml"
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
LAUGHS = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "haha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    b'<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)
FETCH = b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a SYSTEM "file:///etc/passwd">]>'


def changed(row: list[Any], **cells: Any) -> list[Any]:
    return [cells.get(heading, value) for heading, value in zip(HEAD, row, strict=True)]


def zipped(parts: dict[str, bytes], kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", kind) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_parts(parts: dict[str, bytes]) -> bytes:
    """A good workbook with more parts in its archive."""
    target = io.BytesIO(xlsx(ROWS))
    with zipfile.ZipFile(target, "a", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return target.getvalue()


def with_rows(tail: bytes) -> bytes:
    return patched(xlsx(ROWS), lambda xml: xml.replace(b"</sheetData>", tail + b"</sheetData>"))


def entity(prologue: bytes, part: str = SHEET) -> bytes:
    def change(xml: bytes) -> bytes:
        body = xml.split(b"?>", 1)[-1] if xml.startswith(b"<?xml") else xml
        return prologue + body.replace("张三".encode(), b"&a;")

    return patched(xlsx(ROWS), change, part)


def junk_rows(count: int = 1_048_570) -> bytes:
    return with_rows(
        b"".join(b'<row r="%d"><c r="A%d"><v>7</v></c></row>' % (n, n) for n in range(10, count))
    )


def blank_rows(count: int = 1_048_570) -> bytes:
    return with_rows(b"".join(b'<row r="%d" ht="%d"/>' % (n, n % 97) for n in range(10, count)))


def wide(rows: int) -> bytes:
    return with_rows(b'<row r="%d"><c r="XFD%d"><v>1</v></c></row>' % (rows, rows))


def hidden_sheet(book: Any) -> None:
    sheet = book.create_sheet("密")
    sheet.append(HEAD)
    sheet.append(changed(GOOD, 户编号="J9", 姓名="藏某", 身份证号=an_id(9)))
    sheet.sheet_state = "veryHidden"


def picture(form: str = "PNG") -> bytes:
    target = io.BytesIO()
    Image.new("RGB", (8, 8), "white").save(target, form)
    return target.getvalue()


def html_table(*, cell: str = "800", attributes: str = "", script: str = "") -> bytes:
    lines = "".join(
        "<tr>" + "".join(f"<td>{value}</td>" for value in row) + "</tr>"
        for row in (HEAD, changed(GOOD, 补助金额=cell), OTHER)
    )
    return (
        f"<html><head><meta charset=utf-8>{script}</head><table {attributes}>{lines}</table></html>".encode()
    )


def spreadsheet_2003(prologue: str = '<?xml version="1.0"?>') -> bytes:
    def line(row: list[Any]) -> str:
        cells = "".join(f'<Cell><Data ss:Type="String">{value}</Data></Cell>' for value in row)
        return f"<Row>{cells}</Row>"

    name = "urn:schemas-microsoft-com:office:spreadsheet"
    rows = "".join(line(row) for row in ROWS)
    return (
        f'{prologue}<Workbook xmlns="{name}" xmlns:ss="{name}"><Worksheet ss:Name="花名册"><Table>{rows}</Table>'
        f"</Worksheet></Workbook>"
    ).encode()


def web_archive() -> bytes:
    head = (
        'MIME-Version: 1.0\r\nContent-Type: multipart/related; boundary="x"\r\n\r\n--x\r\n'
        "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
    )
    return head.encode() + html_table() + b"\r\n--x--\r\n"


def broken_strings() -> bytes:
    return with_rows(b'<row r="4"><c r="D4" t="s"><v>99999</v></c></row>')


def encrypted() -> bytes:
    return OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le") + b"\0" * 900


def lying_sizes() -> bytes:
    data = bytearray(xlsx(ROWS))
    at = data.rfind(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 24, 7)
    return bytes(data)


def mixed_encodings() -> bytes:
    return text([HEAD, GOOD]) + text([OTHER], "gb18030")


def external_link() -> bytes:
    def link(book: Any) -> None:
        book.active["H2"].value = "='[http://198.51.100.7/x.xlsx]Sheet1'!A1"

    return xlsx(ROWS, prepare=link)


def long_formula() -> bytes:
    def dde(book: Any) -> None:
        book.active["H2"].value = DDE

    return xlsx(ROWS, prepare=dde)


def repeated_string() -> bytes:
    """One long text, shown by 24,000 cells: a small file, a gigabyte once every cell holds it."""
    cells = "".join(f'<c r="{column}%d" t="s"><v>0</v></c>' for column in "ABCDEFGH")
    rows = "".join(f'<row r="{n}">{cells.replace("%d", str(n))}</row>' for n in range(4, 3004)).encode()
    target = io.BytesIO()
    with (
        zipfile.ZipFile(io.BytesIO(with_rows(rows))) as old,
        zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new,
    ):
        for name in old.namelist():
            if name != "xl/sharedStrings.xml":
                new.writestr(name, old.read(name))
        new.writestr("xl/sharedStrings.xml", b"<sst><si><t>" + b"a" * 32_000 + b"</t></si></sst>")
    return target.getvalue()


def asking_each_other(book: Any) -> None:
    book.active["G2"].value, book.active["G3"].value = "=G3", "=G2"


def many_styles() -> bytes:
    styles = b'<xf numFmtId="0" fontId="0"/>' * 150_000 + b"</cellXfs>"
    return patched(xlsx(ROWS), lambda xml: xml.replace(b"</cellXfs>", styles), "xl/styles.xml")


def linked(change: Callable[[bytes], bytes]) -> bytes:
    return patched(xlsx(ROWS), change, "xl/_rels/workbook.xml.rels")


def dimension(reference: bytes) -> bytes:
    return patched(xlsx(ROWS), lambda xml: xml.replace(b'ref="A1:H3"', b'ref="' + reference + b'"'))


def wide_signs(number: str) -> str:
    return "".join(chr(ord(sign) + 0xFEE0) for sign in number.lower())


def born(day: str, division: str = "360722") -> str:
    first = f"{division}{day}001"
    return first + citizen_id.check_character(first)


ELSEWHERE = (
    b'<Relationship Id="rId99" TargetMode="External" Target="http://198.51.100.7/a.xml" '
    b'Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>'
)
ENDING_IN_X = next(number for n in range(1, 200) if (number := an_id(n)).endswith("X"))


@dataclass(frozen=True, slots=True)
class Hostile:
    """A file, the exit code of the command, and words its answer must have."""

    name: str
    build: Callable[[], bytes]
    code: int
    says: str


REFUSED = [
    Hostile("zip bomb", lambda: zipped({"xl/workbook.xml": b"<x/>", SHEET: b" " * 60_000_000}), 2, "大得不正常"),
    Hostile("nested zip", lambda: zipped({"inner.zip": zipped({"a.xlsx": xlsx(ROWS)})}), 2, "压缩包"),
    Hostile("path in archive", lambda: zipped({"../../etc/passwd": b"x"}), 2, "压缩包"),
    Hostile("encrypted workbook", encrypted, 2, "密码"),
    Hostile("truncated workbook", lambda: xlsx(ROWS)[:2000], 2, "损坏"),
    Hostile("archive that lies about sizes", lying_sizes, 2, "损坏"),
    Hostile("pdf named xlsx", lambda: b"%PDF-1.7\n%%EOF", 2, "PDF"),
    Hostile("pdf that is a zip too", lambda: b"%PDF-1.7\n" + xlsx(ROWS), 2, "PDF"),
    Hostile("gif that is a zip too", lambda: b"GIF89a" + xlsx(ROWS), 2, "图片"),
    Hostile("picture named xlsx", picture, 2, "图片"),
    Hostile("jpeg named xlsx", lambda: picture("JPEG"), 2, "图片"),
    Hostile("svg named xlsx", lambda: b'<svg xmlns="x"><script>alert(1)</script></svg>', 2, "请"),
    Hostile("word document", lambda: zipped({"word/document.xml": b"<x/>"}), 2, "Word"),
    Hostile("binary workbook", lambda: zipped({"xl/workbook.bin": b""}), 2, "xlsb"),
    Hostile("empty file", lambda: b"", 2, "空的"),
    Hostile("nothing but zero bytes", lambda: b"\0" * 5000, 2, "空的"),
    Hostile("billion laughs", lambda: entity(LAUGHS), 2, "大得不正常"),
    Hostile("external entity", lambda: entity(FETCH), 2, "大得不正常"),
    Hostile("external entity in the strings", lambda: with_parts({"xl/sharedStrings.xml": FETCH + b"<sst><si><t>&a;</t></si></sst>"}), 2, "大得不正常"),
    Hostile("entities in a 2003 spreadsheet", lambda: spreadsheet_2003(LAUGHS.decode()), 2, "网页格式"),
    Hostile("a million junk rows", junk_rows, 2, "请"),
    Hostile("sixteen thousand columns, deep", lambda: wide(9000), 2, "第 16384 列"),
    Hostile("random bytes", lambda: bytes(range(256)) * 40, 2, "请"),
    Hostile("csv of one very long line", lambda: b"," * 3_000_000, 2, "请"),
    Hostile("cell of a megabyte", lambda: text([HEAD, changed(GOOD, 户编号="9" * 1_000_000)]), 2, "引号"),
    Hostile("html without a table", lambda: b"<html><script>alert(1)</script></html>", 2, "网页格式"),
    Hostile("a workbook without cells", lambda: xlsx([]), 2, "没有任何数据"),
    Hostile("one long text in very many cells", repeated_string, 2, "大得不正常"),
    Hostile("entities in a comment", lambda: with_parts({"xl/comments1.xml": LAUGHS + b"<comments>&c;</comments>"}), 2, "大得不正常"),
    Hostile("a sheet outside the archive", lambda: linked(lambda xml: xml.replace(b"worksheets/sheet1.xml", b"../../../etc/passwd")), 2, "损坏"),
    Hostile("row zero and below", lambda: with_rows(b'<row r="0"><c r="A0"><v>1</v></c></row><row r="-5"><c r="D-5"><v>1</v></c></row>'), 2, "损坏"),
    Hostile("a column nobody has", lambda: with_rows(b'<row r="4"><c r="ZZZZZZ4"><v>1</v></c></row>'), 2, "很远处"),
    Hostile("open document", lambda: zipped({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}), 2, "压缩包"),
    Hostile("gzip", lambda: gzip.compress(xlsx(ROWS)), 2, "压缩包"),
    Hostile("half characters", lambda: text(ROWS).replace("张三".encode(), b"\xed\xa0\x80\xed\xb0\x80"), 2, "编码"),
    Hostile("six thousand parts", lambda: zipped({f"xl/{n}.xml": b"" for n in range(6_000)}), 2, "大得不正常"),
    Hostile("a header without people", lambda: xlsx([HEAD]), 2, "没有任何人员"),
]  # fmt: skip
REJECTED = [
    Hostile("negative amount", lambda: xlsx([HEAD, changed(GOOD, 补助金额=-800)]), 1, "负数"),
    Hostile("amount of nothing known", lambda: text([HEAD, changed(GOOD, 补助金额="NaN")]), 1, "补助金额"),
    Hostile("endless amount", lambda: text([HEAD, changed(GOOD, 补助金额="Infinity")]), 1, "补助金额"),
    Hostile("amount with an exponent", lambda: text([HEAD, changed(GOOD, 补助金额="9E+99")]), 1, "补助金额"),
    Hostile("amount with a raised digit", lambda: text([HEAD, changed(GOOD, 补助金额="8²")]), 1, "普通数字"),
    Hostile("huge exponent", lambda: text([HEAD, changed(GOOD, 补助金额="1E999999999")]), 1, "补助金额"),
    Hostile("amount of a million", lambda: xlsx([HEAD, changed(GOOD, 补助金额=99_999_999)]), 1, "上限"),
    Hostile("float at the edge", lambda: xlsx([HEAD, changed(GOOD, 补助金额=1.7e308)]), 1, "补助金额"),
    Hostile("born on 30 February", lambda: xlsx([HEAD, changed(GOOD, 身份证号="36072219600230001X")]), 1, "身份证号"),
    Hostile("id spoilt by Excel", lambda: xlsx([HEAD, changed(GOOD, 身份证号=3.60722196001010e17)]), 1, "身份证号"),
    Hostile("script as name", lambda: xlsx([HEAD, changed(GOOD, 姓名=SCRIPT)]), 1, "姓名"),
    Hostile("formula as name", lambda: text([HEAD, changed(GOOD, 姓名=DDE)]), 1, "姓名"),
    Hostile("name of a thousand characters", lambda: xlsx([HEAD, changed(GOOD, 姓名="张" * 1000)]), 1, "姓名"),
    Hostile("unit outside scope", lambda: xlsx([["填报单位：大塘埠镇"], *ROWS]), 1, "填报单位"),
    Hostile("village outside scope", lambda: xlsx([HEAD, changed(GOOD, 行政村="万星村")]), 1, "不是本单位所辖"),
    Hostile("one person twice, contradicting", lambda: xlsx([*ROWS, changed(OTHER, 身份证号=an_id(1))]), 1, "证号相同"),
    Hostile("sql in a household number", lambda: xlsx([HEAD, changed(GOOD, 户编号="'; DROP TABLE x;--" * 9)]), 1, "户编号"),
    Hostile("id with a cyrillic letter", lambda: xlsx([HEAD, changed(GOOD, 身份证号=ENDING_IN_X[:-1] + "\u0425")]), 1, "身份证号"),
    Hostile("born in the future", lambda: xlsx([HEAD, changed(GOOD, 身份证号=born("20991231"))]), 1, "2099-12-31"),
    Hostile("id of no place", lambda: xlsx([HEAD, changed(GOOD, 身份证号=born("19600101", "000000"))]), 1, "行政区划"),
    Hostile("picture sign in a name", lambda: xlsx([HEAD, changed(GOOD, 姓名="张\U0001f600三")]), 1, "姓名"),
    Hostile("sign of an old system in a name", lambda: xlsx([HEAD, changed(GOOD, 姓名="张\ue000")]), 1, "自造"),
    Hostile("five hundred accents on a name", lambda: xlsx([HEAD, changed(GOOD, 姓名="张" + "\u0301" * 500)]), 1, "姓名"),
    Hostile("one merged name over two people", lambda: xlsx(ROWS, merges=["D2:D3"]), 1, "姓名"),
    Hostile("village of thirty thousand characters", lambda: xlsx([HEAD, changed(GOOD, 行政村="水" * 30_000)]), 1, "行政村"),
    Hostile("a date as amount", lambda: xlsx([HEAD, changed(GOOD, 补助金额=date(2022, 1, 1))]), 1, "日期"),
    Hostile("formulas that ask each other", lambda: xlsx(ROWS, prepare=asking_each_other), 1, "公式"),
    Hostile("the same row three times", lambda: xlsx([HEAD, GOOD, GOOD, GOOD]), 1, "删去这一行"),
    Hostile("a formula nobody calculated", lambda: xlsx([HEAD, changed(GOOD, 补助金额="=1+1")]), 1, "公式"),
]  # fmt: skip
READ = [
    Hostile("macro workbook", lambda: with_parts({"xl/vbaProject.bin": OLE * 50}), 0, "accepted=2"),
    Hostile("xlsx named csv", lambda: xlsx(ROWS), 0, "accepted=2"),
    Hostile("external link", external_link, 0, "accepted=2"),
    Hostile("dde in a remark", long_formula, 0, "accepted=2"),
    Hostile("dde as text in a remark", lambda: text([HEAD, changed(GOOD, 备注=DDE), OTHER]), 0, "accepted=2"),
    Hostile("right to left override in a name", lambda: xlsx([HEAD, changed(GOOD, 姓名="\u202e张三\u202c"), OTHER]), 0, "accepted=2"),
    Hostile("zero width in a name", lambda: xlsx([HEAD, changed(GOOD, 姓名="张\u200b\u200d三\ufeff"), OTHER]), 0, "accepted=2"),
    Hostile("zero bytes in a name", lambda: text([HEAD, changed(GOOD, 姓名="张\0三"), OTHER]), 0, "accepted=2"),
    Hostile("a million blank rows", blank_rows, 0, "accepted=2"),
    Hostile("sixteen thousand columns, short", lambda: wide(4), 0, "accepted=2"),
    Hostile("hidden sheet", lambda: xlsx(ROWS, prepare=hidden_sheet), 0, "隐藏的工作表“密”没有读取"),
    Hostile("duplicate headings", lambda: xlsx([[*HEAD, "姓名"], [*GOOD, "赵六"], [*OTHER, "钱七"]]), 0, "accepted=2"),
    Hostile("byte order mark", lambda: text(ROWS, "utf-8-sig"), 0, "accepted=2"),
    Hostile("utf-16", lambda: text(ROWS, "utf-16"), 0, "accepted=2"),
    Hostile("html table named xls", html_table, 0, "网页格式"),
    Hostile("html table with a script", lambda: html_table(script=SCRIPT), 0, "accepted=2"),
    Hostile("html with absurd spans", lambda: html_table(cell='800</td><td rowspan="999999999" colspan="999999999">'), 0, "accepted=2"),
    Hostile("web archive named xls", web_archive, 0, "accepted=2"),
    Hostile("xml spreadsheet named xls", spreadsheet_2003, 0, "accepted=2"),
    Hostile("full width and lower case", lambda: xlsx([HEAD, changed(GOOD, 身份证号=wide_signs(ENDING_IN_X), 补助金额="８００．５"), OTHER]), 0, "accepted=2"),
    Hostile("extent of the whole sheet", lambda: dimension(b"A1:XFD1048576"), 0, "accepted=2"),
    Hostile("extent beyond any sheet", lambda: dimension(b"A1:ZZZZ99999999999999"), 0, "accepted=2"),
    Hostile("invisible marks in the headings", lambda: xlsx([[f"\u202e{word}\u200b" for word in HEAD], GOOD, OTHER]), 0, "accepted=2"),
    Hostile("a sheet from elsewhere", lambda: linked(lambda xml: xml.replace(b"</Relationships>", ELSEWHERE)), 0, "accepted=2"),
    Hostile("a hundred and fifty thousand styles", many_styles, 0, "accepted=2"),
    Hostile("utf-16 without its mark", lambda: text(ROWS, "utf-16-le"), 0, "accepted=2"),
    Hostile("escaped zero byte in a name", lambda: xlsx([HEAD, changed(GOOD, 姓名="张_x0000_三"), OTHER]), 0, "accepted=2"),
    Hostile("more parts than needed", lambda: with_parts({"xl/customXml/x.xml": b"<x/>"}), 0, "accepted=2"),
]  # fmt: skip
# Broken in ways that leave room for doubt: any clear answer will do, as long as it is one.
DOUBTFUL = [
    Hostile("mixed encodings", mixed_encodings, -1, ""),
    Hostile("quote never closed", lambda: text(ROWS) + '3,"白石村,J3,王五'.encode(), -1, ""),
    Hostile("strings that do not exist", broken_strings, -1, ""),
    Hostile("deeply nested html", lambda: b"<div>" * 50_000 + html_table(), -1, ""),
    Hostile("deeply nested xml", lambda: with_parts({"xl/deep.xml": b"<a>" * 100_000}), -1, ""),
    Hostile("half a web page", lambda: html_table()[:400], -1, ""),
    Hostile("half a 2003 spreadsheet", lambda: spreadsheet_2003()[:600], -1, ""),
    Hostile("sheet xml that is no utf-8", lambda: patched(xlsx(ROWS), lambda xml: xml.replace(b"800", b"\xff\xfe")), -1, ""),
]  # fmt: skip


def shown_as_text(content: bytes) -> bool:
    """Whether no cell of a workbook is a formula."""
    book = openpyxl.load_workbook(io.BytesIO(content))
    return all(cell.data_type != "f" for sheet in book for row in sheet.iter_rows() for cell in row)
