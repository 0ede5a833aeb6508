"""Which of two blind indexes a value stands under while INDEX_KEY is being changed.

All rows of a value turn together, so that tables keep finding each other; whoever asks or writes meanwhile follows the
value. The lock keeps a batch and a transaction that has worked an index out apart.
"""

import uuid

from django.db import connection

LOCK = 0x5A1BA7105


def standing(old: uuid.UUID, new: uuid.UUID, key: str) -> uuid.UUID:
    """The index that the value stands under now; until the end of the transaction it stays there."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock_shared(%s)", [LOCK])
        # A statement of its own: it must see what a batch wrote while the lock was waited for.
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM vault_turnedindex WHERE index = %s) "
            "OR EXISTS (SELECT 1 FROM vault_indexturn WHERE key = %s AND done)",
            [new, key],
        )
        return new if cursor.fetchone()[0] else old
