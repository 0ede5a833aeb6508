"""What families reported of themselves, in time, late or not at all: one person in forty, set-based."""

from typing import Any

from django.db import connection, transaction

from salvation.demo.registry import Demo

REPORTED = """
INSERT INTO cases_selfreport (unit_id, village_id, person_id, matter, way, happened_on, reported_on, content, handling,
                              recorded_at)
SELECT unit_id, village_id, person_id, (%(matters)s::varchar[])[turn],
       CASE WHEN place %% 4 = 3 THEN 'FOUND' ELSE 'REPORTED' END, happened,
       happened + CASE place %% 4 WHEN 0 THEN 6 WHEN 1 THEN 20 WHEN 2 THEN 110 ELSE 45 END,
       (%(stories)s::varchar[])[turn], CASE WHEN place %% 4 > 1 THEN '已批评教育，并登记变更单（演示）' ELSE '已登记变更单（演示）' END,
       now()
FROM (
    SELECT b.unit_id, b.village_id, m.person_id, row_number() OVER (ORDER BY m.person_id) AS place,
           (row_number() OVER (ORDER BY m.person_id) %% array_length(%(matters)s::varchar[], 1))::int + 1 AS turn,
           %(on)s::date - 120 - (m.person_id * 17 %% 90)::int AS happened
    FROM cases_termmember m JOIN cases_benefitterm t ON t.id = m.term_id JOIN cases_benefit b ON b.id = t.benefit_id
    WHERE b.county_id = %(county)s AND b.demo AND m.months @> %(month)s::date AND m.person_id %% 40 = 7
) chosen
"""
STORIES = {
    "JOB": "长子到县城工业园上班，月工资约2600元（演示）",
    "INCOME": "土地流转租金由每年800元涨到1500元（演示）",
    "HEALTH": "户主查出慢性病，需长期服药（演示）",
    "MOVE": "随子女到外地居住，约半年（演示）",
    "MEMBERS": "次女出嫁，户口已迁出（演示）",
}


@transaction.atomic
def seed_reports(demo: Demo) -> str:
    """Reported within days, weeks, after three months, or found by the clerk."""
    given: dict[str, Any] = {
        "county": demo.county.pk, "month": demo.month.first_day, "on": demo.today,
        "matters": list(STORIES), "stories": list(STORIES.values()),
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(REPORTED, given)
        return f"{cursor.rowcount} 条家庭变化报告"
