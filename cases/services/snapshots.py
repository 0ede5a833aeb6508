"""Freeze a month: the snapshot of everyone helped and the statistical cut-off, in one transaction (12 §12.1 #14)."""
# requirements: L12

from datetime import datetime
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from cases.models import BenefitSnapshot
from salvation.access.services import require
from salvation.domain.errors import Refusal
from salvation.domain.month import Month
from salvation.flow.models import StatFreeze
from salvation.journal.actions import register
from salvation.journal.services import record
from salvation.partitions import ensure_partition
from salvation.units.models import Unit

register(month__freeze="冻结统计月")

# One row a covered person; amounts of the household stand on the applicant's row, or on the first covered
# person's where the applicant himself is not covered.
SNAPSHOT = """
INSERT INTO cases_benefitsnapshot
    (month, county_id, unit_id, village_id, program, standing, standard_area, benefit_id, term_id, household_id,
     person_id, is_head, is_single, base, uplift, care, total, tags)
SELECT %(month)s, county_id, unit_id, village_id, program, standing, standard_area, benefit_id, term_id,
       household_id, person_id, head, is_single,
       CASE WHEN head THEN base ELSE 0 END, CASE WHEN head THEN uplift ELSE 0 END,
       CASE WHEN head THEN care ELSE 0 END, CASE WHEN head THEN total ELSE 0 END, tags
FROM (
    SELECT b.county_id, b.unit_id, b.village_id, b.program, t.standing, b.standard_area, t.benefit_id,
           t.id AS term_id, b.household_id, m.person_id, b.is_single, t.base, t.uplift, t.care, t.total,
           m.uplift_kinds || CASE WHEN p.sex = 'FEMALE' THEN ARRAY['FEMALE']::varchar[] ELSE ARRAY[]::varchar[] END
               AS tags,
           row_number() OVER (PARTITION BY t.id ORDER BY m.person_id = b.applicant_id DESC, m.person_id) = 1 AS head
    FROM cases_benefitterm t
    JOIN cases_benefit b ON b.id = t.benefit_id AND b.county_id = %(county)s
    JOIN cases_termmember m ON m.term_id = t.id
    JOIN cases_person p ON p.id = m.person_id
    WHERE t.months @> %(month)s::date
) covered
"""


@transaction.atomic
def freeze_month(*, county: Unit, month: Month, now: datetime, actor: Any) -> int:
    """Take the snapshot of a month and close it for statistics; returns the rows written (people × programmes).

    A month is frozen once: running it again changes nothing and returns the rows there are. Raises Refusal for a
    month that has not ended, or while an earlier month with benefits is still open.
    """
    if actor is not None:
        require(actor, "stat.freeze", county)
    if timezone.localdate(now) < month.next_day:
        raise Refusal(f"{month.label}还没有结束，{month.next_day:%Y年%m月%d日}起才能冻结")
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [f"freeze-{county.pk}"])
    if StatFreeze.objects.filter(county=county, month=month.first_day).exists():
        return BenefitSnapshot.objects.filter(county=county, month=month.first_day).count()
    later = StatFreeze.objects.filter(county=county, month__gt=month.first_day).order_by("month").first()
    if later:
        raise Refusal(f"{county}的{Month.of(later.month).label}已冻结，不能再冻结更早的{month.label}")
    ensure_partition(BenefitSnapshot._meta.db_table, month)
    with connection.cursor() as cursor:
        cursor.execute(SNAPSHOT, {"month": month.first_day, "county": county.pk})
        written = int(cursor.rowcount)
    StatFreeze.objects.create(county=county, month=month.first_day, frozen_at=now)
    record(
        actor=actor,
        action="month.freeze",
        subject=county,
        unit=county,
        facts={"month": str(month), "rows": written},
    )
    return written


def is_frozen(county: Unit, month: Month) -> bool:
    return StatFreeze.objects.filter(county=county, month=month.first_day).exists()
