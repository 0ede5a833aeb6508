"""Draft, refresh, edit and write out the report."""
# requirements: L02

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone

from reports.governance.services import count, frame_for, own_figures, rows_for
from reports.governance.table import TABLE, Row, county_total
from reports.models import SummaryReport
from reports.summary.outline import FLASH, figures_used, written_parts
from reports.summary.paper import paper_of
from salvation.access.services import require
from salvation.documents.docx import write_official
from salvation.documents.pdf import write_official_pdf
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.engine import begin
from salvation.flow.table import Context
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.parameters.book import Book
from salvation.tables.model import Mark, Totals
from salvation.tables.values import text as shown
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from salvation.units.services import county_of

register(
    summary__draft="生成专项治理报告",
    summary__edit="编写专项治理报告",
    summary__export="下载专项治理报告",
    summary__collect="汇集各单位编写内容",
)

LONGEST = 6000
WRITERS = {"docx": write_official, "pdf": write_official_pdf}


@transaction.atomic
def draft_summary(*, unit: Unit, month: Month, actor: Any, now: datetime) -> SummaryReport:
    """Read the figures of a month's table into the report; what people wrote stays. Raises Refusal once it is signed."""
    county = county_of(unit)
    if county is None:
        raise Refusal(f"{unit}不是填报单位，也不是县")
    if actor is not None:
        require(actor, "report.fill", unit)
    report = SummaryReport.objects.select_for_update().filter(unit=unit, period=month.first_day).first()
    if report is not None and report.state != "DRAFT":
        raise Refusal(f"{report}{report.get_state_display()}，不能重新取数；须修改的先退回或重新办理")
    figures, frozen = figures_now(unit, county, month)
    if report is None:
        report = SummaryReport(unit=unit, county=county, period=month.first_day, due_on=due_on(county, month))
    report.figures, report.frozen, report.read_at = figures, frozen, now
    report.flash = flash_of(unit, county, month, timezone.localdate(now))
    if report.pk is None:
        begin(report, actor=actor, now=now)
    else:
        report.save(update_fields=["figures", "frozen", "read_at", "flash", "updated_at"])
    facts = {"month": str(month), "frozen": frozen}
    record(actor=actor, action="summary.draft", subject=report, unit=unit, facts=facts)
    return report


def draft_summaries(*, county: Unit, month: Month, now: datetime) -> int:
    """Draft or refresh the report of every unit and of the county, except those already handed over; how many."""
    closed = set(
        SummaryReport.objects.filter(county=county, period=month.first_day)
        .exclude(state="DRAFT")
        .values_list("unit", flat=True)
    )
    units = [unit for unit in (*reporting_units(county, on=month.last_day), county) if unit.pk not in closed]
    for unit in units:
        draft_summary(unit=unit, month=month, actor=None, now=now)
    return len(units)


def due_on(county: Unit, month: Month) -> date:
    """25 June of the year (000 第85行)."""
    text = str(Book(unit=county, on=month.last_day)["report.summary_due"])
    number, _, day = text.partition("-")
    return date(month.year, int(number), int(day))


def figures_now(unit: Unit, county: Unit, month: Month) -> tuple[dict[str, str], bool]:
    """The figures of the table as they stand now, as words, and whether the month is frozen; unknown ones are left out."""
    units = list(reporting_units(county, on=month.last_day)) if unit == county else [unit]
    rows, frozen = rows_for(county, month, units)
    if not rows:
        raise Refusal(f"{county}还没有填报单位")
    whole = unit == county
    total: Row | Totals = county_total(rows, own_figures(county, month)) if whole else rows[0]
    return _figures(total), frozen


def _figures(row: Row | Totals) -> dict[str, str]:
    found = {}
    for key in figures_used():
        column = TABLE.column(key)
        value = column.read(row)
        if value is not None and not isinstance(value, Mark):
            found[key] = shown(column, value)
    return found


def flash_of(unit: Unit, county: Unit, month: Month, today: date) -> dict[str, Any]:
    """快报: what happened in the following month up to yesterday; empty while that month has not begun."""
    following = month + 1
    until = min(today - timedelta(days=1), following.last_day)
    if until < following.first_day:
        return {}
    by_unit, whole = count(frame_for(county, following), [unit])
    cells = whole if unit == county else by_unit[unit.pk]
    figures = {key: shown(TABLE.column(key), int(float(cells[key]))) for key in FLASH if key in cells}
    return {"until": until.isoformat(), "figures": figures}


@dataclass(frozen=True, slots=True)
class Stale:
    """A number that the report still has as it was before a correction."""

    key: str
    written: str
    now: str


def stale_figures(report: SummaryReport) -> list[Stale]:
    """Numbers of the report that the table no longer says."""
    now, _ = figures_now(report.unit, report.county, report.month)
    keys = sorted(set(now) | set(report.figures))
    missing = "缺数据"
    return [
        Stale(key, report.figures.get(key, missing), now.get(key, missing))
        for key in keys
        if report.figures.get(key) != now.get(key)
    ]


def refuse_stale(context: Context) -> None:
    """Effect of handing over and signing: nobody signs numbers that the table no longer says."""
    found = stale_figures(context.subject)
    if found:
        raise Refusal(
            f"统计表已变动，报告中有 {len(found)} 个数字与统计表不一致，请先“重新取数”（编写的文字保留）"
        )


EFFECTS = {"hand_over": (refuse_stale,), "sign": (refuse_stale,)}


@transaction.atomic
def save_texts(*, report: SummaryReport, texts: Mapping[str, str], actor: Any) -> SummaryReport:
    """Keep the written parts. Raises Refusal for one that is too long, and once the report is handed over."""
    require(actor, "report.fill", report.unit)
    known = {part.key: part.label for part in written_parts(report.is_county)}
    for key, text in texts.items():
        if key in known and len(text) > LONGEST:
            raise Refusal(f"“{known[key]}”超过{LONGEST}字，请精简", field=key)
    locked = SummaryReport.objects.select_for_update(of=("self",)).get(pk=report.pk)
    if locked.state != "DRAFT":
        raise Refusal(f"报告{locked.get_state_display()}，不能再改；须修改的先退回或重新办理")
    locked.texts = {**locked.texts, **{key: text.strip() for key, text in texts.items() if key in known}}
    locked.updated_by = actor
    locked.save(update_fields=["texts", "updated_by", "updated_at"])
    record(actor=actor, action="summary.edit", subject=locked, unit=locked.unit)
    return locked


def town_texts(report: SummaryReport) -> dict[str, list[tuple[str, str]]]:
    """What the county's units wrote, by part: (unit, text)."""
    found: dict[str, list[tuple[str, str]]] = {}
    towns = SummaryReport.objects.filter(county=report.county, period=report.period).exclude(
        unit=report.county
    )
    for town in towns.select_related("unit").order_by("unit__sort", "unit__code"):
        for key, text in town.texts.items():
            if text.strip():
                found.setdefault(key, []).append((town.unit.name, text.strip()))
    return found


@transaction.atomic
def collect_texts(*, report: SummaryReport, actor: Any) -> int:
    """Put what the units wrote under the county's parts that are still empty; returns how many parts were filled."""
    if not report.is_county:
        raise Refusal("只有县级汇总报告可以汇集各单位的编写内容")
    given = town_texts(report)
    empty = {
        part.key: "\n".join(f"{name}：{' '.join(text.split())}" for name, text in given[part.key])[:LONGEST]
        for part in written_parts(True)
        if part.key in given and part.key != "opening" and not report.texts.get(part.key, "").strip()
    }
    if empty:
        save_texts(report=report, texts=empty, actor=actor)
        facts = {"parts": len(empty)}
        record(actor=actor, action="summary.collect", subject=report, unit=report.unit, facts=facts)
    return len(empty)


def export_summary(*, report: SummaryReport, actor: Any, today: date, form: str = "docx") -> bytes:
    """The report as .docx for editing or PDF for the file, journalled. Raises Refusal for another form."""
    if form not in WRITERS:
        raise Refusal("没有这种下载格式，请刷新页面后再试")
    content = WRITERS[form](paper_of(report, today=today))
    facts = {"frozen": report.frozen, "form": form}
    record(actor=actor, action="summary.export", subject=report, unit=report.unit, facts=facts)
    return content
