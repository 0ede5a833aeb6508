"""Files of relatives of staff that came before the confirmation without a duty get theirs: lists ask the duty."""

from django.db import migrations

OWED = """
INSERT INTO duties_duty (unit_id, permission, kind, subject_id, title, url, opened_at, due_on)
SELECT a.county_id, 'case.review', 'application.county_visit', a.id, '县级入户：' || p.name || '（涉及近亲属备案）',
       '/cases/applications/' || a.id || '/?tab=surveys', now(), a.due_on
FROM cases_application a JOIN cases_person p ON p.id = a.applicant_id
WHERE a.kinship_flag AND a.state IN ('COUNTY_REVIEW', 'TOWN_CONFIRM')
    AND NOT EXISTS (SELECT FROM duties_duty d WHERE d.kind = 'application.county_visit' AND d.subject_id = a.id)
    AND NOT EXISTS (
        SELECT FROM cases_survey s JOIN cases_surveyor v ON v.survey_id = s.id AND v.level = 'COUNTY'
        WHERE s.application_id = a.id AND s.method = 'HOME'
    )
"""


class Migration(migrations.Migration):
    dependencies = [("cases", "0030_proofs_of_changes"), ("duties", "0002_reminder")]
    operations = [migrations.RunSQL(OWED, migrations.RunSQL.noop)]
