"""The statements that carry a new standard into the ranges of everybody it pays: a handful, whatever their number.

A range's amounts are never edited: what begins with the effective month is a new row, so that funds sees which months it
paid by the old amounts and plans the difference as back pay.
"""

# What a standard changes: a row a unit and programme, in yuan a month for each covered person; care by its level.
RATES = """
CREATE TEMPORARY TABLE adjust_rate ON COMMIT DROP AS
SELECT * FROM unnest(%(units)s::bigint[], %(programs)s::varchar[], %(areas)s::varchar[], %(levels)s::varchar[],
                     %(bases)s::numeric[], %(cares)s::numeric[])
    AS rate (unit_id, program, area, level, base, care)
"""

# Every range that runs in the effective month or later and is paid by that standard. Tapering keeps the old amounts.
PIECES = """
CREATE TEMPORARY TABLE adjust_piece ON COMMIT DROP AS
SELECT t.id AS old_id, nextval(pg_get_serial_sequence('cases_benefitterm', 'id')) AS new_id, t.benefit_id,
       t.months AS old_months, t.months * daterange(%(month)s, NULL) AS months, t.standing, t.base, t.uplift, t.care,
       t.total, t.standard, t.per_capita_income, t.care_level, t.assessment_id,
       r.base AS add_base, r.base * c.people AS add, r.care * c.people AS add_care, c.people
FROM cases_benefitterm t
JOIN cases_benefit b ON b.id = t.benefit_id AND b.county_id = %(county)s
JOIN adjust_rate r ON r.unit_id = b.unit_id AND r.program = b.program AND r.area = b.standard_area
    AND (r.level = '' OR r.level = coalesce(nullif(t.care_level, ''), 'SELF'))
CROSS JOIN LATERAL (
    SELECT count(*) AS people, min(m.base) AS least FROM cases_termmember m WHERE m.term_id = t.id
) c
WHERE t.months && daterange(%(month)s, NULL) AND t.standing <> 'GRACE' AND c.people > 0
    AND (r.base <> 0 OR r.care <> 0)
"""
# A benefit of which one range would fall to nothing is left to a person, whole.
LEAVE_OUT = """
DELETE FROM adjust_piece WHERE benefit_id IN (
    SELECT p.benefit_id FROM adjust_piece p
    LEFT JOIN cases_termmember m ON m.term_id = p.old_id
    GROUP BY p.benefit_id, p.old_id, p.add_base, p.care, p.add_care
    HAVING min(m.base) + p.add_base < 0 OR p.care + p.add_care < 0
        OR (p.add_base < 0 AND max(m.base) + p.add_base <= 0)
)
"""
FIRST_PIECES = """
SELECT DISTINCT ON (p.benefit_id) p.benefit_id, p.total, p.base, p.uplift, p.care, p.add, p.add_care
FROM adjust_piece p ORDER BY p.benefit_id, p.months
"""
MEMBERS = """
CREATE TEMPORARY TABLE adjust_member ON COMMIT DROP AS
SELECT p.new_id, m.id AS old_id, m.person_id, p.months, m.base + p.add_base AS base, m.uplift, m.uplift_kinds
FROM adjust_piece p JOIN cases_termmember m ON m.term_id = p.old_id
"""
# Ranges that began before are shortened, later ones make way.
SHORTEN = (
    """
    UPDATE cases_termmember m SET months = daterange(lower(p.old_months), %(month)s) FROM adjust_piece p
    WHERE m.term_id = p.old_id AND lower(p.old_months) < %(month)s
    """,
    """
    UPDATE cases_benefitterm t SET months = daterange(lower(p.old_months), %(month)s) FROM adjust_piece p
    WHERE t.id = p.old_id AND lower(p.old_months) < %(month)s
    """,
    """
    DELETE FROM cases_termmember m USING adjust_piece p WHERE m.term_id = p.old_id AND lower(p.old_months) >= %(month)s
    """,
    """
    DELETE FROM cases_benefitterm t USING adjust_piece p WHERE t.id = p.old_id AND lower(p.old_months) >= %(month)s
    """,
)
OPEN = (
    """
    INSERT INTO cases_benefitterm (id, benefit_id, months, standing, base, uplift, care, total, standard,
                                   per_capita_income, care_level, assessment_id, order_id)
    SELECT p.new_id, p.benefit_id, p.months, p.standing, p.base + p.add, p.uplift, p.care + p.add_care,
           p.total + p.add + p.add_care, p.standard + CASE WHEN %(dibao)s THEN p.add_base ELSE 0 END,
           p.per_capita_income, p.care_level, p.assessment_id, o.id
    FROM adjust_piece p JOIN cases_changeorder o ON o.benefit_id = p.benefit_id AND o.adjustment_id = %(adjustment)s
    """,
    """
    INSERT INTO cases_termmember (term_id, person_id, months, base, uplift, uplift_kinds)
    SELECT new_id, person_id, months, base, uplift, uplift_kinds FROM adjust_member ORDER BY new_id, old_id
    """,
)

# Undone: the same ranges with what was added taken off again.
UNDO_PIECES = """
CREATE TEMPORARY TABLE adjust_piece ON COMMIT DROP AS
SELECT t.id AS old_id, nextval(pg_get_serial_sequence('cases_benefitterm', 'id')) AS new_id, t.benefit_id,
       t.months AS old_months, t.months, t.standing, t.base, t.uplift, t.care, t.total, t.standard,
       t.per_capita_income, t.care_level, t.assessment_id, -r.base AS add_base, -r.base * c.people AS add,
       -r.care * c.people AS add_care, c.people
FROM cases_benefitterm t
JOIN cases_changeorder o ON o.id = t.order_id AND o.adjustment_id = %(adjustment)s
JOIN cases_benefit b ON b.id = t.benefit_id
JOIN adjust_rate r ON r.unit_id = b.unit_id AND r.program = b.program AND r.area = b.standard_area
    AND (r.level = '' OR r.level = coalesce(nullif(t.care_level, ''), 'SELF'))
CROSS JOIN LATERAL (SELECT count(*) AS people FROM cases_termmember m WHERE m.term_id = t.id) c
"""

# Back pay by benefit and month: what the months from the effective one to the present one are short of.
BACK_PAY = """
SELECT o.benefit_id, m.month::date, o.new_total - o.old_total AS amount
FROM cases_changeorder o
CROSS JOIN generate_series(%(month)s::timestamp, %(until)s::timestamp, interval '1 month') AS m (month)
JOIN cases_benefitterm t ON t.benefit_id = o.benefit_id AND t.order_id = o.id AND t.months @> m.month::date
WHERE o.adjustment_id = %(adjustment)s
ORDER BY o.benefit_id, m.month
"""
