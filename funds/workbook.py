"""The official workbooks: 4.2 发放花名表 (streamed, page by page) and 4.3 发放汇总表."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils import timezone
from openpyxl.utils import get_column_letter
from rustpy_xlsxwriter import Format, write_worksheets

from funds.models import PayLine, Roster
from funds.selectors import summary_rows
from funds.tables import DIBAO_BOOK, SUMMARY, TEKUN_BOOK
from salvation.domain.mask import Scene
from salvation.domain.money import in_capitals
from salvation.tables.flat import FORMATS
from salvation.tables.model import SENSITIVE, Column, Heading, Kind, Mark, Table, Total, Totals
from salvation.tables.stamp import Stamp, stamp
from salvation.tables.styled import NOTES_SHEET, write_styled
from salvation.tables.values import Entry, entries

ROWS_A_PAGE = 50
ROW_HEIGHT = 18.0
HEADER_ROW = 2
A3 = 8
BOOK, LEFT_OUT = "花名表", "剔除待核"
FONT = "宋体"
WHY = Column("why", "剔除理由", value="why_excluded", width=30)


@dataclass(frozen=True, slots=True)
class Made:
    """A finished workbook. ``sha256`` is of the file's bytes, beside the hash of its content inside."""

    content: BytesIO
    name: str
    rows: int
    sha256: str


@dataclass(slots=True)
class Sheet:
    """Rows of the book as they go out, with the places of its pages."""

    table: Table
    rows: list[dict[str, Entry]]
    breaks: list[int]
    merges: list[str]
    bold: list[int]
    closing: list[int]

    @property
    def columns(self) -> Sequence[Column]:
        return self.table.leaves()

    def add(self, row: object, scene: Scene) -> None:
        # An empty text keeps the cell's border, an absent value would not.
        cells = ["" if cell is None else cell for cell in entries(self.columns, row, scene)]
        self.rows.append(dict(zip(labels(self.table), cells, strict=True)))

    def line_below(self) -> int:
        """The number (from 1) of the row just added."""
        return HEADER_ROW + 1 + len(self.rows)


def labels(table: Table) -> list[str]:
    return [column.label for column in table.leaves()]


def roster_workbook(roster: Roster, *, by: str, mark: str, scene: Scene) -> Made:
    """4.2: lines by page with 小计 and 累计, totals with the amount in capitals, signatures, fingerprint."""
    table = book_table(roster)
    sheet = _book(roster, table, by, scene)
    sheets: list[tuple[str, Any]] = [(BOOK, sheet.rows)]
    excluded = _excluded(roster, table, scene)
    if excluded:
        sheets.append((LEFT_OUT, excluded))
    sheets.append((NOTES_SHEET, _notes(roster, table)))
    target = BytesIO()
    _write(roster, table, sheet, sheets, target, mark)
    properties = {
        "内容校验": roster.content_hash,
        "生成时间": f"{timezone.localtime():%Y-%m-%d %H:%M:%S}",
        "导出人": mark,
    }
    content = stamp(target, Stamp(properties, sheet.merges, sheet.breaks))
    version = "完整版" if scene is Scene.PRINT else "脱敏"
    return _made(content, roster, f"{roster.get_program_display()}花名表_{version}", roster.lines)


def book_table(roster: Roster) -> Table:
    return TEKUN_BOOK if roster.is_tekun else DIBAO_BOOK


def _book(roster: Roster, table: Table, by: str, scene: Scene) -> Sheet:
    sheet = Sheet(table, [], [], [], [], [])
    sums = {column.code: Decimal(0) for column in table.leaves() if column.totalling is Total.SUM}
    page, running = dict(sums), dict(sums)
    last = 0
    for last, line in enumerate(_lines(roster), start=1):
        sheet.add(line, scene)
        for column in table.leaves():
            if column.code in sums:
                value = Decimal(str(column.read(line) or 0))
                page[column.code] += value
                running[column.code] += value
        if last % ROWS_A_PAGE == 0 and last < roster.lines:
            _subtotals(sheet, page, running, scene)
            sheet.breaks.append(sheet.line_below())
            page = dict(sums)
    if last > ROWS_A_PAGE:
        _subtotals(sheet, page, running, scene)
    _sum_row(sheet, roster.get_program_display() + "合计", running, scene)
    _closing(sheet, roster, by)
    return sheet


def _lines(roster: Roster) -> Iterator[PayLine]:
    return roster.pay_lines.filter(state="PLANNED").order_by("seq").iterator(chunk_size=2000)


def _subtotals(sheet: Sheet, page: dict[str, Decimal], running: dict[str, Decimal], scene: Scene) -> None:
    _sum_row(sheet, "本页小计", page, scene)
    _sum_row(sheet, "累计", running, scene)


def _sum_row(sheet: Sheet, label: str, sums: dict[str, Decimal], scene: Scene) -> None:
    sheet.add(Totals({**sums, "place": label}), scene)
    sheet.bold.append(sheet.line_below() - 1)


def _closing(sheet: Sheet, roster: Roster, by: str) -> None:
    """The lines under the table, each merged over its whole width."""
    moment = timezone.localtime()
    for text in (
        f"户数 {roster.households} 户　　保障人数 {roster.people} 人　　金额合计 {roster.amount:,.2f} 元　　"
        f"（大写）{in_capitals(roster.amount)}",
        "制表人：　　　　　　　　　审核人：　　　　　　　　　乡镇负责人（签章）：　　　　　　　　　日期：　　　　年　　月　　日",
        f"生成 {timezone.localtime(roster.made_at or moment):%Y-%m-%d %H:%M}　导出 {moment:%Y-%m-%d %H:%M} {by}　"
        f"第{roster.version}版　内容校验 {roster.content_hash}",
    ):
        sheet.rows.append({**dict.fromkeys(labels(sheet.table)), sheet.columns[0].label: text})
        row = sheet.line_below()
        sheet.closing.append(row - 1)
        sheet.merges.append(f"A{row}:{get_column_letter(len(sheet.columns))}{row}")


def _excluded(roster: Roster, table: Table, scene: Scene) -> list[dict[str, Entry]]:
    columns = (*table.leaves(), WHY)
    found = roster.pay_lines.filter(state="EXCLUDED").order_by("village_name", "household_no", "pk")
    return [
        dict(zip([column.label for column in columns], entries(columns, line, scene), strict=True))
        for line in found
    ]


def _notes(roster: Roster, table: Table) -> list[dict[str, Entry]]:
    rows: list[dict[str, Entry]] = [
        {"列": column.label, "口径": column.definition} for column in table.leaves()
    ]
    rows += [{"列": "说明", "口径": note} for note in table.notes]
    rows.append({"列": "状态", "口径": f"{roster.get_state_display()}，第{roster.version}版"})
    return [*rows, {"列": "内容校验（SHA-256）", "口径": roster.content_hash}]


def _write(
    roster: Roster,
    table: Table,
    sheet: Sheet,
    sheets: list[tuple[str, Any]],
    target: BytesIO,
    mark: str,
) -> None:
    columns = table.leaves()
    width = len(columns) - 1
    title = Format().set_bold().set_font_size(16).set_align("center").set_font_name("黑体")
    under = Format().set_align("left").set_font_name(FONT).set_font_size(10)
    lines = f"填报单位（盖章）：{roster.unit}　　　　发放月：{roster.month_label}　　　　类别：{roster.get_program_display()}　　　　单位：户、人、元"
    head = (
        Format()
        .set_bold()
        .set_background_color("#E8EDF4")
        .set_border("thin")
        .set_text_wrap()
        .set_align("center")
    )
    formats = [_format(column) for column in columns]
    names = [name for name, _ in sheets]
    write_worksheets(
        sheets,
        target,
        header_row={BOOK: HEADER_ROW},
        merge_ranges={
            BOOK: [
                (
                    0,
                    0,
                    0,
                    width,
                    f"{roster.unit}{roster.month_label}{roster.get_program_display()}资金发放花名表",
                    title,
                ),
                (1, 0, 1, width, lines, under),
            ]
        },
        header_format=dict.fromkeys(names, head.set_font_name(FONT).set_font_size(10)),
        row_heights={BOOK: _heights(len(sheet.rows))},
        column_widths={
            BOOK: [float(column.chars) for column in columns],
            LEFT_OUT: [float(column.chars) for column in (*columns, WHY)],
            NOTES_SHEET: [24.0, 80.0],
        },
        column_formats={BOOK: formats, LEFT_OUT: [*formats, _format(WHY)]},
        row_formats={BOOK: {**dict.fromkeys(sheet.bold, _bold()), **dict.fromkeys(sheet.closing, under)}},
        freeze_panes={BOOK: {"row": HEADER_ROW + 1, "col": table.lead}},
        ignore_errors={BOOK: _digits(columns), LEFT_OUT: _digits(columns)},
        page_setup={BOOK: _paper(mark), LEFT_OUT: _paper(mark)},
        sheet_view={NOTES_SHEET: {"hidden": True}},
    )


def _heights(rows: int) -> dict[int, float]:
    body = dict.fromkeys(range(HEADER_ROW + 1, HEADER_ROW + 1 + rows), ROW_HEIGHT)
    return {0: 30.0, 1: 20.0, HEADER_ROW: 32.0, **body}


def _bold() -> Format:
    return _font().set_bold().set_background_color("#F4F6F9")


def _font() -> Format:
    return Format().set_border("thin").set_border_color("#8A94A3").set_font_name(FONT).set_font_size(10)


def _digits(columns: Sequence[Column]) -> list[str]:
    """Columns of digits that are text on purpose."""
    return [column.label for column in columns if column.kind in SENSITIVE]


def _paper(mark: str) -> dict[str, object]:
    return {
        "landscape": True,
        "paper_size": A3,
        "repeat_rows": (0, HEADER_ROW),
        "fit_to_pages": (1, 0),
        "margins": {"left": 0.4, "right": 0.4, "top": 0.5, "bottom": 0.6},
        "footer": f"&L{mark.replace('&', '&&')}&C第 &P 页，共 &N 页",
    }


def _format(column: Column) -> Format:
    align = "center" if column.kind is Kind.COUNT else column.align
    return _font().set_align(align).set_num_format(FORMATS.get(column.kind, "@"))


def summary_workbook(roster: Roster, *, by: str) -> Made:
    """4.3: a row per village, the three ties in the total row."""
    rows = summary_rows([roster.pk])
    heading = Heading(
        f"{roster.unit}{roster.month_label}{roster.get_program_display()}资金发放汇总表",
        timezone.localtime(),
        lines=(f"填报单位（盖章）：{roster.unit}", f"发放月：{roster.month_label}", "单位：户、人、笔、元"),
        foot=("制表人：", "审核人：", "乡镇负责人（签章）：", "日期："),
        notes=(f"花名表第{roster.version}版　内容校验 {roster.content_hash}",),
        made_by=by,
    )
    target = BytesIO()
    write_styled(SUMMARY, rows, target, heading=heading, total=summary_total(roster, rows))
    target.seek(0)
    return _made(target, roster, f"{roster.get_program_display()}汇总表", len(rows))


def summary_total(roster: Roster, rows: Sequence[dict[str, Any]]) -> Totals:
    """The 合计 row; the mean divides totals."""
    total = SUMMARY.total_row(rows)
    regular = roster.amount - roster.backpay_amount
    total["mean"] = (regular / roster.people).quantize(Decimal("0.01")) if roster.people else Mark.NOTHING
    return total


def _made(content: BytesIO, roster: Roster, what: str, rows: int) -> Made:
    digest = hashlib.sha256(content.getvalue()).hexdigest()
    name = f"{roster.county}_{roster.unit}_{roster.month_label}_{what}_v{roster.version}.xlsx"
    return Made(content, name, rows, digest)
