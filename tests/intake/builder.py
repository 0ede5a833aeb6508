"""Builders of the rosters townships send, and the declaration to read them with. All persons are made up."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import openpyxl
import xlwt

from salvation.domain import citizen_id
from salvation.domain.errors import BadValue
from salvation.intake.grouping import settle
from salvation.intake.mapping import SavedMapping
from salvation.intake.model import Column, Grouping, Household, Intake, Kind, Row, Setting
from salvation.intake.reading import Reading, in_file_order, read_table
from salvation.intake.workbook import read_book

VILLAGES = {"石背": "V1", "金鸡": "V2"}
HEAD = ["序号", "行政村", "户编号", "姓名", "身份证号", "补助金额"]


def _village(name: str) -> str:
    found = VILLAGES.get(name.removesuffix("委会").removesuffix("村"))
    if not found:
        raise BadValue(f"没有叫“{name}”的村，请核对村名。")
    return found


ROSTER = Intake(
    name="roster",
    title="花名册",
    columns=(
        Column("serial", "序号", aliases=("编号",)),
        Column("village", "行政村", Kind.VILLAGE, aliases=("村", "村委会", "所在村"), of_household=True),
        Column("household_no", "户编号", aliases=("家庭编号",), of_household=True),
        Column("name", "姓名", Kind.NAME, aliases=("户主姓名", "保障对象姓名"), required=True),
        Column(
            "citizen_id", "身份证号", Kind.CITIZEN_ID, aliases=("身份证号码", "公民身份号码"), required=True
        ),
        Column(
            "relation",
            "与户主关系",
            Kind.CHOICE,
            aliases=("关系",),
            choices={"户主": "HEAD", "本人": "HEAD", "配偶": "SPOUSE", "子": "CHILD", "女": "CHILD"},
        ),
        Column(
            "amount",
            "补助金额",
            Kind.AMOUNT,
            aliases=("月保障金", "户月补助金额", "保障金额", "补助金额/合计"),
            required=True,
            of_household=True,
            maximum=Decimal(20_000),
        ),
        Column("uplift", "分类施保", Kind.AMOUNT, aliases=("补助金额/分类施保",), of_household=True),
        Column("since", "享受时间", Kind.DATE, aliases=("起始时间",)),
        Column("phone", "联系电话", Kind.PHONE, aliases=("电话",), lenient=True),
        Column("account", "银行账号", Kind.ACCOUNT, aliases=("卡号", "账号")),
        Column("size", "保障人数", Kind.COUNT, aliases=("人数",), of_household=True),
        Column("remark", "备注"),
    ),
    grouping=Grouping(
        number="household_no",
        relation="relation",
        head_values=frozenset({"HEAD"}),
        serial="serial",
        amounts=("amount", "uplift"),
    ),
)
SETTING = Setting(today=date(2022, 5, 20), resolvers={"village": _village})


def an_id(number: int = 1, born: str = "19600101") -> str:
    """A valid number of the county's own division; `number` makes it unique."""
    first = f"360722{born}{number:03d}"
    return first + citizen_id.check_character(first)


def xlsx(
    rows: Iterable[Sequence[Any]],
    *,
    merges: Iterable[str] = (),
    title: str = "Sheet1",
    prepare: Callable[[Any], None] | None = None,
) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    for span in merges:
        sheet.merge_cells(span)
    if prepare:
        prepare(book)
    return _saved(book)


def _saved(book: Any) -> bytes:
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xls(rows: Iterable[Sequence[Any]], merges: Iterable[tuple[int, int, int, int]] = ()) -> bytes:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("花名册")
    covered = {(top, left): (top, bottom, left, right) for top, bottom, left, right in merges}
    for row, cells in enumerate(rows):
        for column, cell in enumerate(cells):
            if (row, column) in covered:
                sheet.write_merge(*covered[row, column], cell)
            elif cell not in (None, ""):
                sheet.write(row, column, cell)
    return _saved(book)


def text(rows: Iterable[Sequence[Any]], encoding: str = "utf-8", delimiter: str = ",") -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target, delimiter=delimiter).writerows(rows)
    return target.getvalue().encode(encoding)


def patched(data: bytes, change: Callable[[bytes], bytes], part: str = "xl/worksheets/sheet1.xml") -> bytes:
    """The same workbook with one part of its archive changed by hand."""
    target = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            new.writestr(name, change(content) if name == part else content)
    return target.getvalue()


def person(number: int = 1, **changes: Any) -> list[Any]:
    """A good row under HEAD."""
    row = {
        "序号": number,
        "行政村": "石背村",
        "户编号": f"H{number:03d}",
        "姓名": "张三",
        "身份证号": an_id(number),
        "补助金额": 500,
    } | changes
    return list(row.values())


@dataclass
class Whole:
    """A short table read and settled, all at once."""

    reading: Reading
    households: list[Household]
    rows: list[Row]

    def __getattr__(self, name: str) -> Any:
        return getattr(self.reading, name)

    @property
    def flawed(self) -> list[Row]:
        return [row for row in self.rows if row.problems]


def read(data: bytes, mapping: SavedMapping | None = None, intake: Intake = ROSTER, **options: Any) -> Whole:
    reading = read_table(read_book(data), intake, SETTING, mapping=mapping, **options)
    households = list(reading.households())
    settle(households)
    rows = [row for household in households for row in household.rows]
    return Whole(reading, households, in_file_order([*rows, *reading.gathered.copies()], reading))


def problems(reading: Whole) -> list[str]:
    return [problem.text for row in reading.rows for problem in row.problems]


def names(reading: Whole) -> list[str]:
    return [row.values["name"] for row in reading.rows]
