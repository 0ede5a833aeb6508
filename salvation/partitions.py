"""Tables that grow with time, partitioned by month.

``PartitionByMonth`` stands right after the CreateModel of its table in a migration; ``ensure_partition`` makes a
month's partition before rows are written. Rows of months without one go to the default partition.
"""

from typing import Any

from django.db import connection
from django.db.migrations.operations.base import Operation

from salvation.domain.month import Month


class PartitionByMonth(Operation):
    """Replace a table just created by one partitioned by range of ``column`` (which joins its primary key)."""

    reduces_to_sql = True
    reversible = True

    def __init__(self, model: str, column: str) -> None:
        self.model, self.column = model, column

    def state_forwards(self, app_label: str, state: Any) -> None:
        """The model does not change."""

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        table = to_state.apps.get_model(app_label, self.model)._meta.db_table
        plain = f"{table}_plain"
        for statement in (
            f'ALTER TABLE "{table}" RENAME TO "{plain}"',
            f'CREATE TABLE "{table}" (LIKE "{plain}" INCLUDING DEFAULTS INCLUDING IDENTITY, '
            f'PRIMARY KEY (id, "{self.column}")) PARTITION BY RANGE ("{self.column}")',
            f'DROP TABLE "{plain}"',
            f'CREATE TABLE "{table}_default" PARTITION OF "{table}" DEFAULT',
        ):
            schema_editor.execute(statement)

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Dropping the model drops the partitions."""

    def describe(self) -> str:
        return f"Partition {self.model} by month of {self.column}"


def ensure_partition(table: str, month: Month) -> None:
    """Make the partition of a month if it is missing. Two callers at once wait for each other."""
    name = f"{table}_{month.year}{month.month:02d}"
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", [name])
        cursor.execute(
            f'CREATE TABLE IF NOT EXISTS "{name}" PARTITION OF "{table}" FOR VALUES FROM (%s) TO (%s)',
            [month.first_day, month.next_day],
        )
