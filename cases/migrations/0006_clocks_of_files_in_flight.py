"""Applications accepted before the clock existed get theirs: the same end, so that they can be paused and extended."""

from typing import Any

from django.db import migrations

from salvation.domain.workdays import WorkCalendar


def give_clocks(apps: Any, schema_editor: Any) -> None:
    calendar = WorkCalendar()
    rows = apps.get_model("cases", "Application").objects.filter(
        accepted_on__isnull=False, total_due_on__isnull=False, clock_from__isnull=True
    )
    for row in rows.iterator():
        row.clock_from = row.accepted_on
        row.clock_days = max(calendar.between(row.accepted_on, row.total_due_on), 0)
        row.save(update_fields=["clock_from", "clock_days"])


class Migration(migrations.Migration):
    dependencies = [("cases", "0005_find_by_given_name_and_number")]
    operations = [migrations.RunPython(give_clocks, migrations.RunPython.noop)]
