"""The monthly cycle of many counties, opened with a sheet for each village and closed, against the bare statements."""

from django.db import connection
from django.utils import timezone

from cases.models import MonthlyCycle, VillageAttestation
from cases.services.cycle import DUTY, SHEETS, close_due_cycles, open_cycle
from salvation.domain.month import Month
from salvation.units.models import Unit
from tests.bench.county import undone
from tests.bench.measure import Result, compare

OPEN = "INSERT INTO cases_monthlycycle (county_id, month, opened_at) VALUES (%(county)s, %(month)s, now()) RETURNING id"
DUTIES = """
INSERT INTO duties_duty (unit_id, permission, kind, subject_id, title, url, opened_at)
SELECT DISTINCT unit_id, 'change.create', %(kind)s, unit_id, '收齐签字报表', '/', now()
FROM cases_villageattestation WHERE cycle_id = %(cycle)s
"""
DONE = """
UPDATE duties_duty SET done_at = now() WHERE kind = %(kind)s AND done_at IS NULL
AND subject_id IN (SELECT unit_id FROM cases_villageattestation WHERE cycle_id = %(cycle)s)
"""
CLOSE = "UPDATE cases_monthlycycle SET closed_at = now() WHERE id = %(cycle)s"


def measure(counties: list[Unit]) -> Result:
    """``size`` counts the counties."""
    month, now = Month.of(timezone.localdate()) + 1, timezone.now()
    made: list[int] = []

    def candidate() -> None:
        for county in counties:
            open_cycle(county=county, month=month, now=now)
        made.append(VillageAttestation.objects.filter(cycle__month=month.first_day).count())
        for county in counties:
            close_due_cycles(county=county, on=month.last_day, now=now)

    def floor() -> None:
        with connection.cursor() as cursor:
            for county in counties:
                parameters = {"county": county.pk, "month": month.first_day, "kind": DUTY}
                cursor.execute(OPEN, parameters)
                parameters["cycle"] = cursor.fetchone()[0]
                for statement in (SHEETS, DONE, DUTIES, CLOSE):
                    cursor.execute(statement, parameters)
        made.append(VillageAttestation.objects.filter(cycle__month=month.first_day).count())

    # A cycle that the demo opened already would be found, not made.
    MonthlyCycle.objects.filter(month=month.first_day).delete()
    taken = compare(
        "十县月度周期开启与关闭",
        len(counties),
        candidate=lambda: undone(candidate),
        floor=lambda: undone(floor),
        limit=2.0,
    )
    if len(set(made)) != 1:
        raise AssertionError(f"ours and the floor draw up different numbers of sheets: {set(made)}")
    return taken
