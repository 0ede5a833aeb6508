"""The table on paper and as a file."""

from collections.abc import Sequence
from io import BytesIO
from typing import Any

from django.utils import timezone

from reports.governance.services import distinct_people
from reports.governance.table import TABLE, Row
from salvation.domain.mask import Scene
from salvation.domain.month import Month
from salvation.tables.model import Heading
from salvation.tables.styled import write_styled
from salvation.units.models import Unit


def sheet_heading(county: Unit, month: Month, rows: Sequence[Row], *, frozen: bool, made_by: str) -> Heading:
    """Title, unit line and signature line of 04 §4.1."""
    unit = rows[0].unit.name if len(rows) == 1 else county.name
    now = timezone.localtime()
    lines = (
        f"填报单位：{unit}（盖章）",
        f"统计期：{month.label}",
        f"填报日期：{now:%Y-%m-%d}",
        "单位：户、人、件、元",
    )
    notes = [] if frozen else ["本表未冻结，数字随业务变动，仅供核对。"]
    if len(rows) > 1:
        notes.append(f"救助对象合计（SA14）县级去重数：{distinct_people(county, month)} 人。")
    return Heading(
        f"{county.name}{month.year}年社会救助领域专项治理工作情况统计表",
        now,
        lines=lines,
        foot=("单位负责人（签字）：", "填报人：", "联系电话："),
        notes=tuple(notes),
        made_by=made_by,
        mark="" if frozen else "未冻结",
    )


def file_name(county: Unit, month: Month, version: int) -> str:
    return f"{county.name}_{month.label}_专项治理统计表_v{version}.xlsx"


def write_sheet(county: Unit, month: Month, rows: Sequence[Row], *, frozen: bool, made_by: str) -> bytes:
    """The workbook of 04 §4.12."""
    target = BytesIO()
    heading = sheet_heading(county, month, rows, frozen=frozen, made_by=made_by)
    total: Any = TABLE.total_row(rows) if len(rows) > 1 else None
    write_styled(TABLE, rows, target, heading=heading, total=total, scene=Scene.LIST)
    return target.getvalue()
