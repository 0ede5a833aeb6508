"""The report as an official document: one declaration for page, PDF and Word."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Q, Sum
from django.utils import timezone

from audits.models import RectificationItem
from cases.models import RecoveryProposal
from reports.charts import town_bars
from reports.governance.labels import cell_label
from reports.governance.services import rows_for
from reports.governance.table import TABLE, Row
from reports.models import SummaryReport
from reports.summary.outline import (
    ATTACHMENTS,
    FLASH,
    Comparison,
    Picture,
    Problems,
    Title,
    Told,
    Written,
    outline,
    tell,
)
from salvation.charts.model import Chart
from salvation.charts.render import png, svg
from salvation.documents.official import Annex, Figure, Grid, Level, Line, Paper, Part
from salvation.domain.month import Month
from salvation.domain.names import surname_only
from salvation.tables.model import Mark
from salvation.tables.values import text as shown
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units

COMPARED = (
    ("SA14", "救助对象（人）"),
    ("SA15", "占比（%）"),
    ("SL01.c", "发现问题"),
    ("SL02.c", "销号"),
    ("SC11P.c", "清退（人）"),
)
CHART_WIDTH, CHART_PIXELS = 150, 430
LISTED = 200


def paper_of(report: SummaryReport, *, today: date, drawn: bool = True) -> Paper:
    """The report. ``drawn=False`` leaves pictures out, for pages that draw their own."""
    body: list[Part] = []
    for part in outline(report.is_county):
        body += _written_out(part, report, drawn)
    issuer = report.county.name + "民政局" if report.is_county else issuer_of(report.unit)
    above = report.county.parent
    return Paper(
        title=f"{issuer}关于{report.period.year}年社会救助领域专项治理工作情况的报告",
        addressee=f"{above.name}民政局：" if report.is_county and above else f"{report.county}民政局：",
        body=tuple(body),
        issuer=issuer,
        dated=min(today, date(report.period.year, 6, 25)) if report.period.month == 5 else today,
        signer=report.unit.head_name or "　　　",
        contact=f"联系人：{report.unit.contact_name or '　　　'}，电话：{report.unit.contact_phone or '　　　'}",
        attachments=(*ATTACHMENTS, *([flash_title(report)] if report.flash else [])),
        draft=not report.frozen,
        mark="" if report.state in ("SIGNED", "ACCEPTED") else "草稿",
        sealed=True,
        annexes=tuple(annexes(report)),
    )


def issuer_of(unit: Unit) -> str:
    """Who signs: the town's government, or the committee itself."""
    return unit.name if unit.form else f"{unit.name}人民政府"


def _written_out(part: Any, report: SummaryReport, drawn: bool) -> Sequence[Part]:
    if isinstance(part, Title):
        return [Line(part.text, part.level)]
    if isinstance(part, Told):
        return [Line(tell(part.text, report.figures, report.month.label))]
    if isinstance(part, Problems):
        return [problem_grid(report)]
    if isinstance(part, Comparison):
        return [comparison_grid(report)]
    if isinstance(part, Picture):
        chart = comparison_chart(report) if drawn else None
        return [Figure(svg(chart), png(chart), chart.title, CHART_WIDTH)] if chart else []
    return _paragraphs(part, report.texts.get(part.key, ""))


def _paragraphs(part: Written, text: str) -> list[Line]:
    if not text.strip():
        return [Line(f"（待编写：{part.hint}）")]
    return [Line(line.strip(), Level.BODY) for line in text.splitlines() if line.strip()]


def problem_grid(report: SummaryReport) -> Grid:
    """Problems by category up to the month: filed, closed, open, late."""
    end = report.month
    closed, dismissed = Q(closed_month__lte=end.first_day), Q(dismissed_month__lte=end.first_day)
    # A month that is not set has not come yet.
    still = ~Q(pk__in=_problems(report).filter(closed | dismissed).values("pk"))
    counted = {
        row["category"]: row
        for row in _problems(report).order_by().values("category").annotate(
            filed=Count("pk"), closed=Count("pk", filter=closed), open=Count("pk", filter=still),
            late=Count("pk", filter=still & Q(deadline__lt=end.last_day)),
        )
    }  # fmt: skip
    lines = []
    for code, label in RectificationItem.Category.choices:
        row: Any = counted.get(code, {})
        lines.append((label, *(str(row.get(key, 0)) for key in ("filed", "closed", "open", "late"))))
    return Grid(("问题类别", "问题数", "已整改", "在改", "逾期"), tuple(lines))


def _problems(report: SummaryReport) -> Any:
    rows = RectificationItem.objects.filter(county=report.county, filed_month__lte=report.period)
    return rows if report.is_county else rows.filter(unit=report.unit)


def county_rows(report: SummaryReport) -> list[Row]:
    """The county's units from the month's table."""
    units = list(reporting_units(report.county, on=report.month.last_day))
    return rows_for(report.county, report.month, units)[0]


def comparison_grid(report: SummaryReport) -> Grid:
    """The county's units side by side, from the same table."""
    lines = tuple((row.name, *(_cell(row, key) for key, _ in COMPARED)) for row in county_rows(report))
    return Grid(("单位", *(label for _, label in COMPARED)), lines)


def comparison_chart(report: SummaryReport) -> Chart | None:
    """The same units as bars; None for a township's report."""
    if not report.is_county:
        return None
    return town_bars(county_rows(report), report.month, width=CHART_PIXELS)


def _cell(row: Row, key: str) -> str:
    column = TABLE.column(key)
    value = column.read(row)
    return str(value) if isinstance(value, Mark) or value is None else shown(column, value)


def annexes(report: SummaryReport) -> list[Annex]:
    """The table, the problems, and the flash figures apart from both."""
    found = [
        Annex("附件1", f"{ATTACHMENTS[0]}（{report.month.label}）", (_figures_grid(report),)),
        Annex("附件2", ATTACHMENTS[1], (_items_grid(report),)),
        Annex("附件3", ATTACHMENTS[2], (_recoveries_grid(report),)),
    ]
    if report.flash:
        found.append(
            Annex(
                f"附件{len(ATTACHMENTS) + 1}", flash_title(report), (_flash_note(report), _flash_grid(report))
            )
        )
    return found


def _figures_grid(report: SummaryReport) -> Grid:
    """Every figure of the report with its code, so that it can be traced to the table."""
    lines = tuple(
        (
            column.code.partition(".")[0],
            cell_label(column.code).partition(" ")[2],
            report.figures.get(column.code, "缺数据"),
        )
        for column in TABLE.leaves()[1:]
        if column.code in report.figures
    )
    return Grid(
        ("列", "指标", "数字"), lines, widths=(2, 9, 4), aligns=("center", "left", "right"), size=10.5
    )


def _items_grid(report: SummaryReport) -> Grid:
    """Problems one by one, without names (脱敏)."""
    rows = _problems(report).select_related("unit").order_by("filed_month", "no")[:LISTED]
    lines = tuple(
        (row.no, row.get_category_display(), row.unit.name, f"{row.deadline:%Y-%m-%d}" if row.deadline else "", row.get_state_display())
        for row in rows
    ) or (("无", "", "", "", ""),)  # fmt: skip
    return Grid(
        ("问题编号", "类别", "责任单位", "整改时限", "状态"), lines, widths=(4, 3, 3, 3, 2), size=10.5
    )


def recoveries(report: SummaryReport) -> Any:
    """What was found overpaid up to the month's end and was not struck out by then."""
    end = report.month.last_day
    standing = Q(withdrawn_at__isnull=True) | Q(withdrawn_at__date__gt=end)
    rows = RecoveryProposal.objects.filter(standing, unit__county=report.county, found_on__lte=end)
    return rows if report.is_county else rows.filter(unit=report.unit)


def _recoveries_grid(report: SummaryReport) -> Grid:
    """What is to be recovered, one by one with the sum; of a name the first character only (脱敏)."""
    found = recoveries(report)
    lines = [
        (
            row.unit.name,
            surname_only(row.person.name),
            row.get_cause_display(),
            f"{Month.of(row.first_month)}至{Month.of(row.last_month)}",
            f"{row.amount:,.2f}",
            "已移交" if _taken_over(row, report.month) else "待移交",
        )
        for row in found.select_related("unit", "person").order_by("found_on", "pk")[:LISTED]
    ]
    total = found.aggregate(n=Count("pk"), amount=Sum("amount"))
    last = (f"合计{total['n']}笔", "", "", "", f"{total['amount']:,.2f}", "") if lines else ("无", *[""] * 5)
    return Grid(
        ("单位", "对象", "原因", "多发月份", "金额（元）", "进度"),
        (*lines, last),
        widths=(4, 2, 4, 4, 3, 2),
        aligns=("left", "left", "left", "center", "right", "center"),
        size=10.5,
    )


def _taken_over(row: RecoveryProposal, month: Month) -> bool:
    return row.taken_over_at is not None and timezone.localdate(row.taken_over_at) <= month.last_day


def flash_title(report: SummaryReport) -> str:
    until = date.fromisoformat(report.flash["until"])
    return f"{until.month}月1日至{until.day}日快报（未冻结，仅供参考）"


def _flash_note(report: SummaryReport) -> Line:
    return Line(
        f"本表数字取自业务系统，截至{report.flash['until']}，未经冻结，不计入正文和附件1的{report.month.label}冻结数。"
    )


def _flash_grid(report: SummaryReport) -> Grid:
    lines = tuple((cell_label(key), number) for key in FLASH if (number := report.flash["figures"].get(key)))
    return Grid(("指标", "本期"), lines, widths=(10, 4), aligns=("left", "right"), size=10.5)
