"""Running numbers on paper: gapless enough to read, never the same twice, also for two clerks at one instant."""

from django.db import connection

NEXT = """
INSERT INTO flow_runningnumber (prefix, last) VALUES (%s, 1)
ON CONFLICT (prefix) DO UPDATE SET last = flow_runningnumber.last + 1
RETURNING last
"""
NEXT_MANY = """
INSERT INTO flow_runningnumber (prefix, last) VALUES (%s, %s)
ON CONFLICT (prefix) DO UPDATE SET last = flow_runningnumber.last + EXCLUDED.last
RETURNING last
"""


def next_number(prefix: str, *, digits: int = 5) -> str:
    """The prefix and the next number under it. The row is locked until the caller's transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT, [prefix])
        return f"{prefix}{cursor.fetchone()[0]:0{digits}d}"


def next_numbers(prefix: str, count: int, *, digits: int = 5) -> list[str]:
    """``count`` numbers in a row under a prefix, in one statement. The row is locked until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute(NEXT_MANY, [prefix, count])
        last = cursor.fetchone()[0]
    return [f"{prefix}{number:0{digits}d}" for number in range(last - count + 1, last + 1)]
