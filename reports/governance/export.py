"""The table on paper and as a file."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from io import BytesIO
from typing import Any

from django.utils import timezone

from reports.governance.labels import cell_label
from reports.governance.services import distinct_figures, rows_for
from reports.governance.table import TABLE, Row, county_total, distinct_row
from salvation.domain.mask import Scene
from salvation.domain.month import Month
from salvation.periods.standing import WITH_UNIT
from salvation.tables.model import Heading
from salvation.tables.pdf import render_pdf
from salvation.tables.styled import write_styled
from salvation.tables.values import digest, text
from salvation.units.models import Unit

SHOWN_DOUBLE = 6


def sheet_heading(county: Unit, month: Month, rows: Sequence[Row], *, frozen: bool, made_by: str) -> Heading:
    """Title, unit line and signature line of 04 §4.1; units that did not hand in are named in the head."""
    single = rows[0] if len(rows) == 1 else None
    now = timezone.localtime()
    version = max((row.submission.version for row in rows if row.submission), default=1)
    place = single.unit if single else county
    lines = [
        f"填报单位：{place}（盖章）",
        f"统计期：{month.label}",
        f"填报日期：{now:%Y-%m-%d}",
        "单位：户、人、件、元",
        f"编号：TJ-{place.code}-{month.year}{month.month:02d}　第{version}版",
    ]
    absent = [row.unit.name for row in rows if row.submission is None or row.submission.state in WITH_UNIT]
    if not single and absent:
        lines.append(f"缺报单位（{len(absent)}个，其数字为系统数和未报送的填报数）：{'、'.join(absent)}")
    return Heading(
        f"{county.name}{month.year}年社会救助领域专项治理工作情况统计表",
        now,
        lines=tuple(lines),
        foot=("单位负责人（签字）：", "填报人：", "联系电话："),
        notes=tuple(_notes(county, month, rows, frozen=frozen)),
        made_by=made_by,
        mark="" if frozen else "未冻结",
    )


def _notes(county: Unit, month: Month, rows: Sequence[Row], *, frozen: bool) -> list[str]:
    notes = [] if frozen else ["本表未冻结，数字随业务变动，仅供核对。"]
    corrected = [row for row in rows if row.submission and row.submission.is_correction]
    notes += [
        f"{row.name}为更正版（第{row.submission.version}版）：{row.submission.correction_reason}"
        for row in corrected
    ]
    if len(rows) > 1:
        notes.append(
            f"合计为各单位之和；“县级去重数”行每人每户只计一次。{'；'.join(double_counted(county, month, rows))}"
        )
    return notes


def double_counted(county: Unit, month: Month, rows: Sequence[Row], limit: int = SHOWN_DOUBLE) -> list[str]:
    """Columns in which units add up to more than the county has: somebody stands in two units."""
    figures = distinct_figures(county, month)
    total, found = county_total(rows, figures), []
    for key, number in figures.items():
        # Tables drafted before a column was counted do not have it: nothing to compare.
        if isinstance(total.get(key), int | Decimal) and str(total[key]) != number:
            column = TABLE.column(key)
            found.append(f"{cell_label(key)}各单位之和 {text(column, total[key])}，县级去重数 {number}")
    return [*found[:limit], *([f"另有 {len(found) - limit} 列"] if len(found) > limit else [])]


def file_title(place: Unit, month: Month, version: int) -> str:
    """信丰县_2022年5月_专项治理统计表_v1"""
    return f"{place.name}_{month.label}_专项治理统计表_v{version}"


@dataclass(frozen=True, slots=True)
class Paper:
    """A printed table: ``digest`` is of its content, the same in every format."""

    name: str
    content: bytes
    digest: str
    rows: int


def county_paper(county: Unit, month: Month, units: Sequence[Unit], *, whole: bool, made_by: str) -> Paper:
    """The table of these units on A3 paper; ``whole``: with the county's figures that count nobody twice.

    Takes some ten seconds for a county: call it in a job.
    """
    rows, frozen = rows_for(county, month, units)
    several = len(rows) > 1
    figures = distinct_figures(county, month) if whole and several else {}
    lines = [distinct_row(figures), *rows] if figures else rows
    heading = sheet_heading(county, month, rows, frozen=frozen, made_by=made_by)
    total: Any = county_total(rows, figures) if several else None
    content = render_pdf(TABLE, lines, heading=heading, total=total, scene=Scene.LIST)
    version = max((row.submission.version for row in rows if row.submission), default=1)
    place = rows[0].unit if len(rows) == 1 else county
    return Paper(f"{file_title(place, month, version)}.pdf", content, digest(TABLE, lines), len(lines))


def write_sheet(county: Unit, month: Month, rows: Sequence[Row], *, frozen: bool, made_by: str) -> bytes:
    """The workbook of 04 §4.12."""
    target = BytesIO()
    heading = sheet_heading(county, month, rows, frozen=frozen, made_by=made_by)
    figures = distinct_figures(county, month) if len(rows) > 1 else {}
    total: Any = county_total(rows, figures) if len(rows) > 1 else None
    lines = [distinct_row(figures), *rows] if total is not None else rows
    write_styled(TABLE, lines, target, heading=heading, total=total, scene=Scene.LIST)
    return target.getvalue()
