"""pghistory's function looks for a setting that mostly is not there, and catches the error: every row of a bulk statement
rolls a subtransaction back, and each rollback walks through all checks put off to the end of the transaction. Writing a
county's base list took minutes. Asked with ``missing_ok`` there is nothing to catch; what it answers is the same.
"""

from django.db import migrations

CONTEXT = """
CREATE OR REPLACE FUNCTION _pgh_attach_context() RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
    context uuid := nullif(current_setting('pghistory.context_id', true), '')::uuid;
    known jsonb := nullif(current_setting('pghistory.context_metadata', true), '')::jsonb;
BEGIN
    IF context IS NULL OR known IS NULL THEN
        RETURN NULL;
    END IF;
    INSERT INTO pghistory_context (id, metadata, created_at, updated_at) VALUES (context, known, now(), now())
    ON CONFLICT (id) DO UPDATE SET metadata = excluded.metadata, updated_at = excluded.updated_at
        WHERE pghistory_context.metadata != excluded.metadata;
    RETURN context;
END;
$$
"""


class Migration(migrations.Migration):

    dependencies = [
        ('journal', '0002_count_on_after_a_restore'),
        ('pghistory', '0007_auto_20250421_0444'),
    ]

    operations = [migrations.RunSQL(CONTEXT, migrations.RunSQL.noop)]
