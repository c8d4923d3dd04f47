import clinic.core.models
import django.db.models.deletion
import django.db.models.functions.datetime
import pgtrigger.compiler
import pgtrigger.migrations
from clinic.core.migrations._at_once import AtOnce
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('staff', '__first__'),
    ]

    operations = [
        AtOnce(
            operations=[
                migrations.CreateModel(
                    name='AuditEvent',
                    fields=[
                        ('id', models.UUIDField(default=clinic.core.models.new_id, editable=False, primary_key=True, serialize=False)),
                        ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now(), editable=False)),
                        ('action', models.CharField(max_length=60)),
                        ('acting_role', models.CharField(blank=True, max_length=20)),
                        ('client_id', models.UUIDField(blank=True, null=True)),
                        ('subject_type', models.CharField(blank=True, max_length=60)),
                        ('subject_id', models.CharField(blank=True, max_length=60)),
                        ('detail', models.JSONField(blank=True, default=dict)),
                        ('address', models.GenericIPAddressField(blank=True, null=True)),
                        ('request_id', models.CharField(blank=True, max_length=36)),
                        ('by', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                    ],
                    options={
                        'ordering': ['-at', '-id'],
                        'indexes': [models.Index(fields=['-at', '-id'], name='audit_newest'), models.Index(fields=['by', '-at'], name='audit_by_newest'), models.Index(fields=['client_id', '-at'], name='audit_client_newest'), models.Index(fields=['action', '-at'], name='audit_action_newest'), models.Index(condition=models.Q(('action', 'chart_read')), fields=['client_id', 'by', '-at'], name='audit_own_chart_reads')],
                    },
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='auditevent',
                    trigger=pgtrigger.compiler.Trigger(name='append_only', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'pgtrigger: Cannot update or delete rows from % table', TG_TABLE_NAME;", hash='0450288fcb55201b346da4e2d56d2293ba7aac03', operation='UPDATE OR DELETE', pgid='pgtrigger_append_only_00dfa', table='audit_auditevent', when='BEFORE')),
                ),
                pgtrigger.migrations.AddTrigger(
                    model_name='auditevent',
                    trigger=pgtrigger.compiler.Trigger(name='no_truncate', sql=pgtrigger.compiler.UpsertTriggerSql(func="RAISE EXCEPTION 'the audit is append-only';", hash='990811c5b2c106f2e6452362f2b3a8dc41f3067d', level='STATEMENT', operation='TRUNCATE', pgid='pgtrigger_no_truncate_c220f', table='audit_auditevent', when='BEFORE')),
                ),
            ],
        ),
    ]
