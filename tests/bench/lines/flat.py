"""A flat list of 35,000 × 15 as xlsx, against the same writer fed with cells that are ready."""

import os
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from rustpy_xlsxwriter import Format, write_worksheet

from salvation.domain.mask import Scene
from salvation.tables.flat import write_flat
from salvation.tables.model import Column, Heading, Kind, Table
from salvation.units.models import Unit
from tests.bench.measure import Result, compare, timed
from tests.bench.workbook import an_account, an_id

ROWS = 35_000
MADE_AT = datetime(2022, 5, 10, 9)
TABLE = Table(
    "bench",
    "发放花名册",
    (
        Column("seq", "序号", Kind.COUNT),
        Column("village", "村（社区）"),
        Column("group", "组"),
        Column("household_no", "户编号"),
        Column("name", "姓名"),
        Column("id_no", "身份证号", Kind.ID),
        Column("relation", "与户主关系"),
        Column("people", "保障人数", Kind.COUNT),
        Column("base", "补差", Kind.MONEY),
        Column("uplift", "分类施保", Kind.MONEY),
        Column("total", "本月应发", Kind.MONEY),
        Column("since", "起始日期", Kind.DATE),
        Column("account", "银行账号", Kind.ACCOUNT),
        Column("phone", "联系电话", Kind.PHONE),
        Column("remark", "备注"),
    ),
)
COLUMNS = [column.code for column in TABLE.leaves()]


@dataclass(slots=True)
class Line:
    """A row as a selector gives it."""

    seq: int
    village: str
    group: str
    household_no: str
    name: str
    id_no: str
    relation: str
    people: int
    base: Decimal
    uplift: Decimal
    total: Decimal
    since: date
    account: str
    phone: str
    remark: str


def a_line(number: int) -> Line:
    base, uplift = Decimal(300 + number % 400), Decimal(100 if number % 5 == 0 else 0)
    return Line(
        number, f"石背村{number % 300}", f"{number % 12}组", f"H{number:06d}", "张桂英", an_id(number), "户主", number % 5 + 1,
        base, uplift, base + uplift, date(2022, number % 12 + 1, 1), an_account(number), f"138{number:08d}", "",
    )  # fmt: skip


def run(county: Unit) -> list[Result]:
    lines = [a_line(number) for number in range(1, ROWS + 1)]
    heading = Heading("2022年5月发放花名册", MADE_AT, made_by=county.name)
    folder = Path(os.environ["DATA_DIR"])

    def candidate() -> None:
        write_flat(TABLE, lines, str(folder / "bench-ours.xlsx"), heading=heading, scene=Scene.LIST)

    def floor() -> None:
        write_worksheet(
            (_cells(line) for line in lines),
            str(folder / "bench-floor.xlsx"),
            sheet_name="发放花名册",
            column_formats=[_look(column) for column in TABLE.leaves()],
        )

    return [
        compare(
            f"平面表导出 {len(COLUMNS)} 列",
            ROWS,
            candidate=lambda: timed(candidate),
            floor=lambda: timed(floor),
            limit=1.5,
        )
    ]


def _look(column: Column) -> Format:
    """The same number formats and borders: the same file."""
    shape = {Kind.MONEY: "#,##0.00", Kind.COUNT: "#,##0", Kind.DATE: "yyyy-mm-dd"}.get(column.kind, "@")
    return (
        Format().set_border("thin").set_border_color("#C8CED6").set_align(column.align).set_num_format(shape)
    )


def _cells(line: Line) -> dict[str, Any]:
    """Numbers as the writer takes them; sensitive values cut short in the plainest way."""
    return {
        "序号": line.seq, "村（社区）": line.village, "组": line.group, "户编号": line.household_no, "姓名": line.name,
        "身份证号": f"{line.id_no[:6]}********{line.id_no[14:]}", "与户主关系": line.relation, "保障人数": line.people,
        "补差": float(line.base), "分类施保": float(line.uplift), "本月应发": float(line.total), "起始日期": line.since,
        "银行账号": f"****{line.account[-4:]}", "联系电话": f"{line.phone[:3]}****{line.phone[-4:]}", "备注": line.remark,
    }  # fmt: skip
