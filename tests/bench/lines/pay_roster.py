# ruff: noqa: S608 - put together from constants; every value is a parameter
"""Rosters of all units and programmes for a month, beside last month's signed ones: lines, leavers, totals."""

from django.db import connection
from django.utils import timezone

from funds.models import Leaver, PayLine, Roster
from funds.services.rosters import generate_rosters
from funds.services.statements import COLUMNS
from salvation.domain.month import Month
from salvation.units.models import Unit
from tests.bench.county import undone
from tests.bench.measure import Result, compare

TABLES = ("funds_payline", "funds_leaver", "funds_roster")
# Trusts everybody's ID, knows no exclusions, blocks or back pay, keeps no fingerprint and no version.
ROSTERS = """
INSERT INTO funds_roster
    (county_id, unit_id, program, month, previous_id, state, state_since, version, lines, households, people, amount,
     backpay_lines, backpay_amount, excluded, blocked, last_households, last_people, last_amount, in_households,
     in_people, in_amount, out_households, out_people, out_amount, content_hash, checked_hash)
SELECT county_id, unit_id, program, %(month)s, id, 'DRAFT', now(),
       1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', ''
FROM funds_roster WHERE county_id = %(county)s AND month = %(last)s
"""
LINES = f"""
INSERT INTO funds_payline ({", ".join(COLUMNS)})
SELECT r.id, b.county_id, b.unit_id, b.village_id, b.id, b.household_id, b.program, r.month, r.month, 'REGULAR',
       row_number() OVER (PARTITION BY r.id ORDER BY v.sort, v.code, f.no, pa.holder_name, b.id),
       t.id, t.assessment_id, a.name, a.id_no, a.id_index, a.phone, f.no, b.no, v.name, f.group_name, fa.counted, c.people,
       b.is_single, t.standing, t.standard, t.per_capita_income, t.base, t.uplift, t.care, t.care_level, t.total,
       CASE WHEN l.id IS NULL THEN 'NEW' WHEN t.total > l.total THEN 'INCREASE' WHEN t.total < l.total THEN 'DECREASE'
            WHEN t.standing = 'GRACE' THEN 'GRACE' ELSE 'SAME' END,
       CASE WHEN l.id IS NULL THEN b.source WHEN l.term_id = t.id THEN '' ELSE 'TERM' END,
       CASE WHEN l.id IS NULL THEN coalesce(ap.no, '') ELSE '' END, '', l.people, l.total, 1,
       CASE WHEN l.id IS NULL THEN 1 ELSE 0 END, 0, coalesce(pa.holder_name, ''), coalesce(hm.relation, ''),
       coalesce(pa.payee_kind, ''), coalesce(pa.kind, ''), coalesce(pa.bank, ''), pa.number, pa.number_index,
       coalesce(pa.filing_no, ''), 'PLANNED', '', '', CASE WHEN pa.id IS NULL THEN 'NO_ACCOUNT' ELSE '' END
FROM funds_roster r
JOIN cases_benefit b ON b.unit_id = r.unit_id AND b.program = r.program
JOIN cases_benefitterm t ON t.benefit_id = b.id AND t.months @> %(month)s::date
JOIN cases_person a ON a.id = b.applicant_id
JOIN cases_household f ON f.id = b.household_id
JOIN units_unit v ON v.id = b.village_id
JOIN (SELECT term_id, count(*) AS people FROM cases_termmember GROUP BY term_id) c ON c.term_id = t.id
JOIN (
    SELECT household_id, count(*) AS counted FROM cases_member WHERE counted AND left_on IS NULL GROUP BY household_id
) fa ON fa.household_id = b.household_id
LEFT JOIN cases_payaccount pa ON pa.household_id = b.household_id AND pa.valid_to IS NULL
LEFT JOIN cases_member hm ON hm.household_id = b.household_id AND hm.person_id = pa.holder_id
LEFT JOIN funds_payline l ON l.roster_id = r.previous_id AND l.benefit_id = b.id AND l.kind = 'REGULAR'
    AND l.state = 'PLANNED'
LEFT JOIN (SELECT benefit_id, max(no) AS no FROM cases_application GROUP BY benefit_id) ap ON ap.benefit_id = b.id
WHERE r.county_id = %(county)s AND r.month = %(month)s
"""
LEAVERS = """
INSERT INTO funds_leaver
    (roster_id, village_id, benefit_id, household_id, name, household_no, last_people, last_total, households_out,
     reason, order_no, stop_month)
SELECT r.id, l.village_id, l.benefit_id, l.household_id, l.name, l.household_no, l.people, l.total, 1, b.stop_reason,
       coalesce(o.no, ''), b.stop_month
FROM funds_roster r
JOIN funds_payline l ON l.roster_id = r.previous_id AND l.kind = 'REGULAR' AND l.state = 'PLANNED'
JOIN cases_benefit b ON b.id = l.benefit_id
LEFT JOIN funds_payline n ON n.roster_id = r.id AND n.benefit_id = l.benefit_id
LEFT JOIN (
    SELECT benefit_id, effective_month, max(no) AS no FROM cases_changeorder GROUP BY benefit_id, effective_month
) o ON o.benefit_id = b.id AND o.effective_month = b.stop_month
WHERE r.county_id = %(county)s AND r.month = %(month)s AND n.id IS NULL
"""
TOTALS = """
UPDATE funds_roster r SET
    lines = n.lines, households = n.lines, people = n.people, amount = n.amount, in_households = n.more,
    in_people = n.more_people, in_amount = n.more_amount, out_households = coalesce(x.households, 0),
    out_people = n.less_people + coalesce(x.people, 0), out_amount = n.less_amount + coalesce(x.amount, 0),
    last_households = n.lines - n.more + coalesce(x.households, 0), last_people = n.last_people + coalesce(x.people, 0),
    last_amount = n.last_amount + coalesce(x.amount, 0), blocked = n.blocked, made_at = now()
FROM (
    SELECT roster_id, count(*) AS lines, sum(people) AS people, sum(total) AS amount, sum(households_in) AS more,
           sum(greatest(people - coalesce(last_people, 0), 0)) AS more_people,
           sum(greatest(total - coalesce(last_total, 0), 0)) AS more_amount,
           sum(greatest(last_people - people, 0)) AS less_people, sum(greatest(last_total - total, 0)) AS less_amount,
           coalesce(sum(last_people), 0) AS last_people, coalesce(sum(last_total), 0) AS last_amount,
           count(*) FILTER (WHERE block <> '') AS blocked
    FROM funds_payline WHERE county_id = %(county)s AND month = %(month)s GROUP BY roster_id
) n
LEFT JOIN (
    SELECT roster_id, count(*) AS households, sum(last_people) AS people, sum(last_total) AS amount
    FROM funds_leaver GROUP BY roster_id
) x ON x.roster_id = n.roster_id
WHERE r.id = n.roster_id
"""


def run(county: Unit) -> list[Result]:
    signed = Roster.objects.filter(county=county).latest("month")
    month = Month.of(signed.month) + 1
    parameters = {"county": county.pk, "month": month.first_day, "last": (month - 1).first_day}
    written: list[tuple[int, ...]] = []

    def candidate() -> None:
        generate_rosters(unit=county, month=month, actor=None, now=timezone.now())

    def floor() -> None:
        with connection.cursor() as cursor:
            for statement in (ROSTERS, LINES, LEAVERS, TOTALS):
                cursor.execute(statement, parameters)

    for work in (candidate, floor):
        undone(lambda work=work: (work(), written.append(_written(month))), *TABLES)
    if written[0] != written[1]:
        raise AssertionError(
            f"rosters, lines, leavers and money of ours {written[0]}, of the floor {written[1]}"
        )
    return [
        compare(
            "发放花名表生成",
            written[0][1],
            candidate=lambda: undone(candidate, *TABLES),
            floor=lambda: undone(floor, *TABLES),
            limit=1.5,
        )
    ]


def _written(month: Month) -> tuple[int, ...]:
    rosters = Roster.objects.filter(month=month.first_day)
    lines = PayLine.objects.filter(month=month.first_day)
    money = sum(int(amount * 100) for amount in rosters.values_list("amount", flat=True))
    return rosters.count(), lines.count(), Leaver.objects.filter(roster__in=rosters).count(), money
