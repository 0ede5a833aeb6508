"""The statements that carry a new standard into the ranges of everybody it pays: a handful, whatever their number.

A range's amounts are never edited: what begins with the effective month is a new row, so that funds sees which months it
paid by the old amounts and plans the difference as back pay.
"""

# What the trial gives each covered person, yuan a month; ``sign`` -1 takes it off again.
RAISES = """
CREATE TEMPORARY TABLE adjust_raise ON COMMIT DROP AS
SELECT s.benefit_id, d.person, %(sign)s * d.base AS base, %(sign)s * d.uplift AS uplift, %(sign)s * d.care AS care,
       CASE WHEN %(sign)s = 1 THEN s.standard_after ELSE s.standard_before END AS standard
FROM cases_simulatedchange s
CROSS JOIN LATERAL jsonb_to_recordset(s.shares) AS d (person bigint, base numeric, uplift numeric, care numeric)
WHERE s.version_id = %(version)s AND s.benefit_id IS NOT NULL AND s.kind IN ('GAIN', 'LOSE')
"""
# Somebody covered in an earlier range only has what everybody of the benefit has, where that is one amount.
ALIKE = """
CREATE TEMPORARY TABLE adjust_alike ON COMMIT DROP AS
SELECT benefit_id, CASE WHEN min(base) = max(base) THEN min(base) ELSE 0 END AS base, max(standard) AS standard
FROM adjust_raise GROUP BY benefit_id
"""
_PARTS = """
CROSS JOIN LATERAL (
    SELECT sum(coalesce(r.base, a.base)) AS base, sum(coalesce(r.uplift, 0)) AS uplift, sum(coalesce(r.care, 0)) AS care
    FROM cases_termmember m LEFT JOIN adjust_raise r ON r.benefit_id = t.benefit_id AND r.person = m.person_id
    WHERE m.term_id = t.id
) c
"""
_NEW = "nextval(pg_get_serial_sequence('cases_benefitterm', 'id'))"
# Every range that runs in the effective month or later. Tapering keeps the old amounts; what was judged by the new
# standard has it already.
PIECES = f"""
CREATE TEMPORARY TABLE adjust_piece ON COMMIT DROP AS
SELECT t.id AS old_id, {_NEW} AS new_id, t.benefit_id, t.months AS old_months,
       t.months * daterange(%(month)s, NULL) AS months, t.standing, t.base, t.uplift, t.care, t.total,
       coalesce(a.standard, t.standard) AS standard, t.per_capita_income, t.care_level, t.assessment_id,
       c.base AS add, c.uplift AS add_uplift, c.care AS add_care
FROM adjust_alike a
JOIN cases_benefitterm t ON t.benefit_id = a.benefit_id
{_PARTS}
WHERE t.months && daterange(%(month)s, NULL) AND t.standing <> 'GRACE' AND c.base IS NOT NULL
  AND NOT EXISTS (
      SELECT 1 FROM cases_assessment s WHERE s.id = t.assessment_id AND s.parameters ->> %(key)s = %(version)s::text
  )
"""  # noqa: S608 - put together from constants
# Undone: the ranges that the orders opened, with what was added taken off again.
UNDO_PIECES = f"""
CREATE TEMPORARY TABLE adjust_piece ON COMMIT DROP AS
SELECT t.id AS old_id, {_NEW} AS new_id, t.benefit_id, t.months AS old_months, t.months, t.standing, t.base, t.uplift,
       t.care, t.total, coalesce(a.standard, t.standard) AS standard, t.per_capita_income, t.care_level, t.assessment_id,
       c.base AS add, c.uplift AS add_uplift, c.care AS add_care
FROM cases_benefitterm t
JOIN cases_changeorder o ON o.id = t.order_id AND o.adjustment_id = %(adjustment)s
JOIN adjust_alike a ON a.benefit_id = t.benefit_id
{_PARTS}
"""  # noqa: S608 - put together from constants
# A benefit of which one range would fall to nothing is left to a person, whole.
LEAVE_OUT = """
DELETE FROM adjust_piece WHERE benefit_id IN (
    SELECT p.benefit_id FROM adjust_piece p
    WHERE p.base + p.add < 0 OR p.uplift + p.add_uplift < 0 OR p.care + p.add_care < 0 OR EXISTS (
        SELECT 1 FROM cases_termmember m
        JOIN adjust_alike a ON a.benefit_id = p.benefit_id
        LEFT JOIN adjust_raise r ON r.benefit_id = p.benefit_id AND r.person = m.person_id
        WHERE m.term_id = p.old_id AND m.base + coalesce(r.base, a.base) < 0
    )
)
"""
FIRST_PIECES = """
SELECT DISTINCT ON (p.benefit_id) p.benefit_id, p.total, p.base + p.add AS base, p.uplift + p.add_uplift AS uplift,
       p.care + p.add_care AS care
FROM adjust_piece p ORDER BY p.benefit_id, p.months
"""
MEMBERS = """
CREATE TEMPORARY TABLE adjust_member ON COMMIT DROP AS
SELECT p.new_id, m.id AS old_id, m.person_id, p.months, m.base + coalesce(r.base, a.base) AS base,
       m.uplift + coalesce(r.uplift, 0) AS uplift, m.uplift_kinds
FROM adjust_piece p
JOIN adjust_alike a ON a.benefit_id = p.benefit_id
JOIN cases_termmember m ON m.term_id = p.old_id
LEFT JOIN adjust_raise r ON r.benefit_id = p.benefit_id AND r.person = m.person_id
"""
# Ranges that began before are shortened, later ones make way.
SHORTEN = (
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
    SELECT p.new_id, p.benefit_id, p.months, p.standing, p.base + p.add, p.uplift + p.add_uplift, p.care + p.add_care,
           p.total + p.add + p.add_uplift + p.add_care, p.standard, p.per_capita_income, p.care_level, p.assessment_id,
           o.id
    FROM adjust_piece p JOIN cases_changeorder o ON o.benefit_id = p.benefit_id AND o.adjustment_id = %(adjustment)s
        AND o.kind = 'STD_ADJUST'
    """,
    """
    INSERT INTO cases_termmember (term_id, person_id, months, base, uplift, uplift_kinds)
    SELECT new_id, person_id, months, base, uplift, uplift_kinds FROM adjust_member ORDER BY new_id, old_id
    """,
)
# The benefits of the orders, locked as an order's taking effect locks its own.
HOLD_STILL = """
SELECT count(*) FROM (
    SELECT 1 FROM cases_benefit WHERE id IN (
        SELECT benefit_id FROM cases_changeorder WHERE adjustment_id = %(adjustment)s AND kind = 'STD_ADJUST'
    ) ORDER BY id FOR UPDATE
) held
"""
DROP = "DROP TABLE IF EXISTS adjust_member, adjust_piece, adjust_alike, adjust_raise"

# Back pay by benefit and month: what the months from the effective one to the present one are short of.
BACK_PAY = """
SELECT o.benefit_id, m.month::date, o.new_total - o.old_total AS amount
FROM cases_changeorder o
CROSS JOIN generate_series(%(month)s::timestamp, %(until)s::timestamp, interval '1 month') AS m (month)
JOIN cases_benefitterm t ON t.benefit_id = o.benefit_id AND t.order_id = o.id AND t.months @> m.month::date
WHERE o.adjustment_id = %(adjustment)s AND o.kind = 'STD_ADJUST'
ORDER BY o.benefit_id, m.month
"""
