# ruff: noqa: S608 - the texts are put together from constants; every value is a parameter
"""The statements that write rosters: a handful whatever the number of units (design §3, set-based).

Sealed values are copied as they are: sealing is bound to the kind of field, not to the row.
"""
# requirements: F02, F27

from funds.models.choices import OPEN_STATES

# How far back a signed roster is searched for months a late confirmation missed.
BACKPAY_HORIZON = "12 months"

# Books of a county: whoever has a term in the month, and whoever was paid the month before (somebody may have left).
# A book with a later signed roster is closed: what it missed is paid as back pay.
CREATE = f"""
INSERT INTO funds_roster
    (county_id, unit_id, program, month, state, state_since, due_on, version, lines, households, people, amount,
     backpay_lines, backpay_amount, excluded, blocked, last_households, last_people, last_amount, in_households,
     in_people, in_amount, out_households, out_people, out_amount, content_hash, checked_hash)
SELECT %(county)s, book.unit_id, book.program, %(month)s, 'DRAFT', %(now)s, %(due)s,
       0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, '', ''
FROM (
    SELECT kept.unit_id, kept.program
    FROM (
        SELECT DISTINCT unit_id, program FROM cases_benefit
        WHERE county_id = %(county)s AND program = ANY(%(programs)s)
    ) kept
    CROSS JOIN LATERAL (
        SELECT FROM cases_benefit b JOIN cases_benefitterm t ON t.benefit_id = b.id AND t.months @> %(month)s::date
        WHERE b.unit_id = kept.unit_id AND b.program = kept.program LIMIT 1
    ) in_force
    UNION
    SELECT r.unit_id, r.program FROM funds_roster r
    WHERE r.county_id = %(county)s AND r.month = %(month)s::date - interval '1 month' AND r.lines > 0
) book
JOIN units_unit u ON u.id = book.unit_id AND u.path LIKE %(path)s
WHERE NOT EXISTS (
    SELECT 1 FROM funds_roster s
    WHERE s.unit_id = book.unit_id AND s.program = book.program AND s.month > %(month)s AND s.state NOT IN {OPEN_STATES}
)
ORDER BY u.sort, u.code, book.program
ON CONFLICT (unit_id, program, month) DO NOTHING
RETURNING id
"""

CLEAR_LINES = "DELETE FROM funds_payline WHERE roster_id = ANY(%(rosters)s)"
CLEAR_LEAVERS = "DELETE FROM funds_leaver WHERE roster_id = ANY(%(rosters)s)"

# The roster before, whichever it is: normally last month's.
LINK = """
UPDATE funds_roster r SET previous_id = (
    SELECT p.id FROM funds_roster p
    WHERE p.unit_id = r.unit_id AND p.program = r.program AND p.month < r.month
    ORDER BY p.month DESC LIMIT 1
)
WHERE r.id = ANY(%(rosters)s)
"""

# What a line copies from its benefit and from its term.
_FROM_BENEFIT = (
    "county_id", "unit_id", "village_id", "household_id", "program", "no AS benefit_no", "is_single", "source",
    "applicant_id",
)  # fmt: skip
_FROM_TERM = ("assessment_id", "standing", "standard", "per_capita_income", "care_level", "order_id")
_OF_BENEFIT = ", ".join(f"b.{name}" for name in _FROM_BENEFIT)
_OF_TERM = ", ".join(f"t.{name}" for name in _FROM_TERM)
_COPIED = ", ".join(name.rpartition(" ")[2] for name in (*_FROM_BENEFIT, *_FROM_TERM))

# What is due: the terms of the month itself, and for earlier months with a signed roster what was not planned then.
# An exclusion that nobody released stays unpaid. Facts are looked up by index (LATERAL) rather than joined from
# further WITH parts: those have no statistics, and a guess of one row made the planner scan them once per line.
# OFFSET 0 keeps the planner from starting at the months of all terms, which it takes for rare.
_DUE = f"""
book AS (
    SELECT r.id AS roster_id, r.unit_id, r.program, r.month, r.previous_id, p.month AS previous_month
    FROM funds_roster r LEFT JOIN funds_roster p ON p.id = r.previous_id WHERE r.id = ANY(%(rosters)s)
),
signed AS (
    SELECT r.unit_id, r.program, array_agg(s.id) AS ids, array_agg(s.month) AS months
    FROM book r
    JOIN funds_roster s ON s.unit_id = r.unit_id AND s.program = r.program AND s.month < r.month
        AND s.month >= r.month - interval '{BACKPAY_HORIZON}' AND s.state NOT IN {OPEN_STATES}
    GROUP BY r.unit_id, r.program
),
term AS MATERIALIZED (
    SELECT r.roster_id, r.month, r.previous_id, r.previous_month, g.ids, g.months AS signed_months,
           {_OF_BENEFIT}, t.*
    FROM book r
    JOIN cases_benefit b ON b.unit_id = r.unit_id AND b.program = r.program
    LEFT JOIN signed g ON g.unit_id = r.unit_id AND g.program = r.program
    CROSS JOIN LATERAL (
        SELECT t.id AS term_id, t.benefit_id, t.months, t.base, t.uplift, t.care, t.total, {_OF_TERM}
        FROM cases_benefitterm t WHERE t.benefit_id = b.id OFFSET 0
    ) t
),
-- A term's amounts never change, so a regular line of the same term says that the month is settled.
unsettled AS (
    SELECT u.id AS signed_id, t.term_id
    FROM term t CROSS JOIN LATERAL unnest(t.ids, t.signed_months) AS u (id, month)
    WHERE t.months @> u.month AND t.standing <> 'SUSPENDED'
    EXCEPT
    SELECT l.roster_id, l.term_id FROM funds_payline l
    WHERE l.roster_id IN (SELECT unnest(ids) FROM signed) AND l.kind = 'REGULAR' AND l.state = 'PLANNED'
),
missed AS (
    SELECT r.roster_id, r.month, s.month AS for_month, t.benefit_id, t.id AS term_id,
           t.base - coalesce(p.base, 0) AS base, t.uplift - coalesce(p.uplift, 0) AS uplift,
           t.care - coalesce(p.care, 0) AS care, t.total - coalesce(p.total, 0) AS total
    FROM unsettled x
    JOIN funds_roster s ON s.id = x.signed_id
    JOIN book r ON r.unit_id = s.unit_id AND r.program = s.program
    JOIN cases_benefitterm t ON t.id = x.term_id
    CROSS JOIN LATERAL (
        SELECT sum(l.base) AS base, sum(l.uplift) AS uplift, sum(l.care) AS care, sum(l.total) AS total
        FROM funds_payline l
        WHERE l.benefit_id = t.benefit_id AND l.for_month = s.month AND l.month < r.month AND l.state = 'PLANNED'
    ) p
    WHERE t.total > coalesce(p.total, 0) AND NOT EXISTS (
        SELECT 1 FROM funds_exclusion e WHERE e.benefit_id = t.benefit_id AND e.for_month = s.month
        AND e.roster_id <> r.roster_id AND e.released_at IS NULL
    )
),
due AS (
    SELECT roster_id, month, month AS for_month, 'REGULAR' AS kind, previous_id, previous_month, benefit_id, term_id,
           base, uplift, care, total, {_COPIED}
    FROM term WHERE months @> month
    UNION ALL
    -- A part may have fallen while the sum rose: then the difference stands in the first part alone.
    SELECT m.roster_id, m.month, m.for_month, 'BACKPAY', NULL, NULL, m.benefit_id, m.term_id,
           CASE WHEN least(m.base, m.uplift, m.care) < 0 THEN m.total ELSE m.base END,
           CASE WHEN least(m.base, m.uplift, m.care) < 0 THEN 0.00 ELSE m.uplift END,
           CASE WHEN least(m.base, m.uplift, m.care) < 0 THEN 0.00 ELSE m.care END, m.total,
           {_OF_BENEFIT}, {_OF_TERM}
    FROM missed m JOIN cases_benefit b ON b.id = m.benefit_id JOIN cases_benefitterm t ON t.id = m.term_id
)"""

# Whether a line may be paid, and which household it belongs to (特困: one person is one household). Doubtful IDs are
# few and have an index of their own: whoever shares a term with one is looked up from there, not person by person.
_JUDGED = """
doubtful AS MATERIALIZED (
    SELECT m.term_id FROM cases_person p JOIN cases_termmember m ON m.person_id = p.id WHERE p.id_status <> 'VALID'
),
held AS MATERIALIZED (
    SELECT m.term_id FROM cases_hold h JOIN cases_termmember m ON m.person_id = h.person_id WHERE h.lifted_at IS NULL
),
judged AS (
    SELECT d.*, c.people, c.reason AS held_reason, e.reason AS manual_reason,
           CASE WHEN e.id IS NOT NULL THEN 'MANUAL' WHEN d.standing = 'SUSPENDED' THEN 'SUSPENDED'
                WHEN c.reason IS NOT NULL THEN 'HOLD'
                WHEN a.id_status <> 'VALID' OR d.term_id IN (SELECT term_id FROM doubtful) THEN 'ID' ELSE '' END AS excluded_as,
           CASE WHEN d.program LIKE 'TEKUN%%' THEN d.benefit_id ELSE d.household_id END AS home,
           a.name, a.id_no, a.id_index, a.phone
    FROM due d
    JOIN cases_person a ON a.id = d.applicant_id
    LEFT JOIN funds_exclusion e ON e.roster_id = d.roster_id AND e.benefit_id = d.benefit_id
        AND e.for_month = d.for_month
    CROSS JOIN LATERAL (
        SELECT count(*) AS people, CASE WHEN d.term_id IN (SELECT term_id FROM held) THEN (
            SELECT min(h.reason) FROM cases_hold h JOIN cases_termmember k ON k.person_id = h.person_id
            WHERE k.term_id = d.term_id AND h.lifted_at IS NULL AND h.from_month <= d.month
        ) END AS reason
        FROM cases_termmember m WHERE m.term_id = d.term_id
    ) c
),
placed AS (
    -- A household counts once: with the first of its benefits that is paid this month.
    SELECT judged.*, min(benefit_id) FILTER (WHERE kind = 'REGULAR' AND excluded_as = '')
           OVER (PARTITION BY roster_id, home) AS first_paid
    FROM judged WHERE kind = 'REGULAR' OR excluded_as IN ('', 'MANUAL')
)"""

_LINES = """
SELECT j.roster_id, j.county_id, j.unit_id, j.village_id, j.benefit_id, j.household_id, j.program, j.month,
       j.for_month, j.kind,
       CASE WHEN j.excluded_as = '' THEN row_number() OVER (
           PARTITION BY j.roster_id, j.excluded_as = ''
           ORDER BY v.sort, v.code, f.no, j.benefit_id, j.for_month) END AS seq,
       j.term_id, j.assessment_id, j.name, j.id_no, j.id_index, j.phone, f.no AS household_no, j.benefit_no,
       v.name AS village_name, f.group_name, fa.counted, j.people, j.is_single, j.standing,
       j.standard, j.per_capita_income, j.base, j.uplift, j.care, j.care_level, j.total,
       CASE WHEN j.kind = 'BACKPAY' THEN 'BACKPAY' WHEN l.state IS DISTINCT FROM 'PLANNED' THEN 'NEW'
            WHEN j.total > l.total THEN 'INCREASE' WHEN j.total < l.total THEN 'DECREASE'
            WHEN j.standing = 'GRACE' THEN 'GRACE' ELSE 'SAME' END AS mark,
       cause.code AS cause,
       CASE WHEN cause.code = 'ORDER' THEN o.no
            WHEN cause.code IN ('APPLICATION', 'LATE') THEN coalesce(o.no, (
                SELECT ap.no FROM cases_application ap WHERE ap.benefit_id = j.benefit_id ORDER BY ap.id DESC LIMIT 1
            ), '') ELSE '' END AS cause_no,
       CASE WHEN cause.code IN ('ORDER', 'LATE') THEN coalesce(o.kind, '') ELSE '' END AS cause_kind,
       CASE WHEN l.state = 'PLANNED' THEN l.people END AS last_people,
       CASE WHEN l.state = 'PLANNED' THEN l.total END AS last_total,
       CASE WHEN counted.once THEN 1 ELSE 0 END AS households,
       CASE WHEN counted.once AND NOT (coalesce(l.households, 0) = 1 OR (j.previous_id IS NOT NULL AND EXISTS (
            SELECT 1 FROM funds_payline y WHERE y.roster_id = j.previous_id AND y.households = 1
            AND y.household_id = j.household_id AND (y.program NOT LIKE 'TEKUN%%' OR y.benefit_id = j.benefit_id)
       ))) THEN 1 ELSE 0 END AS households_in,
       CASE WHEN j.excluded_as <> '' AND l.households = 1 AND j.first_paid IS NULL THEN 1 ELSE 0 END AS households_out,
       coalesce(pa.holder_name, '') AS payee_name, coalesce(hm.relation, '') AS payee_relation,
       coalesce(pa.payee_kind, '') AS payee_kind, coalesce(pa.kind, '') AS account_kind, coalesce(pa.bank, '') AS bank,
       pa.number AS account, pa.number_index AS account_index, coalesce(pa.filing_no, '') AS filing_no,
       CASE WHEN j.excluded_as = '' THEN 'PLANNED' ELSE 'EXCLUDED' END AS state, j.excluded_as,
       CASE j.excluded_as WHEN 'MANUAL' THEN j.manual_reason WHEN 'HOLD' THEN j.held_reason ELSE '' END
           AS excluded_reason,
       CASE WHEN j.excluded_as = '' AND pa.id IS NULL THEN 'NO_ACCOUNT' ELSE '' END AS block
FROM placed j
JOIN cases_household f ON f.id = j.household_id
JOIN units_unit v ON v.id = j.village_id
CROSS JOIN LATERAL (
    SELECT count(*) AS counted FROM cases_member m
    WHERE m.household_id = j.household_id AND m.counted AND m.left_on IS NULL
) fa
LEFT JOIN cases_payaccount pa ON pa.household_id = j.household_id AND pa.valid_to IS NULL
LEFT JOIN cases_member hm ON hm.household_id = j.household_id AND hm.person_id = pa.holder_id
LEFT JOIN LATERAL (
    SELECT l.id, l.state, l.total, l.people, l.households, l.term_id FROM funds_payline l
    WHERE j.previous_id IS NOT NULL AND l.benefit_id = j.benefit_id AND l.month = j.previous_month
        AND l.for_month = j.previous_month AND l.roster_id = j.previous_id
    OFFSET 0
) l ON true
LEFT JOIN cases_changeorder o ON o.id = j.order_id
CROSS JOIN LATERAL (
    SELECT j.kind = 'REGULAR' AND j.excluded_as = '' AND j.benefit_id = j.first_paid AS once
) counted
CROSS JOIN LATERAL (
    SELECT CASE WHEN j.kind = 'BACKPAY' AND EXISTS (
                    SELECT 1 FROM funds_payline x WHERE x.benefit_id = j.benefit_id AND x.for_month = j.for_month
                    AND x.month < j.month AND x.state = 'EXCLUDED') THEN 'RELEASED'
                WHEN j.kind = 'BACKPAY' THEN 'LATE'
                WHEN j.previous_id IS NULL THEN 'FIRST'
                WHEN l.id IS NULL AND o.id IS NOT NULL THEN 'ORDER'
                WHEN l.id IS NULL THEN j.source
                WHEN l.state <> 'PLANNED' THEN 'RESTORED'
                WHEN l.term_id = j.term_id THEN ''
                WHEN o.id IS NOT NULL THEN 'ORDER' ELSE 'TERM' END AS code
) cause
"""

COLUMNS = (
    "roster_id", "county_id", "unit_id", "village_id", "benefit_id", "household_id", "program", "month", "for_month",
    "kind", "seq", "term_id", "assessment_id", "name", "id_no", "id_index", "phone", "household_no", "benefit_no",
    "village_name", "group_name", "counted", "people", "is_single", "standing", "standard", "per_capita_income", "base",
    "uplift", "care", "care_level", "total", "mark", "cause", "cause_no", "cause_kind", "last_people", "last_total",
    "households", "households_in", "households_out", "payee_name", "payee_relation", "payee_kind", "account_kind",
    "bank", "account", "account_index", "filing_no", "state", "excluded_as", "excluded_reason", "block",
)  # fmt: skip

_WITH = f"WITH {_DUE},{_JUDGED}"
LINES = f"{_WITH} INSERT INTO funds_payline ({', '.join(COLUMNS)}) {_LINES}"

# One line as canonical text. Ciphertexts differ each time a value is sealed, so the fingerprints stand for them.
# What is the same for the whole roster, and what follows from the lines and last month's, needs no fingerprint.
_LEFT_OUT = frozenset(
    (
        "roster_id",
        "id_no",
        "phone",
        "account",
        "county_id",
        "unit_id",
        "program",
        "month",
        "households_in",
        "households_out",
    )
)
_CANONICAL_COLUMNS = [name for name in COLUMNS if name not in _LEFT_OUT]
_LINE_TEXT = f"ROW({', '.join(f'x.{name}' for name in _CANONICAL_COLUMNS)})::text"
_ORDER = "x.for_month, x.benefit_id"
STORED_DIGEST = f"""
SELECT coalesce(encode(sha256(convert_to(string_agg({_LINE_TEXT}, chr(10) ORDER BY {_ORDER}), 'UTF8')), 'hex'), '')
FROM funds_payline x WHERE x.roster_id = ANY(%(rosters)s)
"""
# What the lines would be if the roster were made now.
PRESENT_DIGEST = f"""
{_WITH}
SELECT coalesce(encode(sha256(convert_to(string_agg({_LINE_TEXT}, chr(10) ORDER BY {_ORDER}), 'UTF8')), 'hex'), '')
FROM ({_LINES}) x
"""

LEAVERS = """
INSERT INTO funds_leaver
    (roster_id, village_id, benefit_id, household_id, name, household_no, last_people, last_total, households_out,
     reason, order_no, stop_month)
SELECT r.id, l.village_id, l.benefit_id, l.household_id, l.name, l.household_no, l.people, l.total,
       CASE WHEN l.households = 1 AND NOT EXISTS (
           SELECT 1 FROM funds_payline n WHERE n.roster_id = r.id AND n.households = 1
           AND (n.benefit_id = l.benefit_id OR (n.program NOT LIKE 'TEKUN%%' AND n.household_id = l.household_id))
       ) THEN 1 ELSE 0 END,
       CASE WHEN b.unit_id <> r.unit_id OR b.program <> r.program THEN 'MOVED'
            WHEN b.stop_month <= r.month THEN b.stop_reason
            WHEN l.standing = 'GRACE' THEN 'GRACE_END' ELSE 'UNKNOWN' END,
       coalesce(o.no, ''), b.stop_month
FROM funds_roster r
CROSS JOIN LATERAL (
    SELECT * FROM funds_payline l
    WHERE r.previous_id IS NOT NULL AND l.roster_id = r.previous_id AND l.kind = 'REGULAR' AND l.state = 'PLANNED'
    OFFSET 0
) l
JOIN cases_benefit b ON b.id = l.benefit_id
LEFT JOIN LATERAL (
    SELECT c.no FROM cases_changeorder c
    WHERE c.benefit_id = b.id AND c.state = 'EFFECTIVE' AND c.effective_month = b.stop_month
    ORDER BY c.id DESC LIMIT 1
) o ON true
-- Looked up by index: the lines are seconds old, and without statistics the planner would compare all with all.
LEFT JOIN LATERAL (
    SELECT n.id FROM funds_payline n
    WHERE n.benefit_id = l.benefit_id AND n.month = r.month AND n.for_month = r.month AND n.roster_id = r.id
    OFFSET 0
) stays ON true
WHERE r.id = ANY(%(rosters)s) AND stays.id IS NULL
ORDER BY r.id, l.seq
"""

# Totals and the fingerprint from the lines; the version grows only when the content is another one.
TOTALS = f"""
WITH line AS (
    SELECT x.roster_id, count(*) FILTER (WHERE state = 'PLANNED') AS lines,
           sum(households) AS households,
           sum(people) FILTER (WHERE kind = 'REGULAR' AND state = 'PLANNED') AS people,
           sum(total) FILTER (WHERE state = 'PLANNED') AS amount,
           count(*) FILTER (WHERE kind = 'BACKPAY' AND state = 'PLANNED') AS backpay_lines,
           sum(total) FILTER (WHERE kind = 'BACKPAY' AND state = 'PLANNED') AS backpay_amount,
           count(*) FILTER (WHERE state = 'EXCLUDED') AS excluded, count(*) FILTER (WHERE block <> '') AS blocked,
           sum(last_people) AS last_people, sum(last_total) AS last_amount,
           sum(households_in) AS in_households, sum(households_out) AS out_households,
           sum(greatest(people - coalesce(last_people, 0), 0)) FILTER (WHERE kind = 'REGULAR' AND state = 'PLANNED')
               AS in_people,
           sum(greatest(total - coalesce(last_total, 0), 0)) FILTER (WHERE state = 'PLANNED') AS in_amount,
           sum(CASE WHEN state = 'PLANNED' THEN greatest(last_people - people, 0) ELSE last_people END) AS out_people,
           sum(CASE WHEN state = 'PLANNED' THEN greatest(last_total - total, 0) ELSE last_total END) AS out_amount,
           string_agg({_LINE_TEXT}, chr(10) ORDER BY {_ORDER}) AS text
    FROM funds_payline x WHERE x.roster_id = ANY(%(rosters)s) GROUP BY x.roster_id
),
leaver AS (
    SELECT y.roster_id, sum(households_out) AS households, sum(last_people) AS people, sum(last_total) AS amount,
           string_agg(ROW(benefit_id, name, household_no, last_people, last_total, reason, order_no)::text, chr(10)
                      ORDER BY benefit_id) AS text
    FROM funds_leaver y WHERE y.roster_id = ANY(%(rosters)s) GROUP BY y.roster_id
),
total AS (
    SELECT r.id, line.*, coalesce(leaver.households, 0) AS gone_households, coalesce(leaver.people, 0) AS gone_people,
           coalesce(leaver.amount, 0) AS gone_amount,
           encode(sha256(convert_to(concat(line.text, chr(10), leaver.text), 'UTF8')), 'hex') AS hash
    FROM funds_roster r
    LEFT JOIN line ON line.roster_id = r.id LEFT JOIN leaver ON leaver.roster_id = r.id
    WHERE r.id = ANY(%(rosters)s)
)
UPDATE funds_roster r SET
    lines = coalesce(n.lines, 0), households = coalesce(n.households, 0), people = coalesce(n.people, 0),
    amount = coalesce(n.amount, 0), backpay_lines = coalesce(n.backpay_lines, 0),
    backpay_amount = coalesce(n.backpay_amount, 0), excluded = coalesce(n.excluded, 0), blocked = coalesce(n.blocked, 0),
    last_households = coalesce(n.households - n.in_households + n.out_households, 0) + n.gone_households,
    last_people = coalesce(n.last_people, 0) + n.gone_people,
    last_amount = coalesce(n.last_amount, 0) + n.gone_amount,
    in_households = coalesce(n.in_households, 0), in_people = coalesce(n.in_people, 0),
    in_amount = coalesce(n.in_amount, 0),
    out_households = coalesce(n.out_households, 0) + n.gone_households,
    out_people = coalesce(n.out_people, 0) + n.gone_people, out_amount = coalesce(n.out_amount, 0) + n.gone_amount,
    content_hash = n.hash, version = r.version + CASE WHEN r.content_hash = n.hash THEN 0 ELSE 1 END,
    made_at = %(now)s
FROM total n WHERE n.id = r.id
"""

REFRESH = (CLEAR_LINES, CLEAR_LEAVERS, LINK, LINES, LEAVERS, TOTALS)
