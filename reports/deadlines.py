"""The days on which tables and reports are due, for the calendar (L11)."""

from collections.abc import Iterable
from datetime import date

from reports.summary.services import due_on
from salvation.domain.month import Month
from salvation.duties.calendar import Recurring
from salvation.parameters.book import Book
from salvation.units.models import Unit


def table_day(month: Month, county: Unit) -> Iterable[date]:
    """The monthly table: by the tenth (000 L91)."""
    return [month.day(int(Book(unit=county, on=month.first_day)["stat.report_due_day"]))]


def summary_day(month: Month, county: Unit) -> Iterable[date]:
    """The yearly report of the campaign: by 25 June (000 L85)."""
    day = due_on(county, month)
    return [day] if Month.of(day) == month else []


RECURRING = (
    Recurring("报送专项治理统计表", "000 第91行", "table.view", "reports:governance", table_day),
    Recurring("报送专项治理情况报告", "000 第85行", "report.view", "reports:summaries", summary_day),
)
