"""A trial's change is kept once; what two trials at the same time kept twice before goes."""

from django.db import migrations, models

ONCE = """
DELETE FROM cases_simulatedchange AS later USING cases_simulatedchange AS earlier
WHERE later.id > earlier.id AND later.version_id = earlier.version_id AND later.household_id = earlier.household_id
    AND later.program = earlier.program AND later.benefit_id IS NOT DISTINCT FROM earlier.benefit_id
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0006_clocks_of_files_in_flight")]
    operations = [
        migrations.RunSQL(ONCE, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name="simulatedchange",
            constraint=models.UniqueConstraint(
                fields=["version", "household", "program", "benefit"],
                name="simulated_once_a_version",
                nulls_distinct=False,
            ),
        ),
    ]
