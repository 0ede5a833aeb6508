"""Materials, authorisations by person instead of one box, mandates and declared relatives; open files carry theirs over."""

import django.db.models.deletion
import pgtrigger.compiler
import pgtrigger.migrations
import salvation.vault.fields
from django.conf import settings
from django.db import migrations, models


SIGNED = """
INSERT INTO cases_authorisation
    (household_id, application_id, person_id, bearer_name, signed_on, valid_until, guardian, guardian_relation,
     recorded_by_id, recorded_at)
SELECT a.household_id, a.id, m.person_id, '', a.applied_on, a.applied_on + 365, '', '', a.created_by_id, a.created_at
FROM cases_application AS a JOIN cases_member AS m ON m.household_id = a.household_id AND m.left_on IS NULL AND m.counted
WHERE a.authorised AND a.state NOT IN ('CONFIRMED', 'REJECTED', 'NOT_ACCEPTED', 'WITHDRAWN', 'TERMINATED')
"""


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0010_standard_adjustment'),
        ('registers', '0003_reviewpanel_staffmember'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Authorisation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bearer_name', models.CharField(blank=True, max_length=50, verbose_name='法定义务人')),
                ('id_no', salvation.vault.fields.SealedField(kind='citizen_id', null=True, verbose_name='义务人证号')),
                ('id_index', salvation.vault.fields.BlindIndexField(db_index=True, editable=False, null=True)),
                ('signed_on', models.DateField(verbose_name='签署日期')),
                ('valid_until', models.DateField(verbose_name='有效期至')),
                ('guardian', models.CharField(blank=True, max_length=50, verbose_name='代签监护人')),
                ('guardian_relation', models.CharField(blank=True, max_length=30, verbose_name='监护关系')),
                ('recorded_at', models.DateTimeField(auto_now_add=True, verbose_name='登记时间')),
            ],
            options={
                'verbose_name': '核对授权',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='KinshipTie',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('relation', models.CharField(max_length=12, verbose_name='关系')),
                ('staff_name', models.CharField(max_length=50, verbose_name='工作人员姓名')),
                ('staff_place', models.CharField(blank=True, max_length=100, verbose_name='单位和职务')),
            ],
            options={
                'verbose_name': '近亲属申明',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='Material',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.CharField(max_length=20, verbose_name='代码')),
                ('label', models.CharField(max_length=120, verbose_name='材料')),
                ('origin', models.CharField(choices=[('GIVEN', '群众提供'), ('DRAWN', '系统调取'), ('PLEDGED', '承诺')], max_length=8, verbose_name='来源')),
                ('received_on', models.DateField(blank=True, null=True, verbose_name='收到日期')),
                ('recorded_at', models.DateTimeField(auto_now=True, verbose_name='登记时间')),
            ],
            options={
                'verbose_name': '申请材料',
                'ordering': ['id'],
            },
        ),
        migrations.CreateModel(
            name='ProxyMandate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('VILLAGE', '村（社区）代为申请'), ('GUARDIAN', '监护人'), ('RELATIVE', '亲属'), ('OTHER', '其他受托人')], max_length=10, verbose_name='受托人类别')),
                ('name', models.CharField(max_length=50, verbose_name='受托人')),
                ('id_no', salvation.vault.fields.SealedField(kind='citizen_id', null=True, verbose_name='受托人证号')),
                ('relation', models.CharField(blank=True, max_length=30, verbose_name='与申请人关系')),
                ('phone', salvation.vault.fields.SealedField(kind='phone', null=True, verbose_name='电话')),
                ('signed_on', models.DateField(verbose_name='委托日期')),
            ],
            options={
                'verbose_name': '委托申请',
            },
        ),
        migrations.AddField(
            model_name='authorisation',
            name='application',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='cases.application'),
        ),
        migrations.AddField(
            model_name='authorisation',
            name='household',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='cases.household'),
        ),
        migrations.AddField(
            model_name='authorisation',
            name='person',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='authorisations', to='cases.person'),
        ),
        migrations.AddField(
            model_name='authorisation',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='kinshiptie',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ties', to='cases.application'),
        ),
        migrations.AddField(
            model_name='kinshiptie',
            name='member',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ties', to='cases.person', verbose_name='家庭成员'),
        ),
        migrations.AddField(
            model_name='kinshiptie',
            name='staff',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='ties', to='registers.staffmember'),
        ),
        migrations.AddField(
            model_name='material',
            name='application',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='materials', to='cases.application'),
        ),
        migrations.AddField(
            model_name='material',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='material',
            name='taken_from',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.material'),
        ),
        migrations.AddField(
            model_name='proxymandate',
            name='application',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='mandate', to='cases.application'),
        ),
        migrations.AddField(
            model_name='proxymandate',
            name='recorded_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddIndex(
            model_name='authorisation',
            index=models.Index(fields=['person', 'valid_until'], name='authorisation_person'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(('valid_until__gte', models.F('signed_on'))), name='authorisation_period'),
        ),
        migrations.AddConstraint(
            model_name='authorisation',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('bearer_name', ''), ('person__isnull', False)), models.Q(('person__isnull', True), models.Q(('bearer_name', ''), _negated=True)), _connector='OR'), name='authorisation_of_somebody'),
        ),
        migrations.AddConstraint(
            model_name='material',
            constraint=models.UniqueConstraint(fields=('application', 'code'), name='material_once_an_application'),
        ),
        migrations.RunSQL(SIGNED, migrations.RunSQL.noop),
        pgtrigger.migrations.RemoveTrigger(
            model_name='application',
            name='update_update',
        ),
        pgtrigger.migrations.RemoveTrigger(
            model_name='application',
            name='delete_delete',
        ),
        migrations.RemoveField(
            model_name='application',
            name='authorised',
        ),
        migrations.RemoveField(
            model_name='applicationevent',
            name='authorised',
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='update_update', sql=pgtrigger.compiler.UpsertTriggerSql(condition='WHEN (OLD.* IS DISTINCT FROM NEW.*)', func='INSERT INTO "cases_applicationevent" ("accepted_on", "agent_name", "applicant_id", "applied_on", "assessment_id", "benefit_id", "clock_days", "clock_from", "county_id", "created_at", "created_by_id", "decided_on", "demo", "due_on", "extended_at", "extended_by_id", "extension", "extension_note", "household_id", "id", "is_single", "kinship_declared", "kinship_flag", "level", "no", "paused_days", "paused_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program", "reason", "single_reason", "standard_area", "stat_month", "state", "state_since", "total_due_on", "unit_id", "village_id") VALUES (NEW."accepted_on", NEW."agent_name", NEW."applicant_id", NEW."applied_on", NEW."assessment_id", NEW."benefit_id", NEW."clock_days", NEW."clock_from", NEW."county_id", NEW."created_at", NEW."created_by_id", NEW."decided_on", NEW."demo", NEW."due_on", NEW."extended_at", NEW."extended_by_id", NEW."extension", NEW."extension_note", NEW."household_id", NEW."id", NEW."is_single", NEW."kinship_declared", NEW."kinship_flag", NEW."level", NEW."no", NEW."paused_days", NEW."paused_on", _pgh_attach_context(), NOW(), \'update\', NEW."id", NEW."program", NEW."reason", NEW."single_reason", NEW."standard_area", NEW."stat_month", NEW."state", NEW."state_since", NEW."total_due_on", NEW."unit_id", NEW."village_id"); RETURN NULL;', hash='3113141d5681d0d5341f9cf94b1da1eeacdb10b5', operation='UPDATE', pgid='pgtrigger_update_update_2842e', table='cases_application', when='AFTER')),
        ),
        pgtrigger.migrations.AddTrigger(
            model_name='application',
            trigger=pgtrigger.compiler.Trigger(name='delete_delete', sql=pgtrigger.compiler.UpsertTriggerSql(func='INSERT INTO "cases_applicationevent" ("accepted_on", "agent_name", "applicant_id", "applied_on", "assessment_id", "benefit_id", "clock_days", "clock_from", "county_id", "created_at", "created_by_id", "decided_on", "demo", "due_on", "extended_at", "extended_by_id", "extension", "extension_note", "household_id", "id", "is_single", "kinship_declared", "kinship_flag", "level", "no", "paused_days", "paused_on", "pgh_context_id", "pgh_created_at", "pgh_label", "pgh_obj_id", "program", "reason", "single_reason", "standard_area", "stat_month", "state", "state_since", "total_due_on", "unit_id", "village_id") VALUES (OLD."accepted_on", OLD."agent_name", OLD."applicant_id", OLD."applied_on", OLD."assessment_id", OLD."benefit_id", OLD."clock_days", OLD."clock_from", OLD."county_id", OLD."created_at", OLD."created_by_id", OLD."decided_on", OLD."demo", OLD."due_on", OLD."extended_at", OLD."extended_by_id", OLD."extension", OLD."extension_note", OLD."household_id", OLD."id", OLD."is_single", OLD."kinship_declared", OLD."kinship_flag", OLD."level", OLD."no", OLD."paused_days", OLD."paused_on", _pgh_attach_context(), NOW(), \'delete\', OLD."id", OLD."program", OLD."reason", OLD."single_reason", OLD."standard_area", OLD."stat_month", OLD."state", OLD."state_since", OLD."total_due_on", OLD."unit_id", OLD."village_id"); RETURN NULL;', hash='007e5dfbe3cf7d4e566f171adbed4e8ae3755e1b', operation='DELETE', pgid='pgtrigger_delete_delete_734d6', table='cases_application', when='AFTER')),
        ),
    ]
