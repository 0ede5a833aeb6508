# ruff: noqa: S608 - put together from constants; every value is a parameter
"""统计表 of all units with the county's figures that count nobody twice, against one statement written by hand."""

from dataclasses import replace

from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from reports.governance.services import count, frame_for
from salvation.domain.month import Month
from salvation.units.models import Unit
from salvation.units.selectors import reporting_units
from tests.bench.measure import Result, compare, timed

MOST_STATEMENTS = 20


def _counts(what: str, *conditions: str) -> str:
    return ", ".join(f"count(DISTINCT {what}) FILTER (WHERE {condition})" for condition in conditions)


def _both(what: str, *conditions: str) -> str:
    """Of the month, and of the months since the campaign began."""
    month, since = "stat_month = %(month)s", "stat_month BETWEEN %(since)s AND %(month)s"
    return _counts(what, *(f"{when} AND {condition}" for condition in conditions for when in (month, since)))


def _sums(*conditions: str) -> str:
    """Amounts of the month, and of the months since the campaign began."""
    month, since = "stat_month = %(month)s", "stat_month BETWEEN %(since)s AND %(month)s"
    return ", ".join(
        f"sum(amount) FILTER (WHERE {when} AND {condition})"
        for condition in conditions
        for when in (month, since)
    )


RELIEFS = [
    *(f"program = 'TEMP_{kind}'" for kind in ("EMERGENCY", "EXPENSE", "SPECIAL")),
    "channel = 'RESERVE'",
    "true",
]
GRADES = ("level IS NOT NULL", "level = 'SELF'", "level = 'HALF'", "level = 'FULL'")
WISHING = "wishes AND level IN ('HALF', 'FULL')"
CARED = [
    "contracted", "true", "dispersed AND agreed", "dispersed", "dispersed AND visited", *GRADES, WISHING,
    f"{WISHING} AND NOT dispersed",
]  # fmt: skip
DIBAO = "program IN ('DIBAO_URBAN', 'DIBAO_RURAL')"
HOUSEHOLD_PROGRAMS = [
    f"program = '{code}'" for code in ("DIBAO_URBAN", "DIBAO_RURAL", "MARGINAL", "RIGID_EXPENSE")
]
PROGRAMS = [*HOUSEHOLD_PROGRAMS, "program = 'TEKUN_CENTRALIZED'", "program = 'TEKUN_DISPERSED'"]
STOCK = [*PROGRAMS, f"{DIBAO} AND is_single", f"{DIBAO} AND standing = 'GRACE'", "true"]
SEVERE = "single_reason IN ('DISABLED_L12', 'INTEL_MENTAL_L3', 'ADULT_UNEMPLOYED_DISABLED')"
NEW = [
    DIBAO, "program IN ('TEKUN_DISPERSED', 'TEKUN_CENTRALIZED')", "program = 'MARGINAL'", "program = 'RIGID_EXPENSE'",
    f"{DIBAO} AND is_single", f"{DIBAO} AND {SEVERE}", f"{DIBAO} AND single_reason = 'CRITICAL_ILLNESS'",
]  # fmt: skip
OUT = [
    "kind = 'DEATH'", "kind = 'GRACE_END'", "kind = 'STOP' AND reason = 'DUPLICATE'",
    "kind = 'STOP' AND reason = 'KINSHIP_INVALID'", "kind = 'STOP' AND reason NOT IN ('DUPLICATE', 'KINSHIP_INVALID')", "true",
]  # fmt: skip
BY_UNIT = "GROUP BY GROUPING SETS ((unit_id), ())"
LOWERING = "('DEATH', 'STOP', 'GRACE_END', 'DECREASE', 'MEMBER_REMOVE')"
FLOOR = f"""
WITH covered AS (
    SELECT unit_id, ARRAY[{_counts("household_id", *HOUSEHOLD_PROGRAMS)}, {_counts("person_id", *STOCK)}]::numeric[] AS n
    FROM cases_benefitsnapshot WHERE county_id = %(county)s AND month = %(month)s {BY_UNIT}
), confirmed AS (
    SELECT unit_id, ARRAY[{_both("person_id", *NEW)}]::numeric[] AS n FROM (
        SELECT b.unit_id, m.person_id, b.program, b.is_single, b.single_reason, a.stat_month
        FROM cases_application a JOIN cases_benefit b ON b.id = a.benefit_id
        JOIN cases_benefitterm t ON t.benefit_id = b.id JOIN cases_termmember m ON m.term_id = t.id
        WHERE a.county_id = %(county)s AND a.state = 'CONFIRMED' AND lower(m.months) = b.first_month
    ) x {BY_UNIT}
), decided AS (
    SELECT unit_id, ARRAY[{_both("id", "state = 'REJECTED'")}]::numeric[] AS n
    FROM cases_application WHERE county_id = %(county)s AND stat_month IS NOT NULL {BY_UNIT}
), people_out AS (
    SELECT unit_id, ARRAY[{_both("person_id", *OUT)}, {_both("household_id", "household_out")}]::numeric[] AS n FROM (
        SELECT o.unit_id, p.person_id, o.kind, o.stop_reason AS reason, o.household_out, o.stat_month, b.household_id
        FROM cases_changeperson p JOIN cases_changeorder o ON o.id = p.order_id JOIN cases_benefit b ON b.id = o.benefit_id
        WHERE p.leaves AND o.county_id = %(county)s AND o.state = 'EFFECTIVE' AND o.kind IN ('DEATH', 'STOP', 'GRACE_END')
    ) x {BY_UNIT}
), orders AS (
    SELECT unit_id, ARRAY[{_both("household_id", "kind = 'INCREASE'", "kind = 'DECREASE'")},
        sum(fell) FILTER (WHERE stat_month = %(month)s),
        sum(fell) FILTER (WHERE stat_month BETWEEN %(since)s AND %(month)s)]::numeric[] AS n
    FROM (
        SELECT o.unit_id, o.kind, o.stat_month, b.household_id,
               CASE WHEN o.kind IN {LOWERING} THEN o.old_total - o.new_total END AS fell
        FROM cases_changeorder o JOIN cases_benefit b ON b.id = o.benefit_id
        WHERE o.county_id = %(county)s AND o.state = 'EFFECTIVE'
    ) x {BY_UNIT}
), population AS (
    SELECT unit_id, ARRAY[sum(hukou_population)]::numeric[] AS n
    FROM units_populationstat p JOIN units_unit u ON u.id = p.unit_id
    WHERE u.county_id = %(county)s AND p.year = %(year)s {BY_UNIT}
), problems AS (
    SELECT unit_id, ARRAY[count(*) FILTER (WHERE filed_month = %(month)s),
        count(*) FILTER (WHERE filed_month BETWEEN %(since)s AND %(month)s),
        count(*) FILTER (WHERE dismissed_month = %(month)s),
        count(*) FILTER (WHERE dismissed_month BETWEEN %(since)s AND %(month)s),
        count(*) FILTER (WHERE open), count(*) FILTER (WHERE open AND deadline < %(last)s)]::numeric[] AS n
    FROM (
        SELECT *, filed_month <= %(month)s AND coalesce(closed_month > %(month)s, true)
            AND coalesce(dismissed_month > %(month)s, true) AS open
        FROM audits_rectificationitem WHERE county_id = %(county)s AND filed_month IS NOT NULL
    ) x {BY_UNIT}
), closed AS (
    SELECT unit_id, ARRAY[{_both("id", "to_state = 'CLOSED'")}]::numeric[] AS n
    FROM flow_transition WHERE flow = 'rectification'
    AND unit_id IN (SELECT unit_id FROM audits_rectificationitem WHERE county_id = %(county)s) {BY_UNIT}
), reliefs AS (
    SELECT unit_id, ARRAY[{_both("id", *RELIEFS, "advance")}, {_sums(*RELIEFS)},
        count(*) FILTER (WHERE advance AND stat_month <= %(month)s AND coalesce(settled_month > %(month)s, true))]::numeric[] AS n
    FROM cases_relief WHERE county_id = %(county)s AND paid_on IS NOT NULL {BY_UNIT}
), tekun AS (
    SELECT unit_id, person_id, program = 'TEKUN_DISPERSED' AS dispersed FROM cases_benefitsnapshot
    WHERE county_id = %(county)s AND month = %(month)s AND program LIKE 'TEKUN%%'
), cared AS (
    SELECT unit_id, ARRAY[{_counts("person_id", *CARED)}]::numeric[] AS n FROM (
        SELECT t.*,
            EXISTS (SELECT FROM cases_medicalcontract m WHERE m.person_id = t.person_id AND m.kind = 'ORDINARY'
                    AND %(last)s BETWEEN m.from_on AND m.until_on) AS contracted,
            EXISTS (SELECT FROM cases_careagreement a WHERE a.person_id = t.person_id
                    AND %(last)s BETWEEN a.from_on AND a.until_on) AS agreed,
            EXISTS (SELECT FROM cases_carevisit v WHERE v.person_id = t.person_id AND v.stat_month = %(month)s
                    AND v.way = 'ONSITE') AS visited,
            EXISTS (SELECT FROM cases_carewish w WHERE w.person_id = t.person_id AND w.wish = 'CENTRALIZED'
                    AND w.registered_on <= %(last)s AND coalesce(w.ended_on > %(last)s, true)) AS wishes,
            (SELECT g.level FROM cases_careassessment g WHERE g.person_id = t.person_id AND g.assessed_on <= %(last)s
             AND g.next_on > %(last)s ORDER BY g.assessed_on DESC, g.id DESC LIMIT 1) AS level
        FROM tekun t
    ) x {BY_UNIT}
), special AS (
    SELECT unit_id, ARRAY[{_counts("id", "true", "signed")}]::numeric[] AS n FROM (
        SELECT p.id, p.unit_id, p.disability_kind, EXISTS (
            SELECT FROM cases_medicalcontract m WHERE m.person_id = p.id AND m.kind = 'SPECIAL'
            AND %(last)s BETWEEN m.from_on AND m.until_on) AS signed
        FROM cases_person p JOIN units_unit w ON w.id = p.unit_id AND w.county_id = %(county)s
        WHERE p.id IN (SELECT person_id FROM tekun) OR p.id IN (
            SELECT person_id FROM cases_orphantag WHERE recognised_on <= %(last)s AND coalesce(ended_on > %(last)s, true))
    ) x WHERE signed OR disability_kind IN ('INTELLECT', 'MENTAL') {BY_UNIT}
), visits AS (
    SELECT unit_id, ARRAY[{_both("id", "true", "org = 'NPO'")}]::numeric[] AS n
    FROM cases_carevisit WHERE unit_id IN (SELECT id FROM units_unit WHERE county_id = %(county)s) {BY_UNIT}
), listed AS (
    SELECT unit_id, ARRAY[{_both("person_id", "true")}]::numeric[] AS n FROM (
        SELECT b.unit_id, m.person_id, a.stat_month
        FROM cases_application a JOIN cases_benefit b ON b.id = a.benefit_id
        JOIN cases_benefitterm t ON t.benefit_id = b.id JOIN cases_termmember m ON m.term_id = t.id
        JOIN cases_person p ON p.id = m.person_id
        WHERE a.county_id = %(county)s AND a.state = 'CONFIRMED' AND lower(m.months) = b.first_month AND EXISTS (
            SELECT FROM cases_monitoredperson w JOIN cases_monitorbatch h ON h.id = w.batch_id
            WHERE w.county_id = %(county)s AND w.id_index = p.id_index AND a.decided_on BETWEEN h.valid_from AND h.valid_until)
    ) x {BY_UNIT}
), found AS (
    SELECT unit_id, ARRAY[{_both("who", *(f"what = {number}" for number in range(4)))}]::numeric[] AS n FROM (
        SELECT m.unit_id, m.id_index::text AS who, coalesce(m.matched_month, d.checked_month) AS stat_month, 0 AS what
        FROM cases_monitoredperson m LEFT JOIN cases_discovery d ON d.id = m.discovery_id WHERE m.county_id = %(county)s
        UNION ALL
        SELECT unit_id, coalesce(id_index::text, id::text), checked_month, 1 FROM cases_discovery
        WHERE county_id = %(county)s AND origin <> 'LIST'
        UNION ALL
        SELECT unit_id, coalesce(id_index::text, id::text), informed_month, 2 FROM cases_discovery
        WHERE county_id = %(county)s
        UNION ALL
        SELECT unit_id, id::text, stat_month, 3 FROM cases_specialdeliberation WHERE county_id = %(county)s
    ) x {BY_UNIT}
)
SELECT u.id, c.n, f.n, d.n, o.n, r.n, p.n, q.n, e.n, l.n, a.n, s.n, v.n, t.n, w.n
FROM (SELECT id FROM units_unit WHERE county_id = %(county)s UNION ALL SELECT NULL) u
LEFT JOIN covered c ON c.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN confirmed f ON f.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN decided d ON d.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN people_out o ON o.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN orders r ON r.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN population p ON p.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN problems q ON q.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN closed e ON e.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN reliefs l ON l.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN cared a ON a.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN special s ON s.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN visits v ON v.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN listed t ON t.unit_id IS NOT DISTINCT FROM u.id
LEFT JOIN found w ON w.unit_id IS NOT DISTINCT FROM u.id
WHERE c.n IS NOT NULL OR f.n IS NOT NULL
"""


def run(county: Unit) -> list[Result]:
    month = Month.of(timezone.localdate()) - 1
    units = list(reporting_units(county, on=month.last_day))
    parameters = {
        "county": county.pk,
        "month": month.first_day,
        "last": month.last_day,
        "since": frame_for(county, month).since.first_day,
        "year": month.year,
    }

    def candidate() -> object:
        return count(frame_for(county, month), units)

    def floor() -> list[tuple[object, ...]]:
        with connection.cursor() as cursor:
            cursor.execute(FLOOR, parameters)
            return cursor.fetchall()

    _check_same(count(frame_for(county, month), units)[1], floor())
    with CaptureQueriesContext(connection) as asked:
        candidate()
    found = compare(
        "统计表全部单位",
        len(units),
        candidate=lambda: timed(candidate),
        floor=lambda: timed(floor),
        limit=3.0,
    )
    statements = replace(
        found, name="统计表语句条数（上限20）", size=len(asked), ratio=len(asked) / MOST_STATEMENTS, limit=1.0
    )
    return [found, statements]


def _check_same(cells: dict[str, str], rows: list[tuple[object, ...]]) -> None:
    """The statement by hand counts what the system counts: a few figures of the county of every kind."""
    county = next(row for row in rows if row[0] is None)
    _, stock, new, _, out, orders, _, _, _, reliefs, cared, special, visits, listed, found_out = county
    found = {
        "SA02": stock[0], "SA14": stock[12], "SB04.c": new[1], "SB09.m": new[8], "SC11P.c": out[11], "SC11H.c": out[13],
        "SC12.c": orders[5], "SE12N.c": reliefs[9], "SE12A.c": reliefs[21], "SF01": cared[0], "SF07": cared[2], "SF10": cared[4],
        "SF14": cared[5], "SF17": cared[7], "SF19": cared[9], "SF20": cared[10], "SF03": special[0], "SF04": special[1],
        "SF12.c": visits[1], "SF13.m": visits[2], "SB01.c": found_out[1], "SB02.c": found_out[3],
        "SB03.c": found_out[5], "SB08.c": listed[1],
    }  # fmt: skip
    wrong = {
        key: (cells[key], value) for key, value in found.items() if float(cells[key]) != float(value or 0)
    }
    if wrong:
        raise AssertionError(f"the floor counts otherwise: {wrong}")
