import json
from argparse import ArgumentParser
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from reports.governance.export import write_sheet
from reports.governance.services import CODE, distinct_figures, rows_for
from reports.governance.table import TABLE, Row, county_total
from salvation.domain.errors import BadValue, Refusal
from salvation.domain.month import Month
from salvation.tables.model import Column, Mark
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units, unit_by_code


class Command(BaseCommand):
    help = "生成统计表；未冻结的月份为草稿，标明“未冻结”"

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("table", choices=[CODE])
        parser.add_argument("--unit", required=True, metavar="CODE")
        parser.add_argument("--month", required=True, metavar="2022-05")
        parser.add_argument("--out", type=Path, metavar="FILE.xlsx")
        parser.add_argument("--json", action="store_true", help="把数字写到标准输出")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            month, unit = Month.parse(options["month"]), unit_by_code(options["unit"])
            county, units = _place(unit, month)
            rows, frozen = rows_for(county, month, units)
            if options["out"]:
                content = write_sheet(county, month, rows, frozen=frozen, made_by="命令行")
                options["out"].write_bytes(content)
        except (Refusal, BadValue) as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            raise CommandError(f"写不了文件 {options['out']}：{error.strerror}", returncode=2) from error
        if options["json"]:
            self.stdout.write(json.dumps(_figures(county, month, rows, frozen), ensure_ascii=False, indent=1))
        else:
            state = "已冻结" if frozen else "未冻结"
            self.stdout.write(
                f"{county.name} {month.label} {state} rows={len(rows)} {options['out'] or ''}".strip()
            )


def _place(unit: Unit, month: Month) -> tuple[Unit, list[Unit]]:
    if unit.kind == Unit.Kind.COUNTY:
        return unit, list(reporting_units(unit, on=month.last_day))
    if unit.kind == Unit.Kind.TOWN and unit.county:
        return unit.county, [unit]
    raise Refusal(f"{unit.name} 不是填报单位，也不是县")


def _figures(county: Unit, month: Month, rows: list[Row], frozen: bool) -> dict[str, Any]:
    leaves = TABLE.leaves()[1:]
    lines = [
        {"unit": row.unit.code, "name": row.unit.name, **{c.code: _plain(c, row) for c in leaves}}
        for row in rows
    ]
    shown: dict[str, Any] = {
        "table": CODE,
        "county": county.code,
        "month": str(month),
        "frozen": frozen,
        "rows": lines,
    }
    if len(rows) > 1:
        figures = distinct_figures(county, month)
        total = county_total(rows, figures)
        shown["total"] = {c.code: _value(total.get(c.code)) for c in leaves}
        shown["distinct"] = {"SA14": int(figures["SA14"])}
    return shown


def _plain(column: Column, row: Row) -> Any:
    return _value(column.read(row))


def _value(found: object) -> Any:
    """Whole numbers as numbers, others as text with two places, 缺数据 as null."""
    if found is None or found is Mark.MISSING:
        return None
    if isinstance(found, Decimal):
        return (
            int(found)
            if found == found.to_integral_value() and found.as_tuple().exponent == 0
            else str(found)
        )
    return str(found) if isinstance(found, Mark) else found
