"""Flat lists to xlsx, streamed: one header row, constant memory, safe cells."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from os import PathLike
from typing import BinaryIO

from rustpy_xlsxwriter import Format, write_worksheet

from salvation.domain.mask import Scene
from salvation.tables.model import Column, Heading, Kind, Row, Table
from salvation.tables.portions import portions
from salvation.tables.values import Digest

FORMATS = {
    Kind.MONEY: "#,##0.00",
    Kind.COUNT: "#,##0",
    Kind.PERCENT: '0.00"%"',
    Kind.DATE: "yyyy-mm-dd",
}
HEADER_ROW = 1


@dataclass(frozen=True)
class Written:
    """What went into a file: number of rows and the hash of their canonical content."""

    rows: int
    digest: str


def write_flat(
    table: Table,
    rows: Iterable[Row],
    target: str | PathLike[str] | BinaryIO,
    *,
    heading: Heading,
    scene: Scene = Scene.LIST,
) -> Written:
    """Write one worksheet. The first line says what this is, who made it and when.

    Text is written as text whatever it starts with, so ``=1+1`` typed as a name never becomes a formula.
    Columns with the same label are told apart by the labels of their groups.
    """
    columns = table.leaves()
    labels = unique_labels(table)
    counting = Digest(columns)
    width = max(len(columns) - 1, 1)
    title = Format().set_bold().set_font_size(12).set_align("left")
    write_worksheet(
        _records(columns, labels, rows, counting, scene),
        target,
        sheet_name=sheet_name(table.title),
        header_row=HEADER_ROW,
        merge_ranges=[(0, 0, 0, width, caption(heading), title)],
        freeze_row=HEADER_ROW + 1,
        freeze_col=table.lead,
        column_widths=[float(column.chars) for column in columns],
        column_formats=[_format(column) for column in columns],
        header_format=Format().set_bold().set_background_color("#E8EDF4").set_border("thin"),
        na_rep=None,
        page_setup={
            "landscape": True,
            "paper_size": 9,
            "repeat_rows": (0, HEADER_ROW),
            "fit_to_pages": (1, 0),
            "footer": "&L" + heading.mark.replace("&", "&&") + "&R&P / &N",
        },
    )
    return Written(counting.rows, counting.value)


def caption(heading: Heading) -> str:
    """One line above the list: title, scope lines, maker and time."""
    made = f"{heading.made_at:%Y-%m-%d %H:%M}"
    return "　".join(part for part in (heading.title, *heading.lines, heading.made_by, made) if part)


def unique_labels(table: Table) -> list[str]:
    """Column headings in one row; a label used twice gets its group's label before it."""
    paths: list[tuple[str, ...]] = [() for _ in table.leaves()]
    for row in table.header():
        for cell in row:
            for position in range(cell.first, cell.first + cell.colspan):
                paths[position] += (cell.label,)
    last = [path[-1] for path in paths]
    chosen = [path[-1] if last.count(path[-1]) == 1 else "·".join(path) for path in paths]
    return [
        label if chosen.count(label) == 1 else f"{label}（{column.code}）"
        for label, column in zip(chosen, table.leaves(), strict=True)
    ]


def sheet_name(title: str) -> str:
    """A worksheet name Excel accepts: at most 31 signs, none of []:*?/\\."""
    cleaned = "".join(" " if sign in "[]:*?/\\" else sign for sign in title).strip(" '")
    return cleaned[:31] or "表"


def _records(
    columns: tuple[Column, ...],
    labels: list[str],
    rows: Iterable[Row],
    counting: Digest,
    scene: Scene,
) -> Iterator[dict[str, object]]:
    for portion in portions(columns, rows, scene):
        counting.add_columns(portion)
        for cells in zip(*portion, strict=True):
            yield dict(zip(labels, cells, strict=True))
    if not counting.rows:
        # The writer takes its header from the first record.
        yield dict.fromkeys(labels)


def _format(column: Column) -> Format:
    chosen = Format().set_border("thin").set_border_color("#C8CED6").set_align(column.align)
    return chosen.set_num_format(FORMATS.get(column.kind, "@"))
