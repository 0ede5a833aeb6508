"""The month's snapshot: one row for everyone helped."""

from datetime import datetime, time

from django.db import connection
from django.utils import timezone

from cases.services.snapshots import freeze_month
from salvation.domain.month import Month
from salvation.units.models import Unit
from tests.bench.county import undone
from tests.bench.measure import Result, compare

TABLE = "cases_benefitsnapshot"
# Trusts that the applicant is covered, that nobody froze the month before and that its partition has to be made.
FLOOR = """
INSERT INTO cases_benefitsnapshot
    (month, county_id, unit_id, village_id, program, standing, standard_area, benefit_id, term_id, household_id,
     person_id, is_head, is_single, base, uplift, care, total, tags)
SELECT %(month)s, b.county_id, b.unit_id, b.village_id, b.program, t.standing, b.standard_area, b.id, t.id, b.household_id,
       m.person_id, m.person_id = b.applicant_id, b.is_single,
       CASE WHEN m.person_id = b.applicant_id THEN t.base ELSE 0 END,
       CASE WHEN m.person_id = b.applicant_id THEN t.uplift ELSE 0 END,
       CASE WHEN m.person_id = b.applicant_id THEN t.care ELSE 0 END,
       CASE WHEN m.person_id = b.applicant_id THEN t.total ELSE 0 END,
       CASE WHEN p.sex = 'FEMALE' THEN m.uplift_kinds || 'FEMALE'::varchar ELSE m.uplift_kinds END
FROM cases_benefitterm t
JOIN cases_benefit b ON b.id = t.benefit_id
JOIN cases_termmember m ON m.term_id = t.id
JOIN cases_person p ON p.id = m.person_id
WHERE t.months @> %(month)s::date AND b.county_id = %(county)s
"""


def run(county: Unit) -> list[Result]:
    # The demo county has frozen the twelve months before this one.
    month = Month.of(timezone.localdate())
    after = timezone.make_aware(datetime.combine(month.next_day, time()))
    rows: list[int] = []

    def candidate() -> None:
        rows.append(freeze_month(county=county, month=month, now=after, actor=None))

    def floor() -> None:
        with connection.cursor() as cursor:
            cursor.execute(
                f"CREATE TABLE {TABLE}_bench PARTITION OF {TABLE} FOR VALUES FROM (%s) TO (%s)",
                [month.first_day, month.next_day],
            )
            cursor.execute(FLOOR, {"month": month.first_day, "county": county.pk})
            rows.append(cursor.rowcount)

    undone(candidate)
    undone(floor)
    if rows[0] != rows[1]:
        raise AssertionError(f"the snapshot has {rows[0]} rows, the floor {rows[1]}")
    return [
        compare(
            "月末快照",
            rows[0],
            candidate=lambda: undone(candidate),
            floor=lambda: undone(floor),
            limit=1.5,
        )
    ]
