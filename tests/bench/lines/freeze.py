"""Closing a month: snapshot and every unit's table, in one transaction (12 §12.1 #14)."""

from datetime import datetime, time

from django.db import connection
from django.utils import timezone

from reports.governance.services import close_month, frame_for
from salvation.domain.month import Month
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from tests.bench.county import undone
from tests.bench.lines.snapshot import FLOOR as SNAPSHOT
from tests.bench.lines.snapshot import TABLE
from tests.bench.lines.statistics import FLOOR as STATISTICS
from tests.bench.measure import Result, compare

TABLES = ("periods_submission", "flow_transition", "duties_duty", "journal_entry")


def run(county: Unit) -> list[Result]:
    month = Month.of(timezone.localdate())
    after = timezone.make_aware(datetime.combine(month.next_day, time(2)))
    parameters = {
        "county": county.pk, "month": month.first_day, "last": month.last_day, "year": month.year,
        "since": frame_for(county, month).since.first_day,
    }  # fmt: skip

    def candidate() -> None:
        close_month(county=county, month=month, now=after)

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE {TABLE}_bench PARTITION OF {TABLE} FOR VALUES FROM (%s) TO (%s)",
                [month.first_day, month.next_day],
            )
            cursor.execute(SNAPSHOT, parameters)
            cursor.execute(STATISTICS, parameters)
            cursor.fetchall()

    return [
        compare(
            "月度冻结（快照和全部统计表）",
            len(list(reporting_units(county, on=month.last_day))),
            candidate=lambda: undone(candidate, *TABLES),
            floor=lambda: undone(floor),
            limit=3.0,
        )
    ]
