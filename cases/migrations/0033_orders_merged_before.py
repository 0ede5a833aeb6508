"""Orders merged before the column existed: into which one stands in the comment of the step."""

from django.db import migrations

MERGED = """
UPDATE cases_changeorder o SET merged_into_id = n.id
FROM (
    SELECT DISTINCT ON (subject_id) subject_id, comment FROM flow_transition
    WHERE flow = 'change_order' AND step = 'merge' ORDER BY subject_id, id DESC
) t, cases_changeorder n
WHERE o.id = t.subject_id AND o.state = 'MERGED' AND n.benefit_id = o.benefit_id AND t.comment = '并入变更单' || n.no
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0032_what_orders_went_into"), ("flow", "0002_running_number")]
    operations = [migrations.RunSQL(MERGED, migrations.RunSQL.noop)]
