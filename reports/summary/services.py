"""Draft, edit and write out the report."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Q

from audits.models import RectificationItem
from reports.governance.services import rows_for
from reports.governance.table import TABLE, Row
from reports.models import SummaryReport
from reports.summary.outline import (
    ATTACHMENTS,
    Comparison,
    Problems,
    Title,
    Told,
    Written,
    figures_used,
    outline,
    tell,
    written_parts,
)
from salvation.access.services import require
from salvation.documents.docx import write_official
from salvation.documents.official import Grid, Level, Line, Paper
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.tables.model import Mark, Totals
from salvation.tables.values import text as shown
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from salvation.units.services import county_of

register(
    summary__draft="生成专项治理报告", summary__edit="编写专项治理报告", summary__export="下载专项治理报告"
)

COMPARED = (
    ("SA14", "救助对象（人）"),
    ("SA15", "占比（%）"),
    ("SL01.c", "发现问题"),
    ("SL02.c", "销号"),
    ("SC11P.c", "清退（人）"),
)
LONGEST = 6000


@transaction.atomic
def draft_summary(*, unit: Unit, month: Month, actor: Any, now: datetime) -> SummaryReport:
    """Read the figures of a month's table into the report; what people wrote stays."""
    county = county_of(unit)
    if county is None:
        raise Refusal(f"{unit}不是填报单位，也不是县")
    if actor is not None:
        require(actor, "report.fill", unit)
    rows, frozen = _rows(county, unit, month)
    total: Row | Totals = TABLE.total_row(rows) if unit == county else rows[0]
    values = {"figures": _figures(total), "frozen": frozen, "read_at": now, "county": county}
    report, _ = SummaryReport.objects.update_or_create(unit=unit, period=month.first_day, defaults=values)
    record(
        actor=actor,
        action="summary.draft",
        subject=report,
        unit=unit,
        facts={"month": str(month), "frozen": frozen},
    )
    return report


def _rows(county: Unit, unit: Unit, month: Month) -> tuple[list[Row], bool]:
    units = list(reporting_units(county, on=month.last_day)) if unit == county else [unit]
    rows, frozen = rows_for(county, month, units)
    if not rows:
        raise Refusal(f"{county}还没有填报单位")
    return rows, frozen


def _figures(row: Row | Totals) -> dict[str, str]:
    """Figures as they stand in the table; unknown ones are left out."""
    found = {}
    for key in figures_used():
        column = TABLE.column(key)
        value = column.read(row)
        if value is not None and not isinstance(value, Mark):
            found[key] = shown(column, value)
    return found


@transaction.atomic
def save_texts(*, report: SummaryReport, texts: Mapping[str, str], actor: Any) -> SummaryReport:
    """Keep the written parts. Raises Refusal for one that is too long."""
    require(actor, "report.fill", report.unit)
    known = {part.key: part.label for part in written_parts(report.is_county)}
    for key, text in texts.items():
        if key in known and len(text) > LONGEST:
            raise Refusal(f"“{known[key]}”超过{LONGEST}字，请精简", field=key)
    locked = SummaryReport.objects.select_for_update().get(pk=report.pk)
    locked.texts = {**locked.texts, **{key: text.strip() for key, text in texts.items() if key in known}}
    locked.updated_by = actor
    locked.save(update_fields=["texts", "updated_by", "updated_at"])
    record(actor=actor, action="summary.edit", subject=locked, unit=locked.unit)
    return locked


def paper_of(report: SummaryReport, *, today: date) -> Paper:
    """The report as an official document."""
    body: list[Line | Grid] = []
    for part in outline(report.is_county):
        body += _written_out(part, report)
    issuer = report.county.name + "民政局" if report.is_county else issuer_of(report.unit)
    return Paper(
        title=f"{issuer}关于{report.period.year}年社会救助领域专项治理工作情况的报告",
        addressee=f"{report.county.parent.name}民政局："
        if report.is_county and report.county.parent
        else f"{report.county}民政局：",
        body=tuple(body),
        issuer=issuer,
        dated=min(today, date(report.period.year, 6, 25)) if report.period.month == 5 else today,
        signer=report.unit.head_name or "　　　",
        contact=f"联系人：{report.unit.contact_name or '　　　'}，电话：{report.unit.contact_phone or '　　　'}",
        attachments=ATTACHMENTS,
        draft=not report.frozen,
    )


def issuer_of(unit: Unit) -> str:
    """Who signs: the town's government, or the committee itself."""
    return unit.name if unit.form else f"{unit.name}人民政府"


def _written_out(part: Any, report: SummaryReport) -> Sequence[Line | Grid]:
    if isinstance(part, Title):
        return [Line(part.text, part.level)]
    if isinstance(part, Told):
        return [Line(tell(part.text, report.figures, report.month.label))]
    if isinstance(part, Problems):
        return [problem_grid(report)]
    if isinstance(part, Comparison):
        return [comparison_grid(report)]
    return _paragraphs(part, report.texts.get(part.key, ""))


def _paragraphs(part: Written, text: str) -> list[Line]:
    if not text.strip():
        return [Line(f"（待编写：{part.hint}）")]
    return [Line(line.strip(), Level.BODY) for line in text.splitlines() if line.strip()]


def problem_grid(report: SummaryReport) -> Grid:
    """Problems by category up to the month: filed, closed, open, late."""
    end, rows = (
        report.month,
        RectificationItem.objects.filter(county=report.county, filed_month__lte=report.period),
    )
    if not report.is_county:
        rows = rows.filter(unit=report.unit)
    closed = Q(closed_month__lte=end.first_day)
    dismissed = Q(dismissed_month__lte=end.first_day)
    late = ~closed & ~dismissed & Q(deadline__lt=end.last_day)
    counted = {
        row["category"]: row
        for row in rows.order_by().values("category").annotate(
            filed=Count("pk"), closed=Count("pk", filter=closed), open=Count("pk", filter=~closed & ~dismissed),
            late=Count("pk", filter=late),
        )
    }  # fmt: skip
    lines = []
    for code, label in RectificationItem.Category.choices:
        row: Any = counted.get(code, {})
        lines.append((label, *(str(row.get(key, 0)) for key in ("filed", "closed", "open", "late"))))
    return Grid(("问题类别", "问题数", "已整改", "在改", "逾期"), tuple(lines))


def comparison_grid(report: SummaryReport) -> Grid:
    """The county's units side by side, from the same table."""
    rows, _ = _rows(report.county, report.county, report.month)
    lines = tuple((row.unit.name, *(_cell(row, key) for key, _ in COMPARED)) for row in rows)
    return Grid(("单位", *(label for _, label in COMPARED)), lines)


def _cell(row: Row, key: str) -> str:
    column = TABLE.column(key)
    value = column.read(row)
    return str(value) if isinstance(value, Mark) or value is None else shown(column, value)


def export_summary(*, report: SummaryReport, actor: Any, today: date) -> bytes:
    """The report as .docx, journalled."""
    content = write_official(paper_of(report, today=today))
    record(
        actor=actor,
        action="summary.export",
        subject=report,
        unit=report.unit,
        facts={"frozen": report.frozen},
    )
    return content
