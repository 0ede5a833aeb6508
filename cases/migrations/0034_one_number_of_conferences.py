"""How many joint conferences a year must see stood under two keys, and only the one outside the handbook was read."""

from django.db import migrations

ONE = """
UPDATE parameters_parameterversion v SET key = 'conference.min_per_year'
WHERE v.key = 'joint.min_meetings' AND NOT EXISTS (
    SELECT FROM parameters_parameterversion o
    WHERE o.key = 'conference.min_per_year' AND o.unit_id = v.unit_id AND o.valid_from = v.valid_from
)
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0033_orders_merged_before"), ("parameters", "0001_initial")]
    operations = [migrations.RunSQL(ONE, migrations.RunSQL.noop)]
